//! The reference's incidents, field by field and bit for bit: those drawn for a difficulty and a seed, and its
//! 60 tasks.
//!
//! They consume random numbers in the order of the reference; these are CPython's `random.Random`
//! ([`PythonRandom`]). The tasks are the scenario files of `tasks/`, compiled in
//! ([`tasks`]).
//!
//! ```
//! use firewatch_reference::ReferenceStart;
//! use firewatch_scenario::Difficulty;
//!
//! let start = ReferenceStart::generate(Difficulty::Hard, 9001);
//! assert_eq!(start.state.faults[0].service, "checkout-v2-service");
//!
//! let start = ReferenceStart::of_task("task_easy_oom_baseline")?;
//! assert_eq!(start.state.faults[0].service, "auth-service");
//! # Ok::<(), firewatch_reference::UnknownTask>(())
//! ```

mod draw;
mod python;
mod start;
mod task;

pub use python::PythonRandom;
pub use start::ReferenceStart;
pub use task::{Task, UnknownTask, find, matching, tasks};

/// The examples of the package's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
