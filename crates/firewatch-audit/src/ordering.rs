//! Checks whether grades put answers in a sensible order.

use firewatch_action::ActionRequest;

use crate::arena::Arena;
use crate::finding::{AuditCheck, AuditFinding};
use crate::policy::{Policy, PolicyKind, PolicyPlan};
use crate::result::{PolicyAction, PolicyResult};
use crate::search;
use crate::work::Cuts;

/// Least lead in grade of an answer that wins over doing nothing.
const MARGIN: f64 = 0.2;
const AFTER_WRONG: &str = "not below the same after a wrong action";
/// Grades are rounded to 2 decimals; half of the last one is no difference.
const SAME: f64 = 0.005;

/// Returns variants of the winning answer that should not be better.
pub(crate) fn worse<'a>(
    arena: &Arena,
    best: &Policy<'a>,
    played: &PolicyResult,
    wrong: Option<ActionRequest>,
) -> Vec<Policy<'a>> {
    let named = |kind, name: &str| Policy {
        kind,
        name: name.to_owned(),
        ..best.clone()
    };
    let delay = arena.scenario.ticks / 2;
    let late = Policy {
        delay,
        ..named(
            PolicyKind::Late,
            &format!("the best answer {delay} ticks later"),
        )
    };
    let wrong_first = wrong.map(|first| Policy {
        first: Some(first),
        ..named(
            PolicyKind::WrongFirst,
            "the best answer after a wrong action",
        )
    });
    let everywhere = remedy(played).map(|remedy| {
        let services = arena.scenario.services.iter();
        let on = |service: &str| ActionRequest {
            target: Some(service.to_owned()),
            ..remedy.request()
        };
        // From the tick at which the answer does it: an earlier start would win by luck, without looking.
        let begin = search::step_of_tick(remedy.tick);
        let actions = (begin..).zip(services.map(|service| on(&service.name)));
        let name = format!("{} on every service", remedy.action);
        Policy::new(
            PolicyKind::Everywhere,
            name,
            PolicyPlan::Sequence(actions.collect()),
        )
    });
    { [late].into_iter() }
        .chain(wrong_first)
        .chain(everywhere)
        .collect()
}

/// Returns the first action of an answer that halted a fault, else its last one on a service.
fn remedy(played: &PolicyResult) -> Option<&PolicyAction> {
    let mut on_services = played.actions.iter().filter(|taken| taken.target.is_some());
    let halting = on_services.clone().find(|taken| taken.halted);
    halting.or_else(|| on_services.next_back())
}

/// Compares the best answer that wins with the others.
pub(crate) fn check(
    best: Option<&PolicyResult>,
    policies: &[PolicyResult],
    cuts: Cuts,
) -> Vec<AuditFinding> {
    let Some(best) = best else {
        let why = "no answer wins that others could be compared with";
        return vec![AuditFinding::skipped(AuditCheck::Ordering, why)];
    };
    let grade = best.grade.total;
    let of = |kind: PolicyKind| policies.iter().filter(move |played| played.kind == kind);
    let mut findings = Vec::new();
    let mut compare = |about: &str, other: f64, margin: f64, advice: &str, is_cut: bool| {
        let holds = grade - other >= margin - SAME;
        let evidence = format!("{grade:.2} against {other:.2}");
        let finding = AuditFinding::new(AuditCheck::Ordering, about, holds, evidence);
        findings.push(finding.advise(advice).undecided_if(is_cut));
    };
    for nothing in of(PolicyKind::Nothing) {
        let advice = "let doing nothing cost more (a faster fault, goals, a smaller SLO budget), or answer sooner";
        compare(
            "above doing nothing",
            nothing.grade.total,
            MARGIN,
            advice,
            false,
        );
    }
    let random: Vec<f64> = of(PolicyKind::Random)
        .map(|played| played.grade.total)
        .collect();
    if !random.is_empty() {
        let advice = "chance should not do as well: give a better runbook, or services that are wrong to act on";
        compare("not below chance", mean(&random), 0.0, advice, cuts.random);
    }
    for (kind, about, advice) in [
        (
            PolicyKind::Late,
            "not below the same later",
            "waiting should not pay: let the runbook act at once, or the faults hit sooner",
        ),
        (
            PolicyKind::WrongFirst,
            AFTER_WRONG,
            "a detour should not pay: let the runbook act at another moment",
        ),
        (
            PolicyKind::Everywhere,
            "not below its remedy on every service",
            "trying it everywhere should not pay: add healthy services or red herrings that are wrong to act on, and leave wrong actions out of the runbook",
        ),
    ] {
        for other in of(kind) {
            compare(about, other.grade.total, 0.0, advice, false);
        }
    }
    let mut untold = |about: &str| {
        let finding = AuditFinding::new(AuditCheck::Ordering, about, false, "not compared");
        findings.push(finding.undecided_if(true));
    };
    if cuts.random && random.is_empty() {
        untold("not below chance");
    }
    if cuts.singles && of(PolicyKind::WrongFirst).next().is_none() {
        // Among the remedies that were left out may be one that is wrong at the first step.
        untold(AFTER_WRONG);
    }
    findings
}

fn mean(grades: &[f64]) -> f64 {
    grades.iter().fold(0.0, |sum, grade| sum + grade) / grades.len().max(1) as f64
}
