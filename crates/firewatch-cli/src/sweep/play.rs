//! Plays runs, and keeps of each what a row needs.

use firewatch_scenario::{Playback, Scenario};
use firewatch_sim::{EnvironmentRef, SimError, Status};
use serde::{Deserialize, Serialize};

/// Ticks after which memory of the past is given up.
const STRIDE: u64 = 4096;

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

/// Plays the scenarios, each from its first tick to its last.
///
/// # Errors
/// None for scenarios that are in order.
pub fn play_chunk(scenarios: &[Scenario]) -> Result<Vec<Played>, SimError> {
    scenarios.iter().map(play).collect()
}

fn play(scenario: &Scenario) -> Result<Played, SimError> {
    let mut playback = Playback::new(scenario)?;
    let mut worst_status = worst(&playback.view());
    while playback.tick()? {
        worst_status = worst_status.max(worst(&playback.view()));
        if playback.tick_count().is_multiple_of(STRIDE) {
            playback.forget_statuses();
            playback.take_occurrences();
        }
    }
    let view = playback.view();
    Ok(Played {
        ticks: view.clock().tick,
        mttm: view.impact().mttm_achieved_tick,
        bad_customer_minutes: view.impact().bad_customer_minutes,
        slo_budget: view.slo_budget().remaining,
        slo_breached: view.slo_budget().is_breached(),
        worst_status,
        state_hash: format!("{:016x}", view.state_hash()),
    })
}

fn worst(view: &EnvironmentRef) -> Status {
    let statuses = view.vitals().map(|vitals| vitals.status);
    statuses.max().unwrap_or_default()
}
