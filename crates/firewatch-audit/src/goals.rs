//! Checks whether each goal can be met and missed.

use firewatch_scenario::Scenario;

use crate::finding::{AuditCheck, AuditFinding};
use crate::policy::PolicyKind;
use crate::result::PolicyResult;
use crate::work::Cuts;

/// Compares how each goal stands at the end of every policy.
pub(crate) fn check(
    scenario: &Scenario,
    policies: &[PolicyResult],
    cuts: Cuts,
) -> Vec<AuditFinding> {
    let goals = &scenario.goals.list;
    if goals.is_empty() {
        return vec![AuditFinding::skipped(
            AuditCheck::Goals,
            "there are no goals",
        )];
    }
    let finding = |(index, goal): (usize, &firewatch_scenario::Goal)| {
        let with = |met: bool| {
            let ended = { policies.iter() }.filter(|p| p.goals_met.get(index) == Some(&met));
            // The one that says most: of equals the first.
            ended.min_by_key(|played| (played.kind == PolicyKind::Random, met != played.won))
        };
        let known = scenario.has_service(&goal.service);
        let (holds, evidence, advice) = match (with(true), with(false)) {
            _ if !known => (
                false,
                format!("{} is not in the mesh", goal.service),
                "name a service of the mesh",
            ),
            (Some(met), Some(missed)) => (
                true,
                format!("met by {}, missed by {}", met.name, missed.name),
                "",
            ),
            (Some(_), None) => (
                false,
                "every policy meets it".to_owned(),
                "ask for a value that the incident spoils, or drop the goal",
            ),
            (None, _) => (
                false,
                "no policy meets it".to_owned(),
                "ask for a value that a remedy gives, or give a runbook that gets there",
            ),
        };
        let finding = AuditFinding::new(AuditCheck::Goals, goal.to_string(), holds, evidence);
        let is_undecided = known && !holds && cuts.any();
        finding.advise(advice).undecided_if(is_undecided)
    };
    goals.iter().enumerate().map(finding).collect()
}
