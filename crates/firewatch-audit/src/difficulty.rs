//! Checks whether the incident is as hard as its difficulty says.

use firewatch_scenario::{Difficulty, Scenario};

use crate::finding::{AuditCheck, AuditFinding};
use crate::policy::PolicyKind;
use crate::result::PolicyResult;
use crate::work::Cuts;

/// At most 1 random policy in this number may win a hard incident.
const HARD: usize = 16;
/// At most 1 random policy in this number may win a medium incident.
const MEDIUM: usize = 8;

/// How many policies of a kind were played, and how many of them won.
struct Odds {
    won: usize,
    played: usize,
}

impl Odds {
    fn of(kind: PolicyKind, policies: &[PolicyResult]) -> Self {
        let played = policies.iter().filter(|played| played.kind == kind);
        Self {
            won: played.clone().filter(|played| played.won).count(),
            played: played.count(),
        }
    }

    /// Whether at most 1 in `one_in` won.
    fn are_at_most(&self, one_in: usize) -> bool {
        self.won * one_in <= self.played
    }
}

/// Compares how often the incident is won with its difficulty.
pub(crate) fn check(scenario: &Scenario, policies: &[PolicyResult], cuts: Cuts) -> AuditFinding {
    let chance = Odds::of(PolicyKind::Random, policies);
    let single = Odds::of(PolicyKind::Single, policies);
    let evidence = format!(
        "{} of {} random policies and {} of {} remedies alone win",
        chance.won, chance.played, single.won, single.played
    );
    let is_undecided = match scenario.difficulty {
        None | Some(Difficulty::Easy) => false,
        Some(Difficulty::Medium) => cuts.random,
        // One remedy that wins is enough to tell.
        Some(Difficulty::Hard) => single.won == 0 && (cuts.random || cuts.singles),
    };
    let (holds, advice) = match scenario.difficulty {
        None => {
            let why = format!("no difficulty is given; {evidence}");
            return AuditFinding::skipped(AuditCheck::Difficulty, why);
        }
        Some(Difficulty::Easy) => (true, ""),
        Some(Difficulty::Medium) => (
            chance.are_at_most(MEDIUM),
            "let chance not be enough: a fault that begins later, goals that only the right remedy meets, or call it easy",
        ),
        Some(Difficulty::Hard) if single.won > 0 => (
            false,
            "ask for more than one remedy: a second fault, on another service or later, or call it medium",
        ),
        Some(Difficulty::Hard) => (
            chance.are_at_most(HARD),
            "let chance not be enough: a second fault that begins later, goals that only the right remedy meets, or call it medium",
        ),
    };
    let finding = AuditFinding::new(AuditCheck::Difficulty, "", holds, evidence);
    finding.advise(advice).undecided_if(is_undecided)
}
