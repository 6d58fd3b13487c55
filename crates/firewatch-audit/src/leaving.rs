//! Checks that leaving early pays nothing.

use firewatch_action::{ActionCatalogue, ActionRequest};
use firewatch_scenario::Scenario;

use crate::finding::{AuditCheck, AuditFinding};
use crate::moves;
use crate::panel::declaration;
use crate::policy::{Policy, PolicyKind};
use crate::result::PolicyResult;
use crate::text::counted;
use crate::work::Cuts;

/// Most steps at which an answer is left: with more, as many at equal distances.
pub(crate) const MAX_LEAVES: u64 = 256;
/// Grades and sums of rewards are sums of many numbers: a difference below this is none.
pub(crate) const SAME: f64 = 1e-9;

/// Returns the answer, left at each step.
pub(crate) fn variants<'a>(
    catalogue: &ActionCatalogue,
    scenario: &Scenario,
    best: &Policy<'a>,
) -> Vec<Policy<'a>> {
    let Some(declare) = declaration(catalogue) else {
        return Vec::new();
    };
    let left = |step: u64| Policy {
        kind: PolicyKind::Left,
        name: format!("the best answer, declared at tick {}", step + 2),
        leaves: Some((step, declare.clone())),
        ..best.clone()
    };
    steps(scenario).map(left).collect()
}

/// The steps at which an answer is left: all, or as many as [`MAX_LEAVES`] at equal distances.
pub(crate) fn steps(scenario: &Scenario) -> impl Iterator<Item = u64> + use<> {
    let steps = scenario.ticks.saturating_sub(1);
    let count = steps.min(MAX_LEAVES);
    (0..count).map(move |number| number.saturating_mul(steps) / count)
}

/// Compares the answer with the same left early, and declaring at once with doing nothing.
pub(crate) fn check(
    best: Option<&PolicyResult>,
    nothing: &PolicyResult,
    played: &[PolicyResult],
    cuts: Cuts,
) -> Vec<AuditFinding> {
    let of = |kind: PolicyKind| played.iter().filter(move |played| played.kind == kind);
    let mut findings = Vec::new();
    let advice = "the score pays for it: play on to the last tick after a declaration. If that is so, the answer does something that costs: leave it out";
    let left: Vec<&PolicyResult> = of(PolicyKind::Left).collect();
    match best {
        None => {
            let why = "no answer wins that could be left";
            let finding = AuditFinding::skipped(AuditCheck::Leaving, why);
            findings.push(finding.undecided_if(cuts.search));
        }
        Some(best) => {
            let (evidence, holds) = compare("the whole answer", best, &left);
            let finding = AuditFinding::new(AuditCheck::Leaving, "left early", holds, evidence);
            findings.push(finding.advise(advice).undecided_if(holds && cuts.variants));
        }
    }
    let declared: Vec<&PolicyResult> = of(PolicyKind::Declare).collect();
    if !declared.is_empty() {
        let (evidence, holds) = compare("doing nothing", nothing, &declared);
        let finding = AuditFinding::new(AuditCheck::Leaving, "declared at once", holds, evidence);
        findings.push(finding.advise(advice).part("at_once"));
    }
    if let Some(first) = findings.first_mut() {
        *first = first.clone().part("early");
    }
    findings
}

/// Returns what tells the answer from those that were left, and whether none of them earns more.
fn compare(name: &str, whole: &PolicyResult, left: &[&PolicyResult]) -> (String, bool) {
    let earns = |played: &PolicyResult| (played.grade.total, played.reward);
    let (grade, reward) = earns(whole);
    let more = left
        .iter()
        .filter(|left| left.grade.total > grade + SAME || left.reward > reward + SAME);
    let whole = format!("{name} has a grade of {grade:.3}, rewards of {reward:.3}");
    match more.clone().next() {
        None => {
            let count = counted(left.len() as u64, "declaration");
            (format!("{whole}; {count}, none earns more"), true)
        }
        Some(first) => {
            let worst = more.clone().fold(*first, |worst, next| {
                if earns(next).0 - grade > earns(worst).0 - grade {
                    next
                } else {
                    worst
                }
            });
            let (better, rewards) = earns(worst);
            let count = more.count();
            let evidence = format!(
                "{whole}; {}: {better:.3}, rewards of {rewards:.3}; {count} of {} earn more",
                worst.name,
                left.len()
            );
            (evidence, false)
        }
    }
}

/// Each remedy of the best answer, once.
pub(crate) fn remedies(catalogue: &ActionCatalogue, best: &PolicyResult) -> Vec<ActionRequest> {
    let mut remedies: Vec<ActionRequest> = Vec::new();
    for taken in &best.actions {
        let request = taken.request();
        if moves::is_remedy(catalogue, &taken.action) && !remedies.contains(&request) {
            remedies.push(request);
        }
    }
    remedies
}
