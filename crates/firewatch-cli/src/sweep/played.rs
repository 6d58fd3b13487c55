//! What a row needs of a run.

use firewatch_scenario::{Script, ServiceHistory};
use firewatch_sim::{EnvironmentRef, Status};
use serde::{Deserialize, Serialize};

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Played {
    pub ticks: u64,
    pub mttm: Option<u64>,
    pub bad_customer_minutes: f64,
    pub slo_budget: f64,
    pub slo_breached: bool,
    /// The worst that a service was in, at the start or after a tick.
    pub worst_status: Status,
    /// 16 hexadecimal digits.
    pub state_hash: String,
}

impl Played {
    /// A run whose last tick is done.
    pub fn of(script: &Script, view: &EnvironmentRef) -> Self {
        let worst = script.histories().iter().map(ServiceHistory::worst_status);
        Self {
            ticks: view.clock().tick,
            mttm: view.impact().mttm_achieved_tick,
            bad_customer_minutes: view.impact().bad_customer_minutes,
            slo_budget: view.slo_budget().remaining,
            slo_breached: view.slo_budget().is_breached(),
            worst_status: worst.max().unwrap_or_default(),
            state_hash: format!("{:016x}", view.state_hash()),
        }
    }
}
