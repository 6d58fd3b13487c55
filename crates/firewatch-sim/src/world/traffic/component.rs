//! All traffic of an environment, as one component: what it has by service, call, group of users and fault lies side
//! by side.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use firewatch_traffic::{CallKnobs, Knobs, Mesh, ServiceKnobs, State};
use smol_str::SmolStr;

use super::course::FaultCourse;
use super::objective::{Objective, failed_share};
use super::state::{Autoscaling, IdleMetrics, InstancesState, RateStep};
use crate::world::num;

/// The traffic of an environment, on the environment's entity.
#[derive(Component, Clone, Debug)]
#[component(storage = "SparseSet")]
pub(crate) struct MeshTraffic {
    pub(crate) shape: Arc<TrafficShape>,
    /// What is turned by hand, by service and by call.
    pub(crate) set_services: Vec<SetService>,
    pub(crate) set_calls: Vec<CallKnobs>,
    /// The same, by group of users.
    pub(crate) set_users: Vec<SetUsers>,
    pub(crate) instances: Vec<InstancesState>,
    /// How each fault goes, in list order.
    pub(crate) courses: Vec<Course>,
    /// What waits and runs, and what was measured in the last tick.
    pub(crate) state: State,
    /// What was in force in the last tick: turned by hand, by faults and by the number of instances. It is made anew
    /// in each tick.
    pub(crate) knobs: Knobs,
    /// By service: memory that has leaked, as a share of the limit.
    pub(crate) leaked: Vec<f64>,
    /// Room for the services and faults of those that act on services in a tick: nothing in it is left to the next.
    pub(crate) acting: Vec<(usize, usize)>,
}

/// What does not change of an environment's traffic; environments can share it.
#[derive(Debug)]
pub(crate) struct TrafficShape {
    pub(crate) mesh: Mesh,
    pub(crate) services: Vec<ServiceShape>,
    pub(crate) users: Vec<UserShape>,
}

/// What a service has beside what the mesh states.
#[derive(Debug)]
pub(crate) struct ServiceShape {
    pub(crate) zones: Vec<String>,
    pub(crate) start_up_ticks: u64,
    pub(crate) memory_per_request: f64,
    pub(crate) autoscaling: Option<Autoscaling>,
    pub(crate) idle: IdleMetrics,
}

/// What a group of users has beside what the mesh states.
#[derive(Debug)]
pub(crate) struct UserShape {
    pub(crate) name: SmolStr,
    pub(crate) rates: Vec<RateStep>,
    pub(crate) objective: Objective,
}

/// What is turned by hand of a service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SetService {
    pub(crate) knobs: ServiceKnobs,
    /// Share of arriving requests that are turned away, on top of the error share of the knobs.
    pub(crate) shed_ratio: f64,
    /// Factor on the memory limit.
    pub(crate) memory_factor: f64,
}

/// What is turned by hand of a group of users.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SetUsers {
    pub(crate) rate_factor: f64,
    pub(crate) rps: Option<f64>,
    pub(crate) retries: Option<u32>,
}

/// How a fault goes, and what it turns.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) course: FaultCourse,
    pub(crate) turns: Turns,
    /// How severe it is in this tick; 0 for one that has not acted or has gone back.
    pub(crate) strength: f64,
}

/// What a fault turns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turns {
    /// Nothing: its service is outside the mesh.
    Nothing,
    /// The knobs of its course, on the instances in a zone of the service, by its index; on all if `None`.
    Service { zone: Option<usize> },
    /// The knobs of its course, on the calls to this service.
    Calls { to: usize },
    /// Memory, by what waits and runs, until the instances are killed.
    Oom,
    /// Memory, by what is worked on, and the work.
    MemoryLeak,
    /// The share of errors, as the deployment is rolled out.
    BadDeploy,
    /// The number of workers.
    ConfigDrift,
    /// The share of requests that don't reach the service.
    NetworkPartition,
}

impl Course {
    /// Whether it turns anything in this tick.
    pub(crate) fn acts(&self) -> bool {
        self.strength > 0.0
    }
}

impl Turns {
    /// The zone of the service on which it acts; `None` for all of the service.
    pub(crate) fn zone(self) -> Option<usize> {
        match self {
            Self::Service { zone } => zone,
            _ => None,
        }
    }
}

impl ServiceShape {
    /// Returns the number of zones: one without a name if none is stated.
    pub(crate) fn zone_count(&self) -> usize {
        self.zones.len().max(1)
    }

    /// Returns the share of the instances that are in a zone; all for none.
    pub(crate) fn share_of(&self, zone: Option<usize>) -> f64 {
        zone.map_or(1.0, |_| 1.0 / self.zone_count() as f64)
    }
}

impl MeshTraffic {
    /// What misses the objectives and what failed, in the mean of the users' requests.
    pub(crate) fn users_shares(&self) -> [f64; 2] {
        let (mut sent, mut missed, mut failed) = (0.0, 0.0, 0.0);
        let groups = self.shape.users.iter().zip(self.shape.mesh.users());
        for (index, (shape, spec)) in groups.enumerate() {
            let measured = self.state.user(index);
            // Who sends nothing any more still waits for what was sent.
            let weight = num::max(
                measured.sent_rps,
                measured.succeeded_rps + measured.failed_rps,
            );
            sent += weight;
            missed += weight * shape.objective.miss(&measured, spec.patience_s);
            failed += weight * failed_share(&measured);
        }
        if sent > 0.0 {
            [missed / sent, failed / sent]
        } else {
            [0.0; 2]
        }
    }
}
