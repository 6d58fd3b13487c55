//! Changing an environment: the same in a simulation, in a fleet and in a host's own world.

use bevy_ecs::prelude::*;

use crate::host::intervene::{self, Intervention};
use crate::host::known::Absences;
use crate::host::pause::{pause_environment, resume_environment};
use crate::host::turn::change_traffic;
use crate::host::view::{EnvironmentRef, PartsQuery, ServiceHandle};
use crate::world::environment::Environment;
use crate::world::error::SimError;
use crate::world::metric::{self, MetricKey};
use crate::world::ownership::{ServiceOf, Services};
use crate::world::service::{RequestTraffic, RuntimeDiagnostics};
use crate::world::state::FaultState;
use crate::world::topology::Topology;
use crate::world::traffic::{MeshTraffic, TrafficChange};
use crate::world::value::Value;

/// One environment, to be read and changed.
///
/// ```
/// use bevy_ecs::prelude::*;
/// use firewatch_sim::{EnvironmentMut, EnvironmentState, SloBudget, spawn_environment};
///
/// # fn main() -> Result<(), firewatch_sim::SimError> {
/// # let state = EnvironmentState::new(SloBudget { remaining: 30.0, burn_per_tick: 1.5 });
/// let mut world = World::new();
/// let entity = spawn_environment(&mut world, &state)?;
/// let mut environment = EnvironmentMut::new(&mut world, entity)?;
/// environment.set_slo_budget(20.0)?;
/// assert_eq!(environment.view()?.slo_budget().remaining, 20.0);
/// # Ok(())
/// # }
/// ```
pub struct EnvironmentMut<'w> {
    world: &'w mut World,
    entity: Entity,
    fleet: Option<OfFleet<'w>>,
}

/// What is known of an environment that a fleet owns.
pub(crate) struct OfFleet<'w> {
    /// Counts the changes that may have moved rows.
    pub(crate) moves: &'w mut usize,
    /// Finds the parts of an environment faster than look-ups by type.
    pub(crate) parts: &'w PartsQuery,
}

impl<'w> EnvironmentMut<'w> {
    /// The environment that lives on `entity`.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`].
    pub fn new(world: &'w mut World, entity: Entity) -> Result<Self, SimError> {
        if world.get::<Environment>(entity).is_none() {
            return Err(SimError::NoEnvironment);
        }
        Ok(Self {
            world,
            entity,
            fleet: None,
        })
    }

    /// The same in a world of a fleet, which knows that the environment is there.
    pub(crate) fn of_fleet(world: &'w mut World, entity: Entity, fleet: OfFleet<'w>) -> Self {
        Self {
            world,
            entity,
            fleet: Some(fleet),
        }
    }

    fn note_move(&mut self) {
        if let Some(fleet) = &mut self.fleet {
            *fleet.moves += 1;
        }
    }

    /// Returns the environment, to be read.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`] if it lacks a component that a host has removed.
    pub fn view(&self) -> Result<EnvironmentRef<'_>, SimError> {
        let found = { self.fleet.as_ref() }.and_then(|fleet| {
            // Not where it is paused, or in a table that is newer than the query.
            let parts = fleet.parts.get_manual(self.world, self.entity).ok();
            parts.map(|(entity, parts)| {
                EnvironmentRef::of(self.world, entity, parts, None, Absences::default())
            })
        });
        found.map_or_else(|| EnvironmentRef::new(self.world, self.entity), Ok)
    }

    /// The shape of the mesh.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`] if a host has despawned it.
    pub fn topology(&self) -> Result<&Topology, SimError> {
        let environment = self.world.get::<Environment>(self.entity);
        environment
            .map(Environment::topology)
            .ok_or(SimError::NoEnvironment)
    }

    /// Does something to the environment.
    ///
    /// # Errors
    /// As what is done; nothing is changed then.
    pub fn intervene(&mut self, intervention: &Intervention) -> Result<(), SimError> {
        if intervention.moves_rows() {
            self.note_move();
        }
        intervention.apply(self.world, self.entity)
    }

    /// Halts the fault with that index; see [`crate::halt_fault`].
    ///
    /// # Errors
    /// [`SimError::UnknownFault`].
    pub fn halt_fault(&mut self, index: usize) -> Result<(), SimError> {
        intervene::halt_fault(self.world, self.entity, index)
    }

    /// Adds a fault at the end of the list and returns its entity; see [`crate::inject_fault`].
    ///
    /// # Errors
    /// As [`crate::inject_fault`].
    pub fn inject_fault(&mut self, fault: &FaultState) -> Result<Entity, SimError> {
        self.note_move();
        intervene::inject_fault(self.world, self.entity, fault)
    }

    /// Sets a metric of a service; see [`crate::set_metric`].
    ///
    /// # Errors
    /// As [`crate::set_metric`].
    pub fn set_metric(
        &mut self,
        service: &str,
        metric: &str,
        value: &Value,
    ) -> Result<(), SimError> {
        intervene::set_metric(self.world, self.entity, service, metric, value)
    }

    /// Sets what is left of the error budget; see [`crate::set_slo_budget`].
    ///
    /// # Errors
    /// As [`crate::set_slo_budget`].
    pub fn set_slo_budget(&mut self, remaining: f64) -> Result<(), SimError> {
        intervene::set_slo_budget(self.world, self.entity, remaining)
    }

    /// Turns a knob of its traffic, or restarts a service; see [`crate::change_traffic`].
    ///
    /// # Errors
    /// As [`crate::change_traffic`].
    pub fn change_traffic(&mut self, change: &TrafficChange) -> Result<(), SimError> {
        change_traffic(self.world, self.entity, change)
    }

    /// Pauses the environment; see [`crate::pause_environment`].
    ///
    /// # Errors
    /// As [`crate::pause_environment`].
    pub fn pause(&mut self) -> Result<(), SimError> {
        self.note_move();
        pause_environment(self.world, self.entity)
    }

    /// Lets the environment tick again; see [`crate::resume_environment`].
    ///
    /// # Errors
    /// As [`crate::resume_environment`].
    pub fn resume(&mut self) -> Result<(), SimError> {
        self.note_move();
        resume_environment(self.world, self.entity)
    }

    /// A service, by its place in the mesh.
    ///
    /// # Errors
    /// [`SimError::UnknownService`] with the number for one that is not there.
    pub fn service(&mut self, index: usize) -> Result<ServiceMut<'_>, SimError> {
        let entity = self.services().get(index).copied();
        let service = entity.and_then(|entity| self.world.get_entity_mut(entity).ok());
        let unknown = || SimError::UnknownService(format!("number {index}"));
        service.map(ServiceMut).ok_or_else(unknown)
    }

    /// A service that was [found](EnvironmentRef::service_handle) before: it need not be looked for.
    ///
    /// # Errors
    /// [`SimError::UnknownService`] for one of another environment, or that is not there any more.
    pub fn service_of(&mut self, handle: ServiceHandle) -> Result<ServiceMut<'_>, SimError> {
        let ServiceHandle {
            environment,
            service,
            ..
        } = handle;
        let is_own = environment == self.entity;
        let found = { self.world.get_entity_mut(service).ok() }.filter(|_| is_own);
        let unknown = || SimError::UnknownService(service.to_string());
        found.map(ServiceMut).ok_or_else(unknown)
    }

    fn services(&self) -> &[Entity] {
        let services = self.world.get::<Services>(self.entity);
        services.map_or(&[], Services::as_slice)
    }

    /// Attaches to a service, as its `recent_logs`, what an operator finds in its log now.
    ///
    /// # Errors
    /// As [`service`](Self::service).
    pub fn store_logs(&mut self, index: usize) -> Result<(), SimError> {
        let view = self.view()?;
        let name = view.service_names().nth(index).unwrap_or_default();
        let lines = view.logs(name);
        let ServiceMut(mut service) = self.service(index)?;
        metric::change(&mut service, |internals: &mut RuntimeDiagnostics| {
            internals.recent_logs = lines;
        });
        Ok(())
    }
}

/// One service, to be read and changed.
pub struct ServiceMut<'w>(EntityWorldMut<'w>);

impl ServiceMut<'_> {
    fn has_traffic(&self) -> bool {
        // Looked for at the environment only where the service has metrics of traffic.
        let owner = self
            .0
            .get::<ServiceOf>()
            .filter(|_| self.0.contains::<RequestTraffic>());
        owner.is_some_and(|owner| {
            self.0
                .world()
                .get::<MeshTraffic>(owner.environment())
                .is_some()
        })
    }

    /// A metric; `None` if the service does not have it.
    #[must_use]
    pub fn metric(&self, metric: &MetricKey) -> Option<Value> {
        metric.read(self.0.as_readonly())
    }

    /// Sets a metric, attaching it if the service did not have it.
    ///
    /// # Errors
    /// As [`crate::set_metric`].
    pub fn set_metric(&mut self, metric: &MetricKey, value: &Value) -> Result<(), SimError> {
        if self.has_traffic() {
            metric::check_settable(metric.name())?;
        }
        metric.write(&mut self.0, value)
    }
}
