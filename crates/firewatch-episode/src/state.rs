//! A running episode as plain data.

use std::sync::Arc;

use firewatch_action::{ActionSession, Profile, StateError};
use firewatch_response::score::Score;
use firewatch_response::{FailedAction, Timetable};
use firewatch_scenario::Scenario;
use firewatch_sim::{Blueprint, EnvironmentRef, EnvironmentState, SimError};
use serde::{Deserialize, Serialize};

use crate::info::Info;
use crate::session::{PastAction, Session};
use crate::verdict::ActionVerdict;

/// A running or ended episode: everything but its [`Scenario`], which does not change.
///
/// A state that was written and read again is the same to the bit, and a field that is not known is
/// refused. In JSON that takes `serde_json` with its feature `float_roundtrip`: without it some numbers are
/// read as the neighbour of the one that was written, and a restored episode drifts off. Of
/// [`FailedAction::error`] the text is kept.
///
/// ```
/// // serde_json = { version = "1", features = ["float_roundtrip"] }
/// use std::sync::Arc;
/// use firewatch_action::{ActionRequest, Profile};
/// use firewatch_episode::{Episode, EpisodeRequest, EpisodeState};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut episode = Episode::new(Profile::Standard);
/// episode.reset(&EpisodeRequest::task("task_easy_oom_baseline")?)?;
/// episode.step(&ActionRequest::new("fetch_logs", "auth-service"))?;
/// let text = serde_json::to_string(&episode.save())?;
///
/// let state: Option<EpisodeState> = serde_json::from_str(&text)?;
/// let scenario = episode.scenario().cloned().expect("it has begun");
/// let mut restored = Episode::new(Profile::Standard);
/// restored.restore(scenario, &state.expect("it has begun"))?;
/// let remedy = ActionRequest::new("add_memory", "auth-service");
/// assert_eq!(restored.step(&remedy)?, episode.step(&remedy)?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct EpisodeState {
    /// The environment.
    pub environment: EnvironmentState,
    /// Seed of the incident.
    pub seed: u64,
    /// Steps done since the last reset.
    pub steps: u64,
    /// The score so far.
    pub score: Score,
    /// Metric history, open circuits, specialists.
    pub actions: ActionSession,
    /// Everything that was done, in order; nothing for an episode of a batch.
    pub history: Vec<PastAction>,
    /// How these actions were judged; nothing in a state from before that was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<ActionVerdict>,
    /// The first action of the timeline that could not be carried out before the last tick.
    pub failed_action: Option<FailedAction>,
    /// The information of the last step that was done.
    pub info: Info,
}

impl EpisodeState {
    /// Returns the blueprint of the environment, with the kinds of fault that the scenario knows.
    ///
    /// # Errors
    /// As [`EnvironmentState::blueprint`].
    pub(crate) fn blueprint(&self, scenario: &Scenario) -> Result<Blueprint, SimError> {
        let mut blueprint = self.environment.blueprint()?;
        // A state from before texts were chosen does not name them.
        blueprint.log_script.texts = self.score.profile().log_texts();
        Ok(blueprint.with_fault_kinds(scenario.fault_kinds.clone()))
    }
}

impl Session {
    /// Returns the state of the episode with this environment.
    pub(crate) fn save(&self, environment: EnvironmentState, info: Info) -> EpisodeState {
        EpisodeState {
            environment,
            seed: self.seed,
            steps: self.steps,
            score: self.score.clone(),
            actions: self.actions.clone(),
            history: self.history.clone(),
            verdicts: self.verdicts.clone(),
            failed_action: self.failed_action.as_deref().cloned(),
            info,
        }
    }

    /// Continues an episode of the scenario, whose environment was built from the state.
    ///
    /// # Errors
    /// [`StateError`]: the state is not one of this scenario under these rules.
    pub(crate) fn restore(
        profile: Profile,
        mut scenario: Arc<Scenario>,
        state: &EpisodeState,
        view: &EnvironmentRef,
    ) -> Result<Self, StateError> {
        let found = state.score.profile();
        if found != profile {
            return Err(StateError::Profile {
                expected: profile.name(),
                found: found.name(),
            });
        }
        let services = scenario.services.iter().map(|service| &*service.name);
        if !services.eq(view.service_names()) {
            return Err(StateError::Services);
        }
        state.score.check(view)?;
        state.actions.check(view)?;
        if scenario.profile != profile {
            Arc::make_mut(&mut scenario).profile = profile;
        }
        Ok(Self {
            profile,
            timetable: Timetable::of_events(&scenario),
            actions: { state.actions.clone() }.with_user_facing(&scenario.user_facing),
            scenario,
            seed: state.seed,
            failed_action: state.failed_action.clone().map(Box::new),
            score: state.score.clone(),
            history: state.history.clone(),
            verdict: state.verdicts.last().copied(),
            verdicts: state.verdicts.clone(),
            steps: state.steps,
        })
    }
}
