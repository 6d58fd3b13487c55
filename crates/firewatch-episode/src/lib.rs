//! Episodes: incidents that someone is to answer.
//!
//! [`Episode::generate`] and [`Episode::of_task`] give the reference's episodes, field by field and
//! bit for bit: what they draw, they draw as the reference's random numbers come, which are those of
//! CPython's `random.Random` ([`PythonRandom`]). The tasks are the scenario files of
//! `scenarios/reference/`, compiled in ([`tasks`]).
//!
//! ```
//! use firewatch_episode::Episode;
//! use firewatch_scenario::Difficulty;
//!
//! let episode = Episode::generate(Difficulty::Hard, 9001);
//! assert_eq!(episode.state.faults[0].service, "checkout-v2-service");
//!
//! let episode = Episode::of_task("task_easy_oom_baseline")?;
//! assert_eq!(episode.state.faults[0].service, "auth-service");
//! # Ok::<(), firewatch_episode::UnknownTask>(())
//! ```
//!
//! The scenarios' own generator, [`firewatch_scenario::generate`], is another one: it draws meshes
//! in which the fault's service is called by another.

mod draw;
mod episode;
mod python;
mod task;

pub use episode::Episode;
pub use python::PythonRandom;
pub use task::{Task, UnknownTask, find, matching, tasks};
