//! Reading the traffic of an environment.

mod failures;

use firewatch_traffic::{CallTraffic, ServiceTraffic, UserTraffic};

use crate::host::view::EnvironmentRef;
use crate::world::error::SimError;
use crate::world::fault::Fault;
use crate::world::topology::Topology;
use crate::world::traffic::{FaultKnobs, MeshTraffic, Objective, TrafficChange, failed_share};

pub use failures::{FailureCause, FailureReason};

/// The traffic of an environment in the last tick, to be read. Before the first tick of an incident it is that of a
/// tick with nothing wrong.
#[derive(Clone, Copy, Debug)]
pub struct TrafficRef<'w> {
    traffic: &'w MeshTraffic,
    topology: &'w Topology,
}

/// A group of users in the last tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsersRef<'w> {
    /// Its name.
    pub name: &'w str,
    /// The service that they call.
    pub service: &'w str,
    /// What was measured.
    pub traffic: UserTraffic,
    /// What they are promised.
    pub objective: Objective,
    /// Seconds after which they give an attempt up.
    pub patience_s: f64,
    index: usize,
}

/// The calls of one service to another in the last tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallRef<'w> {
    /// The service that calls.
    pub from: &'w str,
    /// The service that is called.
    pub to: &'w str,
    /// What was measured.
    pub traffic: CallTraffic,
}

/// How a call goes, by the indices of its services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteRef {
    /// The service that calls.
    pub from: usize,
    /// The service that is called.
    pub to: usize,
    /// Whether there is another service to be asked.
    pub has_fallback: bool,
    /// Whether nobody waits for the answer.
    pub is_asynchronous: bool,
}

impl UsersRef<'_> {
    /// Share of the requests that ended which were served, 0 to 1; `None` where none ended.
    #[must_use]
    pub fn served(&self) -> Option<f64> {
        let has_ended = self.traffic.has_ended();
        has_ended.then(|| 1.0 - failed_share(&self.traffic))
    }

    /// 99th percentile of the latency of those that were served, from the first attempt on, seconds; `None` where nobody was.
    #[must_use]
    pub fn latency_p99_s(&self) -> Option<f64> {
        // Who is served takes time: 0 is nobody's.
        (self.traffic.latency_p99_s > 0.0).then_some(self.traffic.latency_p99_s)
    }

    /// Seconds within which 99 % of the answers should come.
    #[must_use]
    pub fn latency_bound_s(&self) -> f64 {
        self.objective.latency_bound_s(self.patience_s)
    }

    /// How far they are from what they are promised; see [`Objective::miss`].
    #[must_use]
    pub fn miss(&self) -> f64 {
        self.objective.miss(&self.traffic, self.patience_s)
    }
}

impl<'w> EnvironmentRef<'w> {
    /// The traffic; `None` in an environment of the classic physics.
    #[must_use]
    #[inline]
    pub fn traffic(&self) -> Option<TrafficRef<'w>> {
        let topology = self.topology();
        self.traffic_component()
            .map(|traffic| TrafficRef { traffic, topology })
    }
}

impl<'w> EnvironmentRef<'w> {
    /// Whether a change of the traffic would change what is turned by hand, or order or take away instances. A restart
    /// always does.
    ///
    /// # Errors
    /// As [`crate::change_traffic`].
    pub fn is_changed_by(&self, change: &TrafficChange) -> Result<bool, SimError> {
        let traffic = self.traffic_component().ok_or(SimError::NoTraffic)?;
        let change = change.check(traffic, self.topology())?;
        Ok(traffic.is_changed_by(&change))
    }

    /// The names of the actions that end a fault of this environment which says itself what it turns; none for any other.
    #[must_use]
    pub fn actions_that_end(&self, fault: &Fault) -> &'w [String] {
        let index = self.faults().position(|other| std::ptr::eq(other, fault));
        index.map_or(&[], |index| self.actions_that_end_at(index))
    }

    /// The same by the place of the fault in [`EnvironmentRef::faults`], for callers that go through all of them.
    #[must_use]
    pub fn actions_that_end_at(&self, index: usize) -> &'w [String] {
        let traffic = self.traffic_component();
        let course = traffic.and_then(|traffic| traffic.courses.get(index));
        course.map_or(&[], |course| &course.course.ended_by)
    }

    /// Whether a restart of a service, by its index, would free memory that has leaked, or take back what ended faults
    /// have turned. `false` where there is no traffic.
    #[must_use]
    pub fn is_mended_by_restart(&self, service: usize) -> bool {
        let faults = self.faults().map(|fault| (fault.node(), fault.halted));
        let traffic = self.traffic_component();
        traffic.is_some_and(|traffic| traffic.is_mended_by_restart(service, faults))
    }
}

impl<'w> TrafficRef<'w> {
    /// Whether a service, by its index, has used nearly all of its memory, or instances of it were killed for that and are
    /// not back.
    #[must_use]
    pub fn is_short_of_memory(&self, service: usize) -> bool {
        service < self.traffic.instances.len() && self.traffic.is_short_of_memory(service)
    }

    /// The services that lost instances in the last tick because their memory was full.
    pub fn killed_for_memory(&self) -> impl Iterator<Item = &'w str> + use<'w> {
        let Self { traffic, topology } = *self;
        let services = topology.services().zip(&traffic.instances);
        services
            .filter_map(|(name, instances)| (instances.killed_ticks_ago == Some(0)).then_some(name))
    }

    /// What a fault turns by itself, by its index; `None` for one that turns what its kind does.
    #[must_use]
    pub fn fault_knobs(&self, fault: usize) -> Option<&'w FaultKnobs> {
        self.traffic.courses.get(fault)?.course.knobs.as_ref()
    }

    /// The factor by which the memory limit of a service, by its index, was changed by hand.
    #[must_use]
    pub fn memory_factor_at(&self, service: usize) -> Option<f64> {
        { self.traffic.set_services.get(service) }.map(|set| set.memory_factor)
    }

    /// Whether some group of users misses what it is promised.
    #[must_use]
    pub fn are_users_hit(&self) -> bool {
        self.users().any(|users| users.miss() > 0.0)
    }

    /// The share of all users' requests that failed in the last tick, 0 to 1: what the SLO budget burns by.
    #[must_use]
    pub fn failed_share(&self) -> f64 {
        let [_, failed] = self.traffic.users_shares();
        failed
    }

    /// How the calls go, in order.
    pub fn call_routes(&self) -> impl Iterator<Item = RouteRef> + use<'w> {
        let calls = self.traffic.shape.mesh.calls().iter();
        calls.map(|call| RouteRef {
            from: call.from,
            to: call.to,
            has_fallback: call.fallback.is_some(),
            is_asynchronous: call.asynchronous,
        })
    }

    /// Instances that a service, by its index, states, and that it should have; those that start count.
    #[must_use]
    pub fn instances_at(&self, service: usize) -> Option<[f64; 2]> {
        let stated = self.traffic.shape.mesh.services().get(service)?.instances;
        let starting = self.traffic.instances.get(service)?.starting;
        let desired = self.traffic.desired(service) + f64::from(starting);
        Some([f64::from(stated), desired])
    }

    /// The groups of users, in order.
    pub fn users(&self) -> impl Iterator<Item = UsersRef<'w>> + use<'w> {
        let Self { traffic, topology } = *self;
        let groups = traffic.shape.users.iter().zip(traffic.shape.mesh.users());
        groups
            .enumerate()
            .map(move |(index, (shape, spec))| UsersRef {
                name: &shape.name,
                service: topology.name(spec.service),
                traffic: traffic.state.user(index),
                objective: shape.objective,
                patience_s: spec.patience_s,
                index,
            })
    }

    /// The services with their names, in order.
    pub fn services(&self) -> impl Iterator<Item = (&'w str, ServiceTraffic)> + use<'w> {
        let Self { traffic, topology } = *self;
        topology
            .services()
            .enumerate()
            .map(|(index, name)| (name, traffic.state.service(index)))
    }

    /// A service, by its name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<ServiceTraffic> {
        self.topology
            .service(name)
            .map(|index| self.traffic.state.service(index))
    }

    /// The calls, in the order in which they were stated.
    pub fn calls(&self) -> impl Iterator<Item = CallRef<'w>> + use<'w> {
        let Self { traffic, topology } = *self;
        traffic
            .shape
            .mesh
            .calls()
            .iter()
            .enumerate()
            .map(move |(index, spec)| CallRef {
                from: topology.name(spec.from),
                to: topology.name(spec.to),
                traffic: traffic.state.call(index),
            })
    }

    /// Instances of a service that run, and that it should have; `None` for no service of the mesh.
    #[must_use]
    pub fn instances(&self, service: &str) -> Option<[f64; 2]> {
        let index = self.topology.service(service)?;
        Some([self.traffic.running(index), self.traffic.desired(index)])
    }
}
