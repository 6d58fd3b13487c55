//! Goes through what a runbook asks and does, with the paths at which it stands in a file.

use super::{Runbook, RunbookCondition, RunbookStep};
use crate::model::Check;
use firewatch_action::decode::join;
use firewatch_action::{ActionRequest, Comparison};

/// Receives the actions and conditions of a runbook.
pub(crate) trait RunbookVisitor {
    fn visit_action(&mut self, path: &str, request: &ActionRequest);

    fn visit_check(&mut self, path: &str, check: &Check);

    /// A condition about alerts of a service.
    fn visit_alert(&mut self, _path: &str, _service: &str) {}

    /// A condition about the tick.
    fn visit_tick(&mut self, _path: &str, _comparison: &Comparison<f64>) {}
}

impl Runbook {
    /// Shows each step and condition, in the order of the file.
    pub(crate) fn visit_steps(&self, visitor: &mut impl RunbookVisitor) {
        steps("steps", &self.steps, visitor);
    }
}

fn steps(path: &str, all: &[RunbookStep], visitor: &mut impl RunbookVisitor) {
    for (index, step) in all.iter().enumerate() {
        let path = format!("{path}[{index}]");
        match step {
            RunbookStep::Act(request) => visitor.visit_action(&path, request),
            RunbookStep::Wait(_) => {}
            RunbookStep::WaitUntil(asked, _) => {
                condition(&join(&path, "condition"), asked, visitor);
            }
            RunbookStep::When(asked, then, others) => {
                condition(&join(&path, "condition"), asked, visitor);
                steps(&join(&path, "then"), then, visitor);
                steps(&join(&path, "others"), others, visitor);
            }
        }
    }
}

fn condition(path: &str, asked: &RunbookCondition, visitor: &mut impl RunbookVisitor) {
    match asked {
        RunbookCondition::Check(check) => visitor.visit_check(path, check),
        RunbookCondition::Alert(service, _) => visitor.visit_alert(path, service),
        RunbookCondition::Tick(comparison) => visitor.visit_tick(path, comparison),
        RunbookCondition::Not(inner) => condition(&join(path, "not"), inner, visitor),
        RunbookCondition::All(all) => conditions(&join(path, "all"), all, visitor),
        RunbookCondition::Any(any) => conditions(&join(path, "any"), any, visitor),
    }
}

fn conditions(path: &str, all: &[RunbookCondition], visitor: &mut impl RunbookVisitor) {
    for (index, one) in all.iter().enumerate() {
        condition(&format!("{path}[{index}]"), one, visitor);
    }
}
