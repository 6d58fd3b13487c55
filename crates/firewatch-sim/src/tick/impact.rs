//! Impact: bad customer minutes, time to mitigate, SLO budget.

use bevy_ecs::prelude::*;

use crate::tick::mesh::Meshes;
use crate::world::environment::{Clock, Impact, ImpactMode, SECONDS_PER_TICK, SloBudget};
use crate::world::num;
use crate::world::service::{Pipeline, Vitals};
use crate::world::status::Status;

pub(crate) const MINUTES_PER_TICK: f64 = SECONDS_PER_TICK as f64 / 60.0;
const LATENCY_BASELINE_SECONDS: f64 = 0.5;
const LATENCY_SCALE_SECONDS: f64 = 2.0;
const LATENCY_MAX: f64 = 2.0;
const LATENCY_WEIGHT: f64 = 0.5;
/// A lag of this many seconds counts as much as a service whose every request fails.
const FRESHNESS_CEILING_SECONDS: f64 = 3600.0;
/// Fresh enough for the incident to count as mitigated.
const FRESH_SECONDS: f64 = 300.0;
const LAG_IF_ABSENT_SECONDS: f64 = 9999.0;
/// Ticks without impact in a row after which the incident counts as mitigated.
const MITIGATED_STREAK: u64 = 2;

/// Adds up what this tick cost customers, and takes it off the SLO budget.
pub(crate) fn impact(
    mut meshes: Meshes<(&Clock, &mut Impact, &mut SloBudget)>,
    pipelines: Query<&Pipeline>,
) {
    meshes.for_each_of(
        |environment| environment.engine.is_classic(),
        |_, _| true,
        |environment, (clock, mut impact, mut budget), _, services| {
            let (all, services) = (&*services, &*services.vitals);
            let impact = impact.bypass_change_detection();
            let (minutes, unhealthy) = of_unhealthy(services);
            match environment.impact_mode {
                ImpactMode::Standard => {
                    impact.bcm_delta = minutes;
                    impact.bad_customer_minutes += impact.bcm_delta;
                    track_streak(impact, clock.tick);
                }
                ImpactMode::Freshness => {
                    let entities = all.entities();
                    let lag = |index: usize| {
                        let pipeline = pipelines.get(*entities.get(index)?).ok()?;
                        pipeline.data_freshness_lag_seconds
                    };
                    impact.bcm_delta = freshness_minutes((0..services.len()).filter_map(lag));
                    impact.bad_customer_minutes += impact.bcm_delta;
                    match environment.root_cause_service() {
                        Some(root_cause) => track_freshness(impact, clock.tick, lag(root_cause)),
                        None => track_streak(impact, clock.tick),
                    }
                }
            }
            burn(budget.bypass_change_detection(), unhealthy, services.len());
        },
    );
}

/// What the services that are not healthy cost customers, in minutes, and how many they are.
fn of_unhealthy(services: &[Vitals]) -> (f64, usize) {
    let (mut minutes, mut unhealthy) = (0.0, 0);
    for vitals in services {
        let cost = vitals.bad_customer_minutes();
        let is_healthy = vitals.status == Status::Healthy;
        // Selected rather than branched on: it changes from service to service. Adding 0 is adding
        // nothing.
        minutes += if is_healthy { 0.0 } else { cost };
        unhealthy += usize::from(!is_healthy);
    }
    (minutes, unhealthy)
}

impl Vitals {
    /// What a tick costs the customers of a service that is not healthy, in minutes.
    #[inline]
    #[must_use]
    pub fn bad_customer_minutes(&self) -> f64 {
        let excess = (self.http_server_request_duration_p99 - LATENCY_BASELINE_SECONDS)
            / LATENCY_SCALE_SECONDS;
        let slowness = num::min(num::max(0.0, excess), LATENCY_MAX);
        (self.http_server_error_rate + slowness * LATENCY_WEIGHT) * MINUTES_PER_TICK
    }
}

fn freshness_minutes(lags: impl Iterator<Item = f64>) -> f64 {
    let mut minutes = 0.0;
    for lag in lags.filter(|&lag| lag > 0.0) {
        minutes += (lag / FRESHNESS_CEILING_SECONDS) * MINUTES_PER_TICK;
    }
    minutes
}

/// Mitigated at the first of the ticks without impact, once there are enough of them in a row.
pub(crate) fn track_streak(impact: &mut Impact, tick: u64) {
    if impact.bcm_delta > 0.0 {
        impact.zero_streak = 0;
        return;
    }
    impact.zero_streak = impact.zero_streak.saturating_add(1);
    if impact.zero_streak >= MITIGATED_STREAK && impact.mttm_achieved_tick.is_none() {
        impact.mttm_achieved_tick = Some(tick.saturating_sub(1));
    }
}

/// Mitigated once the root cause's data is fresh again.
fn track_freshness(impact: &mut Impact, tick: u64, lag: Option<f64>) {
    let fresh = lag.unwrap_or(LAG_IF_ABSENT_SECONDS) < FRESH_SECONDS;
    if fresh && impact.mttm_achieved_tick.is_none() {
        impact.mttm_achieved_tick = Some(tick);
    }
}

fn burn(budget: &mut SloBudget, unhealthy: usize, services: usize) {
    if unhealthy > 0 {
        budget.remaining -= budget.burn_per_tick * (unhealthy as f64 / services as f64);
    }
    budget.remaining = num::max(0.0, budget.remaining);
}
