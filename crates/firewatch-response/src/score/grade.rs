//! The grade of an episode.

use firewatch_sim::{num, round_decimal};
use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use super::rules::{GradeRules, GradeShape};

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
    /// Services that were affected: harmed by a fault; in the reference also those that the faults could reach.
    pub affected: usize,
    /// Those of them that recovered.
    pub recovered: usize,
    /// The tick at which the incident counted as mitigated.
    pub mttm_tick: Option<u64>,
    /// Ticks that passed between the first customer who was hit and the mitigation; after a relapse, those of
    /// all such times. Only the account of the standard profile counts them.
    pub open_ticks: u64,
    /// What is left of the incident.
    pub outcome: Outcome,
    /// Faults that an action of the answer ended.
    pub ended_faults: u32,
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
    /// Taken off where all goals are missed.
    pub goals_cost: f64,
}

/// The grade of an episode, with its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Grade {
    /// Whether the incident is won, where that decides.
    pub won: Option<bool>,
    /// The episode was too short to be graded: all parts are 0, the total is [`GradeRules::early_score`].
    pub early: bool,
    /// Share of the affected services that recovered, 0 to 1; where winning decides, of the faults that an action can
    /// end those that the answer ended.
    pub recovery: f64,
    /// How soon the incident was mitigated, 0 (never) to 1.
    pub mttm_score: f64,
    /// How little customers noticed, 0 to 1.
    pub bcm_score: f64,
    /// Both of them, weighted, 0 to 1.
    pub speed: f64,
    /// How few actions were wrong, 0 to 1; in a sum of parts 0 where nothing recovered.
    pub precision: f64,
    /// Share of the SLO budget that is left, 0 to 1.
    pub slo: f64,
    /// The parts, weighted, before anything is taken off: the sum of them; or the quality of a win, or of what was
    /// done without one, 0 to 1.
    pub raw: f64,
    /// Taken off for the share of services that were affected.
    pub blast_penalty: f64,
    /// Taken off for the share of goals that were missed.
    pub goals_penalty: f64,
    /// The grade, within the bounds and to the decimals of the rules.
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
        match rules.shape {
            GradeShape::SumOfParts => Self::sum_of_parts(rules, input),
            GradeShape::WonOrLost => Self::won_or_lost(rules, input),
        }
    }

    fn sum_of_parts(rules: &GradeRules, input: &GradeInput) -> Self {
        if input.ticks < rules.early_ticks {
            return Self {
                early: true,
                total: rules.early_score,
                ..Self::default()
            };
        }
        let recovery = num::min(1.0, ratio(input.recovered, input.affected));
        let mttm_score = input
            .mttm_tick
            .map_or(0.0, |tick| left(tick as f64 / input.max_ticks as f64));
        let bcm_score = left(input.bad_customer_minutes / input.max_bad_customer_minutes);
        let speed = rules.mttm_weight * mttm_score + rules.bcm_weight * bcm_score;
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
            input.goals_cost * input.outcome.missed_goals as f64 / input.goals.max(1) as f64;
        let score = num::max(0.0, score - goals_penalty);
        Self {
            won: None,
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
            total: rules.bounded(score),
        }
    }

    fn won_or_lost(rules: &GradeRules, input: &GradeInput) -> Self {
        let won = input.outcome.is_won();
        let endable = input.outcome.endable_faults;
        let ended = usize::try_from(input.ended_faults).unwrap_or(usize::MAX);
        let recovery = num::min(1.0, ratio(ended, endable));
        let mttm_score = rules.time_score(input);
        let bcm_score = if input.bad_customer_minutes > 0.0 {
            left(input.bad_customer_minutes / input.max_bad_customer_minutes)
        } else {
            1.0
        };
        let slo = if input.final_budget < input.initial_budget {
            num::max(0.0, input.final_budget / input.initial_budget)
        } else {
            1.0
        };
        let precision = left(f64::from(input.wrong_actions) / rules.max_wrong_actions);
        let of_speed = rules.mttm_weight * mttm_score + rules.bcm_weight * bcm_score;
        let (raw, score) = if won {
            let quality = precision * (of_speed + rules.slo_weight * slo);
            let above = (rules.most - rules.won_least) * quality;
            (quality, rules.won_least + above)
        } else {
            let done = recovery * precision;
            (done, rules.lost_most * done)
        };
        Self {
            won: Some(won),
            early: false,
            recovery,
            mttm_score,
            bcm_score,
            speed: of_speed / (rules.mttm_weight + rules.bcm_weight),
            precision,
            slo,
            raw,
            blast_penalty: 0.0,
            goals_penalty: 0.0,
            total: rules.bounded(score),
        }
    }
}

impl GradeRules {
    /// How soon it was mitigated: all of it up to the free share of the ticks, nothing at the last one or where it
    /// never was. Where no customer was ever hit there was nothing to mitigate.
    fn time_score(&self, input: &GradeInput) -> f64 {
        if input.mttm_tick.is_none() && input.open_ticks > 0 {
            return 0.0;
        }
        let spent = input.open_ticks as f64 / input.max_ticks.max(1) as f64;
        let share = left(spent) / (1.0 - self.mttm_free_share);
        num::min(1.0, share)
    }

    fn bounded(&self, score: f64) -> f64 {
        let score = round_decimal(score, self.decimals);
        num::min(self.most, num::max(self.least, score))
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// What is left of a part of which this share is used up.
fn left(used: f64) -> f64 {
    num::max(0.0, 1.0 - used)
}

#[cfg(test)]
mod tests;
