//! Building environments out of components, in new entities or in those of an earlier one.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::environment::{
    Clock, Engine, Environment, Impact, ImpactMode, LogScript, Parts, SloBudget,
};
use crate::error::SimError;
use crate::fault::{Fault, FaultKind};
use crate::mesh::{Place, Rows};
use crate::metric;
use crate::service::{
    Certificate, CrashLoop, Extras, ImagePull, Member, Pipeline, Profile, RequestQueue, Runtime,
    Traffic, Uptime, Vitals,
};
use crate::topology::{Reach, Topology};
use crate::value::Value;

/// What an environment is built from, with names resolved: for whoever builds many.
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
    /// What is planted in the logs.
    pub log_script: LogScript,
}

/// What a service is built from.
#[derive(Clone, Debug, Default)]
pub struct ServiceBlueprint {
    /// Its vitals; whose they are and whether it is a red herring is filled in.
    pub vitals: Vitals,
    /// What faults change.
    pub runtime: Runtime,
    /// Time since the start of the process.
    pub uptime: Uptime,
    /// What is only shown.
    pub profile: Profile,
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

/// Largest speed of a fault: far beyond any use, and far from where numbers become infinite.
const MAX_SPEED: f64 = 1e6;

/// A speed that a fault can have.
pub(crate) fn check_speed(speed: f64) -> Result<(), SimError> {
    if (0.0..=MAX_SPEED).contains(&speed) {
        Ok(())
    } else {
        Err(SimError::Speed(speed))
    }
}

impl FaultBlueprint {
    /// The component, as number `index` of the environment's faults.
    fn component(
        &self,
        environment: Entity,
        index: u16,
        topology: &Topology,
        services: &[Entity],
    ) -> Fault {
        Fault {
            kind: self.kind,
            halted: self.halted,
            index,
            target: u32::try_from(self.target).unwrap_or(u32::MAX),
            reach: Reach::new(topology, self.target),
            speed: self.speed,
            halted_at_tick: self.halted_at_tick,
            progression_tick: self.progression_tick,
            environment,
            service: services.get(self.target).copied(),
        }
    }

    /// Spawns the fault as number `index` of the environment's.
    pub(crate) fn spawn(
        &self,
        world: &mut World,
        environment: Entity,
        index: u16,
        topology: &Topology,
        services: &[Entity],
    ) -> Entity {
        let fault = self.component(environment, index, topology, services);
        world.spawn(fault).id()
    }
}

impl ServiceBlueprint {
    /// Sets the metrics that are given by name; they were checked.
    fn put_metrics(&self, service: &mut EntityWorldMut) {
        for (name, value) in &self.metrics {
            metric::put(service, name, value);
        }
    }
}

impl Blueprint {
    /// Whether the environment can be built: nothing has to be undone halfway.
    pub(crate) fn check(&self) -> Result<(), SimError> {
        let nodes = self.topology.graph().node_count();
        let mut named = self
            .faults
            .iter()
            .map(|fault| fault.target)
            .chain(self.root_cause);
        if self.services.len() != self.topology.service_count() {
            return Err(SimError::Blueprint(
                "it has more or fewer services than its topology",
            ));
        }
        if named.any(|node| node >= nodes) {
            return Err(SimError::Blueprint(
                "a fault or the root cause is no node of its topology",
            ));
        }
        if self.engine == Engine::SingleFault && self.faults.len() != 1 {
            return Err(SimError::SingleFault {
                faults: self.faults.len(),
            });
        }
        for fault in &self.faults {
            check_speed(fault.speed)?;
        }
        let mut metrics = self.services.iter().flat_map(|service| &service.metrics);
        metrics.try_for_each(|(name, value)| metric::check(name, value))
    }

    /// Spawns the environment with its services and faults.
    ///
    /// # Errors
    /// [`SimError::Blueprint`], [`SimError::Speed`], [`SimError::SingleFault`], and as
    /// [`crate::write_metric`] for each metric.
    /// Nothing is left in the world then.
    pub fn spawn(&self, world: &mut World) -> Result<Entity, SimError> {
        self.check()?;
        let environment = world.spawn_empty().id();
        let services = self.spawn_services(world, environment);
        let faults: Vec<Entity> = self
            .faults
            .iter()
            .zip(numbers())
            .map(|(fault, index)| fault.spawn(world, environment, index, &self.topology, &services))
            .collect();
        let component = Environment {
            services: Rows::of(world, &services),
            faults: Rows::of(world, &faults),
            engine: self.engine,
            impact_mode: self.impact_mode,
            parts: Box::new(Parts {
                topology: Arc::clone(&self.topology),
                services: services.into(),
                faults: faults.into(),
                root_cause: self.root_cause,
            }),
        };
        world.entity_mut(environment).insert((
            component,
            self.clock,
            self.slo_budget,
            self.impact,
            self.log_script.clone(),
        ));
        Ok(environment)
    }

    fn spawn_services(&self, world: &mut World, environment: Entity) -> Vec<Entity> {
        let spawn = |(service, index): (&ServiceBlueprint, u16)| {
            let mut entity = world.spawn((
                Member { environment, index },
                self.vitals(service, environment, index),
                service.runtime,
                service.uptime,
                service.profile.clone(),
            ));
            service.put_metrics(&mut entity);
            entity.id()
        };
        self.services.iter().zip(numbers()).map(spawn).collect()
    }

    fn vitals(&self, service: &ServiceBlueprint, environment: Entity, index: u16) -> Vitals {
        Vitals {
            place: Place::new(environment, index),
            red_herring: self.topology.is_red_herring(usize::from(index)),
            ..service.vitals
        }
    }
}

/// The numbers of an environment's services or faults: from 0 on, and from 0 again if there are more
/// than 65,536 faults, whose rows are never taken for a slice.
fn numbers() -> impl Iterator<Item = u16> {
    (0..=u16::MAX).cycle()
}

/// Removes an environment with its services and faults.
///
/// # Errors
/// [`SimError::NoEnvironment`].
pub fn despawn_environment(world: &mut World, environment: Entity) -> Result<(), SimError> {
    let component = world
        .get::<Environment>(environment)
        .ok_or(SimError::NoEnvironment)?;
    let parts = [&[environment], component.services(), component.faults()].concat();
    // The table fills each hole with its last row: backwards, those keep their order.
    for entity in parts.into_iter().rev() {
        world.despawn(entity);
    }
    Ok(())
}

/// Components that only some services have.
type Optional = (
    RequestQueue,
    Traffic,
    CrashLoop,
    Certificate,
    ImagePull,
    Pipeline,
    Extras,
);

/// Whether a service has any of [`Optional`].
type HasOptional = (
    Has<RequestQueue>,
    Has<Traffic>,
    Has<CrashLoop>,
    Has<Certificate>,
    Has<ImagePull>,
    Has<Pipeline>,
    Has<Extras>,
);

type ServiceParts = (
    &'static mut Vitals,
    &'static mut Runtime,
    &'static mut Uptime,
    &'static mut Profile,
    HasOptional,
);

type EnvironmentParts = (
    &'static mut Environment,
    &'static mut Clock,
    &'static mut SloBudget,
    &'static mut Impact,
    &'static mut LogScript,
);

/// Builds environments in the entities of earlier ones: no entity is spawned, no row moves.
pub(crate) struct Rebuild {
    environments: QueryState<EnvironmentParts>,
    services: QueryState<ServiceParts>,
    faults: QueryState<&'static mut Fault>,
}

impl Rebuild {
    pub(crate) fn new(world: &mut World) -> Self {
        Self {
            environments: world.query(),
            services: world.query(),
            faults: world.query(),
        }
    }

    /// Puts the blueprint's environment into the entities of another. Returns `false`, and changes
    /// nothing, if it has more or fewer services or faults.
    pub(crate) fn rebuild(
        &mut self,
        world: &mut World,
        entity: Entity,
        blueprint: &Blueprint,
    ) -> Result<bool, SimError> {
        blueprint.check()?;
        let parts = self.environments.get_mut(world, entity);
        let (mut environment, mut clock, mut budget, mut impact, mut log_script) =
            parts.map_err(|_| SimError::NoEnvironment)?;
        if environment.services().len() != blueprint.services.len()
            || environment.faults().len() != blueprint.faults.len()
        {
            return Ok(false);
        }
        environment.parts.topology = Arc::clone(&blueprint.topology);
        environment.parts.root_cause = blueprint.root_cause;
        environment.engine = blueprint.engine;
        environment.impact_mode = blueprint.impact_mode;
        *clock = blueprint.clock;
        *budget = blueprint.slo_budget;
        *impact = blueprint.impact;
        log_script.clone_from(&blueprint.log_script);
        // Taken out for the time in which the world is needed for their entities.
        let services = std::mem::take(&mut environment.parts.services);
        let faults = std::mem::take(&mut environment.parts.faults);
        let indexed = blueprint.services.iter().zip(numbers());
        for ((service, index), &target) in indexed.zip(&services) {
            let vitals = blueprint.vitals(service, entity, index);
            self.rebuild_service(world, target, vitals, service);
        }
        let indexed = blueprint.faults.iter().zip(numbers());
        for ((fault, index), &target) in indexed.zip(&faults) {
            if let Ok(mut component) = self.faults.get_mut(world, target) {
                *component = fault.component(entity, index, &blueprint.topology, &services);
            }
        }
        if let Ok((mut environment, ..)) = self.environments.get_mut(world, entity) {
            environment.parts.services = services;
            environment.parts.faults = faults;
        }
        Ok(true)
    }

    fn rebuild_service(
        &mut self,
        world: &mut World,
        target: Entity,
        vitals: Vitals,
        service: &ServiceBlueprint,
    ) {
        let Ok((mut old, mut runtime, mut uptime, mut profile, optional)) =
            self.services.get_mut(world, target)
        else {
            // Somebody despawned the service by hand.
            return;
        };
        *old = vitals;
        *runtime = service.runtime;
        *uptime = service.uptime;
        profile.clone_from(&service.profile);
        let (queue, traffic, crash_loop, certificate, image_pull, pipeline, extras) = optional;
        if queue | traffic | crash_loop | certificate | image_pull | pipeline | extras {
            world.entity_mut(target).remove::<Optional>();
        }
        if !service.metrics.is_empty() {
            service.put_metrics(&mut world.entity_mut(target));
        }
    }
}
