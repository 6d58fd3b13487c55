//! The state of a mesh's traffic.

use crate::fluid::{Fluid, Scratch};
use crate::knobs::Knobs;
use crate::latency::Latencies;
use crate::leg::LEVELS;
use crate::mesh::Mesh;
use crate::readings::{CallTraffic, ServiceTraffic, UserTraffic};
use crate::settings::Settings;
use crate::step::Step;

/// The traffic of a mesh: what waits and runs, and what was measured in the last tick.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct State {
    settings: Settings,
    fluid: Fluid,
    services: Vec<ServiceTraffic>,
    calls: Vec<CallTraffic>,
    users: Vec<UserTraffic>,
    #[serde(skip)]
    scratch: Scratch,
    #[serde(skip)]
    gathered: Gathered,
}

/// Latencies of a tick, by group of users.
#[derive(Debug, Clone, Default)]
struct Gathered(Vec<Latencies>);

/// What was gathered is a part of the readings already.
impl PartialEq for Gathered {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl State {
    /// Makes an empty mesh: nothing waits, nothing runs.
    pub fn new(mesh: &Mesh) -> Self {
        Self {
            settings: Settings::new(mesh),
            fluid: Fluid::new(mesh),
            services: vec![ServiceTraffic::default(); mesh.services().len()],
            calls: vec![CallTraffic::default(); mesh.calls().len()],
            users: vec![UserTraffic::default(); mesh.users().len()],
            scratch: Scratch::new(mesh),
            gathered: Gathered(vec![Latencies::default(); mesh.users().len()]),
        }
    }

    /// Moves the traffic on by `tick_s` seconds.
    pub fn tick(&mut self, mesh: &Mesh, knobs: &Knobs, tick_s: f64) {
        if !(tick_s > 0.0 && tick_s.is_finite()) {
            return;
        }
        if self.settings.update(mesh, knobs) {
            for (pools, leg) in self.fluid.legs.iter_mut().zip(mesh.legs()) {
                pools.fold(self.settings.legs[leg.settings].retries);
            }
        }
        self.begin();
        let steps = (tick_s / 0.25).ceil();
        let step_s = tick_s / steps;
        for _ in 0..steps as usize {
            let mut step = Step {
                mesh,
                settings: &self.settings,
                fluid: &mut self.fluid,
                scratch: &mut self.scratch,
                step_s,
            };
            step.run();
            self.gather(mesh, step_s);
        }
        self.end(mesh, tick_s);
    }

    fn begin(&mut self) {
        self.services.fill(ServiceTraffic::default());
        self.calls.fill(CallTraffic::default());
        self.users.fill(UserTraffic::default());
        self.gathered.0.iter_mut().for_each(Latencies::clear);
    }

    fn gather(&mut self, mesh: &Mesh, step_s: f64) {
        for (index, reading) in self.services.iter_mut().enumerate() {
            let flows = &self.scratch.service_flows[index];
            let fluid = &self.fluid.services[index];
            reading.arrived_rps += flows.arrived;
            reading.succeeded_rps += flows.succeeded;
            reading.failed_rps += flows.call_failed + flows.refused + flows.errors + flows.killed;
            reading.refused_rps += flows.refused;
            reading.error_rps += flows.errors;
            reading.call_failed_rps += flows.call_failed;
            reading.killed_rps += flows.killed;
            reading.busy_workers += fluid.busy * step_s;
            reading.queued += fluid.queue * step_s;
        }
        let calls = mesh.calls().len();
        for (index, leg) in mesh.legs().iter().enumerate() {
            self.services[leg.to].timed_out_rps += self.scratch.flows[index].timed_out;
            if leg.settings < calls {
                let flows = &self.scratch.flows[index];
                let reading = &mut self.calls[leg.settings];
                reading.attempts_rps += flows.sent;
                reading.retries_rps += flows.retried;
                reading.timeout_ratio += flows.timed_out;
                reading.error_ratio += flows.errors + flows.fast;
                if index >= calls {
                    reading.fallback_rps += flows.sent;
                }
            }
        }
        for index in 0..self.users.len() {
            let leg = calls + index;
            let flows = &self.scratch.flows[leg];
            let outlook = &self.scratch.outlooks[leg];
            let reading = &mut self.users[index];
            reading.sent_rps += self.settings.legs[leg].share * step_s;
            reading.attempts_rps += flows.sent;
            reading.succeeded_rps += flows.succeeded();
            reading.failed_rps += flows.failed;
            reading.timeout_ratio += flows.timed_out;
            reading.error_ratio += flows.errors;
            reading.refused_ratio += flows.fast;
            let ages = &self.fluid.ages[index];
            for level in 0..LEVELS {
                let most_s = ages.sent_s(level) + outlook.timeout_s;
                self.gathered.0[index].add(flows.ok[level], ages.answer(level), most_s);
            }
        }
    }

    fn end(&mut self, mesh: &Mesh, tick_s: f64) {
        for (index, reading) in self.services.iter_mut().enumerate() {
            for value in [
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
                *value /= tick_s;
            }
            let settings = &self.settings.services[index];
            reading.workers = settings.workers;
            reading.queue_limit = settings.queue_limit;
            reading.utilization = if settings.workers > 0.0 {
                (reading.busy_workers / settings.workers).min(1.0)
            } else {
                0.0
            };
        }
        for (index, reading) in self.calls.iter_mut().enumerate() {
            let _ = index;
            let attempts = reading.attempts_rps;
            let of = |part: f64| {
                if attempts > 0.0 {
                    (part / attempts).min(1.0)
                } else {
                    0.0
                }
            };
            reading.timeout_ratio = of(reading.timeout_ratio);
            reading.error_ratio = of(reading.error_ratio);
            reading.attempts_rps /= tick_s;
            reading.retries_rps /= tick_s;
            reading.fallback_rps /= tick_s;
        }
        for (index, reading) in self.users.iter_mut().enumerate() {
            let failures = reading.timeout_ratio + reading.error_ratio + reading.refused_ratio;
            let of = |part: f64| if failures > 0.0 { part / failures } else { 0.0 };
            reading.timeout_ratio = of(reading.timeout_ratio);
            reading.error_ratio = of(reading.error_ratio);
            reading.refused_ratio = of(reading.refused_ratio);
            reading.sent_rps /= tick_s;
            reading.attempts_rps /= tick_s;
            reading.succeeded_rps /= tick_s;
            reading.failed_rps /= tick_s;
            reading.latency_p50_s = self.gathered.0[index].quantile(0.5);
            reading.latency_p99_s = self.gathered.0[index].quantile(0.99);
        }
        let _ = mesh;
    }

    /// Shows every number of the state, in a fixed order: for fingerprints.
    pub fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        for service in &self.fluid.services {
            see(service.queue);
            see(service.work);
        }
    }

    /// Returns a service's last tick; zeros for an index of no service.
    pub fn service(&self, index: usize) -> ServiceTraffic {
        self.services.get(index).copied().unwrap_or_default()
    }

    /// Returns a call's last tick; zeros for an index of no call.
    pub fn call(&self, index: usize) -> CallTraffic {
        self.calls.get(index).copied().unwrap_or_default()
    }

    /// Returns a user group's last tick; zeros for an index of no group.
    pub fn user(&self, index: usize) -> UserTraffic {
        self.users.get(index).copied().unwrap_or_default()
    }
}
