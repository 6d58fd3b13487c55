//! Access to the rows of one environment at a time.
//!
//! The services of an environment are spawned one after the other into one table, and so are its
//! faults; a system that works environment by environment can therefore take them as slices of
//! the table's columns. Nothing promises that rows stay where they were put (an entity that is
//! despawned or gets a component of the host's own moves), so every row says whose it is, every
//! slice is checked before use, and an environment whose rows are scattered is gathered into a
//! buffer, worked on there and written back. Both ways give the same bits.

use bevy_ecs::change_detection::ContiguousMut;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;
use bevy_ecs::query::{IterQueryData, QueryData};
use bevy_ecs::system::SystemParam;

use crate::environment::Environment;
use crate::fault::Fault;
use crate::service::Vitals;

/// A component of which each environment has a numbered run.
pub(crate) trait Placed: Component<Mutability = Mutable> + Copy {
    /// Whose it is, and which of them.
    fn place(&self) -> (Entity, usize);
}

/// The entities of an environment's run, and the table row at which it was spawned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    entities: Box<[Entity]>,
    first_row: usize,
}

impl Run {
    pub(crate) fn new(world: &World, entities: Vec<Entity>) -> Self {
        let first = entities
            .first()
            .and_then(|&entity| world.get_entity(entity).ok());
        let first_row = first.map_or(0, |entity| entity.location().table_row.index());
        Self {
            entities: entities.into(),
            first_row,
        }
    }

    pub(crate) fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The run as a slice of the table's column, if its rows are still where they were spawned.
    #[inline]
    fn rows<'a, T: Placed>(&self, column: &'a mut [T], owner: Entity) -> Option<&'a mut [T]> {
        let rows = column.get_mut(self.first_row..self.first_row + self.entities.len())?;
        let in_place = rows
            .iter()
            .enumerate()
            .all(|(index, row)| row.place() == (owner, index));
        in_place.then_some(rows)
    }

    fn gather<T: Placed>(&self, column: &Query<&mut T>, rows: &mut Vec<T>) {
        rows.clear();
        rows.extend(
            self.entities
                .iter()
                .filter_map(|&entity| column.get(entity).ok()),
        );
    }

    fn scatter<T: Placed>(&self, column: &mut Query<&mut T>, rows: &[T]) {
        for (&entity, row) in self.entities.iter().zip(rows) {
            if let Ok(mut target) = column.get_mut(entity) {
                *target.bypass_change_detection() = *row;
            }
        }
    }
}

/// The environments of the world, each with data `D` of its entity, its faults in list order and
/// its services in service order.
#[derive(SystemParam)]
pub(crate) struct Meshes<'w, 's, D: QueryData + 'static> {
    environments: Query<'w, 's, (Entity, &'static Environment, D)>,
    faults: Query<'w, 's, &'static mut Fault>,
    services: Query<'w, 's, &'static mut Vitals>,
    scattered: Local<'s, Scattered>,
}

/// Buffers for environments whose rows are not together; kept, so that ticks don't allocate.
#[derive(Default)]
pub(crate) struct Scattered {
    environments: Vec<Entity>,
    faults: Vec<Fault>,
    services: Vec<Vitals>,
}

impl<D: IterQueryData + 'static> Meshes<'_, '_, D> {
    /// Calls `f` for each environment. Environments don't touch one another: their order is open.
    pub(crate) fn for_each(
        &mut self,
        mut f: impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], &mut [Vitals]),
    ) {
        let mut faults = first_table(&mut self.faults);
        let mut services = first_table(&mut self.services);
        let faults = faults
            .as_mut()
            .map_or(&mut [][..], ContiguousMut::bypass_change_detection);
        let services = services
            .as_mut()
            .map_or(&mut [][..], ContiguousMut::bypass_change_detection);
        for (owner, environment, data) in &mut self.environments {
            let faults = environment.faults.rows(faults, owner);
            match (faults, environment.services.rows(services, owner)) {
                (Some(faults), Some(services)) => f(environment, data, faults, services),
                _ => self.scattered.environments.push(owner),
            }
        }
        let Scattered {
            environments,
            faults,
            services,
        } = &mut *self.scattered;
        for owner in environments.drain(..) {
            let Ok((_, environment, data)) = self.environments.get_mut(owner) else {
                continue;
            };
            environment.faults.gather(&self.faults, faults);
            environment.services.gather(&self.services, services);
            f(environment, data, faults, services);
            environment.faults.scatter(&mut self.faults, faults);
            environment.services.scatter(&mut self.services, services);
        }
    }
}

/// The column of the first table that has any such component; later ones are gathered from.
fn first_table<'a, T: Placed>(column: &'a mut Query<&mut T>) -> Option<ContiguousMut<'a, T>> {
    // The query is of one table component, so it is dense and the iterator exists.
    column
        .contiguous_iter_mut()
        .into_iter()
        .flatten()
        .find(|table| !table.is_empty())
}
