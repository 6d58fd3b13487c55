//! Actions that a responder can perform in an incident, as data.
//!
//! An [`ActionCatalogue`] gives the category of each action, its effects on metrics and the kinds of fault that
//! it halts. [`ActionCatalogue::apply`] performs one in an environment
//! ([`EnvironmentMut`](firewatch_sim::EnvironmentMut)) of a simulation or a fleet. The built-in
//! catalogues ([`Profile`]) are RON files in `crates/firewatch-action/actions/`. A file of the same
//! format adds or overrides actions: [`ActionCatalogue::extended_by_file`].

mod action_error;
mod action_file;
mod action_metrics;
mod apply;
mod catalogue;
mod check;
pub mod codes;
mod comparison;
mod customers;
pub mod decode;
mod draft;
mod effect;
pub mod form;
mod history;
mod interruption;
mod metric_names;
mod model;
mod names;
mod parameter;
mod plan;
mod report;
mod request;
mod scene;
mod session;
mod situation;
mod state_error;
mod template;
mod text;
mod traffic;
mod types;
mod whole;

pub use action_error::ActionError;
pub use action_metrics::is_action_metric;
pub use catalogue::{ActionCatalogue, ActionId};
pub use comparison::{Comparison, Metrics, Operator};
pub use customers::{CustomerRules, UserFacingRule, UserImpactRule};
pub use draft::EffectDraft;
pub use firewatch_sim::UnknownName;
pub use history::Recorded;
pub use metric_names::metric_meant;
pub use model::{ActionSpec, CallRoute, Category, Profile, Recipients};
pub use parameter::{OnInvalid, Parameter, ParameterKind};
pub use plan::ActionPlan;
pub use request::{
    ActionOutcome, ActionRequest, HaltedFault, NumberedRequest, RequestedAction, Target, WAIT,
};
pub use session::{ActionSession, HISTORY_TICKS, PassingEffects};
pub use state_error::StateError;
pub use template::{MAX_FEEDBACK_BYTES, cut};
pub use text::{Map, Quoted};
pub use types::out_of_range;

/// The examples of the package's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
