//! The start of an episode, apart from its environment.

use std::sync::Arc;

use firewatch_action::ActionSession;
use firewatch_response::score::ScoreTerms;
use firewatch_response::{FailedAction, Timetable};
use firewatch_scenario::Scenario;

/// The start of an episode, apart from its environment.
pub(crate) struct EpisodeStart {
    pub(crate) terms: ScoreTerms,
    pub(crate) scenario: Arc<Scenario>,
    /// The steps that the scenario takes by itself; `None` without any.
    pub(crate) timetable: Option<Arc<Timetable>>,
    pub(crate) seed: u64,
    /// SLO budget before the first tick.
    pub(crate) initial_budget: f64,
}

/// The effects of the scenario's own timeline before the first tick, apart from the environment.
#[derive(Default)]
pub(crate) struct OpeningState {
    pub(crate) actions: ActionSession,
    pub(crate) failed_action: Option<Box<FailedAction>>,
}
