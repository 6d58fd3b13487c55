//! The grade of an episode.

use firewatch_sim::{num, round_decimal};
use serde::{Deserialize, Serialize};

use super::rules::GradeRules;
use firewatch_scenario::{GRADE_MAX, GRADE_MIN};

/// Decimals of the score.
const SCORE_DECIMALS: u32 = 2;

/// The input of a grade.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GradeInput {
    /// Ticks that were done.
    pub ticks: u64,
    /// Ticks that there were.
    pub max_ticks: u64,
    /// Services of the mesh.
    pub services: usize,
    /// Services that were affected, or that the faults could reach.
    pub affected: usize,
    /// Those of them that recovered.
    pub recovered: usize,
    /// The tick at which the incident counted as mitigated.
    pub mttm_tick: Option<u64>,
    /// Bad customer minutes.
    pub bad_customer_minutes: f64,
    /// Bad customer minutes that leave nothing of that part of the speed.
    pub max_bad_customer_minutes: f64,
    /// Wrong actions.
    pub wrong_actions: u32,
    /// SLO budget at the start.
    pub initial_budget: f64,
    /// SLO budget at the end, rounded to 2 decimals.
    pub final_budget: f64,
    /// Goals that were looked at.
    pub goals: usize,
    /// Those of them that were missed.
    pub missed_goals: usize,
    /// Taken off where all goals are missed.
    pub goals_cost: f64,
}

/// The grade of an episode, with its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Grade {
    /// The episode was too short to be graded: all parts are 0, the total is [`GradeRules::early_score`].
    pub early: bool,
    /// Share of the affected services that recovered, 0 to 1.
    pub recovery: f64,
    /// How soon the incident was mitigated, 0 (never) to 1.
    pub mttm_score: f64,
    /// How little customers noticed, 0 to 1.
    pub bcm_score: f64,
    /// Both of them, weighted, 0 to 1.
    pub speed: f64,
    /// How few actions were wrong, 0 to 1; 0 where nothing recovered.
    pub precision: f64,
    /// Share of the SLO budget that is left, 0 to 1.
    pub slo: f64,
    /// The four parts, weighted.
    pub raw: f64,
    /// Taken off for the share of services that were affected.
    pub blast_penalty: f64,
    /// Taken off for the share of goals that were missed.
    pub goals_penalty: f64,
    /// The score: rounded to 2 decimals, 0.01 to 0.99.
    pub total: f64,
}

impl GradeInput {
    pub(crate) fn is_finite(&self) -> bool {
        let numbers = [
            self.bad_customer_minutes,
            self.max_bad_customer_minutes,
            self.initial_budget,
            self.final_budget,
            self.goals_cost,
        ];
        numbers.into_iter().all(f64::is_finite)
    }
}

impl Grade {
    pub(crate) fn is_finite(&self) -> bool {
        let numbers = [
            self.recovery,
            self.mttm_score,
            self.bcm_score,
            self.speed,
            self.precision,
            self.slo,
            self.raw,
            self.blast_penalty,
            self.goals_penalty,
            self.total,
        ];
        numbers.into_iter().all(f64::is_finite)
    }

    /// Grades an episode.
    #[must_use]
    pub fn new(rules: &GradeRules, input: &GradeInput) -> Self {
        if input.ticks < rules.early_ticks {
            return Self {
                early: true,
                total: rules.early_score,
                ..Self::default()
            };
        }
        let ratio = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let left = |used: f64| num::max(0.0, 1.0 - used);
        let recovery = num::min(1.0, ratio(input.recovered, input.affected));
        let mttm_score = input
            .mttm_tick
            .map_or(0.0, |tick| left(tick as f64 / input.max_ticks as f64));
        let bcm_score = left(input.bad_customer_minutes / input.max_bad_customer_minutes);
        let speed = rules.speed_mttm_weight * mttm_score + rules.speed_bcm_weight * bcm_score;
        let precision = if recovery == 0.0 {
            0.0
        } else {
            left(f64::from(input.wrong_actions) / rules.max_wrong_actions)
        };
        // Without a budget there is nothing left of it.
        let slo = num::min(
            1.0,
            num::max(0.0, input.final_budget / input.initial_budget),
        );
        let raw = rules.recovery_weight * recovery
            + rules.speed_weight * speed
            + rules.precision_weight * precision
            + rules.slo_weight * slo;
        let blast_penalty = rules.blast_cost * input.affected as f64 / input.services.max(1) as f64;
        let score = num::max(0.0, raw - blast_penalty);
        let goals_penalty =
            input.goals_cost * input.missed_goals as f64 / input.goals.max(1) as f64;
        let score = num::max(0.0, score - goals_penalty);
        let total = round_decimal(score, SCORE_DECIMALS);
        Self {
            early: false,
            recovery,
            mttm_score,
            bcm_score,
            speed,
            precision,
            slo,
            raw,
            blast_penalty,
            goals_penalty,
            total: num::min(GRADE_MAX, num::max(GRADE_MIN, total)),
        }
    }
}

#[cfg(test)]
mod tests {
    use firewatch_scenario::Goals;

    use super::super::rules::ScoreRules;
    use super::*;

    const RULES: &GradeRules = &ScoreRules::STANDARD.grade;

    const PERFECT: GradeInput = GradeInput {
        ticks: 8,
        max_ticks: 20,
        services: 3,
        affected: 2,
        recovered: 2,
        mttm_tick: Some(5),
        bad_customer_minutes: 10.0,
        max_bad_customer_minutes: 100.0,
        wrong_actions: 0,
        initial_budget: 30.0,
        final_budget: 24.0,
        goals: 0,
        missed_goals: 0,
        goals_cost: Goals::DEFAULT_COST,
    };

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn an_episode_worked_out_by_hand() {
        let grade = Grade::new(RULES, &PERFECT);
        assert_eq!(grade.recovery, 1.0);
        assert_eq!(grade.mttm_score, 0.75);
        assert_eq!(grade.bcm_score, 0.9);
        // 0.6 * 0.75 + 0.4 * 0.9
        assert!(close(grade.speed, 0.81));
        assert_eq!(grade.precision, 1.0);
        assert_eq!(grade.slo, 0.8);
        // 0.4 + 0.25 * 0.81 + 0.2 + 0.15 * 0.8
        assert!(close(grade.raw, 0.9225));
        assert!(close(grade.blast_penalty, 0.04 / 3.0));
        assert_eq!(grade.total, 0.91);
    }

    #[test]
    fn doing_nothing_leaves_the_parts_that_cost_nothing() {
        let grade = Grade::new(
            RULES,
            &GradeInput {
                recovered: 0,
                mttm_tick: None,
                bad_customer_minutes: 150.0,
                final_budget: 0.0,
                ..PERFECT
            },
        );
        // Without recovery there is no precision either.
        assert_eq!((grade.precision, grade.raw), (0.0, 0.0));
        assert_eq!(grade.total, GRADE_MIN);
    }

    #[test]
    fn wrong_actions_and_missed_goals_cost() {
        let grade = Grade::new(
            RULES,
            &GradeInput {
                wrong_actions: 3,
                goals: 4,
                missed_goals: 3,
                ..PERFECT
            },
        );
        assert_eq!(grade.precision, 0.5);
        assert!(close(grade.goals_penalty, 0.075));
        // 0.9225 - 0.1 - 0.04 / 3 - 0.075 = 0.7342
        assert_eq!(grade.total, 0.73);
        let many = GradeInput {
            wrong_actions: 7,
            ..PERFECT
        };
        assert_eq!(Grade::new(RULES, &many).precision, 0.0);
    }

    #[test]
    fn the_score_keeps_away_from_0_and_1() {
        let grade = Grade::new(
            RULES,
            &GradeInput {
                mttm_tick: Some(0),
                bad_customer_minutes: 0.0,
                final_budget: 30.0,
                affected: 0,
                recovered: 1,
                ..PERFECT
            },
        );
        assert_eq!((grade.raw, grade.total), (1.0, GRADE_MAX));
    }

    #[test]
    fn too_short_an_episode_has_one_score() {
        let grade = Grade::new(
            RULES,
            &GradeInput {
                ticks: 1,
                ..PERFECT
            },
        );
        assert_eq!((grade.early, grade.total), (true, RULES.early_score));
    }

    #[test]
    fn without_budget_and_services_nothing_is_divided_by_0() {
        let grade = Grade::new(
            RULES,
            &GradeInput {
                services: 0,
                affected: 0,
                recovered: 0,
                max_ticks: 0,
                mttm_tick: Some(0),
                initial_budget: 0.0,
                final_budget: 0.0,
                ..PERFECT
            },
        );
        assert_eq!((grade.mttm_score, grade.slo), (0.0, 0.0));
        assert!(grade.total.is_finite());
    }
}
