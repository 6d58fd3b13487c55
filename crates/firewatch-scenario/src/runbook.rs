//! Runbooks: what somebody who answers an incident does, in order, and when.
//!
//! ```ron
//! Runbook(
//!     name: "Roll back, then see whether it held",
//!     steps: [
//!         wait_until(alert("auth-service"), 10),
//!         action("check_deploy_history", "auth-service"),
//!         action("rollback_deploy", "auth-service"),
//!         wait(2),
//!         when(status("auth-service", ge(critical)), [action("restart_service", "auth-service")]),
//!         wait_until(all_healthy, 10),
//!         action("declare_resolved"),
//!     ],
//!     expect: [at_end(grade(ge(0.8))), at_end(wrong_actions(0))],
//! )
//! ```
//!
//! After each tick, from the second on, a runbook does one action or waits. It decides on what was to be
//! seen before that tick, as everybody does who answers an episode. The steps:
//!
//! | step | what it does |
//! | --- | --- |
//! | `action("name", "service", {"parameter": value})` | an action of the catalogue, as in a timeline |
//! | `wait(3)` | nothing for that number of ticks |
//! | `wait_until(condition)`, `wait_until(condition, 10)` | nothing until the condition holds, or for that number of ticks at most |
//! | `when(condition, [steps])`, `when(condition, [steps], [others])` | the steps if the condition holds now, else the others |
//!
//! A **condition** is a check of an expectation that an operator can see (all but `blast_radius`, and under the standard
//! profile `wrong_actions` and `grade`, which are told once the incident is over), `alert("service")`
//! (any alert about it) or `alert("service", high_error_rate)` (or `high_latency`, `memory_pressure`,
//! `service_down`), `tick(ge(6))` (the tick after which the next action is done), `not(condition)`,
//! `all([...])` or `any([...])`.
//!
//! In a run that a runbook answers, the SLO budget, `mttm` and `mitigated` are those of an episode: what
//! burns depends on whether customers are hit, and an incident that has hit nobody yet is not mitigated. To the
//! conditions of a runbook, under the standard profile, `mitigated` is what can be seen: customers were hit, and for two
//! ticks are not, whether or not a fault goes on. Expectations look at the account, which knows.

mod alert;
mod visit;

use crate::model::{Check, Expectation, Scenario};
pub use alert::AlertName;
use firewatch_action::ActionRequest;
use firewatch_action::Comparison;
pub(crate) use visit::RunbookVisitor;

/// What somebody who answers an incident does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runbook {
    /// A short name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// What is done, in order.
    pub steps: Vec<RunbookStep>,
    /// What should happen in an incident that it answers, besides what the scenario expects.
    pub expect: Vec<Expectation>,
}

/// A step of a runbook.
#[derive(Clone, Debug, PartialEq)]
pub enum RunbookStep {
    /// Does an action.
    Act(ActionRequest),
    /// Does nothing for that number of ticks.
    Wait(u64),
    /// Does nothing until something holds, or for that number of ticks at most.
    WaitUntil(RunbookCondition, Option<u64>),
    /// Does the first steps if something holds now, else the others.
    When(RunbookCondition, Vec<RunbookStep>, Vec<RunbookStep>),
}

/// Something that an operator can see.
#[derive(Clone, Debug, PartialEq)]
pub enum RunbookCondition {
    /// A check of an expectation.
    Check(Check),
    /// An alert of that name fires about the service; any, if none is named.
    Alert(String, Option<AlertName>),
    /// The tick after which the next action is done.
    Tick(Comparison<f64>),
    /// It does not hold.
    Not(Box<RunbookCondition>),
    /// Each of them holds.
    All(Vec<RunbookCondition>),
    /// One of them holds.
    Any(Vec<RunbookCondition>),
}

impl Runbook {
    /// All actions that it may do, in the order of the file.
    #[must_use]
    pub fn requests(&self) -> Vec<&ActionRequest> {
        let mut requests = Vec::new();
        collect(&self.steps, &mut requests);
        requests
    }
}

fn collect<'a>(steps: &'a [RunbookStep], requests: &mut Vec<&'a ActionRequest>) {
    for step in steps {
        match step {
            RunbookStep::Act(request) => requests.push(request),
            RunbookStep::When(_, then, others) => {
                collect(then, requests);
                collect(others, requests);
            }
            RunbookStep::Wait(_) | RunbookStep::WaitUntil(..) => {}
        }
    }
}

impl Scenario {
    /// What is expected of a run that the runbook answers, or that nobody answers, in order.
    pub fn expectations<'a>(
        &'a self,
        runbook: Option<&'a Runbook>,
    ) -> impl Iterator<Item = &'a Expectation> {
        let besides = match runbook {
            Some(runbook) => &runbook.expect,
            None => &self.expect_unanswered,
        };
        self.expect.iter().chain(besides)
    }
}
