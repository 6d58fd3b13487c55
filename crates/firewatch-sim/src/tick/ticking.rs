//! Which environments of a world a run of the schedule is for: all of them, or those that are picked.

use bevy_ecs::change_detection::ContiguousMut;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;
use bevy_ecs::query::IterQueryData;
use bevy_ecs::system::SystemParam;

use crate::world::ownership::Services;

/// The environments that the next tick is for. While it is empty, and where there is no such resource,
/// a tick is for all.
#[derive(Resource, Debug, Default)]
pub(crate) struct Picked(pub(crate) Vec<Entity>);

/// The environments that a tick is for.
#[derive(SystemParam)]
pub(crate) struct Ticking<'w, 's> {
    environments: Query<'w, 's, (Entity, &'static Services)>,
    picked: Option<Res<'w, Picked>>,
}

/// The picked environments; `None` if the tick is for all.
pub(crate) fn picked<'a>(resource: &'a Option<Res<Picked>>) -> Option<&'a [Entity]> {
    let Picked(environments) = resource.as_deref()?;
    (!environments.is_empty()).then_some(environments)
}

impl Ticking<'_, '_> {
    /// The environments that tick, in the order of their entities; `entities` is overwritten.
    pub(crate) fn list(&self, entities: &mut Vec<Entity>) {
        entities.clear();
        match self.picked() {
            Some(picked) => {
                let picked = self.environments.iter_many(picked).flatten();
                entities.extend(picked.map(|(entity, _)| entity));
            }
            None => entities.extend(self.environments.iter().map(|(entity, _)| entity)),
        }
        entities.sort_unstable();
    }

    fn services_of<'a>(&'a self, picked: &'a [Entity]) -> impl Iterator<Item = Entity> + 'a {
        let environments = self.environments.iter_many(picked).flatten();
        environments.flat_map(|(_, services)| services.iter())
    }

    /// Calls `f` for each service that the query finds, of the environments that tick.
    pub(crate) fn for_each_service<D: IterQueryData>(
        &self,
        services: &mut Query<D>,
        mut f: impl FnMut(D::Item<'_, '_>),
    ) {
        let Some(picked) = picked(&self.picked) else {
            services.iter_mut().for_each(f);
            return;
        };
        for service in self.services_of(picked) {
            if let Ok(row) = services.get_mut(service) {
                f(row);
            }
        }
    }

    /// The same for a table component of all services, without marking it as changed.
    pub(crate) fn for_each_service_row<T: Component<Mutability = Mutable>>(
        &self,
        column: &mut Query<&mut T>,
        f: impl FnMut(&mut T),
    ) {
        for_each_row(
            column,
            self.picked().map(|picked| self.services_of(picked)),
            f,
        );
    }

    /// The same for a table component of all environments.
    pub(crate) fn for_each_environment_row<T: Component<Mutability = Mutable>>(
        &self,
        column: &mut Query<&mut T>,
        f: impl FnMut(&mut T),
    ) {
        for_each_row(
            column,
            self.picked().map(|picked| picked.iter().copied()),
            f,
        );
    }

    fn picked(&self) -> Option<&[Entity]> {
        picked(&self.picked)
    }
}

/// Calls `f` for the component of each of the entities, or of all that have it.
fn for_each_row<T: Component<Mutability = Mutable>>(
    column: &mut Query<&mut T>,
    entities: Option<impl Iterator<Item = Entity>>,
    mut f: impl FnMut(&mut T),
) {
    let Some(entities) = entities else {
        // The query is of one table component: the iterator exists, unless a host has made a sparse component
        // one that disables entities.
        match column.contiguous_iter_mut() {
            Ok(tables) => tables.for_each(|mut table| {
                ContiguousMut::bypass_change_detection(&mut table)
                    .iter_mut()
                    .for_each(&mut f);
            }),
            Err(_) => { column.iter_mut() }.for_each(|mut row| f(row.bypass_change_detection())),
        }
        return;
    };
    for entity in entities {
        if let Ok(mut row) = column.get_mut(entity) {
            f(row.bypass_change_detection());
        }
    }
}
