//! Following a runbook.

use firewatch_sim::EnvironmentRef;

use crate::expect::CheckContext;
use crate::score::Score;
use firewatch_action::ActionRequest;
use firewatch_scenario::Runbook;
use firewatch_scenario::runbook::{Condition, Step};

/// Follows a runbook, tick by tick.
#[derive(Clone, Debug)]
pub struct Responder<'a> {
    /// The steps that are still to be done; those of the innermost `when` last.
    rest: Vec<&'a [Step]>,
    /// Ticks that the step which is waiting has waited.
    waited: u64,
}

impl<'a> Responder<'a> {
    /// Nothing is done yet.
    #[must_use]
    pub fn new(runbook: &'a Runbook) -> Self {
        Self {
            rest: vec![&runbook.steps],
            waited: 0,
        }
    }

    /// What is to be done behind the next tick, decided on what is to be seen now; `None` to wait. It is to
    /// be asked after the first tick and after each step.
    pub fn next(&mut self, view: &EnvironmentRef, score: &Score) -> Option<&'a ActionRequest> {
        let context = CheckContext {
            view,
            mttm_tick: score.mttm_tick(),
            score: Some(score),
        };
        while let Some(steps) = self.rest.last_mut() {
            let Some((step, behind)) = steps.split_first() else {
                self.rest.pop();
                continue;
            };
            let waits = match step {
                Step::Act(_) | Step::When(..) => false,
                Step::Wait(ticks) => self.waited < *ticks,
                Step::WaitUntil(condition, limit) => {
                    let goes_on = limit.is_none_or(|limit| self.waited < limit);
                    goes_on && !holds(condition, &context)
                }
            };
            if waits {
                self.waited += 1;
                return None;
            }
            self.waited = 0;
            *steps = behind;
            match step {
                Step::Act(request) => return Some(request),
                Step::When(condition, then, others) => {
                    let chosen = if holds(condition, &context) {
                        then
                    } else {
                        others
                    };
                    self.rest.push(chosen);
                }
                Step::Wait(_) | Step::WaitUntil(..) => {}
            }
        }
        None
    }

    /// Whether nothing is left to be done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.rest.iter().all(|steps| steps.is_empty())
    }
}

/// Whether the condition holds now.
fn holds(condition: &Condition, context: &CheckContext) -> bool {
    match condition {
        Condition::Check(check) => context.check(check).holds,
        Condition::Alert(service, name) => {
            let mut names = context.view.service_names();
            let index = names.position(|other| other == service);
            index
                .zip(context.score)
                .is_some_and(|(index, score)| score.fires(context.view, index, *name))
        }
        // That behind which it would be done.
        Condition::Tick(comparison) => comparison.holds(&(context.view.clock().tick as f64 + 1.0)),
        Condition::Not(condition) => !holds(condition, context),
        Condition::All(conditions) => conditions.iter().all(|c| holds(c, context)),
        Condition::Any(conditions) => conditions.iter().any(|c| holds(c, context)),
    }
}
