//! Where the rows of each environment's parts are in their tables.
//!
//! The services of an environment are spawned one after the other into one table, and so are its faults: a
//! system can take them as slices of the table's columns. Nothing promises that rows stay where they were put
//! (an entity that is despawned or gets a component of the host's moves), so a slice is used only if the
//! table's column of entities has the environment's list there, or in a world of [`ContiguousRows`].

use std::ops::Range;

use bevy_ecs::bundle::BundleFromComponents;
use bevy_ecs::prelude::*;
use bevy_ecs::storage::TableId;

use crate::environment::Environment;
use crate::fault::Fault;
use crate::ownership::{Faults, Services};
use crate::removals::bound_removals;
use crate::service::{Profile, Runtime, Uptime, Vitals};

/// Rows of a table, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowRange {
    first: u32,
    count: u32,
}

/// The rows of an environment's services and faults, as of the last look.
#[derive(Component, Clone, Copy, Debug, Default)]
pub(crate) struct RowRanges {
    pub(crate) services: RowRange,
    pub(crate) faults: RowRange,
}

impl RowRange {
    /// Number of rows.
    #[inline]
    pub(crate) fn count(self) -> usize {
        self.count as usize
    }

    /// The rows, if those of the table's entities are the parts. In a world of [`ContiguousRows`] they are.
    #[inline]
    pub(crate) fn find(
        self,
        entities: &[Entity],
        parts: &[Entity],
        is_contiguous: bool,
    ) -> Option<Range<usize>> {
        let first = self.first as usize;
        let range = first..first + self.count();
        let found = entities.get(range.clone())?;
        (is_contiguous || found == parts).then_some(range)
    }

    /// The rows, where that is known.
    pub(crate) fn of_column<T>(self, column: &[T]) -> &[T] {
        let first = self.first as usize;
        column.get(first..first + self.count()).unwrap_or(&[])
    }

    /// Looks where the parts are now. Returns their table too if they lie one after the other.
    fn locate(world: &World, parts: &[Entity]) -> (Self, Option<TableId>) {
        let locations = parts.iter().map(|&part| {
            let part = world.get_entity(part).ok()?.location();
            Some((part.table_id, part.table_row.index_u32()))
        });
        let mut locations = locations.flatten();
        let start = locations.next();
        let (table, first) = start.unwrap_or((TableId::empty(), 0));
        let expected = (1..parts.len()).map(|row| (table, first.wrapping_add(row as u32)));
        let is_together = (start.is_some() || parts.is_empty()) && locations.eq(expected);
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        (Self { first, count }, is_together.then_some(table))
    }
}

impl RowRanges {
    /// Looks where the parts of an environment are now.
    pub(crate) fn locate(world: &World, environment: Entity) -> Self {
        let (services, faults) = parts(world, environment);
        Self {
            services: RowRange::locate(world, services).0,
            faults: RowRange::locate(world, faults).0,
        }
    }
}

/// Services and faults of an environment.
fn parts(world: &World, environment: Entity) -> (&[Entity], &[Entity]) {
    let services = world.get::<Services>(environment);
    let faults = world.get::<Faults>(environment);
    (
        services.map_or(&[], Services::as_slice),
        faults.map_or(&[], Faults::as_slice),
    )
}

/// In a world in which only this crate moves rows: whether those of every environment are known to be
/// contiguous and where its [`RowRanges`] say, so that they need not be checked at every visit.
#[derive(Resource, Debug)]
pub(crate) struct ContiguousRows(pub(crate) bool);

/// Notes that rows of the world may have moved. Everything here that moves some calls it, before or after:
/// until they have been looked up anew, each visit checks them.
pub(crate) fn note_moved_rows(world: &mut World) {
    if let Some(mut rows) = world.get_resource_mut::<ContiguousRows>() {
        rows.0 = false;
    }
}

/// Whether rows need no check.
pub(crate) fn has_contiguous_rows(world: &World) -> bool {
    world
        .get_resource::<ContiguousRows>()
        .is_some_and(|rows| rows.0)
}

/// Puts the rows of each environment side by side again, where despawning others has moved them.
///
/// Give all environments of the world: those left out may be scattered by it. Not needed for right
/// results, but for speed. Takes time in proportion to the environments if any of them is scattered.
pub fn defragment_environments(world: &mut World, environments: &[Entity]) {
    defragment(world, environments);
    bound_removals(world);
}

/// As [`defragment_environments`]; says whether all are side by side now.
pub(crate) fn defragment(world: &mut World, environments: &[Entity]) -> bool {
    if locate_all(world, environments) {
        return true;
    }
    let (mut services, mut faults) = (Vec::new(), Vec::new());
    for &environment in environments {
        let (of_services, of_faults) = parts(world, environment);
        services.extend_from_slice(of_services);
        faults.extend_from_slice(of_faults);
    }
    move_to_end::<(Vitals, Runtime, Uptime, Profile)>(world, &services);
    move_to_end::<Fault>(world, &faults);
    locate_all(world, environments)
}

/// Takes the rows of all the entities out of their tables, then puts them back in that order.
fn move_to_end<B: Bundle + BundleFromComponents>(world: &mut World, entities: &[Entity]) {
    let mut taken = Vec::new();
    for &entity in entities {
        let row = world.get_entity_mut(entity).ok();
        if let Some(row) = row.and_then(|mut entity| entity.take::<B>()) {
            taken.push((entity, row));
        }
    }
    for (entity, row) in taken {
        if let Ok(mut entity) = world.get_entity_mut(entity) {
            entity.insert(row);
        }
    }
}

/// Notes where the rows of each environment are; says whether they are side by side, all in one table of
/// services and one of faults.
fn locate_all(world: &mut World, environments: &[Entity]) -> bool {
    let mut contiguous = true;
    let mut tables = [None; 2];
    for &entity in environments {
        if world.get::<Environment>(entity).is_none() {
            continue;
        }
        let (services, faults) = parts(world, entity);
        let located = [services, faults].map(|parts| RowRange::locate(world, parts));
        for (table, (rows, found)) in tables.iter_mut().zip(located) {
            contiguous &= found.is_some();
            if rows.count > 0 {
                contiguous &= *table.get_or_insert(found) == found;
            }
        }
        let [(services, _), (faults, _)] = located;
        if let Some(mut ranges) = world.get_mut::<RowRanges>(entity) {
            *ranges = RowRanges { services, faults };
        }
    }
    contiguous
}
