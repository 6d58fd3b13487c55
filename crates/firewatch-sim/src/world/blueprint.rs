//! Blueprints: what environments are built from, and building them in new entities.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::world::environment::{
    Clock, Engine, Environment, Impact, ImpactMode, LogScript, SloBudget,
};
use crate::world::error::SimError;
use crate::world::fault::{Fault, FaultKind, FaultKindId, FaultKinds, admit, kind_id};
use crate::world::metric;
use crate::world::ownership::{FaultOf, Faults, ServiceOf, Services};
use crate::world::removals::bound_removals;
use crate::world::rows::{RowRanges, note_moved_rows};
use crate::world::service::{Runtime, ServiceInfo, Uptime, Vitals};
use crate::world::topology::{CascadeVictims, Topology};
use crate::world::traffic::TrafficBlueprint;
use crate::world::value::Value;

/// The parts of an environment, with names resolved, to build many from.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// Which rules order the tick.
    pub engine: Engine,
    /// What counts as impact on customers.
    pub impact_mode: ImpactMode,
    /// Simulated time.
    pub clock: Clock,
    /// Budget left and burn per tick.
    pub slo_budget: SloBudget,
    /// Impact so far.
    pub impact: Impact,
    /// The shape of the mesh; environments can share one.
    pub topology: Arc<Topology>,
    /// Node of the root cause in the topology.
    pub root_cause: Option<usize>,
    /// The services, as many as the topology has and in its order.
    pub services: Vec<ServiceBlueprint>,
    /// The faults, in list order.
    pub faults: Vec<FaultBlueprint>,
    /// Kinds of fault to register in the world for this environment.
    pub fault_kinds: FaultKinds,
    /// What is planted in the logs.
    pub log_script: LogScript,
    /// The traffic; if and only if the engine is [`Engine::Traffic`].
    pub traffic: Option<TrafficBlueprint>,
}

/// What a service is built from.
#[derive(Clone, Debug, Default)]
pub struct ServiceBlueprint {
    /// Its vitals; whether it is a red herring is filled in.
    pub vitals: Vitals,
    /// What faults change.
    pub runtime: Runtime,
    /// Time since the start of the process.
    pub uptime: Uptime,
    /// What is only shown.
    pub info: ServiceInfo,
    /// Metrics by name that differ from the above or are attached.
    pub metrics: BTreeMap<String, Value>,
}

/// What a fault is built from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaultBlueprint {
    /// What is wrong.
    pub kind: FaultKind,
    /// Node of the service in [`Topology::graph`]; one beyond the services is outside the mesh.
    pub target: usize,
    /// How fast it develops, 0 or more.
    pub speed: f64,
    /// Whether it has been stopped.
    pub halted: bool,
    /// Ticks done when it was halted.
    pub halted_at_tick: Option<u64>,
    /// Ticks during which it was active.
    pub progression_tick: u64,
}

impl FaultBlueprint {
    /// A fault that has not acted yet.
    #[must_use]
    pub const fn new(kind: FaultKind, target: usize, speed: f64) -> Self {
        Self {
            kind,
            target,
            speed,
            halted: false,
            halted_at_tick: None,
            progression_tick: 0,
        }
    }

    /// The component; `service` is the entity of the afflicted service, if that is in the mesh.
    pub(crate) fn component(
        &self,
        kind: FaultKindId,
        topology: &Topology,
        service: Option<Entity>,
    ) -> Fault {
        Fault {
            kind,
            halted: self.halted,
            target: u32::try_from(self.target).unwrap_or(u32::MAX),
            victims: CascadeVictims::new(topology, self.target),
            speed: self.speed,
            halted_at_tick: self.halted_at_tick,
            progression_tick: self.progression_tick,
            service,
        }
    }

    /// Spawns the fault, of a kind that the world knows by that number, as the last of the environment's.
    pub(crate) fn spawn(
        &self,
        world: &mut World,
        kind: FaultKindId,
        environment: Entity,
        topology: &Topology,
        service: Option<Entity>,
    ) -> Entity {
        let fault = self.component(kind, topology, service);
        world.spawn((FaultOf(environment), fault)).id()
    }
}

/// Gives each component that every service has by its type.
macro_rules! components {
    ($($component:ident: $field:ident),*) => {$(
        impl AsRef<$component> for ServiceBlueprint {
            #[inline]
            fn as_ref(&self) -> &$component {
                &self.$field
            }
        }
    )*};
}

components!(Vitals: vitals, Runtime: runtime, Uptime: uptime, ServiceInfo: info);

impl ServiceBlueprint {
    /// Sets the metrics that are given by name; they were checked.
    pub(crate) fn put_metrics(&self, service: &mut EntityWorldMut) {
        for (name, value) in &self.metrics {
            metric::put(service, name, value);
        }
    }
}

impl Blueprint {
    /// Spawns the environment with its services and faults.
    ///
    /// # Errors
    /// As [`Blueprint::check`]; [`SimError::UnknownFaultKind`] for a kind that neither the world nor
    /// [`Blueprint::fault_kinds`] has; [`SimError::FaultKind`] if both have different ones of the same name.
    /// Nothing is left in the world then.
    pub fn spawn(&self, world: &mut World) -> Result<Entity, SimError> {
        self.check()?;
        let kinds = self.admit_kinds(world)?;
        note_moved_rows(world);
        let topology = Arc::clone(&self.topology);
        let mut component = Environment::new(topology, self.engine, self.impact_mode);
        component.set_root_cause(self.root_cause);
        let environment = world.spawn((
            component,
            Services::with_capacity(self.services.len()),
            Faults::with_capacity(self.faults.len()),
            self.clock,
            self.slo_budget,
            self.impact,
            self.log_script.clone(),
        ));
        let environment = environment.id();
        let services = self.spawn_services(world, environment);
        if let Some(traffic) = &self.traffic {
            world
                .entity_mut(environment)
                .insert(traffic.traffic.clone());
        }
        for (fault, kind) in self.faults.iter().zip(kinds) {
            let service = services.get(fault.target).copied();
            fault.spawn(world, kind, environment, &self.topology, service);
        }
        let located = RowRanges::locate(world, environment);
        if let Some(mut environment) = world.get_mut::<Environment>(environment) {
            environment.rows = located;
        }
        Ok(environment)
    }

    /// The same where the world is to know these kinds of fault, too.
    #[must_use]
    pub fn with_fault_kinds(self, fault_kinds: FaultKinds) -> Self {
        Self {
            fault_kinds,
            ..self
        }
    }

    /// Makes the kinds of fault known in the world; returns the number of each fault's kind there.
    pub(crate) fn admit_kinds(&self, world: &mut World) -> Result<Vec<FaultKindId>, SimError> {
        let kinds = self.faults.iter().map(|fault| fault.kind);
        admit(world, &self.fault_kinds, kinds.clone())?;
        kinds.map(|kind| kind_id(world, kind)).collect()
    }

    fn spawn_services(&self, world: &mut World, environment: Entity) -> Vec<Entity> {
        let rows = self.services.iter().enumerate().map(|(index, service)| {
            (
                ServiceOf(environment),
                self.vitals(service, index),
                service.runtime,
                service.uptime,
                service.info.clone(),
            )
        });
        let entities: Vec<Entity> = world.spawn_batch(rows).collect();
        for (service, &entity) in self.services.iter().zip(&entities) {
            if !service.metrics.is_empty() {
                service.put_metrics(&mut world.entity_mut(entity));
            }
        }
        if let Some(traffic) = &self.traffic {
            for (index, &entity) in entities.iter().enumerate() {
                traffic.attach(index, &mut world.entity_mut(entity));
            }
        }
        entities
    }

    pub(crate) fn vitals(&self, service: &ServiceBlueprint, index: usize) -> Vitals {
        Vitals {
            red_herring: self.topology.is_red_herring(index),
            ..service.vitals
        }
    }
}

/// Removes an environment with its services and faults, as `World::despawn` of its entity does too.
///
/// `bevy_ecs` keeps a removal message for each component until [`World::clear_trackers`] is called, once a
/// frame. In a world where that is never called, this clears them once there are thousands: `RemovedComponents`
/// still shows those since the previous clearing, and the change detection of `World` itself restarts.
///
/// # Errors
/// [`SimError::NoEnvironment`].
pub fn despawn_environment(world: &mut World, environment: Entity) -> Result<(), SimError> {
    if world.get::<Environment>(environment).is_none() {
        return Err(SimError::NoEnvironment);
    }
    world.despawn(environment);
    bound_removals(world);
    Ok(())
}
