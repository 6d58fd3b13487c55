//! Executing what a timeline or a runbook does at a tick.

use firewatch_sim::{EnvironmentMut, SimError, TrafficChange};

use super::answer::ScoredAnswer;
use super::record::{EventKind, FailedAction, Journal};
use super::timetable::{ActiveFaults, TimelineStep, Timetable, TimetableEntry};
use firewatch_action::{ActionCatalogue, ActionError, ActionRequest, ActionSession, Metrics};
use firewatch_ron::work;
use firewatch_scenario::{Fault, Scenario, Turn};

/// Executes steps on one environment at one tick, and records events.
pub(super) struct Executor<'r> {
    /// Ticks done.
    pub(super) tick: u64,
    pub(super) catalogue: &'r ActionCatalogue,
    pub(super) session: &'r mut ActionSession,
    /// Scores the actions that answer the incident, if the run needs a score.
    pub(super) answer: Option<&'r mut ScoredAnswer>,
    pub(super) journal: &'r mut Journal,
}

impl Executor<'_> {
    /// Executes the entries of a timetable, in order. Where no runbook answers, the timeline's actions do:
    /// their step is scored after the last of them, but before anything else that happens. Else they are
    /// what happens anyway, as in an episode.
    pub(super) fn run_due(
        &mut self,
        scenario: &Scenario,
        due: &[(u64, TimetableEntry)],
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        let answers = self.timeline_answers();
        let is_answer = |step: &TimelineStep| answers && matches!(step, TimelineStep::Perform(_));
        let steps = due.iter().filter_map(|(_, place)| place.step(scenario));
        let mut actions = steps.clone().filter(is_answer).count();
        let mut active = None;
        self.close_step_after(actions, environment)?;
        for step in steps {
            actions -= usize::from(is_answer(&step));
            self.run(step, &mut active, environment)?;
            self.close_step_after(actions, environment)?;
        }
        Ok(())
    }

    /// Closes the step of the answer where no more of its actions are to come.
    fn close_step_after(
        &mut self,
        actions: usize,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        match &mut self.answer {
            Some(answer) if actions == 0 => answer.close_step(environment),
            _ => Ok(()),
        }
    }

    /// Executes a step; `active` are the faults that are not halted, if they have been looked up.
    fn run(
        &mut self,
        step: TimelineStep,
        active: &mut Option<ActiveFaults>,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        work::count(1);
        match step {
            TimelineStep::Begin(fault) => self.begin(fault, active, environment),
            TimelineStep::Halt(service) => {
                let active = match active {
                    Some(active) => active,
                    None => active.insert(ActiveFaults::of(&environment.view()?)),
                };
                self.halt(service, active, environment)
            }
            TimelineStep::Set(service, metrics) => self.set(service, metrics, environment),
            TimelineStep::Turn(turn) => self.turn(turn, environment),
            TimelineStep::Restart(service) => {
                environment.change_traffic(&TrafficChange::Restart { service })?;
                self.journal.note(self.tick, || EventKind::Restarted {
                    service: service.to_owned(),
                });
                Ok(())
            }
            TimelineStep::Perform(request) => {
                // It may halt a fault.
                *active = None;
                self.perform(request, self.timeline_answers(), environment)
            }
        }
    }

    fn timeline_answers(&self) -> bool {
        let answer = self.answer.as_ref();
        !answer.is_some_and(|answer| answer.is_by_runbook())
    }

    /// Performs an action; `answers` says whether it is part of the answer. An error that the reference
    /// raises, or an action that does not fit the scenario, becomes the action's feedback, and the run
    /// continues.
    pub(super) fn perform(
        &mut self,
        request: &ActionRequest,
        answers: bool,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        let mut answer = self.answer.as_mut().filter(|_| answers);
        let (wrong, feedback, halted) =
            match self.catalogue.apply(environment, self.session, request) {
                Ok(outcome) => {
                    if let Some(answer) = &mut answer {
                        answer.note(&outcome, self.session);
                    }
                    (outcome.wrong, outcome.feedback, outcome.halted)
                }
                Err(ActionError::Sim(error)) => return Err(error),
                Err(error) => {
                    if let Some(answer) = &mut answer {
                        answer.note_failed(&error);
                    }
                    let told = firewatch_action::cut(error.to_string());
                    // The errors that the reference raises are part of its rules.
                    if !matches!(error, ActionError::Raised { .. }) {
                        self.journal.note_failed(self.tick, error);
                    }
                    (false, told, None)
                }
            };
        self.journal.note(self.tick, || EventKind::ActionTaken {
            action: request.name.clone(),
            target: request.target.clone(),
            wrong,
            feedback,
        });
        if let (Some(fault), Some(service)) = (halted, &request.target) {
            let halted = (fault.index, fault.kind);
            let view = environment.view()?;
            self.journal.note_halted(self.tick, service, halted, &view);
        }
        Ok(())
    }

    fn begin(
        &mut self,
        fault: &Fault,
        active: &mut Option<ActiveFaults>,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        environment.inject_fault(&fault.state())?;
        if let Some(active) = active {
            active.begin(fault, &environment.view()?);
        }
        self.journal.note_active(self.tick, fault);
        // A fault on an absent service has nothing to set metrics of.
        if fault.absent {
            return Ok(());
        }
        self.set(&fault.service, &fault.metrics, environment)
    }

    fn halt(
        &mut self,
        service: &str,
        active: &mut ActiveFaults,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        for (index, kind) in active.take(service) {
            environment.halt_fault(index)?;
            let view = environment.view()?;
            self.journal
                .note_halted(self.tick, service, (index, kind), &view);
        }
        Ok(())
    }

    fn turn(&mut self, turn: &Turn, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        for change in turn.changes() {
            environment.change_traffic(&change)?;
        }
        for (knob, value) in &turn.knobs {
            self.journal.note(self.tick, || EventKind::KnobTurned {
                of: turn.of.clone(),
                knob: knob.clone(),
                value: *value,
            });
        }
        Ok(())
    }

    fn set(
        &mut self,
        service: &str,
        metrics: &Metrics,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        for (metric, value) in metrics {
            environment.set_metric(service, metric, value)?;
            self.journal.note(self.tick, || EventKind::MetricSet {
                service: service.to_owned(),
                metric: metric.clone(),
                value: value.clone(),
            });
        }
        Ok(())
    }
}

impl Timetable {
    /// Does what the scenario of this timetable does after `tick` ticks: the faults that begin
    /// then, then the events of the timeline, whose actions go into the session. A [`crate::Playback`]
    /// does so by itself.
    ///
    /// All that is due is done, whatever one part of it fails at: returns the first action that could not be
    /// carried out, as [`crate::Script::failed_action`] tells it of a run. For a scenario without
    /// [`Scenario::problems`], on an environment of its own, that is an action of a file of its own that gives
    /// a metric a value which the metric can't have.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`]: nothing was done then.
    pub fn act_at(
        &self,
        scenario: &Scenario,
        tick: u64,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
    ) -> Result<Option<FailedAction>, SimError> {
        let due = self.due(self.count_before(tick), tick);
        if due.is_empty() {
            return Ok(None);
        }
        environment.view()?;
        let mut journal = Journal::of_outcome();
        let mut executor = Executor {
            tick,
            catalogue: scenario.actions(),
            session,
            answer: None,
            journal: &mut journal,
        };
        let mut active = None;
        for step in due.iter().filter_map(|(_, place)| place.step(scenario)) {
            // The environment is there, so what fails is this step and not the environment.
            if let Err(error) = executor.run(step, &mut active, environment) {
                executor.journal.note_failed(tick, error.into());
            }
        }
        Ok(journal.into_failed_action())
    }
}
