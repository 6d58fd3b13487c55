//! The rules of a score: every number, and every rule in which profiles differ, with both columns side by side.

use std::fmt;

use firewatch_action::{ActionError, CustomerRules, Profile};
use firewatch_scenario::Difficulty;

pub use super::columns::RuleRow;
use super::columns::{RuleValue, columns, plain};

columns! {
    /// The rules and numbers of a score. Nothing else of the score asks for the profile.
    ScoreRules {
        /// Whether a service has the status that its metrics make after the action; else it keeps that of the
        /// last tick.
        derives_status: bool = false => true;
        /// Whether the observation before a step is kept; else both observations show the services as they are
        /// after it, so that no error rate changes in a step.
        keeps_observation_before: bool = false => true;
        /// Whether impact and statuses after the tick of a reset count.
        counts_reset_tick: bool = false => true;
        /// Fall of an error rate in a step from which on a service counts as recovering; a ratio.
        recovering_drop: f64 = 0.01 => 0.01;
        /// Who the customers are, and when they are hit.
        customers: CustomerRules = CustomerRules::REFERENCE => CustomerRules::STANDARD;
        /// Who says when the incident is mitigated, what it costs customers and how far it spread.
        impact: ImpactRule = ImpactRule::Engine => ImpactRule::Account { quiet_ticks: 2 };
        /// Which services are affected, and which of them recovered.
        affected: AffectedRule = AffectedRule::ReachingFaults => AffectedRule::Harmed;
        /// Whether goals about services outside the mesh count; they can't be met.
        counts_goals_outside_mesh: bool = true => false;
        /// Whether a step whose action fails is scored, as one in which nothing is done.
        scores_failed_actions: bool = false => true;
        /// Whether the incident ends when its SLO budget is used up.
        budget_ends: bool = true => false;
        /// Whether an incident that is declared resolved is played on to its last tick, without actions; else
        /// it ends at once.
        plays_on: bool = false => true;
        /// The burn of the SLO budget in a step.
        slo: SloRules = SloRules::REFERENCE => SloRules::STANDARD;
        /// The alerts on error rate, latency and memory; `service_down` follows.
        alerts: [AlertRule; 3] = ALERTS => naming_what_was_reached(ALERTS);
        /// Whether an alert knows the tick at which it began to fire.
        alerts_remember_start: bool = false => true;
        /// The reward of a step.
        reward: RewardRules = RewardRules::REFERENCE => RewardRules::STANDARD;
        /// The grade of an episode.
        grade: GradeRules = GradeRules::REFERENCE => GradeRules::STANDARD;
    }
}

columns! {
    /// The burn of the SLO budget in a step. Shares are of the budget's burn per tick.
    SloRules {
        /// How it is charged.
        burn: BurnRule = BurnRule::UndoEngine => BurnRule::Once;
        /// Share that burns while customers are not hit, 0 to 1.
        unnoticed_share: f64 = 0.2 => 0.0;
        /// Whether that also burns while every service is healthy.
        healthy_mesh_burns: bool = true => false;
        /// Share that is charged for an investigation with a specialist, 0 to 1.
        specialist_share: f64 = 0.5 => 0.5;
        /// Whether a specialist helps even with an investigation that could not be done.
        specialist_helps_invalid: bool = true => false;
        /// Burn that is shown after a reset, in units of the budget, where the tick of a reset does not count.
        shown_after_reset: f64 = 1.5 => 1.5;
    }
}

columns! {
    /// The reward of a step; charges are below 0. Where it settles, the parts are differences of a potential,
    /// and all of them end at the grade.
    RewardRules {
        /// For each unit by which the weighted mean error rate falls.
        health_weight: f64 = 1.0 => 0.2;
        /// For each unit of SLO budget that a step gains; one that loses some is charged as much.
        slo_weight: f64 = 0.3 => 0.3;
        /// Whether that is about shares of the budget.
        slo_by_share: bool = false => true;
        /// For customers who are not hit any more; charged when they are hit.
        customers_weight: f64 = 0.0 => 0.2;
        /// For mitigating the incident, once an episode.
        mitigation_bonus: f64 = 2.0 => 0.0;
        /// For every step.
        time_cost: f64 = -0.05 => 0.0;
        /// For each wrong action.
        wrong_action_cost: f64 = -0.5 => 0.0;
        /// For the step in which the SLO budget is used up.
        slo_breach_cost: f64 = -2.0 => 0.0;
        /// For declaring an incident resolved that is not, whatever its error rate.
        premature_exit_base: f64 = -2.0 => 0.0;
        /// The same for each unit of mean error rate.
        premature_exit_scale: f64 = -3.0 => 0.0;
        /// Mean error rate up to which an incident may be declared resolved, a ratio.
        premature_exit_error_limit: f64 = 0.05 => 0.0;
        /// Tick up to which declaring is free.
        premature_exit_free_ticks: u64 = 1 => 0;
        /// Whether the last step pays what is missing between the sum of the rewards and the grade.
        settles: bool = false => true;
    }
}

columns! {
    /// The grade of an episode.
    GradeRules {
        /// Whether parts add up, or winning decides.
        shape: GradeShape = GradeShape::SumOfParts => GradeShape::WonOrLost;
        /// Sum of parts: weight of the recovery, 0 to 1.
        recovery_weight: f64 = 0.40 => 0.0;
        /// Sum of parts: weight of the speed, which is made of time to mitigate and bad customer minutes, 0 to 1.
        speed_weight: f64 = 0.25 => 0.0;
        /// Sum of parts: weight of the precision, 0 to 1.
        precision_weight: f64 = 0.20 => 0.0;
        /// Weight of the SLO budget left, 0 to 1: in the sum, or in the quality.
        slo_weight: f64 = 0.15 => 0.2;
        /// Weight of the time to mitigate, 0 to 1: in the speed, or in the quality.
        mttm_weight: f64 = 0.6 => 0.4;
        /// Weight of the bad customer minutes, 0 to 1: in the speed, or in the quality.
        bcm_weight: f64 = 0.4 => 0.4;
        /// Share of the incident's ticks that may be spent until it is mitigated without loss.
        mttm_free_share: f64 = 0.0 => 0.25;
        /// Bad customer minutes that leave nothing of that part.
        max_bad_customer_minutes: MinutesRule = MinutesRule::ByDifficulty([100.0, 200.0, 400.0]) => MinutesRule::ShareOfRun(0.5);
        /// Wrong actions that leave nothing of the precision.
        max_wrong_actions: f64 = 6.0 => 4.0;
        /// Won or lost: the least of a grade that wins.
        won_least: f64 = 0.0 => 0.3;
        /// Won or lost: the most of a grade that does not win.
        lost_most: f64 = 0.0 => 0.25;
        /// Taken off where all services were affected; in proportion for fewer.
        blast_cost: f64 = 0.02 => 0.0;
        /// Score of an episode that took fewer ticks than needed to be graded.
        early_score: f64 = 0.05 => 0.0;
        /// Ticks that an episode must take to be graded.
        early_ticks: u64 = 2 => 0;
        /// Smallest grade.
        least: f64 = 0.01 => 0.0;
        /// Largest grade.
        most: f64 = 0.99 => 1.0;
        /// Decimals of the grade.
        decimals: u32 = 2 => 6;
    }
}

/// Who says what the incident has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImpactRule {
    /// The engine, even if the incident has hit nobody yet.
    Engine,
    /// The account: mitigated after this many ticks in a row in which nobody was hit and no fault was active, once
    /// somebody was hit.
    Account {
        /// These ticks.
        quiet_ticks: u64,
    },
}

/// Which services are affected, and which of them recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AffectedRule {
    /// Affected: those that were not healthy once, or from which calls lead to a fault of the start.
    /// Recovered: all that became healthy again.
    ReachingFaults,
    /// Affected: those that were not healthy because of a fault. Recovered: those of them that are healthy and
    /// without an active fault.
    Harmed,
}

/// How the burn of a step is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BurnRule {
    /// After the tick the engine's own charge is undone with the full burn, and the burn of the step is
    /// charged; a specialist's share is given back after the action. The budget may rise again.
    UndoEngine,
    /// Once, after the action. The budget only falls.
    Once,
}

/// How a grade is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GradeShape {
    /// Of recovery, speed, precision and SLO budget, each with its weight.
    SumOfParts,
    /// Won: from the least of a winner up, by how soon, how gently and how precisely. Else up to the most of a
    /// loser, by the share of the faults that the answer ended.
    WonOrLost,
}

/// Bad customer minutes that leave nothing of that part of a grade.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MinutesRule {
    /// Of an easy, a medium and a hard incident.
    ByDifficulty([f64; 3]),
    /// Those of this share of the incident's ticks if every request of every user-facing service failed.
    ShareOfRun(f64),
}

plain!(ImpactRule, AffectedRule, BurnRule, GradeShape, MinutesRule);

/// When an alert on a number fires, and the threshold that it names.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct AlertRule {
    /// From this value on it is critical.
    pub critical_at: f64,
    /// From this value on it is a warning.
    pub warning_at: f64,
    /// The threshold that it names; `None` for the one that was reached.
    pub named_threshold: Option<f64>,
}

impl fmt::Debug for AlertRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "warning {}, critical {}",
            self.warning_at, self.critical_at
        )?;
        match self.named_threshold {
            Some(named) => write!(f, ", names {named}"),
            None => f.write_str(", names the one reached"),
        }
    }
}

impl RuleValue for [AlertRule; 3] {
    fn rows(name: &str, about: &'static str, values: [&Self; 2], rows: &mut Vec<RuleRow>) {
        let [reference, standard] = values;
        for (index, (reference, standard)) in reference.iter().zip(standard).enumerate() {
            let name = format!("{name}[{index}]");
            rows.push(super::columns::row(&name, about, [reference, standard]));
        }
    }
}

/// Actions go by these rules too, so they are declared where both can ask.
impl RuleValue for CustomerRules {
    fn rows(name: &str, _about: &'static str, values: [&Self; 2], rows: &mut Vec<RuleRow>) {
        let mut row = |field: &str, about, value: fn(&Self) -> &dyn fmt::Debug| {
            let name = format!("{name}.{field}");
            rows.push(super::columns::row(&name, about, values.map(value)));
        };
        row(
            "user_facing",
            "Which services customers talk to.",
            |rules| &rules.user_facing,
        );
        let about = "When a service hits the customers who talk to it.";
        row("user_impact", about, |rules| &rules.user_impact);
        let about = "Whether customers are hit while the root cause's data is stale, in incidents about freshness.";
        row("stale_data_hits_users", about, |rules| {
            &rules.stale_data_hits_users
        });
        let about = "Age from which on data is stale, seconds.";
        row("stale_after_seconds", about, |rules| {
            &rules.stale_after_seconds
        });
    }
}

const ALERTS: [AlertRule; 3] = [
    AlertRule {
        critical_at: 0.5,
        warning_at: 0.1,
        named_threshold: Some(0.05),
    },
    AlertRule {
        critical_at: 2.0,
        warning_at: 0.5,
        named_threshold: None,
    },
    AlertRule {
        critical_at: 0.95,
        warning_at: 0.8,
        named_threshold: Some(0.8),
    },
];

/// The same alerts, each naming the threshold that was reached.
const fn naming_what_was_reached(alerts: [AlertRule; 3]) -> [AlertRule; 3] {
    let [mut error_rate, mut latency, mut memory] = alerts;
    error_rate.named_threshold = None;
    latency.named_threshold = None;
    memory.named_threshold = None;
    [error_rate, latency, memory]
}

impl ScoreRules {
    /// Returns the rules of a profile.
    #[must_use]
    pub fn of(profile: Profile) -> &'static Self {
        match profile {
            Profile::Reference => &Self::REFERENCE,
            Profile::Standard => &Self::STANDARD,
        }
    }

    /// Returns whether the step of an action that fails like this is scored, as one in which nothing is done. A step
    /// whose environment is gone can't be.
    #[must_use]
    pub fn scores_failure(&self, error: &ActionError) -> bool {
        self.scores_failed_actions && !matches!(error, ActionError::Sim(_))
    }

    /// Returns all rules with both columns, in order.
    #[must_use]
    pub fn table() -> Vec<RuleRow> {
        let mut rows = Vec::new();
        RuleValue::rows("", "", [&Self::REFERENCE, &Self::STANDARD], &mut rows);
        rows
    }
}

impl GradeRules {
    /// Returns the bad customer minutes that leave nothing of that part, of an incident of this difficulty and
    /// these ticks; where it is a share of the run, for each user-facing service.
    #[must_use]
    pub fn max_bad_customer_minutes(&self, difficulty: Difficulty, ticks: u64) -> f64 {
        const MINUTES_PER_TICK: f64 = firewatch_sim::SECONDS_PER_TICK as f64 / 60.0;
        match self.max_bad_customer_minutes {
            MinutesRule::ByDifficulty([easy, medium, hard]) => match difficulty {
                Difficulty::Easy => easy,
                Difficulty::Medium => medium,
                Difficulty::Hard => hard,
            },
            MinutesRule::ShareOfRun(share) => share * ticks as f64 * MINUTES_PER_TICK,
        }
    }

    /// Returns the factor of these minutes in a mesh with this number of user-facing services.
    pub(super) fn minutes_factor(&self, user_facing: usize) -> f64 {
        match self.max_bad_customer_minutes {
            MinutesRule::ByDifficulty(_) => 1.0,
            MinutesRule::ShareOfRun(_) => user_facing.max(1) as f64,
        }
    }
}
