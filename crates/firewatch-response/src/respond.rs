//! Following a runbook.

use std::sync::Arc;

use firewatch_sim::EnvironmentRef;

use crate::expect::{CheckContext, ImpactRef};
use crate::score::Score;
use firewatch_action::ActionRequest;
use firewatch_scenario::Runbook;
use firewatch_scenario::runbook::{RunbookCondition, RunbookStep};

/// Follows a runbook, tick by tick.
#[derive(Clone, Debug)]
pub struct Responder {
    runbook: Arc<Runbook>,
    /// The lists of steps that are not done yet: the runbook's own, then those of each `when` within.
    lists: Vec<OpenList>,
    /// Ticks for which the current step has waited.
    waited: u64,
}

/// A list of steps that is being followed.
#[derive(Clone, Copy, Debug)]
struct OpenList {
    /// Which list it is of the `when` that was done last in the list around it; ignored for the outermost.
    branch: Branch,
    /// Index of the next step.
    next: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Branch {
    Then,
    Else,
}

impl Responder {
    /// Starts at the first step of the runbook.
    #[must_use]
    pub fn new(runbook: impl Into<Arc<Runbook>>) -> Self {
        let outermost = OpenList {
            branch: Branch::Then,
            next: 0,
        };
        Self {
            runbook: runbook.into(),
            lists: vec![outermost],
            waited: 0,
        }
    }

    /// Returns the action to perform after the next tick, or `None` to wait. It is decided on the current
    /// state: call it once after the first tick and once after each step.
    pub fn next(&mut self, view: &EnvironmentRef, score: &Score) -> Option<&ActionRequest> {
        let context = CheckContext {
            view,
            impact: ImpactRef::Score(score),
            score: Some(score),
        };
        loop {
            let steps = innermost(&self.runbook, &self.lists);
            let list = self.lists.last_mut()?;
            let Some(step) = steps.get(list.next) else {
                self.lists.pop();
                continue;
            };
            let waits = match step {
                RunbookStep::Act(_) | RunbookStep::When(..) => false,
                RunbookStep::Wait(ticks) => self.waited < *ticks,
                RunbookStep::WaitUntil(condition, limit) => {
                    let goes_on = limit.is_none_or(|limit| self.waited < limit);
                    goes_on && !holds(condition, &context)
                }
            };
            if waits {
                self.waited += 1;
                return None;
            }
            self.waited = 0;
            list.next += 1;
            match step {
                RunbookStep::Act(request) => return Some(request),
                RunbookStep::When(condition, ..) => {
                    let branch = if holds(condition, &context) {
                        Branch::Then
                    } else {
                        Branch::Else
                    };
                    self.lists.push(OpenList { branch, next: 0 });
                }
                RunbookStep::Wait(_) | RunbookStep::WaitUntil(..) => {}
            }
        }
    }

    /// Whether all steps are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let mut lists = (1..=self.lists.len()).map(|depth| &self.lists[..depth]);
        lists.all(|lists| {
            let next = lists.last().map_or(0, |list| list.next);
            next >= innermost(&self.runbook, lists).len()
        })
    }
}

/// Returns the steps of the innermost of these lists.
fn innermost<'a>(runbook: &'a Runbook, lists: &[OpenList]) -> &'a [RunbookStep] {
    let around = lists.iter().zip(lists.iter().skip(1));
    around.fold(&runbook.steps, |steps, (outer, inner)| {
        let done = outer.next.checked_sub(1);
        match done.and_then(|done| steps.get(done)) {
            Some(RunbookStep::When(_, then, _)) if inner.branch == Branch::Then => then,
            Some(RunbookStep::When(_, _, others)) => others,
            _ => &[],
        }
    })
}

/// Whether the condition holds now.
fn holds(condition: &RunbookCondition, context: &CheckContext) -> bool {
    match condition {
        RunbookCondition::Check(check) => context.check(check).holds,
        RunbookCondition::Alert(service, name) => {
            let mut names = context.view.service_names();
            let index = names.position(|other| other == service);
            index
                .zip(context.score)
                .is_some_and(|(index, score)| score.fires(context.view, index, *name))
        }
        // The tick after which the action would be performed.
        RunbookCondition::Tick(comparison) => {
            comparison.holds(&(context.view.clock().tick as f64 + 1.0))
        }
        RunbookCondition::Not(condition) => !holds(condition, context),
        RunbookCondition::All(conditions) => conditions.iter().all(|c| holds(c, context)),
        RunbookCondition::Any(conditions) => conditions.iter().any(|c| holds(c, context)),
    }
}
