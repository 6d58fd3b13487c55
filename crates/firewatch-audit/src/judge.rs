//! Applies all checks to what was played and read.

use std::sync::Arc;

use firewatch_action::Profile;
use firewatch_scenario::Scenario;

use crate::family::{self, BlindFamily, MeasuredDifficulty};
use crate::field::Field;
use crate::finding::{AuditCheck, AuditFinding};
use crate::leaks::Evidence;
use crate::policy::PolicyKind;
use crate::result::PolicyResult;
use crate::unanswered::UnansweredRun;
use crate::{alarm, answers, floor, goals, leaks, leaving, ordering, rewards};

/// What an audit has seen.
pub(crate) struct Judged<'a> {
    pub(crate) world: &'a UnansweredRun,
    pub(crate) field: &'a Field<'a>,
    pub(crate) evidence: &'a Evidence,
    pub(crate) is_false_alarm: bool,
    /// The best answer; in a false alarm doing nothing, if no other.
    pub(crate) best: Option<usize>,
    /// The result that got farthest, if the search found none that wins.
    pub(crate) farthest: Option<&'a PolicyResult>,
    pub(crate) max_actions: usize,
}

impl Judged<'_> {
    /// Returns the findings in the order of the checks, but for determinism, with the measured families.
    pub(crate) fn findings(
        &self,
        scenario: &Arc<Scenario>,
    ) -> (Vec<AuditFinding>, Vec<BlindFamily>, MeasuredDifficulty) {
        let (played, cuts) = (&self.field.played, self.field.cuts);
        let blind = family::families(scenario.difficulty, played, |kind| self.field.planned(kind));
        let difficulty = MeasuredDifficulty::of(scenario, &blind, played);
        let nothing = &played[0];
        let is_answer = |kind| matches!(kind, PolicyKind::Runbook | PolicyKind::Found);
        let best = self.best.map(|best| &played[best]);
        let winner = best.filter(|best| is_answer(best.kind));
        let mut findings = self.world.fault_effects(scenario);
        let is_scored = scenario.profile != Profile::Reference;
        if is_scored {
            findings.extend(alarm::check(
                self.is_false_alarm,
                scenario,
                self.world,
                played,
                cuts,
            ));
        }
        findings.push(answers::inaction(scenario, self.is_false_alarm, nothing));
        findings.push(answers::winnable(
            winner,
            self.farthest,
            nothing,
            self.max_actions,
            cuts,
        ));
        findings.extend(answers::runbooks(played));
        findings.extend(goals::check(scenario, played, cuts));
        findings.extend(self.world.red_herrings(scenario));
        if !is_scored {
            findings.extend(unscored());
            findings.extend(ordering::check(winner, played, cuts));
        } else {
            findings.extend(self.range(played, nothing));
            findings.extend(self.difficulty(scenario, &difficulty, &blind));
            findings.extend(leaving::check(best, nothing, played, cuts));
            findings.push(ordering::lost_above_won(played, cuts));
            findings.extend(ordering::check(winner, played, cuts));
            findings.push(rewards::check(played, cuts));
        }
        findings.extend(leaks::check(scenario, self.evidence));
        (findings, blind, difficulty)
    }

    fn range(&self, played: &[PolicyResult], nothing: &PolicyResult) -> Vec<AuditFinding> {
        if self.is_false_alarm {
            let why = "it is a false alarm: see `false_alarm`";
            let skipped = |check| AuditFinding::skipped(check, why);
            return [AuditCheck::Floor, AuditCheck::Ceiling].map(skipped).into();
        }
        let mut findings = vec![floor::floor(nothing)];
        findings.extend(floor::ceiling(nothing, played));
        findings
    }

    fn difficulty(
        &self,
        scenario: &Scenario,
        measured: &MeasuredDifficulty,
        blind: &[BlindFamily],
    ) -> Vec<AuditFinding> {
        if self.is_false_alarm {
            let why = "it is a false alarm: those who leave are right";
            let skipped = |check| AuditFinding::skipped(check, why);
            return [AuditCheck::Blind, AuditCheck::Difficulty]
                .map(skipped)
                .into();
        }
        let cuts = self.field.cuts;
        let is_cut = cuts.singles || cuts.variants || cuts.search;
        let mut findings = family::blind(blind);
        findings.push(family::difficulty(scenario, measured, blind, is_cut));
        findings
    }
}

/// What is not asked of the reference's score, which is as it is.
fn unscored() -> impl Iterator<Item = AuditFinding> {
    let checks = [
        AuditCheck::FalseAlarm,
        AuditCheck::Floor,
        AuditCheck::Ceiling,
        AuditCheck::Blind,
        AuditCheck::Difficulty,
        AuditCheck::Leaving,
        AuditCheck::Rewards,
    ];
    let why = "the score of the reference is as it is";
    checks
        .into_iter()
        .map(move |check| AuditFinding::skipped(check, why))
}
