//! Episodes: incidents that someone is to answer.
//!
//! [`Start::generate`] and [`Start::of_task`] give the reference's episodes, field by field and
//! bit for bit: what they draw, they draw as the reference's random numbers come, which are those of
//! CPython's `random.Random` ([`PythonRandom`]). The tasks are the scenario files of
//! `scenarios/reference/`, compiled in ([`tasks`]).
//!
//! ```
//! use firewatch_episode::Start;
//! use firewatch_scenario::Difficulty;
//!
//! let start = Start::generate(Difficulty::Hard, 9001);
//! assert_eq!(start.state.faults[0].service, "checkout-v2-service");
//!
//! let start = Start::of_task("task_easy_oom_baseline")?;
//! assert_eq!(start.state.faults[0].service, "auth-service");
//! # Ok::<(), firewatch_episode::UnknownTask>(())
//! ```
//!
//! The scenarios' own generator, [`firewatch_scenario::generate`], is another one: it draws meshes
//! in which the fault's service is called by another.

mod draw;
pub mod grade;
mod num;
mod python;
pub mod reward;
mod start;
mod task;

pub use grade::{Grade, Outcome, max_bad_customer_minutes};
pub use python::PythonRandom;
pub use reward::{Reward, StepFacts, premature_exit, weighted_mean_error_rate};
pub use start::Start;
pub use task::{Task, UnknownTask, find, matching, tasks};
