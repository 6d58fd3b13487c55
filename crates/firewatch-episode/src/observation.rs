//! What whoever is on call sees.

use firewatch_scenario::score::{Alert, BCM_DECIMALS};
use firewatch_sim::{EnvironmentRef, ServiceState, round_decimal};
use serde::Serialize;

use crate::session::{PastAction, Session};

/// Actions of the history that are shown.
const HISTORY_SHOWN: usize = 10;

/// What whoever is on call sees, after the last action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Observation {
    /// Ticks done; a reset does the first.
    pub tick: u64,
    /// Simulated seconds since the start.
    pub sim_time_seconds: i64,
    /// The services in order, with all their metrics.
    pub services: Vec<ServiceState>,
    /// The alerts that fire, service by service.
    pub alerts: Vec<Alert>,
    /// SLO budget left, in the unit of the burn; rounded to 2 decimals.
    pub slo_budget_remaining: f64,
    /// SLO budget that the last step burned, before what a specialist spared.
    pub slo_burn_rate: f64,
    /// Whether customers were hit in the last tick.
    pub user_impact_active: bool,
    /// Bad customer minutes so far, rounded to 4 decimals.
    pub bad_customer_minutes: f64,
    /// The tick at which the incident counted as mitigated.
    pub mttm_achieved_tick: Option<u64>,
    /// The last 10 actions, the latest last.
    pub history: Vec<PastAction>,
}

/// What is said about a step besides the observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Info {
    /// Services that are not healthy.
    pub services_degraded: Vec<String>,
    /// Services whose error rate fell by more than 0.01 in the step.
    pub services_recovering: Vec<String>,
    /// How many services are not healthy.
    pub blast_radius: usize,
    /// How far the incident is dealt with, percent: 0, 25, 75 or 100.
    pub incident_progress: u8,
}

impl Session {
    pub(crate) fn observation(&self, view: &EnvironmentRef) -> Observation {
        let clock = view.clock();
        let shown = self.history.len().saturating_sub(HISTORY_SHOWN);
        let minutes = view.impact().bad_customer_minutes;
        Observation {
            tick: clock.tick,
            sim_time_seconds: clock.sim_time_seconds,
            services: view.service_states(),
            alerts: self.score.alerts(view, self.seed),
            slo_budget_remaining: self.score.shown_budget(),
            slo_burn_rate: self.score.burned(),
            user_impact_active: self.score.user_impact(),
            bad_customer_minutes: round_decimal(minutes, BCM_DECIMALS),
            mttm_achieved_tick: self.score.mttm_tick(),
            history: self.history[shown..].to_vec(),
        }
    }

    pub(crate) fn info(&self, view: &EnvironmentRef) -> Info {
        let names: Vec<&str> = view.service_names().collect();
        let named = |index: usize| names.get(index).map(|&name| name.to_owned());
        Info {
            services_degraded: self.score.unhealthy().filter_map(named).collect(),
            services_recovering: self.score.recovering().filter_map(named).collect(),
            blast_radius: self.score.unhealthy().count(),
            incident_progress: self.progress(view.clock().tick),
        }
    }

    fn progress(&self, tick: u64) -> u8 {
        const FEW: f64 = 0.3;
        let (unhealthy, services) = (self.score.unhealthy().count(), self.score.services());
        if self.score.end().is_some() {
            100
        } else if self.score.mttm_tick().is_some() {
            75
        } else if unhealthy == 0 {
            100
        } else if (unhealthy as f64) < FEW * services as f64 {
            75
        } else if tick > 0 {
            25
        } else {
            0
        }
    }
}
