//! What waits and runs in a mesh, and the room to work on it.

use crate::ages::Ages;
use crate::attempt::LegRoom;
use crate::backlog::Backlog;
use crate::breaker::BreakerState;
use crate::cache::CacheState;
use crate::leg::Pools;
use crate::level::LEAST;
use crate::mesh::Mesh;
use crate::outlook::Sojourn;
use crate::waiting::Curve;

/// What waits and runs at a service.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct ServiceFluid {
    /// Requests that wait for a worker.
    pub(crate) queue: f64,
    /// Requests in their own work; those in calls are in the pools of the calls' legs.
    pub(crate) work: f64,
    /// Workers that are held.
    pub(crate) busy: f64,
    /// Share of arrivals that find the queue full.
    pub(crate) refused: f64,
    /// Share of arrivals that find all workers busy.
    pub(crate) all_busy: f64,
    /// Share of arrivals that come from services whose workers are all busy, and the number of their workers.
    pub(crate) closed: f64,
    pub(crate) present: f64,
    /// Attempts of a sub-step, as far as the queue decides whether they are late: twice the root of the product of both
    /// shares, squared.
    pub(crate) undecided: f64,
    /// Seconds in which one of those that wait starts, and by which factor they became more in the last sub-step.
    pub(crate) pace_s: f64,
    pub(crate) slowed: f64,
    /// Where on the curve of waiting it is.
    pub(crate) curve_at: u32,
    /// Variance of the queue.
    pub(crate) variance: f64,
    /// How many more requests per second came to it than left it in the last sub-step.
    pub(crate) net_rps: f64,
    /// Requests that have been sent to it and are not yet offered.
    pub(crate) arriving: f64,
    /// What a request has to expect of it.
    pub(crate) sojourn: Sojourn,
}

/// What waits and runs in a mesh.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Fluid {
    pub(crate) services: Vec<ServiceFluid>,
    pub(crate) legs: Vec<Pools>,
    /// Attempts per second that reached the service in the last sub-step, by leg.
    pub(crate) reached_rps: Vec<f64>,
    pub(crate) breakers: Vec<BreakerState>,
    /// By group of users.
    pub(crate) ages: Vec<Ages>,
    /// By call with a cache.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) caches: Vec<CacheState>,
    /// By asynchronous call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) backlogs: Vec<Backlog>,
}

impl Fluid {
    pub(crate) fn new(mesh: &Mesh) -> Self {
        Self {
            services: vec![ServiceFluid::default(); mesh.services().len()],
            legs: vec![Pools::default(); mesh.legs().len()],
            reached_rps: vec![0.0; mesh.legs().len()],
            breakers: vec![BreakerState::default(); mesh.calls().len()],
            ages: vec![Ages::default(); mesh.users().len()],
            caches: CacheState::warm(mesh),
            backlogs: vec![Backlog::default(); mesh.message_calls().len()],
        }
    }
}

impl Fluid {
    /// Becomes another one, in the memory that it has.
    pub(crate) fn copy(&mut self, other: &Self) {
        let Self {
            services,
            legs,
            reached_rps,
            breakers,
            ages,
            caches,
            backlogs,
        } = self;
        services.clone_from(&other.services);
        legs.clone_from(&other.legs);
        reached_rps.clone_from(&other.reached_rps);
        breakers.clone_from(&other.breakers);
        ages.clone_from(&other.ages);
        caches.clone_from(&other.caches);
        backlogs.clone_from(&other.backlogs);
    }

    pub(crate) fn fits(&self, mesh: &Mesh) -> bool {
        self.services.len() == mesh.services().len()
            && self.legs.len() == mesh.legs().len()
            && self.reached_rps.len() == mesh.legs().len()
            && self.breakers.len() == mesh.calls().len()
            && self.ages.len() == mesh.users().len()
            && self.caches.len() == mesh.cached_calls().len()
            && self.backlogs.len() == mesh.message_calls().len()
    }

    pub(crate) fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        for service in &self.services {
            service.for_each_value(see);
        }
        for pools in &self.legs {
            pools.for_each_value(see);
        }
        for breaker in &self.breakers {
            breaker.for_each_value(see);
        }
        for ages in &self.ages {
            ages.for_each_value(see);
        }
        for cache in &self.caches {
            see(cache.hit_share);
        }
        for backlog in &self.backlogs {
            backlog.for_each_value(see);
        }
    }
}

impl ServiceFluid {
    fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        let sojourn = &self.sojourn;
        let own = [
            self.queue,
            self.work,
            self.busy,
            self.refused,
            self.all_busy,
            self.variance,
            self.arriving,
            self.pace_s,
        ];
        let ahead = [sojourn.fast, sojourn.failing];
        own.into_iter().chain(ahead).for_each(&mut *see);
        let (ok, failed) = (&sojourn.ok, &sojourn.failed);
        for time in [sojourn.wait, ok.usual, ok.slow, failed.usual, failed.slow] {
            see(time.mean);
            see(time.variance);
        }
        see(ok.share);
        see(failed.share);
    }
}

/// What a service did in a sub-step, in requests.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ServiceFlows {
    pub(crate) arrived: f64,
    pub(crate) succeeded: f64,
    pub(crate) call_failed: f64,
    pub(crate) refused: f64,
    pub(crate) errors: f64,
    pub(crate) killed: f64,
    /// Whether the variance of its queue moves.
    pub(crate) is_varying: bool,
}

impl ServiceFlows {
    /// Returns how many requests left.
    pub(crate) fn left(&self) -> f64 {
        self.succeeded + self.call_failed + self.refused + self.errors + self.killed
    }

    /// Lets as much leave as came, where it is nearly that.
    pub(crate) fn balance(&mut self) {
        let left = self.left();
        if left < LEAST {
            *self = Self::default();
            return;
        }
        let factor = self.arrived / left;
        for part in [
            &mut self.succeeded,
            &mut self.call_failed,
            &mut self.refused,
            &mut self.errors,
            &mut self.killed,
        ] {
            *part *= factor;
        }
    }
}

/// Room for a sub-step: nothing in it outlives one, except curves, which are those of the settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    pub(crate) curves: Vec<Curve>,
    pub(crate) legs: Vec<LegRoom>,
    /// Share of the caller's requests that make the call, by call: those that find no answer in a cache.
    pub(crate) shares: Vec<f64>,
    /// Share of the sub-step in which calls fail at once, by call.
    pub(crate) open: Vec<f64>,
    pub(crate) service_flows: Vec<ServiceFlows>,
    /// Arrivals of a sub-step by service, and of these what came through a gate.
    pub(crate) arrivals: Vec<[f64; 2]>,
    /// By service, the share of arrivals that came through gates which not all come through, and the workers of these.
    pub(crate) beside: Vec<[f64; 2]>,
}

/// Two fluids are equal whatever room they work in.
impl PartialEq for Scratch {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Scratch {
    pub(crate) fn fits(&self, mesh: &Mesh) -> bool {
        self.service_flows.len() == mesh.services().len()
            && self.legs.len() == mesh.legs().len()
            && self.open.len() == mesh.calls().len()
    }

    pub(crate) fn new(mesh: &Mesh) -> Self {
        let (services, legs) = (mesh.services().len(), mesh.legs().len());
        Self {
            curves: vec![Curve::default(); services],
            legs: vec![LegRoom::default(); legs],
            shares: vec![0.0; mesh.calls().len()],
            open: vec![0.0; mesh.calls().len()],
            service_flows: vec![ServiceFlows::default(); services],
            arrivals: vec![[0.0; 2]; services],
            beside: vec![[0.0; 2]; services],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hardly_comes_and_hardly_leaves_is_none() {
        let mut flows = ServiceFlows {
            arrived: 1e-9,
            refused: f64::MIN_POSITIVE,
            ..ServiceFlows::default()
        };
        flows.balance();
        assert_eq!((flows.arrived, flows.left()), (0.0, 0.0));
    }
}
