//! Where the rows of each environment's parts are in their tables.
//!
//! The services of an environment are spawned one after the other into one table, and so are its faults: a
//! system can take them as slices of the table's columns. Rows can move (a despawn moves the table's last row, a
//! host's component moves its entity to another table), so a slice is used only if the table's column of
//! entities has the environment's list there, or in a world of [`ContiguousRows`].

use bevy_ecs::prelude::*;
use bevy_ecs::storage::TableId;

use crate::world::ownership::{Faults, Services};
use crate::world::work;

/// Rows of a table, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowRange {
    first: u32,
    count: u32,
}

/// The rows of an environment's services and faults, as of the last look-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

    /// Index of the first row.
    #[inline]
    pub(crate) fn first(self) -> usize {
        self.first as usize
    }

    /// Whether those rows are the parts, by the entities of their table.
    pub(crate) fn has(self, entities: &[Entity], parts: &[Entity]) -> bool {
        self.count() == parts.len() && self.of(entities) == Some(parts)
    }

    /// The rows of a column.
    #[inline]
    pub(crate) fn of<T>(self, column: &[T]) -> Option<&[T]> {
        column.get(self.first()..self.first() + self.count())
    }

    /// The rows of a column, to be changed.
    #[inline]
    pub(crate) fn of_mut<T>(self, column: &mut [T]) -> Option<&mut [T]> {
        column.get_mut(self.first()..self.first() + self.count())
    }

    /// Adds a part that was appended to the list and to its table. The rows of the other parts are not looked
    /// up: each visit checks the range.
    pub(crate) fn append(&mut self, world: &World, part: Entity) {
        if self.count == 0 {
            *self = Self::locate(world, &[part]).0;
        } else {
            self.count = self.count.saturating_add(1);
        }
    }

    /// Finds the rows of the parts. Returns their table too if they are contiguous.
    fn locate(world: &World, parts: &[Entity]) -> (Self, Option<TableId>) {
        work::count(parts.len());
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
    /// Finds the rows of an environment's parts.
    pub(crate) fn locate(world: &World, environment: Entity) -> Self {
        let [(services, _), (faults, _)] = locate_parts(world, environment);
        Self { services, faults }
    }
}

/// As [`RowRange::locate`], the services and the faults of an environment.
pub(crate) fn locate_parts(world: &World, environment: Entity) -> [(RowRange, Option<TableId>); 2] {
    parts(world, environment).map(|parts| RowRange::locate(world, parts))
}

/// Services and faults of an environment.
pub(crate) fn parts(world: &World, environment: Entity) -> [&[Entity]; 2] {
    let services = world.get::<Services>(environment);
    let faults = world.get::<Faults>(environment);
    [
        services.map_or(&[], Services::as_slice),
        faults.map_or(&[], Faults::as_slice),
    ]
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
