//! False alarms: incidents in which nothing is wrong, and the right answer is to do nothing.

use firewatch_response::score::Incident;
use firewatch_scenario::Scenario;

use crate::finding::{AuditCheck, AuditFinding};
use crate::leaving::SAME;
use crate::policy::PolicyKind;
use crate::result::PolicyResult;
use crate::unanswered::UnansweredRun;
use crate::work::Cuts;

/// Least grade for doing nothing. A grade of the standard profile goes up to 1.
const RIGHT: f64 = 1.0 - SAME;

/// Whether no fault begins that an action can end, and no customer is hit while nobody acts.
pub(crate) fn is_false_alarm(incident: &Incident, world: &UnansweredRun) -> bool {
    let scenario = incident.scenario;
    let mut begun = { scenario.all_faults() }.filter(|fault| fault.start_tick < scenario.ticks);
    !begun.any(|fault| incident.can_end_planned(fault)) && world.hit_at.is_none()
}

/// Checks that a false alarm alarms, that doing nothing is graded as right, and that remedies cost.
pub(crate) fn check(
    is_false_alarm: bool,
    scenario: &Scenario,
    world: &UnansweredRun,
    played: &[PolicyResult],
    cuts: Cuts,
) -> Vec<AuditFinding> {
    if !is_false_alarm {
        let why = "it is none: a fault that an action can end begins, or customers are hit";
        return vec![AuditFinding::skipped(AuditCheck::FalseAlarm, why)];
    }
    let check = AuditCheck::FalseAlarm;
    let alarm = match &world.alert {
        Some((tick, alert)) => Some(format!("{alert} at tick {tick}")),
        None => scenario
            .red_herrings
            .first()
            .map(|name| format!("{name} is a red herring")),
    };
    let alarms = alarm.is_some();
    let evidence =
        alarm.unwrap_or_else(|| "there is no fault, no alert and no red herring".to_owned());
    let mut findings = vec![
        AuditFinding::new(check, "it alarms", alarms, evidence).part("alarm").advise(
            "give it a red herring with metrics that fire an alert, or a fault like `faults: [(kind: oom, service: \"...\")]`",
        ),
    ];
    let idle =
        { played.iter() }.filter(|p| matches!(p.kind, PolicyKind::Nothing | PolicyKind::Declare));
    for policy in idle {
        let grade = policy.grade.total;
        let evidence = format!("a grade of {grade:.2}, should be 1");
        let finding = AuditFinding::new(check, &policy.name, grade >= RIGHT, evidence);
        findings.push(
            finding
                .part("reward")
                .advise("the score does not know a false alarm, or a goal is missed"),
        );
    }
    findings.push(cost(played, cuts.singles));
    findings
}

/// Checks that each single remedy is graded below doing nothing.
fn cost(played: &[PolicyResult], is_cut: bool) -> AuditFinding {
    let nothing = played.first().map_or(1.0, |nothing| nothing.grade.total);
    let singles = played.iter().filter(|p| p.kind == PolicyKind::Single);
    let count = singles.clone().count();
    let mut free = singles.filter(|p| p.grade.total > nothing - SAME);
    let (holds, evidence) = match free.next() {
        None => (true, format!("each of {count} single remedies costs")),
        Some(first) => {
            let free = 1 + free.count();
            (
                false,
                format!("{}: costs nothing, as {free} of {count}", first.name),
            )
        }
    };
    AuditFinding::new(AuditCheck::FalseAlarm, "remedies cost", holds, evidence)
        .part("cost")
        .advise("the score does not charge for acting where there is nothing to remedy")
        .undecided_if(holds && is_cut)
}
