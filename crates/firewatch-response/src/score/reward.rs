//! The reward of a step.

use std::ops::AddAssign;

use firewatch_sim::round_decimal;
use serde::{Deserialize, Serialize};

use super::rules::RewardRules;

/// Decimals of a reward and its parts.
pub(super) const REWARD_DECIMALS: u32 = 6;
/// Decimals of the SLO budget as an operator sees it.
pub(crate) const BUDGET_DECIMALS: u32 = 2;

/// The input of a reward.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RewardInput {
    /// [`weighted_mean_error_rate`] that was last observed before the step.
    pub error_rate_before: f64,
    /// The same after the step.
    pub error_rate_after: f64,
    /// SLO budget that was last observed before the step, rounded to 2 decimals.
    pub budget_before: f64,
    /// The same after the step.
    pub budget_after: f64,
    /// SLO budget at the beginning.
    pub initial_budget: f64,
    /// Whether customers were hit at the step before.
    pub hit_before: bool,
    /// The same at this step.
    pub hit_after: bool,
    /// Whether the incident counts as mitigated for the first time.
    pub newly_mitigated: bool,
    /// Actions that were wrong.
    pub wrong_actions: u32,
    /// The charge by [`RewardRules::premature_exit`]; 0 where the incident was not declared resolved.
    pub premature_exit: f64,
}

/// The reward of a step, with its parts. All numbers are rounded to 6 decimals.
///
/// Under the standard profile health, SLO budget and customers are differences of a potential: of what an operator
/// can see, now and at the step before. They say nothing about an action being right or wrong; the settlement
/// at the end does, which makes the sum of an episode's rewards its grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Reward {
    /// How far the weighted mean error rate fell.
    pub health_improvement: f64,
    /// How much of the SLO budget was kept: 0 or less, but for what was paid back.
    pub slo_preservation: f64,
    /// For customers who are not hit any more; below 0 where they are hit since this step.
    pub customers: f64,
    /// For the step in which the incident is mitigated.
    pub mttm_bonus: f64,
    /// For the time that the step took.
    pub time_cost: f64,
    /// For actions that were wrong.
    pub wrong_action_penalty: f64,
    /// For the step in which the SLO budget is used up.
    pub slo_breach_penalty: f64,
    /// For declaring the incident resolved when it is not.
    pub premature_exit_penalty: f64,
    /// In the last step: what was missing between the sum of all rewards and the grade.
    pub settlement: f64,
    /// The sum of the parts before they were rounded.
    pub total: f64,
    /// The sum as it stands among the parts: that of the rounded parts where there is a
    /// premature-exit penalty, else the same as `total`.
    pub breakdown_total: f64,
}

impl AddAssign for Reward {
    fn add_assign(&mut self, other: Self) {
        self.health_improvement += other.health_improvement;
        self.slo_preservation += other.slo_preservation;
        self.customers += other.customers;
        self.mttm_bonus += other.mttm_bonus;
        self.time_cost += other.time_cost;
        self.wrong_action_penalty += other.wrong_action_penalty;
        self.slo_breach_penalty += other.slo_breach_penalty;
        self.premature_exit_penalty += other.premature_exit_penalty;
        self.settlement += other.settlement;
        self.total += other.total;
        self.breakdown_total += other.breakdown_total;
    }
}

impl Reward {
    /// Returns the reward of a step.
    #[must_use]
    pub fn new(rules: &RewardRules, facts: &RewardInput) -> Self {
        let or_0 = |applies: bool, amount: f64| if applies { amount } else { 0.0 };
        let breached = facts.budget_after <= 0.0 && facts.budget_before > 0.0;
        let parts = [
            (facts.error_rate_before - facts.error_rate_after) * rules.health_weight,
            rules.slo_preservation(facts),
            or_0(facts.newly_mitigated, rules.mitigation_bonus),
            rules.time_cost,
            or_0(
                facts.wrong_actions > 0,
                f64::from(facts.wrong_actions) * rules.wrong_action_cost,
            ),
            or_0(breached, rules.slo_breach_cost),
            rules.customers(facts),
        ];
        let round = |x| round_decimal(x, REWARD_DECIMALS);
        let [health, slo, bonus, time, wrong, breach, customers] = parts;
        // The others are constants of at most 2 decimals, or multiples of a half: rounding does not change
        // them.
        let (health, slo) = (round(health), round(slo));
        let of_step: f64 = sum(&parts);
        let exit = if facts.premature_exit == 0.0 {
            facts.premature_exit
        } else {
            round(facts.premature_exit)
        };
        let (total, breakdown_total) = if facts.premature_exit < 0.0 {
            let rounded = sum(&[health, slo, bonus, time, wrong, breach, customers]);
            (round(of_step + facts.premature_exit), round(rounded + exit))
        } else {
            let total = round(of_step);
            (total, total)
        };
        Self {
            health_improvement: health,
            slo_preservation: slo,
            customers,
            mttm_bonus: bonus,
            time_cost: time,
            wrong_action_penalty: wrong,
            slo_breach_penalty: breach,
            premature_exit_penalty: exit,
            settlement: 0.0,
            total,
            breakdown_total,
        }
    }
}

impl Reward {
    /// Adds what is missing between the rewards so far, this one included, and the grade.
    pub(super) fn settle(&mut self, total_so_far: f64, grade: f64) {
        let missing = grade - total_so_far - self.total;
        self.settlement = round_decimal(missing, REWARD_DECIMALS);
        self.total = round_decimal(self.total + missing, REWARD_DECIMALS);
        self.breakdown_total = self.total;
    }
}

/// In order, from 0: `Iterator::sum` begins at -0.0.
fn sum(parts: &[f64]) -> f64 {
    parts.iter().fold(0.0, |sum, part| sum + part)
}

impl RewardRules {
    fn slo_preservation(&self, facts: &RewardInput) -> f64 {
        let gain = (facts.budget_after - facts.budget_before) * self.slo_weight;
        if self.slo_by_share && facts.initial_budget > 0.0 {
            gain / facts.initial_budget
        } else {
            gain
        }
    }

    fn customers(&self, facts: &RewardInput) -> f64 {
        match (facts.hit_before, facts.hit_after) {
            (true, false) => self.customers_weight,
            (false, true) => 0.0 - self.customers_weight,
            _ => 0.0,
        }
    }

    /// Returns what declaring the incident resolved costs, 0 or less: by whether it counts as mitigated,
    /// the tick, and the mean error rate over all services, a ratio.
    #[must_use]
    pub fn premature_exit(&self, mitigated: bool, tick: u64, mean_error_rate: f64) -> f64 {
        let is_fine = mitigated
            || tick <= self.premature_exit_free_ticks
            || mean_error_rate <= self.premature_exit_error_limit;
        if is_fine {
            0.0
        } else {
            self.premature_exit_base + mean_error_rate * self.premature_exit_scale
        }
    }
}

/// The mean error rate over services that count more the more others call them: error rates and
/// weights are those of the services in order. 0 for no services.
#[must_use]
pub fn weighted_mean_error_rate(
    error_rates: impl IntoIterator<Item = f64>,
    weights: impl IntoIterator<Item = f64>,
) -> f64 {
    let (mut errors, mut weight) = (0.0, 0.0);
    for (error_rate, w) in error_rates.into_iter().zip(weights) {
        errors += error_rate * w;
        weight += w;
    }
    if weight > 0.0 { errors / weight } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::rules::ScoreRules;
    use super::*;

    const RULES: &RewardRules = &ScoreRules::REFERENCE.reward;
    const STANDARD: &RewardRules = &ScoreRules::STANDARD.reward;

    const NOTHING: RewardInput = RewardInput {
        error_rate_before: 0.0,
        error_rate_after: 0.0,
        budget_before: 30.0,
        budget_after: 30.0,
        initial_budget: 30.0,
        hit_before: false,
        hit_after: false,
        newly_mitigated: false,
        wrong_actions: 0,
        premature_exit: 0.0,
    };

    #[test]
    fn a_step_in_which_nothing_happens_costs_its_time() {
        let reward = Reward::new(RULES, &NOTHING);
        assert_eq!(reward.total, -0.05);
        assert_eq!(
            reward,
            Reward {
                time_cost: -0.05,
                total: -0.05,
                breakdown_total: -0.05,
                ..Reward::default()
            }
        );
    }

    #[test]
    fn a_potential_pays_back_what_it_has_charged_and_no_word_about_wrong_actions() {
        let worse = RewardInput {
            error_rate_after: 0.5,
            budget_after: 27.0,
            hit_after: true,
            wrong_actions: 1,
            newly_mitigated: true,
            premature_exit: STANDARD.premature_exit(false, 7, 0.5),
            ..NOTHING
        };
        let reward = Reward::new(STANDARD, &worse);
        // -0.5 * 0.2, -3 / 30 * 0.3, -0.2
        assert_eq!(reward.health_improvement, -0.1);
        assert_eq!((reward.slo_preservation, reward.customers), (-0.03, -0.2));
        assert_eq!(reward.total, -0.33);
        let better = RewardInput {
            error_rate_before: 0.5,
            hit_before: true,
            ..NOTHING
        };
        assert_eq!(Reward::new(STANDARD, &better).total, 0.3);
        let quiet = Reward::new(
            STANDARD,
            &RewardInput {
                wrong_actions: 3,
                ..NOTHING
            },
        );
        assert_eq!(quiet, Reward::default());
    }

    #[test]
    fn the_settlement_is_what_is_missing() {
        let mut last = Reward {
            total: -0.1,
            ..Reward::default()
        };
        last.settle(-0.23, 0.875);
        assert_eq!((last.settlement, last.total), (1.205, 1.105));
    }

    #[test]
    fn constant_parts_are_round() {
        for part in [
            RULES.mitigation_bonus,
            RULES.time_cost,
            RULES.wrong_action_cost,
            RULES.slo_breach_cost,
        ] {
            assert_eq!(round_decimal(part, REWARD_DECIMALS), part);
        }
    }

    #[test]
    fn every_part_is_in_the_sum() {
        let reward = Reward::new(
            RULES,
            &RewardInput {
                error_rate_before: 0.5,
                error_rate_after: 0.25,
                budget_before: 1.5,
                budget_after: 0.0,
                newly_mitigated: true,
                wrong_actions: 1,
                premature_exit: RULES.premature_exit(false, 7, 0.25),
                ..NOTHING
            },
        );
        assert_eq!(reward.health_improvement, 0.25);
        // (0 - 1.5) * 0.3 = -0.44999999999999996
        assert_eq!(reward.slo_preservation, -0.45);
        assert_eq!(reward.mttm_bonus, 2.0);
        assert_eq!(reward.time_cost, -0.05);
        assert_eq!(reward.wrong_action_penalty, -0.5);
        assert_eq!(reward.slo_breach_penalty, -2.0);
        assert_eq!(reward.premature_exit_penalty, -2.75);
        // 0.25 - 0.45 + 2 - 0.05 - 0.5 - 2 - 2.75
        assert_eq!(reward.total, -3.5);
        assert_eq!(reward.breakdown_total, -3.5);
    }

    #[test]
    fn the_sum_of_the_rounded_parts_may_differ_from_the_rounded_sum() {
        // Two parts that are each rounded down by 0.4 millionths.
        let reward = Reward::new(
            RULES,
            &RewardInput {
                error_rate_before: 0.000_000_4,
                premature_exit: -2.299_999_6 - 0.000_000_000_1,
                ..NOTHING
            },
        );
        assert_eq!(reward.health_improvement, 0.0);
        assert_eq!(reward.premature_exit_penalty, -2.3);
        assert_eq!(reward.total, -2.349_999);
        assert_eq!(reward.breakdown_total, -2.35);
    }

    #[test]
    fn a_budget_that_was_gone_before_is_not_charged_again() {
        let gone = RewardInput {
            budget_before: 0.0,
            budget_after: 0.0,
            ..NOTHING
        };
        assert_eq!(Reward::new(RULES, &gone).slo_breach_penalty, 0.0);
    }

    #[test]
    fn declaring_too_early_costs_by_the_error_rate() {
        assert_eq!(RULES.premature_exit(false, 2, 0.5), -3.5);
        assert_eq!(RULES.premature_exit(false, 2, 0.05), 0.0);
        assert_eq!(RULES.premature_exit(false, 1, 0.5), 0.0);
        assert_eq!(RULES.premature_exit(true, 2, 0.5), 0.0);
    }

    #[test]
    fn services_that_others_call_count_more() {
        // (0.1 * 1 + 0.4 * 3) / 4
        assert_eq!(
            weighted_mean_error_rate([0.1, 0.4], [1.0, 3.0]),
            (0.1 + 0.4 * 3.0) / 4.0
        );
        assert_eq!(weighted_mean_error_rate([], []), 0.0);
    }
}
