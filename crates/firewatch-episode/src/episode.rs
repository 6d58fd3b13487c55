//! One episode at a time.

use std::fmt;
use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile, RequestedAction};
use firewatch_response::FailedAction;
use firewatch_response::score::{EpisodeEnd, Grade, Reward, Score};
use firewatch_scenario::{Goal, Scenario};
use firewatch_sim::{EnvironmentRef, SimError, Simulation};

use crate::error::EpisodeError;
use crate::incident::PreparedIncident;
use crate::info::Info;
use crate::observation::Observation;
use crate::request::EpisodeRequest;
use crate::session::{PastAction, Session};
use crate::state::EpisodeState;
use crate::verdict::ActionVerdict;

/// An incident that an agent or a person responds to, step by step.
///
/// ```
/// use firewatch_response::score::EpisodeEnd;
/// use firewatch_episode::{Episode, EpisodeRequest};
/// use firewatch_action::{ActionRequest, Profile};
///
/// # fn main() -> Result<(), firewatch_episode::EpisodeError> {
/// let mut episode = Episode::new(Profile::Standard);
/// let first = episode.reset(&EpisodeRequest::task("task_easy_oom_baseline")?)?;
/// assert_eq!(first.tick, 1);
/// let step = episode.step(&ActionRequest::new("add_memory", "auth-service"))?;
/// assert!(step.valid && step.verdict.is_none());
/// while episode.end().is_none() {
///     episode.step(&ActionRequest::new("fetch_logs", "auth-service"))?;
/// }
/// assert_eq!(episode.end(), Some(EpisodeEnd::OutOfTicks));
/// assert!(episode.grade().is_some_and(|grade| grade.total > 0.5));
/// // Over, so it may be told.
/// assert!(episode.verdicts().is_some_and(|verdicts| verdicts[0].halted == Some(0)));
/// # Ok(())
/// # }
/// ```
pub struct Episode {
    profile: Profile,
    catalogue: Arc<ActionCatalogue>,
    running: Option<(Simulation, Session)>,
    /// The information about the last step that was done.
    info: Info,
}

/// The result of a step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EpisodeStep {
    /// The observation after the step.
    pub observation: Observation,
    /// The reward; all 0 for a step that was not done.
    pub reward: Reward,
    /// Whether the action could be done: `false` without a target that it needs.
    pub valid: bool,
    /// How the action was judged, if it may be told: under the standard profile only in the step that ends the
    /// episode. [`Episode::verdicts`] then has those of all actions.
    pub verdict: Option<ActionVerdict>,
    /// The feedback of the action, in lines.
    pub feedback: String,
    /// Why the episode has ended, if it has.
    pub end: Option<EpisodeEnd>,
    /// The grade, if it has.
    pub grade: Option<Grade>,
    /// More information about the step; about the previous one if this one was not done.
    pub info: Info,
    /// Why nothing was done: the action failed; under the reference profile also that the step came after the end.
    pub error: Option<EpisodeError>,
    /// The first action of the scenario's own timeline that could not be carried out before the tick of this
    /// step; in the first step, also before the tick of the reset. The step was still done, but the
    /// incident is not the one that the scenario describes.
    pub failed_action: Option<FailedAction>,
}

impl fmt::Debug for Episode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Episode")
            .field("profile", &self.profile)
            .field("scenario", &self.scenario().map(|scenario| &scenario.name))
            .field("tick", &self.view().map(|view| view.clock().tick))
            .field("steps", &self.steps())
            .field("end", &self.end())
            .finish_non_exhaustive()
    }
}

impl Episode {
    /// No episode yet, with the built-in actions of the profile.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self::with_actions(
            profile,
            Arc::new(ActionCatalogue::built_in(profile).clone()),
        )
    }

    /// No episode yet, with these actions. A scenario that brings actions of its own is answered with
    /// its [`Scenario::actions`] instead.
    #[must_use]
    pub fn with_actions(profile: Profile, catalogue: Arc<ActionCatalogue>) -> Self {
        Self {
            profile,
            catalogue,
            running: None,
            info: Info::default(),
        }
    }

    /// Starts another episode and runs its first tick, which has no action. Under the standard profile an incident of a
    /// single tick is over then, and graded.
    ///
    /// # Errors
    /// [`EpisodeError::Task`], [`EpisodeError::Unregistered`], [`EpisodeError::Sim`]; the episode
    /// before it goes on then. Under the reference profile it does so with what the reference has
    /// overwritten by then: it burns, and is graded, by the difficulty and the task of the reset that
    /// failed, and counts its steps from 0. [`Observation::of_error`] is what the reference shows.
    pub fn reset(&mut self, request: &EpisodeRequest) -> Result<Observation, EpisodeError> {
        let incident = PreparedIncident::new(self.profile, request).inspect_err(|_| {
            if let Some((_, session)) = &mut self.running {
                session.after_failed_reset(request);
            }
        })?;
        let (simulation, opening) = incident.begin()?;
        let view = simulation.view();
        let session = Session::begin(incident.beginning(), opening, &self.catalogue, &view);
        let observation = session.observation(&view);
        self.running = Some((simulation, session));
        self.info = Info::default();
        Ok(observation)
    }

    /// Returns an episode of its own that continues from here, with the same environment, score, history
    /// and information. Neither changes the other, and both give the same bits for the same actions.
    ///
    /// # Errors
    /// As [`Simulation::branch`].
    pub fn branch(&self) -> Result<Self, EpisodeError> {
        let branch = |(simulation, session): &(Simulation, Session)| {
            Ok::<_, SimError>((simulation.branch()?, session.clone()))
        };
        Ok(Self {
            profile: self.profile,
            catalogue: Arc::clone(&self.catalogue),
            running: self.running.as_ref().map(branch).transpose()?,
            info: self.info.clone(),
        })
    }

    /// Returns the episode as plain data, for hosts and graders: it tells what was wrong and where the faults are, so a
    /// policy must not see it. `None` before the first reset.
    #[must_use]
    pub fn save(&self) -> Option<EpisodeState> {
        let (simulation, session) = self.running.as_ref()?;
        Some(session.save(simulation.snapshot(), self.info.clone()))
    }

    /// Continues from a saved state of an episode of this scenario, in place of the current one. The
    /// scenario is that of [`Episode::scenario`] when the state was saved.
    ///
    /// # Errors
    /// [`EpisodeError::State`] or [`EpisodeError::Sim`]: the state is damaged, or is not one of this scenario
    /// and profile. The current episode goes on as it was.
    pub fn restore(
        &mut self,
        scenario: impl Into<Arc<Scenario>>,
        state: &EpisodeState,
    ) -> Result<(), EpisodeError> {
        let scenario = scenario.into();
        let simulation = Simulation::from_blueprint(&state.blueprint(&scenario)?)?;
        let view = simulation.view();
        let session = Session::restore(self.profile, scenario, state, &view)?;
        self.running = Some((simulation, session));
        self.info = state.info.clone();
        Ok(())
    }

    /// Runs the due part of the scenario's timeline, then one tick, then one action. Under the standard profile an
    /// incident that this declares resolved is played on to its last tick, without actions: what happens until then is
    /// part of this step.
    ///
    /// A timeline's action that does not fit the scenario is [`EpisodeStep::failed_action`]: the rest of what the
    /// timeline does then, the tick and the action are still done.
    ///
    /// An action that [fails](firewatch_action::ActionError::Unfit) is [`EpisodeStep::error`]: its tick is played and
    /// scored as one in which nothing is done. Under the reference profile it is not scored, and its observation is
    /// empty; so is that of a step that comes after the end, or before the first reset, as the reference shows it.
    ///
    /// # Errors
    /// [`firewatch_action::ActionError::Unknown`], and under the standard profile
    /// [`EpisodeError::NotRunning`], where it is a mistake of the caller's: nothing has happened then.
    pub fn step(&mut self, action: &ActionRequest) -> Result<EpisodeStep, EpisodeError> {
        match self.try_step(action) {
            Err(error) if self.profile == Profile::Reference && error.is_shown() => {
                Ok(self.not_done(error))
            }
            done => done,
        }
    }

    /// Returns the result of a step that was not done.
    fn not_done(&self, error: EpisodeError) -> EpisodeStep {
        let has_ticked = error != EpisodeError::NotRunning;
        EpisodeStep {
            observation: Observation::of_error(&error),
            reward: Reward::default(),
            valid: false,
            verdict: None,
            feedback: error.to_string(),
            end: self.end(),
            grade: self.grade(),
            info: self.info.clone(),
            error: Some(error),
            failed_action: self.failed_action().filter(|_| has_ticked).cloned(),
        }
    }

    fn try_step(&mut self, action: &ActionRequest) -> Result<EpisodeStep, EpisodeError> {
        let running = self.running.as_mut();
        let running = running.filter(|(_, session)| session.score.end().is_none());
        let (simulation, session) = running.ok_or(EpisodeError::NotRunning)?;
        let scenario = Arc::clone(&session.scenario);
        let catalogue = scenario.actions_or(self.profile, &self.catalogue);
        action.action(catalogue)?;
        session.before_tick(&mut simulation.environment_mut())?;
        simulation.tick();
        let mut done = session.step(catalogue, &mut simulation.environment_mut(), action)?;
        while session.score.plays_on() {
            session.before_tick(&mut simulation.environment_mut())?;
            simulation.tick();
            done.reward += session.play_on(catalogue, &mut simulation.environment_mut())?;
        }
        let view = simulation.view();
        let analysis = session.analysis(catalogue, &view, action, &done.outcome);
        self.info = Info {
            semantic_analysis: Some(analysis),
            ..session.info(&view)
        };
        Ok(EpisodeStep {
            observation: session.observation(&view),
            reward: done.reward,
            valid: done.outcome.valid,
            verdict: session.told_verdict(catalogue),
            feedback: done.outcome.feedback,
            end: session.score.end(),
            grade: session.score.grade(),
            info: self.info.clone(),
            error: done.failed.map(EpisodeError::from),
            failed_action: session.failed_action.as_deref().cloned(),
        })
    }

    fn session(&self) -> Option<&Session> {
        self.running.as_ref().map(|(_, session)| session)
    }

    /// Which rules and numbers the episodes have.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The actions that there are.
    #[must_use]
    pub fn actions(&self) -> &ActionCatalogue {
        match self.scenario() {
            Some(scenario) => scenario.actions_or(self.profile, &self.catalogue),
            None => &self.catalogue,
        }
    }

    /// The scenario that the last reset began with.
    #[must_use]
    pub fn scenario(&self) -> Option<&Arc<Scenario>> {
        self.session().map(|session| &session.scenario)
    }

    /// The environment as it is, for graders: an operator sees an [`Observation`] instead.
    #[must_use]
    pub fn view(&self) -> Option<EnvironmentRef<'_>> {
        self.running
            .as_ref()
            .map(|(simulation, _)| simulation.view())
    }

    /// Returns the current observation; `None` before the first reset.
    #[must_use]
    pub fn observation(&self) -> Option<Observation> {
        let (simulation, session) = self.running.as_ref()?;
        Some(session.observation(&simulation.view()))
    }

    /// The score so far, for graders: it knows what no step tells before the end, as
    /// [`Episode::privileged_verdicts`] do.
    #[must_use]
    pub fn score(&self) -> Option<&Score> {
        self.session().map(|session| &session.score)
    }

    /// The first action of the scenario's own timeline that could not be carried out before the last tick; see
    /// [`EpisodeStep::failed_action`].
    #[must_use]
    pub fn failed_action(&self) -> Option<&FailedAction> {
        self.session()?.failed_action.as_deref()
    }

    /// Everything that was done, in order.
    #[must_use]
    pub fn history(&self) -> &[PastAction] {
        self.session().map_or(&[], |session| &session.history)
    }

    /// How each action of the [history](Self::history) was judged, in order; `None` as long as that may not be told:
    /// under the standard profile until the incident is over.
    #[must_use]
    pub fn verdicts(&self) -> Option<&[ActionVerdict]> {
        let session = self.session()?;
        { session.tells_verdicts(self.actions()) }.then_some(&session.verdicts)
    }

    /// The same at any time, for graders: a policy that is trained or tested must not see it.
    #[must_use]
    pub fn privileged_verdicts(&self) -> &[ActionVerdict] {
        self.session().map_or(&[], |session| &session.verdicts)
    }

    /// Metric history, open circuits, specialists: nothing that an operator can't know.
    #[must_use]
    pub fn action_session(&self) -> Option<&ActionSession> {
        self.session().map(|session| &session.actions)
    }

    /// The goals that the grade looks at, and whether each is met now.
    #[must_use]
    pub fn goals(&self) -> Vec<(&Goal, bool)> {
        let Some((simulation, session)) = &self.running else {
            return Vec::new();
        };
        let view = simulation.view();
        let goals = session.score.counted_goals(&session.scenario, &view);
        goals.map(|goal| (goal, goal.is_met(&view))).collect()
    }

    /// Steps done since the last reset.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.session().map_or(0, |session| session.steps)
    }

    /// Why the last episode has ended; `None` while it runs, and before the first.
    #[must_use]
    pub fn end(&self) -> Option<EpisodeEnd> {
        self.session()?.score.end()
    }

    /// The grade of an episode that has ended.
    #[must_use]
    pub fn grade(&self) -> Option<Grade> {
        self.session()?.score.grade()
    }
}
