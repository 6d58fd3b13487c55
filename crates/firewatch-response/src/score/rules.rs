//! The rules of a score: every number, and every rule in which profiles differ.

use firewatch_action::Profile;
use firewatch_scenario::Difficulty;

/// The rules and numbers of a score. A rule in which the profiles differ is a field whose rows in
/// [`ScoreRules::REFERENCE`] and [`ScoreRules::STANDARD`] differ: nothing else asks for the profile.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ScoreRules {
    /// Whether a service has the status that its metrics make after the action; else it keeps that of the
    /// last tick.
    pub derives_status: bool,
    /// Whether the observation before a step is kept; else both observations show the services as they are
    /// after it, so that no error rate changes in a step.
    pub keeps_observation_before: bool,
    /// Whether impact and statuses after the tick of a reset count.
    pub counts_reset_tick: bool,
    /// Fall of an error rate in a step from which on a service counts as recovering; a ratio.
    pub recovering_drop: f64,
    /// When a service hits the customers who talk to it.
    pub user_impact: UserImpactRule,
    /// Whether customers are hit while the root cause's data is stale, in incidents about freshness.
    pub stale_data_hits_users: bool,
    /// Whether customers talk to the services that none calls where no service with a known name for it
    /// is in the mesh; else to nothing there.
    pub falls_back_to_uncalled_services: bool,
    /// Which services are affected, and which of them recovered.
    pub affected: AffectedRule,
    /// Whether goals about services outside the mesh count; they can't be met.
    pub counts_goals_outside_mesh: bool,
    /// When the incident counts as mitigated.
    pub mitigation: MitigationRule,
    /// Age from which on data is stale, seconds.
    pub stale_after_seconds: f64,
    /// The burn of the SLO budget in a step.
    pub slo: SloRules,
    /// The alerts on numbers, in the order in which a service's alerts are listed; `service_down` follows.
    pub alerts: [AlertRule; 3],
    /// Whether an alert knows the tick at which it began to fire.
    pub alerts_remember_start: bool,
    /// The reward of a step.
    pub reward: RewardRules,
    /// The grade of an episode.
    pub grade: GradeRules,
}

/// When a service hits the customers who talk to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UserImpactRule {
    /// Its error rate is above this, a ratio.
    ErrorRateAbove(f64),
    /// It is not healthy.
    NotHealthy,
}

/// Which services are affected, and which of them recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AffectedRule {
    /// Affected: those that were not healthy once, or from which calls lead to a fault of the start.
    /// Recovered: all that became healthy again.
    ReachingFaults,
    /// Affected: those with a fault, and those that were not healthy once but for red herrings.
    /// Recovered: those of them that are healthy and without an active fault.
    SeenOrFaulty,
}

/// When an incident counts as mitigated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MitigationRule {
    /// When the engine says so, even if the incident has hit nobody yet.
    Engine,
    /// After this many ticks without impact in a row; an incident that has hit nobody yet only if every
    /// fault is halted.
    QuietTicks(u64),
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

/// The burn of the SLO budget in a step. Shares are of the budget's burn per tick.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SloRules {
    /// How it is charged.
    pub burn: BurnRule,
    /// Share that burns while customers are not hit, 0 to 1.
    pub unnoticed_share: f64,
    /// Whether that also burns while every service is healthy.
    pub healthy_mesh_burns: bool,
    /// Share that is charged for an investigation with a specialist, 0 to 1.
    pub specialist_share: f64,
    /// Whether a specialist helps even with an investigation that could not be done.
    pub specialist_helps_invalid: bool,
    /// Burn that is shown after a reset, in units of the budget, where the tick of a reset does not count.
    pub shown_after_reset: f64,
}

/// When an alert on a number fires, and the threshold that it names.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct AlertRule {
    /// From this value on it is critical.
    pub critical_at: f64,
    /// From this value on it is a warning.
    pub warning_at: f64,
    /// The threshold that it names; `None` for the one that was reached.
    pub named_threshold: Option<f64>,
}

/// The reward of a step; charges are below 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RewardRules {
    /// For each unit by which the weighted mean error rate falls.
    pub health_weight: f64,
    /// For each unit of SLO budget that a step gains; one that loses some is charged as much.
    pub slo_weight: f64,
    /// For mitigating the incident, once an episode.
    pub mitigation_bonus: f64,
    /// For every step.
    pub time_cost: f64,
    /// For each wrong action.
    pub wrong_action_cost: f64,
    /// For the step in which the SLO budget is used up.
    pub slo_breach_cost: f64,
    /// For declaring an incident resolved that is not, whatever its error rate.
    pub premature_exit_base: f64,
    /// The same for each unit of mean error rate.
    pub premature_exit_scale: f64,
    /// Mean error rate up to which an incident may be declared resolved, a ratio.
    pub premature_exit_error_limit: f64,
    /// Tick up to which declaring is free.
    pub premature_exit_free_ticks: u64,
}

/// The grade of an episode. The four weights of the raw score add up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct GradeRules {
    /// Weight of the recovery in the raw score, 0 to 1.
    pub recovery_weight: f64,
    /// Weight of the speed in the raw score, 0 to 1.
    pub speed_weight: f64,
    /// Weight of the precision in the raw score, 0 to 1.
    pub precision_weight: f64,
    /// Weight of the SLO budget in the raw score, 0 to 1.
    pub slo_weight: f64,
    /// Weight of the time to mitigate in the speed, 0 to 1.
    pub speed_mttm_weight: f64,
    /// Weight of the bad customer minutes in the speed, 0 to 1.
    pub speed_bcm_weight: f64,
    /// Wrong actions that leave nothing of the precision.
    pub max_wrong_actions: f64,
    /// Bad customer minutes that leave nothing of that part of the speed, of an easy, a medium and a hard
    /// incident.
    pub max_bad_customer_minutes: [f64; 3],
    /// Taken off where all services were affected; in proportion for fewer.
    pub blast_cost: f64,
    /// Score of an episode that took fewer ticks than [`early_ticks`](Self::early_ticks).
    pub early_score: f64,
    /// Ticks that an episode must take to be graded.
    pub early_ticks: u64,
}

impl ScoreRules {
    /// The reference's rules, its defects included.
    pub const REFERENCE: Self = Self {
        derives_status: false,
        keeps_observation_before: false,
        counts_reset_tick: false,
        recovering_drop: 0.01,
        user_impact: UserImpactRule::ErrorRateAbove(0.1),
        stale_data_hits_users: false,
        falls_back_to_uncalled_services: false,
        affected: AffectedRule::ReachingFaults,
        counts_goals_outside_mesh: true,
        mitigation: MitigationRule::Engine,
        stale_after_seconds: 300.0,
        slo: SloRules {
            burn: BurnRule::UndoEngine,
            unnoticed_share: 0.2,
            healthy_mesh_burns: true,
            specialist_share: 0.5,
            specialist_helps_invalid: true,
            shown_after_reset: 1.5,
        },
        alerts: [
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
        ],
        alerts_remember_start: false,
        reward: RewardRules {
            health_weight: 1.0,
            slo_weight: 0.3,
            mitigation_bonus: 2.0,
            time_cost: -0.05,
            wrong_action_cost: -0.5,
            slo_breach_cost: -2.0,
            premature_exit_base: -2.0,
            premature_exit_scale: -3.0,
            premature_exit_error_limit: 0.05,
            premature_exit_free_ticks: 1,
        },
        grade: GradeRules {
            recovery_weight: 0.40,
            speed_weight: 0.25,
            precision_weight: 0.20,
            slo_weight: 0.15,
            speed_mttm_weight: 0.6,
            speed_bcm_weight: 0.4,
            max_wrong_actions: 6.0,
            max_bad_customer_minutes: [100.0, 200.0, 400.0],
            blast_cost: 0.02,
            early_score: 0.05,
            early_ticks: 2,
        },
    };

    /// The rules that the reference was meant to have, as differences from its own.
    pub const STANDARD: Self = Self {
        derives_status: true,
        keeps_observation_before: true,
        counts_reset_tick: true,
        user_impact: UserImpactRule::NotHealthy,
        stale_data_hits_users: true,
        falls_back_to_uncalled_services: true,
        affected: AffectedRule::SeenOrFaulty,
        counts_goals_outside_mesh: false,
        mitigation: MitigationRule::QuietTicks(2),
        slo: SloRules {
            burn: BurnRule::Once,
            healthy_mesh_burns: false,
            specialist_helps_invalid: false,
            ..Self::REFERENCE.slo
        },
        alerts: {
            let [error_rate, latency, memory] = Self::REFERENCE.alerts;
            [
                AlertRule {
                    named_threshold: None,
                    ..error_rate
                },
                latency,
                AlertRule {
                    named_threshold: None,
                    ..memory
                },
            ]
        },
        alerts_remember_start: true,
        ..Self::REFERENCE
    };

    /// Returns the rules of a profile.
    #[must_use]
    pub fn of(profile: Profile) -> &'static Self {
        match profile {
            Profile::Reference => &Self::REFERENCE,
            Profile::Standard => &Self::STANDARD,
        }
    }
}

impl GradeRules {
    /// Returns the bad customer minutes that leave nothing of that part of the speed.
    #[must_use]
    pub fn max_bad_customer_minutes(&self, difficulty: Difficulty) -> f64 {
        let [easy, medium, hard] = self.max_bad_customer_minutes;
        match difficulty {
            Difficulty::Easy => easy,
            Difficulty::Medium => medium,
            Difficulty::Hard => hard,
        }
    }
}
