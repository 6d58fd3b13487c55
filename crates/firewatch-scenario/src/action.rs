//! Actions: what somebody who answers an incident can do, as data.
//!
//! An [`ActionCatalogue`] says of each action what sort of thing it is, what it does to the metrics of
//! its target and what it halts; [`ActionCatalogue::apply`] does one to an environment ([`EnvironmentMut`](firewatch_sim::EnvironmentMut)), wherever it lives. The built-in
//! catalogues ([`Profile`]) are RON files in `crates/firewatch-scenario/actions/`, and a file of the same
//! format adds actions or overrides them: for a program [`ActionCatalogue::extended_by_file`], for a
//! scenario [`OwnActions`].

mod apply;
mod catalogue;
mod check;
mod effect;
mod model;
mod own;
mod parameter;
mod plan;
mod read;
mod report;
mod request;
mod session;
mod template;
mod types;
mod whole;

pub use catalogue::{ActionCatalogue, ActionId};
pub(crate) use model::On as Recipients;
pub use model::{ActionSpec, Category, OnInvalid, Parameter, ParameterKind, Profile};
pub use own::OwnActions;
pub(crate) use own::named_files;
pub use plan::Plan;
pub use request::{
    ActionError, ActionOutcome, ActionRequest, Ask, HaltedFault, NumberedRequest, Target, WAIT,
};
pub use session::{ActionSession, HISTORY_TICKS, Recorded};
pub use template::MAX_FEEDBACK_BYTES;
pub(crate) use template::cut;
