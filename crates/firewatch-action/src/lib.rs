//! Actions: what somebody who answers an incident can do, as data.
//!
//! An [`ActionCatalogue`] says of each action what sort of thing it is, what it does to the metrics of
//! its target and what it halts; [`ActionCatalogue::apply`] does one to an environment
//! ([`EnvironmentMut`](firewatch_sim::EnvironmentMut)), wherever it lives. The built-in
//! catalogues ([`Profile`]) are RON files in `crates/firewatch-action/actions/`, and a file of the same
//! format adds actions or overrides them: [`ActionCatalogue::extended_by_file`].

mod action_file;
mod apply;
mod catalogue;
mod check;
pub mod codes;
mod comparison;
pub mod decode;
mod effect;
pub mod form;
mod model;
mod names;
mod parameter;
mod plan;
mod read;
mod report;
mod request;
mod session;
mod state_error;
mod template;
mod text;
mod types;
mod whole;

pub use catalogue::{ActionCatalogue, ActionId};
pub use comparison::{Comparison, Metrics, Operator};
pub use firewatch_sim::UnknownName;
pub use model::{ActionSpec, Category, OnInvalid, Parameter, ParameterKind, Profile, Recipients};
pub use plan::ActionPlan;
pub use request::{
    ActionError, ActionOutcome, ActionRequest, HaltedFault, NumberedRequest, RequestedAction,
    Target, WAIT,
};
pub use session::{ActionSession, HISTORY_TICKS, Recorded};
pub use state_error::StateError;
pub use template::{MAX_FEEDBACK_BYTES, cut};
pub use text::{Map, Quoted, RequestText};
pub use types::out_of_range;

/// The examples of the package's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
