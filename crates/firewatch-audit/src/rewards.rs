//! Checks that the rewards of an episode add up to its grade.

use crate::finding::{AuditCheck, AuditFinding};
use crate::leaving::SAME;
use crate::result::PolicyResult;
use crate::text::counted;
use crate::work::Cuts;

/// Compares both of each policy.
pub(crate) fn check(played: &[PolicyResult], cuts: Cuts) -> AuditFinding {
    let apart = |played: &PolicyResult| (played.reward - played.grade.total).abs();
    let mut differing = played.iter().filter(|played| apart(played) > SAME);
    let policies = counted(played.len() as u64, "result");
    let (holds, evidence) = match differing.next() {
        None => (
            true,
            format!("{policies}: each sum of rewards is the grade"),
        ),
        Some(first) => {
            let worst = differing.clone().fold(first, |worst, next| {
                if apart(next) > apart(worst) {
                    next
                } else {
                    worst
                }
            });
            let evidence = format!(
                "{}: rewards of {:.3}, a grade of {:.3}; {} of {} differ",
                worst.title(),
                worst.reward,
                worst.grade.total,
                1 + differing.count(),
                played.len()
            );
            (false, evidence)
        }
    };
    AuditFinding::new(AuditCheck::Rewards, "", holds, evidence)
        .advise("the score pays for something that it does not grade")
        .undecided_if(holds && cuts.any())
}
