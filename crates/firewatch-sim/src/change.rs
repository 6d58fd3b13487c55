//! Changing an environment, in a simulation or in a fleet.

use bevy_ecs::prelude::*;

use crate::environment::Environment;
use crate::error::SimError;
use crate::intervene::Intervention;
use crate::metric::{self, MetricKey};
use crate::ownership::Services;
use crate::service::Internals;
use crate::topology::Topology;
use crate::value::Value;
use crate::view::{EnvironmentRef, ServiceHandle};

/// One environment, to be read and changed.
pub struct EnvironmentMut<'w> {
    world: &'w mut World,
    entity: Entity,
    /// How many of the interventions may have moved rows.
    pub(crate) moves: usize,
}

impl<'w> EnvironmentMut<'w> {
    pub(crate) fn new(world: &'w mut World, entity: Entity) -> Self {
        Self {
            world,
            entity,
            moves: 0,
        }
    }

    /// The environment as it is.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`] if somebody has despawned it.
    pub fn view(&self) -> Result<EnvironmentRef<'_>, SimError> {
        EnvironmentRef::new(self.world, self.entity)
    }

    /// The shape of the mesh.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`] if somebody has despawned it.
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
        intervention.apply(self.world, self.entity)?;
        self.moves += usize::from(intervention.moves_rows());
        Ok(())
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
        metric::change(&mut service, |internals: &mut Internals| {
            internals.recent_logs = lines;
        });
        Ok(())
    }
}

/// One service, to be read and changed.
pub struct ServiceMut<'w>(EntityWorldMut<'w>);

impl ServiceMut<'_> {
    /// A metric; `None` if the service does not have it.
    #[must_use]
    pub fn metric(&self, metric: &MetricKey) -> Option<Value> {
        metric.read(self.0.as_readonly())
    }

    /// Sets a metric, attaching it if the service did not have it.
    ///
    /// # Errors
    /// As [`crate::write_metric`].
    pub fn set_metric(&mut self, metric: &MetricKey, value: &Value) -> Result<(), SimError> {
        metric.write(&mut self.0, value)
    }
}
