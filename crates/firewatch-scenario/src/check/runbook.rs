//! A runbook: whether the incident that it answers has what it speaks of.

use super::expectations::Numbers;
use super::{Checker, MAX_TICKS};
use crate::codes;
use crate::generate::generate;
use crate::model::{Check, Difficulty, Quantity, Scenario};
use crate::runbook::{Runbook, RunbookCondition, RunbookStep};
use firewatch_action::decode::{Decoder, join};
use firewatch_action::{Comparison, Profile};

/// Notes everything that is wrong with the runbook as an answer to the scenario.
pub(crate) fn check_runbook(runbook: &Runbook, scenario: &Scenario, notes: &mut Decoder) {
    let mut checker = Checker::new(scenario, notes);
    checker.created.add(scenario.actions(), runbook.requests());
    checker.steps("steps", &runbook.steps);
    checker.expectations("expect", &runbook.expect);
}

/// Notes everything that is wrong with the runbook whatever it answers: what only a scenario says counts as
/// unreadable.
pub(crate) fn check_runbook_alone(runbook: &Runbook, notes: &mut Decoder) {
    for field in ["ticks", "slo_budget", "actions", "users", "profile"] {
        notes.mark_broken(field);
    }
    notes.lacks_names = true;
    let any = Scenario {
        ticks: MAX_TICKS,
        ..generate(Difficulty::Easy, 0)
    };
    check_runbook(runbook, &any, notes);
}

impl<'a> Checker<'a> {
    fn steps(&mut self, path: &str, steps: &[RunbookStep]) {
        for (index, step) in steps.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match step {
                // A scenario may have other parameters for an action of that name.
                RunbookStep::Act(_) if self.notes.is_broken("actions") => {}
                RunbookStep::Act(request) => self.request(&path, request),
                RunbookStep::Wait(_) => {}
                RunbookStep::WaitUntil(condition, _) => {
                    self.condition(&join(&path, "condition"), condition);
                }
                RunbookStep::When(condition, then, others) => {
                    self.condition(&join(&path, "condition"), condition);
                    self.steps(&join(&path, "then"), then);
                    self.steps(&join(&path, "others"), others);
                }
            }
        }
    }

    fn condition(&mut self, path: &str, condition: &RunbookCondition) {
        match condition {
            RunbookCondition::Check(check) => match self.concealed(check) {
                Some((message, help)) => {
                    let (message, help) = (message.to_owned(), Some(help.to_owned()));
                    self.notes
                        .report(codes::NOT_OBSERVABLE, path, message, "", help);
                }
                None => self.check(path, check),
            },
            RunbookCondition::Alert(service, _) => {
                self.known_service(&join(path, "service"), service, "");
            }
            RunbookCondition::Tick(comparison) => self.tick_condition(path, comparison),
            RunbookCondition::Not(inner) => self.condition(&join(path, "not"), inner),
            RunbookCondition::All(conditions) => self.conditions(&join(path, "all"), conditions),
            RunbookCondition::Any(conditions) => self.conditions(&join(path, "any"), conditions),
        }
    }

    /// What an operator does not see while the incident goes on, and what to ask for instead. The reference tells of wrong
    /// actions at once.
    fn concealed(&self, check: &Check) -> Option<(&'static str, &'static str)> {
        let Check::Quantity(quantity, _) = check else {
            return None;
        };
        let is_standard = self.scenario.profile == Profile::Standard;
        let conceals = is_standard && !self.notes.is_broken("profile");
        match quantity {
            Quantity::BlastRadius => Some((
                "an operator does not see how far the faults reach",
                "`unhealthy_services(...)` counts what shows",
            )),
            Quantity::WrongActions if conceals => Some((
                "which actions were wrong is told once the incident is over",
                "ask for it in `expect`: `at_end(wrong_actions(0))`",
            )),
            Quantity::Grade if conceals => Some((
                "the grade is told once the incident is over",
                "ask for it in `expect`: `at_end(grade(ge(0.8)))`",
            )),
            _ => None,
        }
    }

    fn conditions(&mut self, path: &str, conditions: &[RunbookCondition]) {
        for (index, condition) in conditions.iter().enumerate() {
            self.condition(&format!("{path}[{index}]"), condition);
        }
    }

    /// The first tick is over before anybody can answer.
    fn tick_condition(&mut self, path: &str, comparison: &Comparison<f64>) {
        let numbers = Numbers {
            min: 2.0,
            max: self.scenario.ticks as f64,
            whole: true,
        };
        let outcome = numbers.decide(comparison);
        let range = format!("`tick` is {} here", numbers.describe());
        self.same_outcome(path, outcome, range);
    }
}
