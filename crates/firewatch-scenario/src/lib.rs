//! The scenario language of Firewatch.

mod catalogue;
mod check;
mod decode;
mod expect;
mod generate;
mod load;
mod model;
mod play;
mod problem;
mod read;
mod syntax;
mod write;

pub use catalogue::{CATALOGUE, CatalogueService, DEFAULT_MEMORY_LIMIT_MEBIBYTES};
pub use check::{MAX_SERVICES, MAX_SPEED, MAX_TICKS};
pub use expect::{Outcome, Verdict};
pub use generate::generate;
pub use load::MAX_FILE_BYTES;
pub use model::{
    Action, Calls, Check, Comparison, Difficulty, Event, Expectation, Fact, Fault, Metrics,
    Operator, Quantity, Scenario, Service, When,
};
pub use play::{Occurrence, Playback, ServiceHistory, What};
pub use problem::{Diagnostics, LocatedProblem, Problem, instead_of};
