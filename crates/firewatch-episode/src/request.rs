//! The request that a reset takes.

use std::sync::Arc;

use firewatch_reference::{self as reference, Task, UnknownTask};
use firewatch_response::score::ScoreRules;
use firewatch_scenario::{Difficulty, GeneratorVersion, Scenario, generate_with};

/// The request that a reset takes.
#[derive(Clone, Debug)]
pub enum EpisodeRequest {
    /// The incident of a scenario, with the scenario's own seed.
    Scenario(Arc<Scenario>),
    /// A task of the reference.
    Task {
        /// Its id.
        id: String,
        /// Whose SLO budget and burn it has. If it is left out they are the task's own, under the
        /// reference profile those of `easy`.
        difficulty: Option<Difficulty>,
        /// Draws its baselines; if it is left out, the task's own.
        seed: Option<u64>,
    },
    /// One that is drawn by version 1 of the generator; [`EpisodeRequest::generated`] takes others. Under the reference profile as the reference draws it, which may be a task:
    /// see [`firewatch_reference::ReferenceStart::generate`].
    Drawn {
        /// How hard it is.
        difficulty: Difficulty,
        /// The seed.
        seed: u64,
    },
}

impl EpisodeRequest {
    /// The incident of a scenario, given as a [`Scenario`] or an [`Arc`] of one.
    #[must_use]
    pub fn scenario(scenario: impl Into<Arc<Scenario>>) -> Self {
        Self::Scenario(scenario.into())
    }

    /// An incident of that version of the generator, whatever the profile.
    #[must_use]
    pub fn generated(version: GeneratorVersion, difficulty: Difficulty, seed: u64) -> Self {
        Self::scenario(generate_with(version, difficulty, seed))
    }

    /// A task as it is meant, with its own difficulty and seed.
    ///
    /// # Errors
    /// [`UnknownTask`]
    pub fn task(id: &str) -> Result<Self, UnknownTask> {
        let task = reference::find(id)?;
        Ok(Self::Task {
            id: id.to_owned(),
            difficulty: Some(task.difficulty()),
            seed: Some(task.scenario.seed),
        })
    }
}

/// Ticks and bad customer minutes that the reference grades against: the task's, else those of the
/// difficulty, which all its tasks share.
pub(crate) fn graded_by(task: Option<&Task>, difficulty: Difficulty) -> (u64, f64) {
    let difficulty = task.map_or(difficulty, Task::difficulty);
    let ticks = task.map_or(difficulty.ticks(), |task| task.scenario.ticks);
    let grade = &ScoreRules::REFERENCE.grade;
    (ticks, grade.max_bad_customer_minutes(difficulty, ticks))
}

/// What a reset that fails has already set when it does: the reference then goes on with the episode
/// before it, but by these.
pub(crate) struct FailedReset {
    pub(crate) difficulty: Difficulty,
    pub(crate) seed: Option<u64>,
    /// The task whose goals are graded from then on.
    pub(crate) task: Option<&'static Task>,
    pub(crate) graded_ticks: u64,
    pub(crate) max_bad_customer_minutes: f64,
}

impl FailedReset {
    /// `None` for a scenario: the reference has none.
    pub(crate) fn of(request: &EpisodeRequest) -> Option<Self> {
        let (difficulty, seed, task) = match request {
            EpisodeRequest::Scenario(_) => return None,
            EpisodeRequest::Drawn { difficulty, seed } => (
                *difficulty,
                Some(*seed),
                reference::matching(*difficulty, *seed),
            ),
            EpisodeRequest::Task {
                id,
                difficulty,
                seed,
            } => (
                difficulty.unwrap_or(Difficulty::Easy),
                *seed,
                reference::find(id).ok(),
            ),
        };
        let (graded_ticks, max_bad_customer_minutes) = graded_by(task, difficulty);
        Some(Self {
            difficulty,
            seed,
            task,
            graded_ticks,
            max_bad_customer_minutes,
        })
    }
}
