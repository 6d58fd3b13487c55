//! The observation of an agent or a person on call.

use firewatch_response::score::{Alert, BCM_DECIMALS};
use firewatch_sim::{EnvironmentRef, ServiceState, round_decimal};
use serde::{Deserialize, Serialize};

use crate::error::EpisodeError;
use crate::session::{PastAction, Session};

/// Actions of the history that are shown.
const HISTORY_SHOWN: usize = 10;

/// The observation of an agent or a person on call, after the last action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Observation {
    /// Ticks done; a reset does the first.
    pub tick: u64,
    /// Simulated seconds since the start.
    pub sim_time_seconds: i64,
    /// The services in order, with all their metrics.
    pub services: Vec<ServiceState>,
    /// The groups of users in order, where there is traffic.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<ObservedUsers>,
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
    /// The tick since which the incident is mitigated. Under the standard profile, and before the end, that is since
    /// when customers, who were hit, are not: whether a fault goes on is not told.
    pub mttm_achieved_tick: Option<u64>,
    /// The last 10 actions, the latest last.
    pub history: Vec<PastAction>,
}

/// What a group of users got in the last tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ObservedUsers {
    /// Its name.
    pub name: String,
    /// The service that it calls.
    pub service: String,
    /// Requests that ended well, per second.
    pub succeeded_rps: f64,
    /// Requests that failed after all attempts, per second.
    pub failed_rps: f64,
    /// 99th percentile of the latency of those that were served, from the first attempt on, seconds; `null` where nobody was.
    pub latency_p99_s: Option<f64>,
    /// Whether it misses what it is promised: then customers are hit.
    pub misses_objective: bool,
}

impl ObservedUsers {
    fn all(view: &EnvironmentRef) -> Vec<Self> {
        let groups = view
            .traffic()
            .into_iter()
            .flat_map(|traffic| traffic.users());
        let observed = groups.map(|users| Self {
            name: users.name.to_owned(),
            service: users.service.to_owned(),
            succeeded_rps: users.traffic.succeeded_rps,
            failed_rps: users.traffic.failed_rps,
            latency_p99_s: users.latency_p99_s(),
            misses_objective: users.miss() > 0.0,
        });
        observed.collect()
    }
}

impl Observation {
    /// Returns what the reference shows in place of an observation: a whole budget, no services, and an
    /// explanation in the place of the history. Its budget and burn are the same for every difficulty.
    #[must_use]
    pub fn of_error(error: &EpisodeError) -> Self {
        Self {
            tick: 0,
            sim_time_seconds: 0,
            services: Vec::new(),
            users: Vec::new(),
            alerts: Vec::new(),
            slo_budget_remaining: 100.0,
            slo_burn_rate: 1.5,
            user_impact_active: true,
            bad_customer_minutes: 0.0,
            mttm_achieved_tick: None,
            history: vec![PastAction {
                action_type: "error".to_owned(),
                target_service: String::new(),
                feedback_string: error.to_string(),
            }],
        }
    }
}

impl Session {
    pub(crate) fn observation(&self, view: &EnvironmentRef) -> Observation {
        let clock = view.clock();
        let shown = self.history.len().saturating_sub(HISTORY_SHOWN);
        let minutes = self.score.impact(view).bad_customer_minutes;
        Observation {
            tick: clock.tick,
            sim_time_seconds: clock.sim_time_seconds,
            services: view.service_states(),
            users: ObservedUsers::all(view),
            alerts: self.score.alerts(view, self.seed),
            slo_budget_remaining: self.score.shown_budget(),
            slo_burn_rate: self.score.burned(),
            user_impact_active: self.score.user_impact(),
            bad_customer_minutes: round_decimal(minutes, BCM_DECIMALS),
            mttm_achieved_tick: self.score.shown_mttm_tick(view),
            history: self.history[shown..].to_vec(),
        }
    }
}
