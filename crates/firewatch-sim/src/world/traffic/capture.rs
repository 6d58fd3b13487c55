//! The traffic of an environment as plain data again.

use super::component::MeshTraffic;
use super::state::{CallState, TrafficFlow, TrafficServiceState, TrafficState, UserGroupState};
use crate::world::topology::Topology;

impl MeshTraffic {
    /// The traffic with names.
    pub(crate) fn capture(&self, topology: &Topology) -> TrafficState {
        TrafficState {
            users: (0..self.shape.users.len())
                .map(|index| self.group(index, topology))
                .collect(),
            services: topology
                .services()
                .enumerate()
                .map(|(index, name)| self.service(index, name))
                .collect(),
            calls: (0..self.shape.mesh.calls().len())
                .map(|index| self.call(index, topology))
                .collect(),
            flow: Some(TrafficFlow {
                state: self.state.clone(),
                knobs: self.knobs.clone(),
            }),
        }
    }

    fn group(&self, index: usize, topology: &Topology) -> UserGroupState {
        let (spec, shape) = (&self.shape.mesh.users()[index], &self.shape.users[index]);
        let set = self.set_users[index];
        UserGroupState {
            name: shape.name.to_string(),
            service: topology.name(spec.service).to_owned(),
            rates: shape.rates.clone(),
            patience_s: spec.patience_s,
            retries: spec.retries,
            backoff_s: spec.backoff_s,
            objective: shape.objective,
            rate_factor: set.rate_factor,
            set_rps: set.rps,
            set_retries: set.retries,
        }
    }

    fn service(&self, index: usize, name: &str) -> TrafficServiceState {
        let (spec, shape) = (
            &self.shape.mesh.services()[index],
            &self.shape.services[index],
        );
        TrafficServiceState {
            name: name.to_owned(),
            instances: spec.instances,
            concurrency: spec.concurrency,
            work_s: spec.work_s,
            queue_limit: spec.queue_limit,
            zones: shape.zones.clone(),
            start_up_ticks: shape.start_up_ticks,
            memory_per_request: shape.memory_per_request,
            autoscaling: shape.autoscaling,
            idle: shape.idle,
            set: self.set_services[index],
            running: self.instances[index],
        }
    }

    fn call(&self, index: usize, topology: &Topology) -> CallState {
        let spec = &self.shape.mesh.calls()[index];
        CallState {
            from: topology.name(spec.from).to_owned(),
            to: topology.name(spec.to).to_owned(),
            timeout_s: spec.timeout_s,
            retries: spec.retries,
            backoff_s: spec.backoff_s,
            share: spec.share,
            optional: spec.optional,
            fallback: spec
                .fallback
                .map(|service| topology.name(service).to_owned()),
            breaker: spec.breaker,
            cache: spec.cache,
            asynchronous: spec.asynchronous,
            set: self.set_calls[index],
        }
    }
}
