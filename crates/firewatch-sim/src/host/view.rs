//! Reading an environment.

mod metrics;

use std::ops::Deref;

use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::prelude::*;
use bevy_ecs::query::ROQueryItem;

use crate::host::known::{Absences, RowsRef};
use crate::world::environment::{Clock, Engine, Environment, Impact, LogScript, SloBudget};
use crate::world::error::SimError;
use crate::world::fault::{Fault, FaultKind, FaultKindDescriptor, descriptor};
use crate::world::ownership::{Faults, Services};
use crate::world::service::Vitals;
use crate::world::status::Status;
use crate::world::topology::Topology;
use crate::world::traffic::MeshTraffic;

/// One environment of a world, to be read.
#[derive(Clone, Copy, Debug)]
pub struct EnvironmentRef<'w> {
    world: &'w World,
    entity: Entity,
    environment: &'w Environment,
    services: &'w Services,
    faults: &'w Faults,
    clock: &'w Clock,
    slo_budget: &'w SloBudget,
    impact: &'w Impact,
    log_script: &'w LogScript,
    rows: Option<RowsRef<'w>>,
    absences: Absences<'w>,
}

/// A service that was found in an environment, as long as that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceHandle {
    pub(crate) environment: Entity,
    pub(crate) service: Entity,
    /// Its row in the table of services when it was found, if that was known and its metrics can be set there unchecked:
    /// not where traffic computes some.
    pub(crate) row: Option<u32>,
}

/// The components of an environment.
pub(crate) type Parts = (
    &'static Environment,
    &'static Services,
    &'static Faults,
    &'static Clock,
    &'static SloBudget,
    &'static Impact,
    &'static LogScript,
);

/// Finds the components of environments.
pub(crate) type PartsQuery = QueryState<(Entity, Parts)>;

impl<'w> EnvironmentRef<'w> {
    /// The environment that lives on `entity`.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`].
    pub fn new(world: &'w World, entity: Entity) -> Result<Self, SimError> {
        let components = world.get_entity(entity);
        let parts = { components.ok() }.and_then(|e| e.get_components::<Parts>().ok());
        parts
            .map(|parts| Self::of(world, entity, parts, None, Absences::default()))
            .ok_or(SimError::NoEnvironment)
    }

    /// The environment of these components; with its rows, if they are known, and with what the services of the world are
    /// known not to have.
    #[inline]
    pub(crate) fn of(
        world: &'w World,
        entity: Entity,
        parts: ROQueryItem<'w, 'w, Parts>,
        rows: Option<RowsRef<'w>>,
        absences: Absences<'w>,
    ) -> Self {
        let (environment, services, faults, clock, slo_budget, impact, log_script) = parts;
        Self {
            world,
            entity,
            environment,
            services,
            faults,
            clock,
            slo_budget,
            impact,
            log_script,
            rows,
            absences,
        }
    }

    /// The traffic, in an environment that has any.
    #[inline]
    pub(crate) fn traffic_component(&self) -> Option<&'w MeshTraffic> {
        match self.environment.engine {
            Engine::Traffic => self.found_traffic(),
            Engine::MultiFault | Engine::SingleFault => None,
        }
    }

    #[inline(never)]
    fn found_traffic(&self) -> Option<&'w MeshTraffic> {
        self.world.get(self.entity)
    }

    /// What is planted in the logs.
    #[must_use]
    pub fn log_script(&self) -> &'w LogScript {
        self.log_script
    }

    /// Whether it is [paused](crate::pause_environment).
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.world.get::<Disabled>(self.entity).is_some()
    }

    /// Ticks done and simulated seconds.
    #[must_use]
    pub fn clock(&self) -> Clock {
        *self.clock
    }

    /// Budget left and burn per tick.
    #[must_use]
    pub fn slo_budget(&self) -> SloBudget {
        *self.slo_budget
    }

    /// Bad customer minutes and time to mitigate.
    #[must_use]
    pub fn impact(&self) -> Impact {
        *self.impact
    }

    /// The rules and the shape of the mesh.
    #[must_use]
    pub fn environment(&self) -> &'w Environment {
        self.environment
    }

    /// The shape of the mesh.
    #[must_use]
    pub fn topology(&self) -> &'w Topology {
        self.environment.topology()
    }

    /// Number of services.
    #[must_use]
    pub fn service_count(&self) -> usize {
        match self.rows {
            Some(rows) => rows.vitals.len(),
            None => self.topology().service_count(),
        }
    }

    /// The services' names, in order.
    pub fn service_names(&self) -> impl ExactSizeIterator<Item = &'w str> + use<'w> {
        self.topology().services()
    }

    /// The service of that name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<EntityRef<'w>> {
        let index = self.topology().service(name)?;
        self.world
            .get_entity(*self.services.as_slice().get(index)?)
            .ok()
    }

    /// The entities of the services, in order.
    #[must_use]
    pub fn service_entities(&self) -> &'w [Entity] {
        match self.rows {
            Some(rows) => rows.services,
            None => self.services.as_slice(),
        }
    }

    /// The entities of the faults, in list order.
    #[must_use]
    pub fn fault_entities(&self) -> &'w [Entity] {
        self.faults.as_slice()
    }

    /// The services, in order.
    pub fn services(&self) -> impl Iterator<Item = EntityRef<'w>> + use<'w> {
        self.named_services().map(|(_, service)| service)
    }

    /// The services with their names, in order.
    pub fn named_services(&self) -> impl Iterator<Item = (&'w str, EntityRef<'w>)> + use<'w> {
        let world = self.world;
        let named = self.service_names().zip(self.services.as_slice());
        named.filter_map(move |(name, &entity)| Some((name, world.get_entity(entity).ok()?)))
    }

    /// The service at a place in the mesh.
    #[must_use]
    pub fn service_at(&self, index: usize) -> Option<EntityRef<'w>> {
        self.world
            .get_entity(self.service_handle(index)?.service)
            .ok()
    }

    /// Returns a handle of the service with this index, to change it later.
    #[must_use]
    pub fn service_handle(&self, index: usize) -> Option<ServiceHandle> {
        let row = { self.rows }
            .filter(|_| self.environment.engine != Engine::Traffic)
            .and_then(|rows| u32::try_from(rows.first_service + index).ok());
        Some(ServiceHandle {
            environment: self.entity,
            service: *self.service_entities().get(index)?,
            row,
        })
    }

    /// The vitals of each service, in order.
    pub fn vitals(&self) -> impl Iterator<Item = &'w Vitals> + use<'w> {
        let world = self.world;
        let (side_by_side, scattered) = match self.rows {
            Some(rows) => (rows.vitals, &[][..]),
            None => (&[][..], self.services.as_slice()),
        };
        let scattered = scattered.iter().filter_map(|&service| world.get(service));
        side_by_side.iter().chain(scattered)
    }

    /// The vitals of each service, in order, as a slice, which is quicker to go through. Where they are not known to lie side
    /// by side, copies are added to `gathered`, which is empty before.
    #[inline]
    pub fn vitals_slice<'a, B>(&self, gathered: &'a mut B) -> &'a [Vitals]
    where
        'w: 'a,
        B: Deref<Target = [Vitals]> + Extend<Vitals>,
    {
        match self.rows {
            Some(rows) => rows.vitals,
            None => {
                gathered.extend(self.vitals().copied());
                gathered
            }
        }
    }

    /// The vitals of the service at a place in the mesh.
    #[inline]
    #[must_use]
    pub fn vitals_at(&self, index: usize) -> Option<&'w Vitals> {
        match self.rows {
            Some(rows) => rows.vitals.get(index),
            None => self.service_at(index)?.get::<Vitals>(),
        }
    }

    /// Returns whether the service with this index is a red herring.
    #[must_use]
    pub fn is_red_herring(&self, index: usize) -> bool {
        match self.rows.and_then(|rows| rows.vitals.get(index)) {
            Some(vitals) => vitals.red_herring,
            None => self.topology().is_red_herring(index),
        }
    }

    /// The status of a service, as of the end of the last tick.
    #[must_use]
    pub fn status(&self, service: &str) -> Option<Status> {
        Some(self.service(service)?.get::<Vitals>()?.status)
    }

    /// The faults, in list order.
    pub fn faults(&self) -> impl Iterator<Item = &'w Fault> + use<'w> {
        let world = self.world;
        let (side_by_side, scattered) = match self.rows {
            Some(rows) => (rows.faults, &[][..]),
            None => (&[][..], self.faults.as_slice()),
        };
        let scattered = scattered.iter().filter_map(|&fault| world.get(fault));
        side_by_side.iter().chain(scattered)
    }

    /// The faults, in list order, as a slice; see [`vitals_slice`](Self::vitals_slice).
    #[inline]
    pub fn faults_slice<'a, B>(&self, gathered: &'a mut B) -> &'a [Fault]
    where
        'w: 'a,
        B: Deref<Target = [Fault]> + Extend<Fault>,
    {
        match self.rows {
            Some(rows) => rows.faults,
            None => {
                gathered.extend(self.faults().copied());
                gathered
            }
        }
    }

    /// The kind of a fault of this environment.
    #[must_use]
    pub fn fault_kind(&self, fault: &Fault) -> FaultKind {
        self.fault_descriptor(fault)
            .map_or(FaultKind::UNREGISTERED, FaultKindDescriptor::kind)
    }

    /// What the kind of a fault of this environment does; `None` for a fault of another world's kind.
    #[must_use]
    pub fn fault_descriptor(&self, fault: &Fault) -> Option<&'w FaultKindDescriptor> {
        descriptor(self.world, fault.kind)
    }

    /// The service that a fault of this environment afflicts, in the mesh or not.
    #[must_use]
    pub fn fault_service(&self, fault: &Fault) -> &'w str {
        self.topology().name(fault.target as usize)
    }

    /// Whether every service is healthy.
    #[must_use]
    pub fn all_healthy(&self) -> bool {
        self.vitals().all(|vitals| vitals.status == Status::Healthy)
    }

    /// Mean error rate over the services, 0 for none.
    #[must_use]
    pub fn mean_error_rate(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0_u32);
        for vitals in self.vitals() {
            sum += vitals.http_server_error_rate;
            count += 1;
        }
        if count == 0 {
            0.0
        } else {
            sum / f64::from(count)
        }
    }

    /// Names of the root cause, the faults' services and everything that a full cascade from them
    /// could reach; red herrings and names outside the mesh count.
    #[must_use]
    pub fn blast_zone(&self) -> Vec<&'w str> {
        let faults = self.faults().map(|fault| fault.target as usize);
        let zone = self
            .topology()
            .blast_zone(self.environment.root_cause_node().into_iter().chain(faults));
        zone.into_iter()
            .map(|node| self.topology().name(node))
            .collect()
    }

    /// Size of the [`blast_zone`](Self::blast_zone), at least 1.
    #[must_use]
    pub fn blast_radius(&self) -> usize {
        self.blast_zone().len().max(1)
    }
}
