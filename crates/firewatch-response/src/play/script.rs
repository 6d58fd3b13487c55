//! A scenario's part in a run: what its timeline does, what it expects, and what came of both.

use firewatch_sim::{EnvironmentMut, EnvironmentRef, SimError};

use super::answer::Answer;
use super::record::{Occurrence, ServiceHistory, What};
use super::timetable::{ActiveFaults, Step, Timetable};
use crate::expect::{CheckContext, Outcome, Verdict, Watch};
use crate::score::Score;
use firewatch_action::Metrics;
use firewatch_action::{ActionCatalogue, ActionError, ActionRequest, ActionSession};
use firewatch_scenario::Runbook;
use firewatch_scenario::{Action, Fault, Scenario};

/// What a script notes besides its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notes {
    /// Every occurrence, and every status of every service.
    All,
    /// Nothing that grows with the ticks.
    Outcome,
}

/// What a run of a scenario is besides its environment: what is still to be done to it, what is
/// expected of it, and what it has gone through.
pub struct Script<'a> {
    ticks: u64,
    /// What is still to be done, the next thing last.
    steps: Vec<(u64, Step<'a>)>,
    catalogue: &'a ActionCatalogue,
    /// What actions leave behind; `None` where there are none.
    session: Option<ActionSession>,
    /// Who answers and what that is worth, if somebody asks.
    answer: Option<Answer<'a>>,
    watches: Vec<Watch<'a>>,
    notes: Notes,
    occurrences: Vec<Occurrence>,
    histories: Vec<ServiceHistory>,
    mitigated: bool,
    breached: bool,
    impact_after_mitigation: bool,
    /// The first action that could not be carried out.
    failed_action: Option<FailedAction>,
}

/// An action that could not be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedAction {
    /// The tick at which it was to be done.
    pub tick: u64,
    /// Name of the action, which metric it failed at, and what that has to be. For what a scenario with
    /// [problems](Scenario::problems) does without an action, such as a fault on a service that it does not
    /// have, [`ActionError::Sim`].
    pub error: ActionError,
}

impl<'a> Script<'a> {
    /// The scenario's script, for the environment that it starts from, and the runbook that answers.
    pub(super) fn new(
        scenario: &'a Scenario,
        runbook: Option<&'a Runbook>,
        view: &EnvironmentRef,
    ) -> Self {
        let expected = scenario.expectations(runbook);
        let watch = |expectation| Watch::new(expectation, scenario.ticks);
        let answer = Answer::new(scenario, runbook);
        let mut actions = scenario.timeline.iter().map(|event| &event.action);
        let has_actions = actions.any(|action| matches!(action, Action::Perform(_)));
        let mut script = Self {
            ticks: scenario.ticks,
            steps: Timetable::of(scenario).steps(scenario),
            catalogue: scenario.catalogue(),
            session: (has_actions || answer.is_some()).then(ActionSession::new),
            answer,
            watches: expected.map(watch).collect(),
            notes: Notes::All,
            occurrences: Vec::new(),
            histories: view.service_names().map(ServiceHistory::new).collect(),
            mitigated: false,
            breached: false,
            impact_after_mitigation: false,
            failed_action: None,
        };
        for fault in scenario.faults.iter().filter(|fault| fault.start_tick == 0) {
            script.note_active(view.clock().tick, fault);
        }
        script.observe(view);
        script
    }

    /// Ticks that the whole run takes.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// What has happened so far, in order.
    #[must_use]
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.occurrences
    }

    /// What each service went through so far, in service order.
    #[must_use]
    pub fn histories(&self) -> &[ServiceHistory] {
        &self.histories
    }

    /// What has become of each expectation so far, in the scenario's order.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        self.watches.iter().map(Watch::verdict).collect()
    }

    /// Whether each expectation held so far, in the scenario's order.
    pub fn outcomes(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.watches.iter().map(Watch::outcome)
    }

    /// The tick at which the incident counts as mitigated; as in an episode where a runbook answers.
    #[must_use]
    pub fn mttm_tick(&self, view: &EnvironmentRef) -> Option<u64> {
        self.moment(view).mttm_tick
    }

    fn moment<'m>(&'m self, view: &'m EnvironmentRef<'m>) -> CheckContext<'m> {
        match &self.answer {
            Some(answer) => answer.moment(view),
            None => CheckContext {
                view,
                mttm_tick: view.impact().mttm_achieved_tick,
                score: None,
            },
        }
    }

    /// The first action that could not be carried out, if there was one: its file or its parameters don't fit
    /// the scenario, in a way that only the run could show. What came of such a run means nothing.
    #[must_use]
    pub fn failed_action(&self) -> Option<&FailedAction> {
        self.failed_action.as_ref()
    }

    /// The score of the answer: where a runbook answers, or something is expected of it.
    #[must_use]
    pub fn score(&self) -> Option<&Score> {
        self.answer.as_ref()?.score()
    }

    /// Whether customers were hit again once the time to mitigate was known.
    #[must_use]
    pub fn impact_after_mitigation(&self) -> bool {
        self.impact_after_mitigation
    }

    pub(super) fn take_occurrences(&mut self) -> Vec<Occurrence> {
        std::mem::take(&mut self.occurrences)
    }

    pub(super) fn forget_statuses(&mut self) {
        for history in &mut self.histories {
            history.forget_statuses();
        }
    }

    /// From now on notes nothing that grows with the ticks, and forgets what it has noted.
    pub(super) fn note_outcome_only(&mut self) {
        self.notes = Notes::Outcome;
        self.occurrences = Vec::new();
        self.forget_statuses();
    }

    /// Does what is to be done once so many ticks are done: the runbook's action first, then what the
    /// timeline says.
    pub(super) fn act(
        &mut self,
        tick: u64,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        self.respond(tick, environment)?;
        self.take_due(tick, environment)
    }

    /// What an answer still does once all ticks are done.
    pub(super) fn finish(&mut self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        if self.answer.is_some() {
            self.respond(self.ticks, environment)?;
        }
        match &mut self.answer {
            Some(answer) => answer.close_step(environment),
            None => Ok(()),
        }
    }

    fn respond(&mut self, tick: u64, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        if let Some(answer) = &mut self.answer {
            answer.after_tick(tick, environment)?;
        }
        if let Some(session) = self.session.as_mut().filter(|_| tick > 1) {
            session.begin_step(self.catalogue, environment)?;
        }
        if let Some(answer) = &mut self.answer
            && let Some(request) = answer.request()
        {
            self.perform(request, tick, environment, true)?;
        }
        Ok(())
    }

    /// Does these steps, which are all due at that tick, outside of a run: all of them, whatever one of them
    /// fails at. Returns the first failure.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`]. Nothing was done then.
    pub(super) fn act_once(
        scenario: &'a Scenario,
        steps: Vec<(u64, Step<'a>)>,
        tick: u64,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
    ) -> Result<Option<FailedAction>, SimError> {
        environment.view()?;
        let mut script = Self {
            ticks: scenario.ticks,
            steps,
            catalogue: scenario.catalogue(),
            session: Some(std::mem::take(session)),
            answer: None,
            watches: Vec::new(),
            notes: Notes::Outcome,
            occurrences: Vec::new(),
            histories: Vec::new(),
            mitigated: false,
            breached: false,
            impact_after_mitigation: false,
            failed_action: None,
        };
        let mut active = None;
        while let Some((_, step)) = script.steps.pop() {
            // The environment is there, so what fails is this step and not the environment.
            if let Err(error) = script.take(&step, &mut active, tick, environment) {
                script.note_failed(tick, error.into());
            }
        }
        *session = script.session.unwrap_or_default();
        Ok(script.failed_action)
    }

    fn note_failed(&mut self, tick: u64, error: ActionError) {
        let failed = FailedAction { tick, error };
        self.failed_action.get_or_insert(failed);
    }

    /// Where no runbook answers, the timeline's actions do: their step is scored behind the last of them,
    /// but before anything else that happens. Else they are what happens anyway, as in an episode.
    fn take_due(&mut self, tick: u64, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        let due = self.steps.iter().rev().take_while(|(at, _)| *at <= tick);
        let answers = self.timeline_answers();
        let is_answer = |step: &Step| answers && matches!(step, Step::Perform(_));
        let mut actions = due.filter(|(_, step)| is_answer(step)).count();
        let mut active = None;
        loop {
            if let Some(answer) = self.answer.as_mut().filter(|_| actions == 0) {
                answer.close_step(environment)?;
            }
            let Some((_, step)) = self.steps.pop_if(|(at, _)| *at <= tick) else {
                return Ok(());
            };
            actions -= usize::from(is_answer(&step));
            self.take(&step, &mut active, tick, environment)?;
        }
    }

    /// Does a step; `active` are the faults that go on, if they have been looked for.
    fn take(
        &mut self,
        step: &Step,
        active: &mut Option<ActiveFaults>,
        tick: u64,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        match step {
            Step::Begin(fault) => {
                environment.inject_fault(&fault.state())?;
                if let Some(active) = active {
                    active.begin(fault, &environment.view()?);
                }
                self.note_active(tick, fault);
                // A fault on an absent service has nothing to set metrics of.
                if !fault.absent {
                    self.set(&fault.service, &fault.metrics, tick, environment)?;
                }
            }
            Step::Halt(service) => {
                let active = match active {
                    Some(active) => active,
                    None => active.insert(ActiveFaults::of(&environment.view()?)),
                };
                self.halt(service, active, tick, environment)?;
            }
            Step::Set(service, metrics) => self.set(service, metrics, tick, environment)?,
            Step::Perform(request) => {
                // It may halt a fault.
                *active = None;
                self.perform(request, tick, environment, self.timeline_answers())?;
            }
        }
        Ok(())
    }

    fn timeline_answers(&self) -> bool {
        !self.answer.as_ref().is_some_and(Answer::is_by_runbook)
    }

    /// Does an action, which may be part of the answer. What the reference fails at is told as what came of
    /// it; so is an action that does not fit the scenario, and the run goes on.
    fn perform(
        &mut self,
        request: &ActionRequest,
        tick: u64,
        environment: &mut EnvironmentMut,
        answers: bool,
    ) -> Result<(), SimError> {
        let session = self.session.get_or_insert_default();
        let mut answer = self.answer.as_mut().filter(|_| answers);
        let (wrong, feedback, halted) = match self.catalogue.apply(environment, session, request) {
            Ok(outcome) => {
                if let Some(answer) = &mut answer {
                    answer.note(&outcome, session);
                }
                (outcome.wrong, outcome.feedback, outcome.halted)
            }
            Err(ActionError::Sim(error)) => return Err(error),
            Err(error) => {
                if let Some(answer) = &mut answer {
                    answer.fail_step();
                }
                let told = firewatch_action::cut(error.to_string());
                // What the reference fails at is part of its rules.
                if !matches!(error, ActionError::Raised { .. }) {
                    self.note_failed(tick, error);
                }
                (false, told, None)
            }
        };
        self.note(tick, || What::ActionTaken {
            action: request.name.clone(),
            target: request.target.clone(),
            wrong,
            feedback,
        });
        if let (Some(fault), Some(service)) = (halted, &request.target) {
            self.note(tick, || What::FaultHalted {
                service: service.clone(),
                kind: fault.kind,
            });
        }
        Ok(())
    }

    fn halt(
        &mut self,
        service: &str,
        active: &mut ActiveFaults,
        tick: u64,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        for (index, kind) in active.take(service) {
            environment.halt_fault(index)?;
            self.note(tick, || What::FaultHalted {
                service: service.to_owned(),
                kind,
            });
        }
        Ok(())
    }

    fn set(
        &mut self,
        service: &str,
        metrics: &Metrics,
        tick: u64,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        for (metric, value) in metrics {
            environment.set_metric(service, metric, value)?;
            self.note(tick, || What::MetricSet {
                service: service.to_owned(),
                metric: metric.clone(),
                value: value.clone(),
            });
        }
        Ok(())
    }

    fn note(&mut self, tick: u64, what: impl FnOnce() -> What) {
        if self.notes == Notes::All {
            let what = what();
            self.occurrences.push(Occurrence { tick, what });
        }
    }

    fn note_active(&mut self, tick: u64, fault: &Fault) {
        self.note(tick, || What::FaultActive {
            service: fault.service.clone(),
            kind: fault.kind,
            speed: fault.speed,
        });
    }

    /// Looks at the state after a tick, or at the start.
    pub(super) fn observe(&mut self, view: &EnvironmentRef) {
        let tick = view.clock().tick;
        self.observe_services(tick, view);
        let moment = match &self.answer {
            Some(answer) => answer.moment(view),
            None => CheckContext {
                view,
                mttm_tick: view.impact().mttm_achieved_tick,
                score: None,
            },
        };
        for watch in &mut self.watches {
            watch.observe(&moment);
        }
        if let Some(since) = moment.mttm_tick {
            self.impact_after_mitigation |= view.impact().bcm_delta > 0.0;
            if !std::mem::replace(&mut self.mitigated, true) {
                self.note(tick, || What::Mitigated { since });
            }
        }
        if view.slo_budget().is_breached() && !std::mem::replace(&mut self.breached, true) {
            self.note(tick, || What::SloBreached);
        }
    }

    fn observe_services(&mut self, tick: u64, view: &EnvironmentRef) {
        for (history, vitals) in self.histories.iter_mut().zip(view.vitals()) {
            let (before, to) = (history.statuses.last().copied(), vitals.status);
            history.record(vitals);
            if self.notes == Notes::Outcome {
                history.forget_statuses();
            } else if let Some(from) = before.filter(|&from| from != to) {
                let service = history.name.clone();
                let what = What::StatusChanged { service, from, to };
                self.occurrences.push(Occurrence { tick, what });
            }
        }
    }
}
