//! Following a runbook.

use firewatch_sim::EnvironmentRef;

use super::{Condition, Runbook, Step};
use crate::action::ActionRequest;
use crate::expect::Moment;
use crate::score::Score;

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
        let moment = Moment {
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
                    goes_on && !condition.holds(&moment)
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
                    let chosen = if condition.holds(&moment) {
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

impl Condition {
    fn holds(&self, moment: &Moment) -> bool {
        match self {
            Self::Check(check) => check.find(moment).holds,
            Self::Alert(service, name) => {
                let mut names = moment.view.service_names();
                let index = names.position(|other| other == service);
                index
                    .zip(moment.score)
                    .is_some_and(|(index, score)| score.fires(moment.view, index, *name))
            }
            // That behind which it would be done.
            Self::Tick(comparison) => comparison.holds(&(moment.view.clock().tick as f64 + 1.0)),
            Self::Not(condition) => !condition.holds(moment),
            Self::All(conditions) => conditions.iter().all(|c| c.holds(moment)),
            Self::Any(conditions) => conditions.iter().any(|c| c.holds(moment)),
        }
    }
}
