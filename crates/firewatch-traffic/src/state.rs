//! The state of a mesh's traffic.

use crate::knobs::Knobs;
use crate::mesh::Mesh;
use crate::readings::{CallTraffic, ServiceTraffic, UserTraffic};

/// The traffic of a mesh: what waits and runs, and what was measured in the last tick.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct State {
    services: Vec<ServiceTraffic>,
    calls: Vec<CallTraffic>,
    users: Vec<UserTraffic>,
    arriving_rps: Vec<f64>,
}

impl State {
    /// Makes an empty mesh: nothing waits, nothing runs.
    pub fn new(mesh: &Mesh) -> Self {
        Self {
            services: vec![ServiceTraffic::default(); mesh.services().len()],
            calls: vec![CallTraffic::default(); mesh.calls().len()],
            users: vec![UserTraffic::default(); mesh.users().len()],
            arriving_rps: vec![0.0; mesh.services().len()],
        }
    }

    /// Moves the traffic on by `tick_s` seconds.
    pub fn tick(&mut self, mesh: &Mesh, knobs: &Knobs, tick_s: f64) {
        let _ = tick_s;
        self.arriving_rps.fill(0.0);
        for ((user, spec), knob) in self.users.iter_mut().zip(mesh.users()).zip(&knobs.users) {
            user.sent_rps = knob.rate_rps;
            self.arriving_rps[spec.service] += knob.rate_rps;
        }
        for &service in mesh.order() {
            let spec = &mesh.services()[service];
            let traffic = &mut self.services[service];
            let arrived = self.arriving_rps[service];
            traffic.arrived_rps = arrived;
            traffic.workers = f64::from(spec.instances) * f64::from(spec.concurrency);
            let capacity = traffic.workers / spec.work_s.max(1e-9);
            traffic.succeeded_rps = arrived.min(capacity);
            traffic.failed_rps = arrived - traffic.succeeded_rps;
            traffic.refused_rps = traffic.failed_rps;
            traffic.queue_limit = spec.queue_limit;
            for &call in mesh.calls_of(service) {
                let spec = &mesh.calls()[call];
                self.calls[call].attempts_rps = traffic.succeeded_rps * spec.share;
                self.arriving_rps[spec.to] += traffic.succeeded_rps * spec.share;
            }
        }
        for (user, spec) in self.users.iter_mut().zip(mesh.users()) {
            let entry = &self.services[spec.service];
            let served = entry.succeeded_rps / entry.arrived_rps.max(1e-9);
            user.succeeded_rps = user.sent_rps * served;
            user.failed_rps = user.sent_rps - user.succeeded_rps;
        }
    }

    /// Shows every number of the state, in a fixed order: for fingerprints.
    pub fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        self.arriving_rps.iter().for_each(|&value| see(value));
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
