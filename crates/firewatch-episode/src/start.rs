//! What an episode begins with, apart from its environment.

use std::sync::Arc;

use firewatch_action::ActionSession;
use firewatch_response::score::ScoreTerms;
use firewatch_response::{FailedAction, Timetable};
use firewatch_scenario::Scenario;

/// What an episode begins with, apart from its environment.
pub(crate) struct EpisodeStart {
    pub(crate) terms: ScoreTerms,
    pub(crate) scenario: Arc<Scenario>,
    /// What the scenario does by itself; `None` for nothing.
    pub(crate) timetable: Option<Arc<Timetable>>,
    pub(crate) seed: u64,
    /// SLO budget before the first tick.
    pub(crate) initial_budget: f64,
}

/// What the scenario's own timeline leaves behind before the first tick.
#[derive(Default)]
pub(crate) struct OpeningState {
    pub(crate) actions: ActionSession,
    pub(crate) failed_action: Option<Box<FailedAction>>,
}
