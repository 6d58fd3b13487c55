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
        match concealed(check) {
            Some(hidden) if !self.may_see(&hidden) => {
                let (message, help) = (hidden.message.to_owned(), Some(hidden.help.to_owned()));
                self.notes
                    .report(codes::NOT_OBSERVABLE, path, message, "", help);
            }
            _ => self.check(path, check),
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

/// What an operator does not see while the incident goes on.
pub(crate) struct Concealed {
    pub(crate) message: &'static str,
    /// What to ask for instead.
    pub(crate) help: &'static str,
    /// The only profile that conceals it; `None` if each does.
    pub(crate) under: Option<Profile>,
}

/// What a condition must not ask for. The reference tells of wrong actions at once.
pub(crate) fn concealed(check: &Check) -> Option<Concealed> {
    let Check::Quantity(quantity, _) = check else {
        return None;
    };
    let (message, help, under) = match quantity {
        Quantity::BlastRadius => (
            "an operator does not see how far the faults reach",
            "`unhealthy_services(...)` counts what shows",
            None,
        ),
        Quantity::WrongActions => (
            "which actions were wrong is told once the incident is over",
            "ask for it in `expect`: `at_end(wrong_actions(0))`",
            Some(Profile::Standard),
        ),
        Quantity::Grade => (
            "the grade is told once the incident is over",
            "ask for it in `expect`: `at_end(grade(ge(0.8)))`",
            Some(Profile::Standard),
        ),
        _ => return None,
    };
    Some(Concealed {
        message,
        help,
        under,
    })
}

impl Checker<'_> {
    /// Whether only another profile than the scenario's conceals it, or whether that may be so.
    fn may_see(&self, concealed: &Concealed) -> bool {
        let unknown = self.notes.is_broken("profile");
        (concealed.under).is_some_and(|under| unknown || under != self.scenario.profile)
    }
}
