//! One episode, apart from the environment that it is about.

use std::sync::Arc;

use firewatch_action::{
    ActionCatalogue, ActionError, ActionId, ActionOutcome, ActionRequest, ActionSession, Category,
    EffectDraft, Profile, RequestedAction,
};
use firewatch_response::score::{ChangedServices, Incident, Reward, Score, ScoreRules, StepRecord};
use firewatch_response::{FailedAction, Timetable};
use firewatch_scenario::Scenario;
use firewatch_sim::{EnvironmentMut, EnvironmentRef, SimError};
use serde::{Deserialize, Serialize};

use crate::error::EpisodeError;
use crate::request::{EpisodeRequest, FailedReset};
use crate::start::{EpisodeStart, OpeningState};
use crate::verdict::ActionVerdict;

/// Something that was done earlier in the episode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastAction {
    /// Name of the action.
    pub action_type: String,
    /// The service that it was done to; empty where there was none.
    pub target_service: String,
    /// The feedback.
    pub feedback_string: String,
}

/// The result of a step.
#[derive(Clone, Debug)]
pub(crate) struct StepResult {
    pub(crate) outcome: ActionOutcome,
    pub(crate) reward: Reward,
    /// Why nothing was done.
    pub(crate) failed: Option<ActionError>,
}

/// An episode, apart from its environment.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) profile: Profile,
    /// Of a drawn episode in a batch, one of its difficulty: they have the same ticks and no goals, and
    /// nothing happens in them by itself.
    pub(crate) scenario: Arc<Scenario>,
    /// Seed of the incident.
    pub(crate) seed: u64,
    /// The steps that the scenario takes in later ticks; `None` without any. It is kept here because every
    /// step needs it, and most steps nothing else of the scenario.
    pub(crate) timetable: Option<Arc<Timetable>>,
    /// The first action of the timeline that could not be carried out before the last tick; before the first
    /// step's tick, those of the reset included.
    pub(crate) failed_action: Option<Box<FailedAction>>,
    pub(crate) score: Score,
    pub(crate) actions: ActionSession,
    pub(crate) history: Vec<PastAction>,
    /// How the actions of the history were judged, in order.
    pub(crate) verdicts: Vec<ActionVerdict>,
    /// How the last action was judged, also where no history is kept.
    pub(crate) verdict: Option<ActionVerdict>,
    pub(crate) steps: u64,
}

impl Session {
    /// After the tick that a reset does.
    pub(crate) fn begin(
        beginning: EpisodeStart,
        opening: OpeningState,
        catalogue: &ActionCatalogue,
        view: &EnvironmentRef,
    ) -> Self {
        let EpisodeStart {
            terms,
            scenario,
            timetable,
            seed,
            initial_budget,
        } = beginning;
        let incident = Incident {
            profile: terms.profile,
            scenario: &scenario,
            catalogue: scenario.actions_or(terms.profile, catalogue),
        };
        Self {
            profile: terms.profile,
            timetable,
            failed_action: opening.failed_action,
            score: Score::begin(terms, initial_budget, &incident, view),
            scenario,
            seed,
            actions: opening.actions,
            history: Vec::new(),
            verdicts: Vec::new(),
            verdict: None,
            steps: 0,
        }
    }

    /// Becomes a copy of another. Its score is copied in place, which is quicker than to clone and drop one.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        let Self {
            profile,
            scenario,
            seed,
            timetable,
            failed_action,
            score,
            actions,
            history,
            verdicts,
            verdict,
            steps,
        } = other;
        (self.profile, self.seed, self.steps) = (*profile, *seed, *steps);
        self.scenario.clone_from(scenario);
        self.timetable.clone_from(timetable);
        self.failed_action.clone_from(failed_action);
        self.score.clone_from(score);
        self.actions.clone_from(actions);
        self.history.clone_from(history);
        self.verdicts.clone_from(verdicts);
        self.verdict = *verdict;
    }

    /// Whether the scenario itself does anything in later ticks. Only then is
    /// [`before_tick`](Self::before_tick) needed.
    pub(crate) fn has_timetable(&self) -> bool {
        self.timetable.is_some()
    }

    /// Runs the due part of the timeline before the tick of a step. An action that can't be carried out is
    /// recorded and stops nothing.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`].
    pub(crate) fn before_tick(&mut self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        let Some(timetable) = &self.timetable else {
            return Ok(());
        };
        let tick = environment.view()?.clock().tick;
        // After the tick of the reset no step has told yet what failed before it. An incident that is played on is
        // part of the step that declared it resolved.
        if tick > 1 && !self.score.plays_on() {
            self.failed_action = None;
        }
        if self.score.end().is_some() {
            return Ok(());
        }
        let failed = timetable.act_at(&self.scenario, tick, environment, &mut self.actions)?;
        if self.failed_action.is_none() {
            self.failed_action = failed.map(Box::new);
        }
        Ok(())
    }

    /// Runs the rest of a step after its tick. Where the rules score an action that fails, its step is one in which
    /// nothing is done.
    pub(crate) fn step(
        &mut self,
        catalogue: &ActionCatalogue,
        environment: &mut EnvironmentMut,
        request: &ActionRequest,
    ) -> Result<StepResult, EpisodeError> {
        self.look(catalogue, &environment.view()?);
        // Should the action fail, the step's burn is charged all the same.
        environment.set_slo_budget(self.score.budget())?;
        self.actions
            .advance_passing_effects(catalogue, environment)?;
        let action = request.action(catalogue)?;
        let done = catalogue.apply(environment, &mut self.actions, request);
        let (outcome, failed) = match done {
            Ok(outcome) => (outcome, None),
            Err(error) => {
                let outcome = self.failed_outcome(catalogue, Some(action), &error);
                (outcome.ok_or(error.clone())?, Some(error))
            }
        };
        let view = environment.view()?;
        let step_record = self.judge(view.clock().tick, &outcome);
        self.remember(request, &outcome);
        let reward = self.close(catalogue, &view, step_record, ChangedServices::ALL);
        environment.set_slo_budget(self.score.budget())?;
        Ok(StepResult {
            outcome,
            reward,
            failed,
        })
    }

    /// Runs the rest of a tick by which an incident that was declared resolved is played on, and returns what it adds
    /// to the reward: what waiting would.
    pub(crate) fn play_on(
        &mut self,
        catalogue: &ActionCatalogue,
        environment: &mut EnvironmentMut,
    ) -> Result<Reward, EpisodeError> {
        let view = environment.view()?;
        self.observe_tick(catalogue, &view);
        self.actions
            .advance_passing_effects(catalogue, environment)?;
        let (view, nothing) = (environment.view()?, StepRecord::default());
        let reward = self.close(catalogue, &view, nothing, ChangedServices::ALL);
        environment.set_slo_budget(self.score.budget())?;
        Ok(reward)
    }

    /// Observes the environment after the tick.
    pub(crate) fn look(&mut self, catalogue: &ActionCatalogue, view: &EnvironmentRef) {
        self.steps = self.steps.saturating_add(1);
        self.verdict = None;
        self.observe_tick(catalogue, view);
    }

    fn observe_tick(&mut self, catalogue: &ActionCatalogue, view: &EnvironmentRef) {
        self.scored(catalogue, |score, incident| {
            score.after_tick(incident, view)
        });
        self.actions.record(view);
    }

    /// Observes the services that have changed since [`look`](Self::look), and returns the reward of the step.
    pub(crate) fn close(
        &mut self,
        catalogue: &ActionCatalogue,
        view: &EnvironmentRef,
        step_record: StepRecord,
        changed: ChangedServices,
    ) -> Reward {
        self.scored(catalogue, |score, incident| {
            score.after_action(incident, view, step_record, changed)
        })
    }

    /// Returns the reward of a step before the changes of its action are made. `None` for the last step, which is graded
    /// by what the environment is after them.
    pub(crate) fn close_drafted(
        &mut self,
        catalogue: &ActionCatalogue,
        view: &EnvironmentRef,
        step_record: StepRecord,
        changed: ChangedServices,
        draft: &EffectDraft,
    ) -> Option<Reward> {
        let is_early = !(self.score.is_last(view.clock().tick) || changed == ChangedServices::ALL);
        let rules = ScoreRules::of(self.profile);
        let can_end = step_record.declared || rules.budget_ends;
        (is_early && !can_end).then(|| {
            self.scored(catalogue, |score, incident| {
                let vitals = |service| draft.vitals(view, service);
                score.before_changes(incident, view, step_record, changed, vitals)
            })
        })
    }

    /// Has the score look at the incident.
    fn scored<T>(
        &mut self,
        catalogue: &ActionCatalogue,
        look: impl FnOnce(&mut Score, &Incident) -> T,
    ) -> T {
        let incident = Incident {
            profile: self.profile,
            scenario: &self.scenario,
            catalogue,
        };
        look(&mut self.score, &incident)
    }

    /// Whether verdicts may be told: not before the end where the catalogue conceals wrong actions.
    pub(crate) fn tells_verdicts(&self, catalogue: &ActionCatalogue) -> bool {
        !catalogue.conceals_wrong_actions() || self.score.end().is_some()
    }

    /// The verdict on the last action, if it may be told.
    pub(crate) fn told_verdict(&self, catalogue: &ActionCatalogue) -> Option<ActionVerdict> {
        self.verdict.filter(|_| self.tells_verdicts(catalogue))
    }

    /// Applies the effects of a failed reset: under the reference profile an episode that
    /// runs goes on with the difficulty, the seed and the task of that reset, and counts its steps anew.
    pub(crate) fn after_failed_reset(&mut self, request: &EpisodeRequest) {
        if self.profile != Profile::Reference || self.score.end().is_some() {
            return;
        }
        let Some(leftover) = FailedReset::of(request) else {
            return;
        };
        self.steps = 0;
        self.seed = leftover.seed.unwrap_or(self.seed);
        self.score.overwrite(
            leftover.difficulty.slo_budget(),
            leftover.graded_ticks,
            leftover.max_bad_customer_minutes,
        );
        let task = leftover.task.map(|task| &task.scenario);
        self.scenario = Arc::new(Scenario {
            difficulty: Some(leftover.difficulty),
            seed: self.seed,
            goals: task.map(|task| task.goals.clone()).unwrap_or_default(),
            ..(*self.scenario).clone()
        });
    }

    /// Drops what only reports and observations show: a batch has none. Under the reference
    /// profile reports stay possible, because some of them fail.
    pub(crate) fn forget_texts(&mut self) {
        (self.history, self.verdicts) = (Vec::new(), Vec::new());
        if self.profile == Profile::Standard {
            self.actions.forget_history();
        }
    }

    fn remember(&mut self, request: &ActionRequest, outcome: &ActionOutcome) {
        self.verdicts.extend(self.verdict);
        self.history.push(PastAction {
            action_type: request.name.clone(),
            target_service: request.target.clone().unwrap_or_default(),
            feedback_string: outcome.feedback.clone(),
        });
    }

    /// Returns the outcome of an action that failed, where its step is scored: nothing is done.
    pub(crate) fn failed_outcome(
        &self,
        catalogue: &ActionCatalogue,
        action: Option<ActionId>,
        error: &ActionError,
    ) -> Option<ActionOutcome> {
        if !ScoreRules::of(self.profile).scores_failure(error) {
            return None;
        }
        // One that its physics does not have is about no service of it.
        let category = match action {
            Some(action) => catalogue.get(action)?.category(),
            None => Category::Meta,
        };
        Some(ActionOutcome::of_failed(category, error))
    }

    /// Judges an action that was done after that tick, and returns the scored part of its outcome.
    pub(crate) fn judge(&mut self, tick: u64, outcome: &ActionOutcome) -> StepRecord {
        self.verdict = Some(ActionVerdict::new(tick, outcome));
        let mut step_record = StepRecord::default();
        step_record.add(ScoreRules::of(self.profile), outcome, &mut self.actions);
        step_record
    }
}
