//! The knobs as they are turned by hand and by the number of instances, before faults turn them.

use firewatch_traffic::UserKnobs;

use super::component::MeshTraffic;
use super::limits::{FACTORS, MOST, MOST_INSTANCES};
use super::state::RateStep;
use crate::world::environment::SECONDS_PER_TICK;
use crate::world::num;

/// A process that uses so much of its memory is no longer healthy, as in the rules of the actions.
const SHORT_UTILIZATION: f64 = 0.8;

impl MeshTraffic {
    /// Sets the knobs of the next tick, without faults; `tick` is the number of ticks done.
    pub(crate) fn turn_by_hand(&mut self, tick: u64) {
        // It has as many as the mesh.
        self.knobs.calls.copy_from_slice(&self.set_calls);
        for index in 0..self.instances.len() {
            self.instances[index].taken = 0.0;
            let (stated, available) = (self.stated_instances(index), self.available(index));
            let (knobs, set) = (&mut self.knobs.services[index], self.set_services[index]);
            *knobs = set.knobs;
            knobs.error_ratio += (1.0 - knobs.error_ratio) * set.shed_ratio;
            if available != stated || knobs.instances.is_some() {
                knobs.instances = Some(available);
            }
            knobs.down |= available == 0.0;
        }
        let users = self.shape.users.iter().zip(&self.set_users);
        for (knobs, (shape, set)) in self.knobs.users.iter_mut().zip(users) {
            *knobs = UserKnobs {
                rate_rps: set
                    .rps
                    .unwrap_or_else(|| RateStep::rate_at(&shape.rates, tick))
                    * set.rate_factor,
                retries: set.retries,
            };
        }
    }

    /// Holds to their limits what many faults have turned together, and takes services down that they leave no
    /// instance.
    pub(crate) fn limit_knobs(&mut self) {
        let [least, most] = FACTORS;
        for knobs in &mut self.knobs.services {
            knobs.slow_factor = num::min(most, num::max(least, knobs.slow_factor));
            knobs.added_latency_s = num::min(MOST, knobs.added_latency_s);
            knobs.down |= knobs.instances == Some(0.0);
        }
        for knobs in &mut self.knobs.calls {
            knobs.added_latency_s = num::min(MOST, knobs.added_latency_s);
        }
    }

    /// Lets requests flow for a tick, with the knobs in force.
    pub(crate) fn flow(&mut self) {
        self.state
            .tick(&self.shape.mesh, &self.knobs, SECONDS_PER_TICK as f64);
    }

    pub(super) fn stated_instances(&self, service: usize) -> f64 {
        let spec = self.shape.mesh.services().get(service);
        spec.map_or(0.0, |spec| f64::from(spec.instances))
    }

    /// Instances that the service should have: stated or set by hand, and those of autoscaling.
    pub(crate) fn desired(&self, service: usize) -> f64 {
        let set = self.set_services[service].knobs.instances;
        let base = set.unwrap_or_else(|| self.stated_instances(service));
        let scaled = base + self.instances[service].scaled as f64;
        num::min(MOST_INSTANCES, num::max(0.0, scaled))
    }

    /// Instances that it has: those that were killed or restarted are away.
    pub(crate) fn available(&self, service: usize) -> f64 {
        let away = f64::from(self.instances[service].away);
        num::max(0.0, self.desired(service) - away)
    }

    /// Instances that run: of those that it has, faults have taken some.
    pub(crate) fn running(&self, service: usize) -> f64 {
        num::max(0.0, self.available(service) - self.instances[service].taken)
    }

    /// Requests that wait or run, in the mean of its instances.
    pub(crate) fn in_flight_of_instance(&self, service: usize) -> f64 {
        let traffic = self.state.service(service);
        (traffic.busy_workers + traffic.queued) / num::max(1.0, self.available(service))
    }

    /// Memory in use of an instance, as a share of its limit.
    pub(crate) fn memory_utilization(&self, service: usize) -> f64 {
        let shape = &self.shape.services[service];
        let of_requests = shape.memory_per_request * self.in_flight_of_instance(service);
        let used = shape.idle.memory_utilization + self.leaked[service] + of_requests;
        used / self.set_services[service].memory_factor
    }

    /// Returns whether an instance has used nearly all of its memory, or was killed for it and is not back or only just.
    pub(crate) fn is_short_of_memory(&self, service: usize) -> bool {
        let is_full = self.memory_utilization(service) >= SHORT_UTILIZATION;
        is_full || self.instances[service].killed_ticks_ago.is_some()
    }
}
