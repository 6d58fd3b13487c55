//! A runbook: whether the incident that it answers has what it speaks of.

use super::expectations::Numbers;
use super::{Checker, MAX_TICKS};
use crate::codes;
use crate::generate::generate;
use crate::model::{Check, Difficulty, Quantity, Scenario};
use crate::runbook::{Runbook, RunbookVisitor};
use firewatch_action::decode::{Decoder, join};
use firewatch_action::{ActionRequest, Comparison, Profile};

/// Notes everything that is wrong with the runbook as an answer to the scenario.
pub(crate) fn check_runbook(runbook: &Runbook, scenario: &Scenario, notes: &mut Decoder) {
    let mut checker = Checker::new(scenario, notes);
    checker.created.add(scenario.actions(), runbook.requests());
    runbook.visit_steps(&mut checker);
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

impl RunbookVisitor for Checker<'_> {
    fn visit_action(&mut self, path: &str, request: &ActionRequest) {
        // A scenario may have other parameters for an action of that name.
        if !self.notes.is_broken("actions") {
            self.request(path, request);
        }
    }

    fn visit_check(&mut self, path: &str, check: &Check) {
        match self.concealed(check) {
            Some((message, help)) => {
                let (message, help) = (message.to_owned(), Some(help.to_owned()));
                self.notes
                    .report(codes::NOT_OBSERVABLE, path, message, "", help);
            }
            None => self.check(path, check),
        }
    }

    fn visit_alert(&mut self, path: &str, service: &str) {
        self.known_service(&join(path, "service"), service, "");
    }

    /// The first tick is over before anybody can answer.
    fn visit_tick(&mut self, path: &str, comparison: &Comparison<f64>) {
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

impl Checker<'_> {
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
}
