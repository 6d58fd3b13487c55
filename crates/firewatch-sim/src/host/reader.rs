//! Reading many environments of one world.

use bevy_ecs::prelude::*;
use bevy_ecs::storage::ComponentSparseSet;

use crate::host::known::{Absences, CustomSet, RowsRef};
use crate::host::view::{EnvironmentRef, PartsQuery};
use crate::world::environment::{Clock, Environment, Impact, LogScript, SloBudget};
use crate::world::fault::Fault;
use crate::world::ownership::{Faults, Services};
use crate::world::rows::{RowRange, has_contiguous_rows};
use crate::world::service::{CustomMetrics, Pipeline, Vitals};

/// Reads many environments of one world, with what they have in common looked up once.
pub(crate) struct Reader {
    pub(crate) environments: PartsQuery,
    services: QueryState<(Entity, &'static Vitals)>,
    faults: QueryState<(Entity, &'static Fault)>,
}

impl Reader {
    pub(crate) fn new(world: &mut World) -> Self {
        Self {
            environments: world.query(),
            services: world.query(),
            faults: world.query(),
        }
    }

    /// The columns of a world whose environments are all in one table.
    pub(crate) fn columns<'w>(&mut self, world: &'w World) -> Columns<'w> {
        // A query of table components is dense: the iterators exist.
        let tables = self.environments.contiguous_iter(world);
        let mut tables = tables.into_iter().flatten();
        let environments = tables.find(|(entities, _)| !entities.is_empty());
        let tables = self.services.contiguous_iter(world);
        let mut tables = tables.into_iter().flatten();
        let (services, vitals) =
            { tables.find(|(entities, _)| !entities.is_empty()) }.unwrap_or_default();
        let tables = self.faults.contiguous_iter(world);
        let mut tables = tables.into_iter().flatten();
        let (fault_entities, faults) =
            { tables.find(|(entities, _)| !entities.is_empty()) }.unwrap_or_default();
        Columns {
            world,
            environments,
            services,
            vitals,
            fault_entities,
            faults,
            is_contiguous: has_contiguous_rows(world),
            absences: Absences {
                no_pipelines: sparse_set::<Pipeline>(world).is_none_or(|set| set.is_empty()),
                custom: sparse_set::<CustomMetrics>(world).map_or(CustomSet::Empty, CustomSet::Set),
            },
        }
    }
}

/// The components of all environments of a world.
pub(crate) struct Columns<'w> {
    world: &'w World,
    environments: Option<ContiguousEnvironments<'w>>,
    services: &'w [Entity],
    vitals: &'w [Vitals],
    fault_entities: &'w [Entity],
    faults: &'w [Fault],
    is_contiguous: bool,
    absences: Absences<'w>,
}

/// The entities that have a component which is stored in a sparse set.
fn sparse_set<C: Component>(world: &World) -> Option<&ComponentSparseSet> {
    let component = world.components().component_id::<C>()?;
    world.storages().sparse_sets.get(component)
}

type ContiguousEnvironments<'w> = (
    &'w [Entity],
    (
        &'w [Environment],
        &'w [Services],
        &'w [Faults],
        &'w [Clock],
        &'w [SloBudget],
        &'w [Impact],
        &'w [LogScript],
    ),
);

impl<'w> Columns<'w> {
    /// The environment of that entity, which was in that row.
    #[inline]
    pub(crate) fn view(&self, row: usize, entity: Entity) -> Option<EnvironmentRef<'w>> {
        let table = self.environments.as_ref();
        let Some((_, parts)) = table.filter(|(all, _)| all.get(row) == Some(&entity)) else {
            return EnvironmentRef::new(self.world, entity).ok();
        };
        let &(environments, services, faults, clocks, budgets, impacts, scripts) = parts;
        let (environment, services, faults) = (&environments[row], &services[row], &faults[row]);
        let has = |rows: RowRange, entities, parts: &[Entity]| {
            self.is_contiguous || rows.has(entities, parts)
        };
        let rows = environment.rows;
        // Without a check, the rows are as many as the mesh has services.
        let of_mesh = || rows.services.count() == environment.topology().service_count();
        let in_place = has(rows.services, self.services, services.as_slice())
            && has(rows.faults, self.fault_entities, faults.as_slice())
            && (self.is_contiguous || of_mesh());
        let rows = in_place.then_some(rows).and_then(|rows| {
            Some(RowsRef {
                first_service: rows.services.first(),
                services: rows.services.of(self.services)?,
                vitals: rows.services.of(self.vitals)?,
                faults: rows.faults.of(self.faults)?,
            })
        });
        let parts = (
            environment,
            services,
            faults,
            clocks.get(row)?,
            budgets.get(row)?,
            impacts.get(row)?,
            scripts.get(row)?,
        );
        let (world, absences) = (self.world, self.absences);
        Some(EnvironmentRef::of(world, entity, parts, rows, absences))
    }
}
