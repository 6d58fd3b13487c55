//! Checks how far doing nothing and the runbooks are apart.

use crate::finding::{AuditCheck, AuditFinding};
use crate::policy::PolicyKind;
use crate::result::PolicyResult;

/// Most grade of doing nothing.
const FLOOR: f64 = 0.05;
/// Least grade of a runbook.
const CEILING: f64 = 0.9;

/// Checks the grade of doing nothing.
pub(crate) fn floor(nothing: &PolicyResult) -> AuditFinding {
    let grade = nothing.grade.total;
    let evidence = format!("doing nothing has a grade of {grade:.2}, at most {FLOOR}");
    AuditFinding::new(AuditCheck::Floor, "", grade <= FLOOR, evidence).advise(
        "let doing nothing cost more: a faster fault, one that goes on to the end, goals that it misses",
    )
}

/// Checks the grade of each runbook.
pub(crate) fn ceiling(nothing: &PolicyResult, played: &[PolicyResult]) -> Vec<AuditFinding> {
    let runbooks = { played.iter() }.filter(|played| played.kind == PolicyKind::Runbook);
    let finding = |runbook: &PolicyResult| {
        let (grade, floor) = (runbook.grade.total, nothing.grade.total);
        let gap = grade - floor;
        let evidence =
            format!("a grade of {grade:.3}, at least {CEILING}; {gap:.3} above doing nothing");
        AuditFinding::new(AuditCheck::Ceiling, runbook.title(), grade >= CEILING, evidence).advise(
            "act sooner, and leave out what is wrong or not needed; if nobody can do better, give more time before customers are hit",
        )
    };
    let findings: Vec<AuditFinding> = runbooks.map(finding).collect();
    if findings.is_empty() {
        return vec![AuditFinding::skipped(
            AuditCheck::Ceiling,
            "no runbook was given",
        )];
    }
    findings
}
