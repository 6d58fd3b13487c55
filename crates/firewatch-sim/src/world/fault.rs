//! Faults: entities with a kind, a speed and a halted state. A folder of one file for each built-in kind.

mod bad_deploy;
mod built_in;
mod config_drift;
mod context;
mod descriptor;
mod growth;
mod kinds;
mod memory_leak;
mod network_partition;
mod oom;
mod rules;
mod turned_knobs;

use bevy_ecs::prelude::*;

use crate::world::topology::CascadeVictims;

pub use crate::world::fault_kind::{FaultKind, FaultKindError};
pub(crate) use bad_deploy::MAX_DEPLOYMENT_AGE_SECONDS;
pub(crate) use config_drift::MAX_CONFIG_AGE_SECONDS;
pub use context::{EvidenceContext, FaultContext, LogLine};
pub use descriptor::{FaultEvidence, FaultKindDescriptor, FaultPhysics, PrecedingChange};
pub use growth::MetricGrowth;
pub use kinds::{FaultKindId, FaultKindLookup, FaultKinds, fault_kinds, register_fault_kinds};
pub(crate) use kinds::{FaultKindRegistry, admit, descriptor, kind_id};
pub use rules::FaultKindRules;

/// A fault on a service of an environment.
#[derive(Component, Clone, Copy, Debug, PartialEq)]
#[repr(align(64))] // A cache line: of each fault a tick touches one.
pub struct Fault {
    /// What is wrong: a number of the world's, which is smaller than a name.
    pub(crate) kind: FaultKindId,
    /// Whether the fault has been stopped; its services recover then.
    pub halted: bool,
    /// Node of the topology; outside the mesh if `service` is `None`.
    pub(crate) target: u32,
    /// Whom a cascade from the service reaches.
    pub(crate) victims: CascadeVictims,
    /// How fast it develops: 1 is the pace of an easy incident.
    pub speed: f64,
    /// Ticks done when it was halted.
    pub halted_at_tick: Option<u64>,
    /// Ticks during which it was active.
    pub progression_tick: u64,
    pub(crate) service: Option<Entity>,
}

impl Fault {
    /// What is wrong, as a number of its world's; [`EnvironmentRef::fault_kind`](crate::EnvironmentRef::fault_kind)
    /// gives the name, [`FaultKindLookup`] the number of a name.
    #[must_use]
    pub fn kind(&self) -> FaultKindId {
        self.kind
    }

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
