//! Checks whether grades put answers in a sensible order.

use firewatch_action::ActionRequest;

use crate::arena::Arena;
use crate::finding::{AuditCheck, AuditFinding};
use crate::leaving::SAME;
use crate::policy::{Policy, PolicyKind, PolicyPlan, step_of_tick};
use crate::result::{PolicyAction, PolicyResult};
use crate::work::Cuts;

const AFTER_WRONG: &str = "not below the same after a wrong action";
/// How far the best answer may be below another and still count as not below: so little says nothing about which of
/// two answers is better.
const CLOSE: f64 = 0.005;

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
        let begin = step_of_tick(remedy.tick);
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

/// Checks that no policy that loses is above one that wins.
pub(crate) fn lost_above_won(played: &[PolicyResult], cuts: Cuts) -> AuditFinding {
    let about = "losing below winning";
    let is_lower = |a: f64, b: f64| a < b;
    let is_higher = |a: f64, b: f64| a > b;
    let pick = |won: bool, value: Value, better: fn(f64, f64) -> bool| {
        let of = played.iter().filter(move |played| played.won == won);
        of.reduce(|best, next| {
            if better(value(next), value(best)) {
                next
            } else {
                best
            }
        })
    };
    let mut holds = true;
    let mut facts = Vec::new();
    for (what, value) in [
        ("grade", (|played| played.grade.total) as Value),
        ("sum of rewards", |played| played.reward),
    ] {
        let (Some(lost), Some(won)) = (pick(false, value, is_higher), pick(true, value, is_lower))
        else {
            let why = "there are not both policies that win and that lose";
            let finding = AuditFinding::skipped(AuditCheck::Ordering, why);
            return finding.part("lost_above_won").undecided_if(cuts.any());
        };
        let is_above = value(lost) > value(won) + SAME;
        holds &= !is_above;
        let (lost_value, won_value) = (value(lost), value(won));
        facts.push(match is_above {
            false => format!(
                "{what} {lost_value:.3} at most without winning, {won_value:.3} at least with"
            ),
            true => format!(
                "{what} {lost_value:.3} without winning ({}), {won_value:.3} with ({})",
                lost.title(),
                won.title()
            ),
        });
    }
    AuditFinding::new(AuditCheck::Ordering, about, holds, facts.join("; "))
        .part("lost_above_won")
        .advise("the score pays for losing: see the rules of the score")
        .undecided_if(holds && cuts.any())
}

/// A number of a policy's result.
type Value = fn(&PolicyResult) -> f64;

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
    let mut compare = |about: &str, part: &str, other: f64, advice: &str, is_cut: bool| {
        let holds = grade >= other - CLOSE;
        let evidence =
            format!("a grade of {grade:.4} against {other:.4}; it may be less by {CLOSE} at most");
        let finding = AuditFinding::new(AuditCheck::Ordering, about, holds, evidence);
        findings.push(finding.part(part).advise(advice).undecided_if(is_cut));
    };
    let random: Vec<f64> = of(PolicyKind::Random)
        .map(|played| played.grade.total)
        .collect();
    if !random.is_empty() {
        let advice = "chance should not do as well: give a better runbook, or services that are wrong to act on";
        compare(
            "not below chance",
            "chance",
            mean(&random),
            advice,
            cuts.random,
        );
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
        // An action that is wrong at another tick may be right at the first.
        let is_compared = |other: &&PolicyResult| {
            kind != PolicyKind::WrongFirst || other.wrong_actions > best.wrong_actions
        };
        for other in of(kind).filter(is_compared) {
            compare(about, kind.name(), other.grade.total, advice, false);
        }
    }
    let mut untold = |about: &str, part: &str| {
        let finding = AuditFinding::new(AuditCheck::Ordering, about, false, "not compared");
        findings.push(finding.part(part).undecided_if(true));
    };
    if cuts.random && random.is_empty() {
        untold("not below chance", "chance");
    }
    if cuts.singles && of(PolicyKind::WrongFirst).next().is_none() {
        // Among the remedies that were left out may be one that is wrong at the first step.
        untold(AFTER_WRONG, PolicyKind::WrongFirst.name());
    }
    findings
}

fn mean(grades: &[f64]) -> f64 {
    grades.iter().fold(0.0, |sum, grade| sum + grade) / grades.len().max(1) as f64
}
