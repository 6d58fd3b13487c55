//! Sums over the sub-steps of a tick, and what is read of them.

use crate::fluid::{Fluid, Scratch};
use crate::latency::Latencies;
use crate::level::LEVELS;
use crate::mesh::Mesh;
use crate::mixture::Quantile;
use crate::readings::{CallTraffic, LEAST_RPS, ServiceTraffic, UserTraffic};
use crate::settings::Settings;

/// Readings: sums while a tick runs, means afterwards.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Readings {
    pub(crate) services: Vec<ServiceTraffic>,
    pub(crate) calls: Vec<CallTraffic>,
    pub(crate) users: Vec<UserTraffic>,
}

/// What a sub-step is seen with.
pub(crate) struct Seen<'a> {
    pub(crate) mesh: &'a Mesh,
    pub(crate) settings: &'a Settings,
    pub(crate) fluid: &'a Fluid,
    pub(crate) scratch: &'a Scratch,
}

impl Readings {
    pub(crate) fn new(mesh: &Mesh) -> Self {
        Self {
            services: vec![ServiceTraffic::default(); mesh.services().len()],
            calls: vec![CallTraffic::default(); mesh.calls().len()],
            users: vec![UserTraffic::default(); mesh.users().len()],
        }
    }

    pub(crate) fn fits(&self, mesh: &Mesh) -> bool {
        self.services.len() == mesh.services().len()
            && self.calls.len() == mesh.calls().len()
            && self.users.len() == mesh.users().len()
    }

    pub(crate) fn clear(&mut self) {
        self.services.fill(ServiceTraffic::default());
        self.calls.fill(CallTraffic::default());
        self.users.fill(UserTraffic::default());
    }

    /// Adds a sub-step that goes on for `seconds`, at what it did in `step_s`.
    pub(crate) fn add(
        &mut self,
        seen: &Seen<'_>,
        latencies: &mut [Latencies],
        step_s: f64,
        seconds: f64,
    ) {
        let times = seconds / step_s;
        self.add_services(seen, times, seconds);
        self.add_legs(seen, times, seconds);
        self.add_users(seen, latencies, times, seconds);
    }

    fn add_services(&mut self, seen: &Seen<'_>, times: f64, seconds: f64) {
        let flows = seen.scratch.service_flows.iter().zip(&seen.fluid.services);
        for (reading, (flows, fluid)) in self.services.iter_mut().zip(flows) {
            let failed = flows.call_failed + flows.refused + flows.errors + flows.killed;
            reading.arrived_rps += times * flows.arrived;
            reading.succeeded_rps += times * flows.succeeded;
            reading.failed_rps += times * failed;
            reading.refused_rps += times * flows.refused;
            reading.error_rps += times * flows.errors;
            reading.call_failed_rps += times * flows.call_failed;
            reading.killed_rps += times * flows.killed;
            reading.busy_workers += fluid.busy * seconds;
            reading.queued += fluid.queue * seconds;
        }
    }

    fn add_legs(&mut self, seen: &Seen<'_>, times: f64, seconds: f64) {
        let calls = seen.mesh.calls().len();
        for (leg, room) in seen.mesh.legs().iter().zip(&seen.scratch.legs) {
            let flows = &room.flows;
            self.services[leg.to].timed_out_rps += times * flows.timed_out;
            if leg.settings >= calls {
                continue;
            }
            let reading = &mut self.calls[leg.settings];
            reading.attempts_rps += times * flows.sent;
            reading.retries_rps += times * flows.retried;
            reading.timeout_ratio += times * flows.timed_out;
            reading.error_ratio += times * (flows.errors + flows.fast + flows.aborted);
        }
        for (call, reading) in self.calls.iter_mut().enumerate() {
            let mut last = call;
            if let Some(fallback) = seen.mesh.fallback_of(call) {
                reading.fallback_rps += times * seen.scratch.legs[fallback].flows.sent;
                last = fallback;
            }
            reading.failed_rps += times * seen.scratch.legs[last].flows.failed;
            reading.breaker_open += seconds * seen.scratch.open[call];
        }
    }

    fn add_users(
        &mut self,
        seen: &Seen<'_>,
        latencies: &mut [Latencies],
        times: f64,
        seconds: f64,
    ) {
        let calls = seen.mesh.calls().len();
        for (index, reading) in self.users.iter_mut().enumerate() {
            let flows = &seen.scratch.legs[calls + index].flows;
            reading.sent_rps += seen.settings.legs[calls + index].share * seconds;
            reading.attempts_rps += times * flows.sent;
            reading.succeeded_rps += times * flows.succeeded();
            reading.failed_rps += times * flows.failed;
            reading.timeout_ratio += times * flows.timed_out;
            reading.error_ratio += times * flows.errors;
            reading.refused_ratio += times * flows.fast;
            let ages = &seen.fluid.ages[index];
            let timeout_s = seen.settings.legs[calls + index].timeout_s;
            for level in 0..LEVELS {
                if flows.ok[level] > 0.0 {
                    let most_s = ages.most_s(level, timeout_s);
                    let (count, answer) = (times * flows.ok[level], ages.answer(level));
                    let slow = count * answer.share;
                    latencies[index].add(count - slow, answer.usual, most_s);
                    latencies[index].add(slow, answer.slow, most_s);
                }
            }
        }
    }

    /// Turns sums into means.
    pub(crate) fn finish(&mut self, seen: &Seen<'_>, latencies: &[Latencies], tick_s: f64) {
        for (index, reading) in self.services.iter_mut().enumerate() {
            finish_service(reading, seen, index, tick_s);
        }
        for reading in &mut self.calls {
            finish_call(reading, tick_s);
        }
        for (cache, &call) in seen.fluid.caches.iter().zip(seen.mesh.cached_calls()) {
            self.calls[call].cache_hit_share = cache.hit_share;
        }
        for (backlog, &call) in seen.fluid.backlogs.iter().zip(seen.mesh.message_calls()) {
            let added_s = seen.settings.legs[call].faults.added_s;
            self.calls[call].messages_waiting = backlog.waiting();
            self.calls[call].oldest_message_s = backlog.oldest_s(added_s);
        }
        for (reading, latencies) in self.users.iter_mut().zip(latencies) {
            finish_user(reading, latencies, tick_s);
        }
    }
}

fn finish_service(reading: &mut ServiceTraffic, seen: &Seen<'_>, index: usize, tick_s: f64) {
    for sum in [
        &mut reading.arrived_rps,
        &mut reading.succeeded_rps,
        &mut reading.failed_rps,
        &mut reading.refused_rps,
        &mut reading.error_rps,
        &mut reading.call_failed_rps,
        &mut reading.killed_rps,
        &mut reading.timed_out_rps,
        &mut reading.busy_workers,
        &mut reading.queued,
    ] {
        *sum /= tick_s;
    }
    let settings = &seen.settings.services[index];
    let sojourn = &seen.fluid.services[index].sojourn;
    reading.workers = settings.workers;
    reading.queue_limit = settings.queue_limit;
    if settings.workers > 0.0 {
        reading.utilization = (reading.busy_workers / settings.workers).min(1.0);
    }
    if !settings.is_down {
        let latency = sojourn.wait.plus(sojourn.held());
        reading.latency_mean_s = latency.mean;
        let kinds = sojourn.latencies();
        reading.latency_p50_s = Quantile::MEDIAN.of(&kinds);
        reading.latency_p99_s = Quantile::P99.of(&kinds);
    }
}

/// The least share of the requests that ended that have to be served for percentiles.
const LEAST_SERVED: f64 = 1e-4;

/// The share of a sum over a tick that a part is; 0 of traces.
fn share_of(part: f64, whole: f64, tick_s: f64) -> f64 {
    if whole > LEAST_RPS * tick_s {
        (part / whole).min(1.0)
    } else {
        0.0
    }
}

fn finish_call(reading: &mut CallTraffic, tick_s: f64) {
    let attempts = reading.attempts_rps;
    reading.timeout_ratio = share_of(reading.timeout_ratio, attempts, tick_s);
    reading.error_ratio = share_of(reading.error_ratio, attempts, tick_s);
    for sum in [
        &mut reading.attempts_rps,
        &mut reading.retries_rps,
        &mut reading.fallback_rps,
        &mut reading.failed_rps,
        &mut reading.breaker_open,
    ] {
        *sum /= tick_s;
    }
    reading.breaker_open = reading.breaker_open.min(1.0);
}

fn finish_user(reading: &mut UserTraffic, latencies: &Latencies, tick_s: f64) {
    let failures = reading.timeout_ratio + reading.error_ratio + reading.refused_ratio;
    reading.timeout_ratio = share_of(reading.timeout_ratio, failures, tick_s);
    reading.error_ratio = share_of(reading.error_ratio, failures, tick_s);
    reading.refused_ratio = share_of(reading.refused_ratio, failures, tick_s);
    for sum in [
        &mut reading.sent_rps,
        &mut reading.attempts_rps,
        &mut reading.succeeded_rps,
        &mut reading.failed_rps,
    ] {
        *sum /= tick_s;
    }
    let ended_rps = reading.succeeded_rps + reading.failed_rps;
    if reading.has_ended() && reading.succeeded_rps > LEAST_SERVED * ended_rps {
        reading.latency_p50_s = latencies.quantile(Quantile::MEDIAN);
        reading.latency_p99_s = latencies.quantile(Quantile::P99);
    }
}
