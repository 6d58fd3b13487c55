//! The state of a run besides its environment.

use std::fmt;
use std::sync::Arc;

use firewatch_sim::{EnvironmentMut, EnvironmentRef, SimError};

use super::answer::ScoredAnswer;
use super::executor::Executor;
use super::record::{EventKind, FailedAction, Journal, PlaybackEvent, ServiceHistory};
use super::timetable::Timetable;
use crate::expect::{CheckContext, ExpectationOutcome, ExpectationVerdict, ImpactRef};
use crate::score::run::RunImpact;
use crate::score::{ImpactTotals, Incident, Outcome, Score};
use firewatch_action::ActionSession;
use firewatch_scenario::{Check, Runbook, Scenario, TimelineAction};

/// The state of a run besides its environment: the steps to come, the answer and its score, the outcome of
/// each expectation, events and histories.
#[derive(Clone)]
pub struct Script {
    scenario: Arc<Scenario>,
    runbook: Option<Arc<Runbook>>,
    timetable: Arc<Timetable>,
    /// Entries of the timetable that are done.
    done: usize,
    /// Whether there are actions, so that the session is kept up.
    has_actions: bool,
    session: ActionSession,
    /// The answer and its score, if the run needs one.
    answer: Option<ScoredAnswer>,
    /// Of each expectation, in order.
    outcomes: Vec<ExpectationOutcome>,
    journal: Journal,
    impact: RunImpact,
    mitigated: bool,
    breached: bool,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("scenario", &self.scenario.name)
            .field(
                "runbook",
                &self.runbook.as_ref().map(|runbook| &runbook.name),
            )
            .field("ticks", &self.scenario.ticks)
            .field("outcomes", &self.outcomes)
            .finish_non_exhaustive()
    }
}

impl Script {
    /// The scenario's script, for the environment that it starts from, and the runbook that answers.
    pub(super) fn new(
        scenario: Arc<Scenario>,
        runbook: Option<Arc<Runbook>>,
        view: &EnvironmentRef,
    ) -> Self {
        let expected = scenario.expectations(runbook.as_deref()).count();
        let answer = ScoredAnswer::new(&scenario, runbook.as_ref());
        let mut actions = scenario.timeline.iter().map(|event| &event.action);
        let has_actions = actions.any(|action| matches!(action, TimelineAction::Perform(_)));
        let mut journal = Journal::new(view.service_names());
        for fault in scenario.faults.iter().filter(|fault| fault.start_tick == 0) {
            journal.note_active(view.clock().tick, fault);
        }
        let mut script = Self {
            timetable: Arc::new(Timetable::of(&scenario)),
            done: 0,
            has_actions: has_actions || answer.is_some(),
            session: ActionSession::new().with_user_facing(&scenario.user_facing),
            answer,
            outcomes: vec![ExpectationOutcome::Undecided; expected],
            journal,
            impact: RunImpact::new(&Incident::of(&scenario)),
            mitigated: false,
            breached: false,
            scenario,
            runbook,
        };
        script.observe(view);
        script
    }

    /// Ticks that the whole run takes.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.scenario.ticks
    }

    /// Returns the events so far, in order.
    #[must_use]
    pub fn events(&self) -> &[PlaybackEvent] {
        &self.journal.events
    }

    /// Returns the history of each service so far, in service order.
    #[must_use]
    pub fn histories(&self) -> &[ServiceHistory] {
        &self.journal.histories
    }

    /// Returns the verdict on each expectation so far, in the scenario's order.
    #[must_use]
    pub fn verdicts(&self) -> Vec<ExpectationVerdict> {
        let expected = self.scenario.expectations(self.runbook.as_deref());
        let verdict = |(expectation, outcome): (&_, &ExpectationOutcome)| ExpectationVerdict {
            expectation: Clone::clone(expectation),
            outcome: outcome.clone(),
        };
        expected.zip(&self.outcomes).map(verdict).collect()
    }

    /// Whether each expectation held so far, in the scenario's order.
    pub fn outcomes(&self) -> impl ExactSizeIterator<Item = &ExpectationOutcome> {
        self.outcomes.iter()
    }

    /// Returns what the incident has come to so far; by the engine's rule under the reference profile.
    #[must_use]
    pub fn impact(&self, view: &EnvironmentRef) -> ImpactTotals {
        self.impact_ref(view).totals(view)
    }

    /// Returns the tick since which the incident counts as mitigated.
    #[must_use]
    pub fn mttm_tick(&self, view: &EnvironmentRef) -> Option<u64> {
        self.impact(view).mttm_tick
    }

    /// Returns the services that were not healthy because of a fault; under the reference profile all that the
    /// faults can reach.
    #[must_use]
    pub fn blast_zone<'w>(&self, view: &EnvironmentRef<'w>) -> Vec<&'w str> {
        self.impact.blast_zone(view)
    }

    /// Returns how many they are; under the reference profile at least 1.
    #[must_use]
    pub fn blast_radius(&self, view: &EnvironmentRef) -> usize {
        self.impact.blast_radius(view)
    }

    /// Returns what is left of the incident by now.
    #[must_use]
    pub fn outcome(&self, view: &EnvironmentRef) -> Outcome {
        Incident::of(&self.scenario).outcome(view)
    }

    /// The first action that could not be carried out, if there was one: its file or its parameters don't fit
    /// the scenario, in a way that only the run could show. The results of such a run mean nothing.
    #[must_use]
    pub fn failed_action(&self) -> Option<&FailedAction> {
        self.journal.failed_action()
    }

    /// Returns the score of the answer; `None` if no runbook answers and no expectation asks for it.
    #[must_use]
    pub fn score(&self) -> Option<&Score> {
        self.answer.as_ref()?.score()
    }

    fn impact_ref(&self, view: &EnvironmentRef) -> ImpactRef<'_> {
        ImpactRef::Run(&self.impact, self.engine_mttm(view))
    }

    /// Returns what a check looks at now, in words, whether or not it holds.
    #[must_use]
    pub fn actual(&self, check: &Check, view: &EnvironmentRef) -> String {
        let context = CheckContext {
            view,
            impact: self.impact_ref(view),
            score: self.score(),
        };
        context.check(check).actual
    }

    /// What the engine says about the mitigation: if a runbook answers, at its last step.
    fn engine_mttm(&self, view: &EnvironmentRef) -> Option<u64> {
        match self.answer.as_ref().filter(|answer| answer.is_by_runbook()) {
            Some(answer) => answer.score().and_then(Score::mttm_tick),
            None => view.impact().mttm_achieved_tick,
        }
    }

    pub(super) fn take_events(&mut self) -> Vec<PlaybackEvent> {
        std::mem::take(&mut self.journal.events)
    }

    pub(super) fn forget_statuses(&mut self) {
        self.journal.forget_statuses();
    }

    /// From now on notes nothing that grows with the ticks, and forgets what it has noted.
    pub(super) fn note_outcome_only(&mut self) {
        self.journal.keep_outcome_only();
    }

    /// Runs what is due after that number of ticks: the runbook's action first, then the timeline.
    pub(super) fn act(
        &mut self,
        tick: u64,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        self.respond(tick, environment)?;
        let due = self.timetable.due(self.done, tick);
        self.done += due.len();
        if due.is_empty() {
            return self.close_step(environment);
        }
        let mut executor = Executor {
            tick,
            catalogue: self.scenario.actions(),
            session: &mut self.session,
            answer: self.answer.as_mut(),
            journal: &mut self.journal,
        };
        executor.run_due(&self.scenario, due, environment)
    }

    /// Runs the last action of the answer, after the last tick.
    pub(super) fn finish(&mut self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        if self.answer.is_some() {
            self.respond(self.ticks(), environment)?;
        }
        self.close_step(environment)
    }

    fn close_step(&mut self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        match &mut self.answer {
            Some(answer) => answer.close_step(environment),
            None => Ok(()),
        }
    }

    fn respond(&mut self, tick: u64, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        if let Some(answer) = &mut self.answer {
            answer.after_tick(tick, environment)?;
        }
        if self.has_actions && tick > 1 {
            let catalogue = self.scenario.actions();
            self.session.start_step(catalogue, environment)?;
        }
        let Some(request) = self.answer.as_mut().and_then(ScoredAnswer::request) else {
            return Ok(());
        };
        let mut executor = Executor {
            tick,
            catalogue: self.scenario.actions(),
            session: &mut self.session,
            answer: self.answer.as_mut(),
            journal: &mut self.journal,
        };
        executor.perform(&request, true, environment)
    }

    /// Looks at the state after a tick, or at the start.
    pub(super) fn observe(&mut self, view: &EnvironmentRef) {
        let tick = view.clock().tick;
        self.journal.record(tick, view);
        if view.traffic().is_some() {
            self.journal.note_traffic(tick, view, &self.scenario.users);
        }
        let engine_mttm = self.engine_mttm(view);
        let incident = Incident::of(&self.scenario);
        self.impact.observe(&incident, view, engine_mttm);
        let context = CheckContext {
            view,
            impact: ImpactRef::Run(&self.impact, engine_mttm),
            score: self.answer.as_ref().and_then(ScoredAnswer::score),
        };
        let expected = self.scenario.expectations(self.runbook.as_deref());
        for (outcome, expectation) in self.outcomes.iter_mut().zip(expected) {
            outcome.update(expectation, self.scenario.ticks, &context);
        }
        let mttm_tick = context.impact.totals(view).mttm_tick;
        let before = std::mem::replace(&mut self.mitigated, mttm_tick.is_some());
        if let Some(since) = mttm_tick.filter(|_| !before) {
            self.journal.note(tick, || EventKind::Mitigated { since });
        }
        if view.slo_budget().is_breached() && !std::mem::replace(&mut self.breached, true) {
            self.journal.note(tick, || EventKind::SloBreached);
        }
    }
}
