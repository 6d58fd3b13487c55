//! The columns of the table in which services are.

use bevy_ecs::change_detection::ContiguousMut;
use bevy_ecs::prelude::*;

use crate::world::rows::RowRange;
use crate::world::service::{Runtime, ServiceInfo, Uptime, Vitals};

/// The components that every service has.
pub(crate) type ServiceParts = (
    Entity,
    &'static mut Vitals,
    &'static mut Runtime,
    &'static mut Uptime,
    &'static mut ServiceInfo,
);

/// The columns of the table in which nearly all services are: a row is a service. What is written is not marked as changed.
#[derive(Default)]
pub(crate) struct ServiceColumns<'a> {
    pub(crate) entities: &'a [Entity],
    pub(crate) vitals: &'a mut [Vitals],
    pub(crate) runtimes: &'a mut [Runtime],
    pub(crate) uptimes: &'a mut [Uptime],
    pub(crate) infos: &'a mut [ServiceInfo],
}

impl ServiceColumns<'_> {
    /// Has `work` done on the columns; they are empty where there is no service.
    pub(crate) fn with<T>(
        services: &mut QueryState<ServiceParts>,
        world: &mut World,
        work: impl FnOnce(&mut ServiceColumns) -> T,
    ) -> T {
        // A query of table components is dense: the iterator exists.
        let tables = services.contiguous_iter_mut(world);
        let mut tables = tables.into_iter().flatten();
        let table = tables.find(|(entities, ..)| !entities.is_empty());
        let Some((entities, mut vitals, mut runtimes, mut uptimes, mut infos)) = table else {
            return work(&mut ServiceColumns::default());
        };
        work(&mut ServiceColumns {
            entities,
            vitals: ContiguousMut::bypass_change_detection(&mut vitals),
            runtimes: ContiguousMut::bypass_change_detection(&mut runtimes),
            uptimes: ContiguousMut::bypass_change_detection(&mut uptimes),
            infos: ContiguousMut::bypass_change_detection(&mut infos),
        })
    }

    /// The rows of an environment; `None` if they are not there side by side, in the order of `services`.
    pub(crate) fn rows(
        &mut self,
        rows: RowRange,
        services: &[Entity],
    ) -> Option<ServiceColumns<'_>> {
        rows.has(self.entities, services).then_some(())?;
        Some(ServiceColumns {
            entities: rows.of(self.entities)?,
            vitals: rows.of_mut(self.vitals)?,
            runtimes: rows.of_mut(self.runtimes)?,
            uptimes: rows.of_mut(self.uptimes)?,
            infos: rows.of_mut(self.infos)?,
        })
    }
}
