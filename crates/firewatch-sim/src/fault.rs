//! Faults: entities with a kind, a speed and a halted state; and what a tick of each does.

mod bad_deploy;
mod config_drift;
mod memory_leak;
mod network_partition;
mod oom;

use std::fmt;
use std::str::FromStr;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::environment::{Engine, Environment};
use crate::mesh::Meshes;
use crate::service::{RequestQueue, Traffic};
use crate::status::UnknownName;
use crate::topology::Reach;

/// What is wrong with a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Memory runs out fast; the process is killed and starts again, over and over.
    Oom,
    /// Memory, latency and errors grow slowly.
    MemoryLeak,
    /// Errors and latency grow since a deployment.
    BadDeploy,
    /// A connection pool runs dry after a configuration change.
    ConfigDrift,
    /// The service is cut off from what it calls.
    NetworkPartition,
    /// A kind whose physics is a host's own system in [`crate::TickSet::FaultPhysics`]. Cascade
    /// and recovery treat it as any other.
    External,
}

impl FaultKind {
    /// The kinds that have physics here.
    pub const BUILT_IN: [Self; 5] = [
        Self::Oom,
        Self::MemoryLeak,
        Self::BadDeploy,
        Self::ConfigDrift,
        Self::NetworkPartition,
    ];

    /// The name in files and traces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Oom => "oom",
            Self::MemoryLeak => "memory_leak",
            Self::BadDeploy => "bad_deploy",
            Self::ConfigDrift => "config_drift",
            Self::NetworkPartition => "network_partition",
            Self::External => "external",
        }
    }

    /// Whether the fault fills memory, so that recovery has to free it.
    pub(crate) fn fills_memory(self) -> bool {
        matches!(self, Self::Oom | Self::MemoryLeak)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for FaultKind {
    type Err = UnknownName;

    /// Reads the name of a built-in kind.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::BUILT_IN
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or(UnknownName)
    }
}

/// A fault on a service of an environment.
#[derive(Component, Clone, Copy, Debug, PartialEq)]
#[repr(align(64))] // A cache line: of each fault a tick touches one.
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Whether the fault has been stopped; its services recover then.
    pub halted: bool,
    /// Node of the topology; outside the mesh if `service` is `None`.
    pub(crate) target: u32,
    /// Whom a cascade from the service reaches.
    pub(crate) reach: Reach,
    /// How fast it develops: 1 is the pace of an easy incident.
    pub speed: f64,
    /// Ticks done when it was halted.
    pub halted_at_tick: Option<u64>,
    /// Ticks during which it was active.
    pub progression_tick: u64,
    pub(crate) service: Option<Entity>,
}

impl Fault {
    /// The service that the fault afflicts; `None` if the mesh has no service of that name.
    #[must_use]
    pub fn service(&self) -> Option<Entity> {
        self.service
    }

    /// Node of its service in [`crate::Topology::graph`]: for a service of the mesh its index.
    #[must_use]
    pub fn node(&self) -> usize {
        self.target as usize
    }

    /// Index of the afflicted service, if it is in the mesh.
    pub(crate) fn service_index(&self) -> Option<usize> {
        self.service.map(|_| self.target as usize)
    }
}

/// Lets every fault that is not halted act on its service, in list order.
pub(crate) fn fault_physics(
    mut meshes: Meshes<()>,
    mut queues: Query<&mut RequestQueue>,
    traffic: Query<&Traffic>,
) {
    // Few worlds have any: this spares looking for the queue of every service with a drift.
    let has_queues = !queues.is_empty();
    meshes.for_each(is_going_on, |environment, (), faults, services| {
        // Only a queue is compared with those of other services.
        let entities = if has_queues { services.entities() } else { &[] };
        for fault in faults {
            if fault.halted {
                continue;
            }
            fault.progression_tick = fault.progression_tick.saturating_add(1);
            let Some((index, entity)) = fault.service_index().zip(fault.service) else {
                continue;
            };
            let (vitals, runtime) = services.service(index);
            match fault.kind {
                FaultKind::Oom => {
                    if oom::act(fault.speed, vitals, runtime) {
                        services.uptime(index).runtime_uptime_seconds = 0;
                    }
                }
                FaultKind::MemoryLeak => memory_leak::act(fault.speed, vitals, runtime),
                FaultKind::BadDeploy => bad_deploy::act(fault.speed, vitals, runtime),
                FaultKind::ConfigDrift if has_queues => {
                    match caught_in_loop(environment, entity, &mut queues) {
                        Some(mut queue) => {
                            let calm = config_drift::retries_are_low(entities, entity, &traffic);
                            config_drift::act_metastable(fault.speed, vitals, &mut queue, calm);
                        }
                        None => config_drift::act(fault.speed, vitals, runtime),
                    }
                }
                FaultKind::ConfigDrift => config_drift::act(fault.speed, vitals, runtime),
                FaultKind::NetworkPartition => network_partition::act(fault.speed, vitals),
                FaultKind::External => {}
            }
        }
    });
}

/// Whether an environment has anything for the fault physics and the cascade to do: an active fault, or
/// the single-fault engine, whose recovery and cascade never rest.
pub(crate) fn is_going_on(environment: &Environment, faults: &[Fault]) -> bool {
    environment.engine == Engine::SingleFault || faults.iter().any(|fault| !fault.halted)
}

/// The queue of a service whose metastable feedback loop is active, where the engine knows such loops.
fn caught_in_loop<'a>(
    environment: &Environment,
    service: Entity,
    queues: &'a mut Query<&mut RequestQueue>,
) -> Option<Mut<'a, RequestQueue>> {
    if environment.engine == Engine::SingleFault {
        return None;
    }
    let queue = queues.get_mut(service).ok()?;
    (queue.metastable_feedback_loop_active == Some(true)).then_some(queue)
}
