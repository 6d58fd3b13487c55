//! The families of blind policies, and the checks that hold them against the difficulty.

use firewatch_scenario::{Difficulty, Scenario};
use serde::Serialize;

use crate::finding::{AuditCheck, AuditFinding};
use crate::policy::PolicyKind;
use crate::result::PolicyResult;

/// Most mean grade of a family in a medium and in a hard incident.
const MEDIUM: f64 = 0.5;
const HARD: f64 = 0.35;

/// A family of blind policies, played.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BlindFamily {
    /// Which family.
    pub family: PolicyKind,
    /// Policies that were played.
    pub played: usize,
    /// Policies that there are; if they are more, those that were played are a sample drawn by the seed.
    pub of: u64,
    /// Whether policies of the sample were left out because of the limit.
    pub is_cut: bool,
    /// Policies that won.
    pub won: usize,
    /// Mean of the grades.
    pub mean_grade: f64,
    /// The best grade.
    pub max_grade: f64,
    /// Mean of the sums of rewards.
    pub mean_reward: f64,
    /// Name of the policy with the best grade; of equals the first.
    pub best: String,
    /// The most that the mean may be in an incident of its difficulty.
    pub max_mean_grade: Option<f64>,
}

impl BlindFamily {
    /// `None` if none were to be played.
    fn new(family: PolicyKind, policies: &[&PolicyResult], planned: Planned) -> Option<Self> {
        if planned.policies == 0 {
            return None;
        }
        let count = policies.len();
        let mean = |value: &dyn Fn(&PolicyResult) -> f64| {
            policies.iter().fold(0.0, |sum, played| sum + value(played)) / count.max(1) as f64
        };
        let best = policies.iter().copied().reduce(|best, next| {
            if next.grade.total > best.grade.total {
                next
            } else {
                best
            }
        });
        Some(Self {
            family,
            played: count,
            of: planned.of,
            is_cut: count < planned.policies,
            won: policies.iter().filter(|played| played.won).count(),
            mean_grade: mean(&|played| played.grade.total),
            max_grade: best.map_or(0.0, |best| best.grade.total),
            mean_reward: mean(&|played| played.reward),
            best: best.map(|best| best.name.clone()).unwrap_or_default(),
            max_mean_grade: None,
        })
    }

    /// How many were played, and whether they are a sample.
    #[must_use]
    pub fn sample(&self) -> String {
        match u64::try_from(self.played) {
            Ok(played) if played == self.of => format!("all {played}"),
            _ => format!("{} of {}, drawn by the seed", self.played, self.of),
        }
    }
}

/// How many policies of a family there are, and how many of them were to be played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub(crate) of: u64,
    pub(crate) policies: usize,
}

/// Returns the families of which policies were to be played.
pub(crate) fn families(
    difficulty: Option<Difficulty>,
    played: &[PolicyResult],
    planned: impl Fn(PolicyKind) -> Planned,
) -> Vec<BlindFamily> {
    let family = |kind: &PolicyKind| {
        let own: Vec<&PolicyResult> = played.iter().filter(|p| p.kind == *kind).collect();
        let family = BlindFamily::new(*kind, &own, planned(*kind))?;
        Some(BlindFamily {
            max_mean_grade: limit(difficulty),
            ..family
        })
    };
    PolicyKind::BLIND.iter().filter_map(family).collect()
}

fn limit(difficulty: Option<Difficulty>) -> Option<f64> {
    match difficulty {
        None | Some(Difficulty::Easy) => None,
        Some(Difficulty::Medium) => Some(MEDIUM),
        Some(Difficulty::Hard) => Some(HARD),
    }
}

/// The difficulty that the scenario claims, and the one that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MeasuredDifficulty {
    /// The scenario's own word.
    pub claimed: Option<&'static str>,
    /// The hardest whose limits the blind policies stay below.
    pub measured: &'static str,
    /// Whether one remedy alone, at one tick, wins.
    pub one_remedy_wins: bool,
}

impl MeasuredDifficulty {
    pub(crate) fn of(
        scenario: &Scenario,
        families: &[BlindFamily],
        played: &[PolicyResult],
    ) -> Self {
        let is_alone = |kind| matches!(kind, PolicyKind::Single | PolicyKind::Alone);
        let one_remedy_wins = played.iter().any(|p| is_alone(p.kind) && p.won);
        let below = |limit: f64| families.iter().all(|family| family.mean_grade <= limit);
        let measured = if below(HARD) && !one_remedy_wins {
            Difficulty::Hard
        } else if below(MEDIUM) {
            Difficulty::Medium
        } else {
            Difficulty::Easy
        };
        Self {
            claimed: scenario.difficulty.map(Difficulty::name),
            measured: measured.name(),
            one_remedy_wins,
        }
    }
}

/// Checks the mean grade of each family.
pub(crate) fn blind(families: &[BlindFamily]) -> Vec<AuditFinding> {
    let finding = |family: &BlindFamily| {
        let kind = family.family;
        let mean = format!(
            "mean grade {:.2} ({}), {} won, the best {:.2}",
            family.mean_grade,
            family.sample(),
            family.won,
            family.max_grade
        );
        let Some(limit) = family.max_mean_grade else {
            let finding = AuditFinding::skipped(AuditCheck::Blind, mean);
            return finding.about(kind.name()).part(kind.name());
        };
        let evidence = format!("{mean}; at most {limit}");
        let holds = family.mean_grade <= limit;
        AuditFinding::new(AuditCheck::Blind, kind.name(), holds, evidence)
            .part(kind.name())
            .advise("let trying things not be enough: a second fault that begins later, services that show the same and have nothing, goals that only the right remedy meets; or call it easier")
            .undecided_if(family.is_cut)
    };
    families.iter().map(finding).collect()
}

/// Holds the measured difficulty against the claimed one. `is_cut`: single remedies were left out.
pub(crate) fn difficulty(
    scenario: &Scenario,
    measured: &MeasuredDifficulty,
    families: &[BlindFamily],
    is_cut: bool,
) -> AuditFinding {
    let one = match measured.one_remedy_wins {
        true => "one remedy alone wins",
        false => "no remedy alone wins",
    };
    let evidence = format!("measured {}; {one}", measured.measured);
    let Some(claimed) = scenario.difficulty else {
        let why = format!("no difficulty is given; {evidence}");
        return AuditFinding::skipped(AuditCheck::Difficulty, why);
    };
    let evidence = format!("claimed {claimed}, {evidence}");
    let is_hard = claimed == Difficulty::Hard;
    let too_easy = is_hard && measured.one_remedy_wins;
    let above = families
        .iter()
        .any(|f| f.max_mean_grade.is_some_and(|limit| f.mean_grade > limit));
    let advice = match too_easy {
        true => {
            "ask for more than one remedy: a second fault, on another service or later; or call it medium"
        }
        false => "see `blind`, or call it as hard as it is",
    };
    let cut = is_cut || families.iter().any(|family| family.is_cut);
    AuditFinding::new(AuditCheck::Difficulty, "", !too_easy && !above, evidence)
        .advise(advice)
        .undecided_if(cut && !too_easy && claimed != Difficulty::Easy)
}
