//! The known right answer to a generated incident.

use firewatch_action::{ActionRequest, Comparison, Operator};
use firewatch_sim::FaultKind;

use crate::model::{Fault, Scenario};
use crate::runbook::{Runbook, RunbookCondition, RunbookStep};

/// Ticks that the answer waits at most for an alert of the cause before it acts.
const PATIENCE: u64 = 4;
/// Ticks after the beginning of a later fault at which the answer looks for it.
const LATER_LOOK: f64 = 2.0;

/// What ends each kind of fault that is drawn, in the order in which they are looked for in the catalogue.
const REMEDIES: [(FaultKind, &[&str]); 5] = [
    (FaultKind::BAD_DEPLOY, &["rollback_deploy"]),
    (FaultKind::CONFIG_DRIFT, &["revert_config"]),
    (FaultKind::OOM, &["add_memory", "scale_replicas"]),
    (FaultKind::MEMORY_LEAK, &["add_memory", "scale_replicas"]),
    (FaultKind::NETWORK_PARTITION, &["revert_network_policy"]),
];

/// The remedy of each fault on its service, once the service shows it.
pub(super) fn answer(scenario: &Scenario) -> Runbook {
    let steps = scenario.faults.iter().filter_map(|fault| {
        // What harms nobody has no remedy.
        let remedy = remedy(scenario, fault).map(RunbookStep::Act)?;
        let begun = RunbookCondition::Tick(Comparison {
            operator: Operator::Ge,
            with: fault.start_tick as f64 + LATER_LOOK,
        });
        // In traffic a cause may look well while those who wait for it do not: the service that users call shows it.
        let shown_by = scenario
            .users
            .first()
            .map_or(&fault.service, |users| &users.service);
        let alert = RunbookCondition::Alert(shown_by.clone(), None);
        let wait = (fault.start_tick > 0).then_some(RunbookStep::WaitUntil(begun, None));
        let look = RunbookStep::WaitUntil(alert, Some(PATIENCE));
        Some(wait.into_iter().chain([look, remedy]))
    });
    Runbook {
        name: format!("Answer to: {}", scenario.name),
        steps: steps.flatten().collect(),
        ..Runbook::default()
    }
}

fn remedy(scenario: &Scenario, fault: &Fault) -> Option<ActionRequest> {
    let (_, names) = REMEDIES.iter().find(|(kind, _)| *kind == fault.kind)?;
    let mut names = names.iter();
    let name = names.find(|name| scenario.actions().find(name).is_some())?;
    Some(ActionRequest::new(name, &fault.service))
}
