//! The result of a step of one episode of a batch.

use firewatch_action::{ActionCatalogue, ActionOutcome};
use firewatch_response::FailedAction;
use firewatch_response::score::{EpisodeEnd, Grade, Reward};

use crate::error::EpisodeError;
use crate::session::Session;
use crate::verdict::ActionVerdict;

/// The result of a step of one episode of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BatchStep {
    /// The reward; all 0 for a step that was not done.
    pub reward: Reward,
    /// Whether the action could be done: `false` without a target that it needs.
    pub valid: bool,
    /// How the action was judged, if it may be told: under the standard profile only in the step that ends the
    /// episode.
    pub verdict: Option<ActionVerdict>,
    /// Why the episode has ended, if it has, now or earlier.
    pub end: Option<EpisodeEnd>,
    /// The grade, if it has.
    pub grade: Option<Grade>,
    /// Why nothing was done: the episode had ended, or the action failed.
    pub error: Option<EpisodeError>,
    /// The first action of the scenario's own timeline that could not be carried out before the tick of this
    /// step; in the first step, also before the tick of the reset. The step was still done, but the
    /// incident is not the one that the scenario describes.
    pub failed_action: Option<Box<FailedAction>>,
}

impl BatchStep {
    pub(super) fn of(done: Result<ActionOutcome, EpisodeError>) -> Self {
        match done {
            Ok(outcome) => Self {
                valid: outcome.valid,
                ..Self::default()
            },
            Err(error) => Self {
                error: Some(error),
                ..Self::default()
            },
        }
    }

    /// Writes over what an earlier step came to, in place: there are many of them.
    pub(super) fn begin(&mut self, outcome: &ActionOutcome) {
        self.valid = outcome.valid;
        if self.error.is_some() {
            self.error = None;
        }
    }

    /// Fills in the results after the action; without a reward it is not scored.
    pub(super) fn close(
        &mut self,
        session: &Session,
        catalogue: &ActionCatalogue,
        reward: Option<Reward>,
    ) {
        self.verdict = reward.and_then(|_| session.told_verdict(catalogue));
        if let Some(reward) = reward {
            self.reward = reward;
        }
        let end = session.score.end();
        // Nearly always it has none, and had none: a grade is large.
        if end.is_some() || self.end.is_some() || self.grade.is_some() {
            (self.end, self.grade) = (end, session.score.grade());
        }
        if self.failed_action != session.failed_action {
            self.failed_action.clone_from(&session.failed_action);
        }
    }
}
