//! Checks that what is played again comes to the same, to the bit.

use serde::Serialize;

use crate::finding::{AuditCheck, AuditFinding};
use crate::policy::PolicyKind;
use crate::result::PolicyResult;
use crate::text::counted;

/// Random policies that are played again.
const RANDOM: usize = 4;

/// What was played twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Repeats {
    /// Policies that were played twice.
    pub policies: usize,
    /// Whether all results and all logs were the same, to the bit.
    pub same: bool,
    /// A fingerprint of all logs at all ticks, in hexadecimal digits.
    pub logs: String,
}

/// Indices of the policies to play again: doing nothing, declaring, the runbooks, what the search found, and the
/// first random ones.
pub(crate) fn picked(played: &[PolicyResult]) -> Vec<usize> {
    let is_picked = |kind| {
        matches!(
            kind,
            PolicyKind::Nothing | PolicyKind::Declare | PolicyKind::Runbook | PolicyKind::Found
        )
    };
    let indexed = || played.iter().enumerate();
    let random = indexed().filter(|(_, played)| played.kind == PolicyKind::Random);
    let others = indexed().filter(|(_, played)| is_picked(played.kind));
    let picked = others.chain(random.take(RANDOM));
    picked.map(|(index, _)| index).collect()
}

/// Compares what was played again with the first time. `logs` are the fingerprints of both times.
pub(crate) fn compare(
    first: &[&PolicyResult],
    again: &[PolicyResult],
    logs: [u64; 2],
    is_cut: bool,
) -> (Repeats, AuditFinding) {
    // A number that is none is unlike itself; its text is not.
    let text = |played: &PolicyResult| format!("{played:?}");
    let pairs = first.iter().zip(again);
    let differs = { pairs }.find(|(a, b)| text(a) != text(b));
    let [before, after] = logs;
    let same = differs.is_none() && before == after;
    let evidence = match differs {
        Some((differing, _)) => format!("{} is another one the second time", differing.title()),
        None if !same => "the logs are others the second time".to_owned(),
        None => {
            let policies = counted(again.len() as u64, "result");
            format!("{policies} and all logs are the same when played twice")
        }
    };
    let repeats = Repeats {
        policies: again.len(),
        same,
        logs: format!("{before:016x}"),
    };
    let finding = AuditFinding::new(AuditCheck::Determinism, "", same, evidence)
        .advise("look for what does not follow from scenario and seed: a host's fault kind, for example")
        .undecided_if(same && is_cut);
    (repeats, finding)
}
