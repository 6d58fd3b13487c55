//! The answer to an incident in a run, and its score.

use std::sync::Arc;

use firewatch_sim::{EnvironmentMut, SimError};

use crate::respond::Responder;
use crate::score::{ChangedServices, Incident, Score, ScoreRules, ScoreTerms, StepRecord};
use firewatch_action::{ActionError, ActionOutcome, ActionRequest, ActionSession};
use firewatch_scenario::Runbook;
use firewatch_scenario::{Check, Expectation, Scenario};

/// The phase of the step that a tick began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StepPhase {
    Closed,
    Open,
    /// It ends without a score, as one whose action fails under the reference profile.
    Failed,
}

/// Scores a run step by step, as an episode does: from the second tick on, the actions after a tick belong
/// to its step.
#[derive(Clone, Debug)]
pub(super) struct ScoredAnswer {
    scenario: Arc<Scenario>,
    /// From the first tick on.
    score: Option<Score>,
    responder: Option<Responder>,
    /// The runbook's action in the next step.
    next: Option<ActionRequest>,
    phase: StepPhase,
    step_record: StepRecord,
}

impl ScoredAnswer {
    /// Returns the scoring that a run needs: `None` if no runbook answers and no expectation asks for the
    /// score.
    pub(super) fn new(scenario: &Arc<Scenario>, runbook: Option<&Arc<Runbook>>) -> Option<Self> {
        let expected = [&scenario.expect, &scenario.expect_unanswered];
        let asks = |expectation: &Expectation| match &expectation.check {
            Check::Quantity(quantity, _) => quantity.is_of_answer(),
            _ => false,
        };
        let wanted = runbook.is_some() || expected.into_iter().flatten().any(asks);
        wanted.then(|| Self {
            scenario: Arc::clone(scenario),
            score: None,
            responder: runbook.map(|runbook| Responder::new(Arc::clone(runbook))),
            next: None,
            phase: StepPhase::Closed,
            step_record: StepRecord::default(),
        })
    }

    pub(super) fn score(&self) -> Option<&Score> {
        self.score.as_ref()
    }

    /// Whether a runbook answers. Then the run has the budget and the time to mitigate of an episode.
    pub(super) fn is_by_runbook(&self) -> bool {
        self.responder.is_some()
    }

    /// Whether a runbook may still act: not once it has declared the incident resolved.
    fn is_open(score: &Score) -> bool {
        score.end().is_none() && score.declared_at().is_none()
    }

    /// Looks at the environment after a tick, before anything is done.
    pub(super) fn after_tick(
        &mut self,
        tick: u64,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        match &mut self.score {
            None if tick >= 1 => {
                let profile = self.scenario.profile;
                let terms = ScoreTerms::of(profile, &self.scenario);
                let budget = self.scenario.slo_budget.remaining;
                let incident = Incident::of(&self.scenario);
                self.score = Some(Score::begin(terms, budget, &incident, &environment.view()?));
                self.decide(environment)?;
            }
            Some(score) if score.end().is_none() => {
                let incident = Incident::of(&self.scenario);
                score.after_tick(&incident, &environment.view()?);
                self.phase = StepPhase::Open;
                self.keep_budget(environment)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the runbook's action after this tick, which was decided on the state before it.
    pub(super) fn request(&mut self) -> Option<ActionRequest> {
        self.next.take_if(|_| self.phase == StepPhase::Open)
    }

    /// Adds the outcome of an action to the step.
    pub(super) fn note(&mut self, outcome: &ActionOutcome, actions: &mut ActionSession) {
        if self.score.as_ref().is_some_and(Self::is_open) {
            let rules = ScoreRules::of(self.scenario.profile);
            self.step_record.add(rules, outcome, actions);
        }
    }

    /// Notes an action that failed: it adds nothing to the step, or leaves it without a score.
    pub(super) fn note_failed(&mut self, error: &ActionError) {
        let rules = ScoreRules::of(self.scenario.profile);
        if !rules.scores_failure(error) {
            self.phase = StepPhase::Failed;
        }
    }

    /// Scores the step that is open, and has the runbook decide on the next.
    pub(super) fn close_step(&mut self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        let phase = std::mem::replace(&mut self.phase, StepPhase::Closed);
        let Some(score) = self.score.as_mut().filter(|_| phase != StepPhase::Closed) else {
            return Ok(());
        };
        let step_record = std::mem::take(&mut self.step_record);
        if phase == StepPhase::Open {
            let incident = Incident::of(&self.scenario);
            let view = environment.view()?;
            score.after_action(&incident, &view, step_record, ChangedServices::ALL);
            self.keep_budget(environment)?;
        }
        self.decide(environment)
    }

    fn decide(&mut self, environment: &EnvironmentMut) -> Result<(), SimError> {
        let score = self.score.as_ref().filter(|score| Self::is_open(score));
        if let (Some(score), Some(responder)) = (score, &mut self.responder) {
            self.next = responder.next(&environment.view()?, score).cloned();
        }
        Ok(())
    }

    fn keep_budget(&self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        match &self.score {
            Some(score) if self.is_by_runbook() => environment.set_slo_budget(score.budget()),
            _ => Ok(()),
        }
    }
}
