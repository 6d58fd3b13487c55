//! Access to the rows of one environment at a time.
//!
//! The services of an environment are spawned one after the other into one table, and so are its
//! faults; a system that works environment by environment can therefore take them as slices of
//! the table's columns. Nothing promises that rows stay where they were put (an entity that is
//! despawned or gets a component of the host's own moves), so every row says whose it is, every
//! slice is checked before use, and an environment whose rows are scattered is gathered into a
//! buffer, worked on there and written back. Both ways give the same bits.

use bevy_ecs::bundle::BundleFromComponents;
use bevy_ecs::change_detection::ContiguousMut;
use bevy_ecs::prelude::*;
use bevy_ecs::query::{IterQueryData, QueryData};
use bevy_ecs::system::SystemParam;

use crate::environment::Environment;
use crate::fault::Fault;
use crate::removals::bound_removals;
use crate::service::{Member, Profile, Runtime, Uptime, Vitals};
use crate::ticking::{Picked, picked};

/// Whose a row is and which of theirs. Packed, so that it fits into what the vitals of a service leave
/// of 32 bytes: what a tick costs in a large fleet is the memory that it reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(2))]
pub(crate) struct Place {
    owner: u32,
    index: u16,
}

impl Place {
    pub(crate) const NOWHERE: Self = Self {
        owner: u32::MAX,
        index: u16::MAX,
    };

    /// Entities that live at the same time differ in their index, so the generation is not needed.
    #[inline]
    pub(crate) fn new(owner: Entity, index: u16) -> Self {
        Self {
            owner: owner.index_u32(),
            index,
        }
    }

    /// 0 if this is the place.
    #[inline]
    fn difference(self, owner: u32, index: u16) -> u32 {
        (self.owner ^ owner) | u32::from(self.index ^ index)
    }
}

// What a tick reads and writes of every service, fault and environment, in bytes.
const _: () = assert!(size_of::<Vitals>() == 32);
const _: () = assert!(size_of::<Fault>() == 64);
// At most: it holds pointers, which are smaller where addresses have 32 bits.
const _: () = assert!(size_of::<Environment>() <= 32);

/// A component of which each environment has a numbered run.
pub(crate) trait Placed: Component {
    fn place(&self) -> Place;
}

/// The table rows of an environment's services or faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    first: u32,
    count: u32,
}

impl Rows {
    /// Where the entities, which were spawned one after the other, are.
    pub(crate) fn of(world: &World, entities: &[Entity]) -> Self {
        let first = entities
            .first()
            .and_then(|&entity| world.get_entity(entity).ok());
        Self {
            first: first.map_or(0, |entity| entity.location().table_row.index_u32()),
            count: u32::try_from(entities.len()).unwrap_or(u32::MAX),
        }
    }

    /// Looks where the entities are now, and says whether their rows are side by side.
    fn locate<T: Placed>(&mut self, world: &World, entities: &[Entity]) -> bool {
        let rows: Vec<_> = entities
            .iter()
            .filter(|&&entity| world.get::<T>(entity).is_some())
            .map(|&entity| world.entity(entity).location())
            .map(|location| (location.table_id, location.table_row.index_u32()))
            .collect();
        self.first = rows.first().map_or(0, |&(_, row)| row);
        rows.len() == entities.len()
            && rows
                .windows(2)
                .all(|pair| pair[0].0 == pair[1].0 && pair[0].1 + 1 == pair[1].1)
    }

    /// Number of rows.
    #[inline]
    pub(crate) fn count(self) -> usize {
        self.count as usize
    }

    #[inline]
    fn first(self) -> usize {
        self.first as usize
    }

    /// The rows as a slice of the column, if they are where they were spawned.
    pub(crate) fn of_column<T>(self, column: &[T]) -> &[T] {
        column
            .get(self.first()..self.first() + self.count())
            .unwrap_or(&[])
    }

    /// The same where that is not known; in a world of [`ContiguousRows`] all are.
    pub(crate) fn in_column<T: Placed>(
        self,
        column: &[T],
        owner: Entity,
        is_contiguous: bool,
    ) -> Option<&[T]> {
        let rows = column.get(self.first()..self.first() + self.count())?;
        (is_contiguous || are_in_place(rows, owner)).then_some(rows)
    }

    /// The rows as a slice of the table's column; in a world that is not known to have [`ContiguousRows`], only
    /// if they are still where they were spawned.
    #[inline]
    fn slice<T: Placed>(
        self,
        column: &mut [T],
        owner: Entity,
        is_contiguous: bool,
    ) -> Option<&mut [T]> {
        let rows = column.get_mut(self.first()..self.first() + self.count())?;
        (is_contiguous || are_in_place(rows, owner)).then_some(rows)
    }
}

/// Whether these are the rows of the owner's run, in order.
#[inline]
pub(crate) fn are_in_place<T: Placed>(rows: &[T], owner: Entity) -> bool {
    // Numbers repeat in longer runs.
    if rows.len() > usize::from(u16::MAX) {
        return false;
    }
    let owner = owner.index_u32();
    let mut astray = 0;
    // Without early exit: the rows are all but always in place, and this way no branch is taken.
    for (row, index) in rows.iter().zip(0_u16..) {
        astray |= row.place().difference(owner, index);
    }
    astray == 0
}

/// In a world in which only this crate moves rows: whether those of every environment are known to be
/// contiguous and where its [`Environment`] says, so that they need not be checked at every visit.
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

/// The environments of the world, each with data `D` of its entity, its faults in list order and
/// its services in service order.
#[derive(SystemParam)]
pub(crate) struct Meshes<'w, 's, D: QueryData + 'static> {
    environments: Query<'w, 's, (Entity, &'static Environment, D)>,
    faults: Query<'w, 's, &'static mut Fault>,
    services: Query<'w, 's, ServiceRow>,
    contiguous: Option<Res<'w, ContiguousRows>>,
    picked: Option<Res<'w, Picked>>,
    scattered: Local<'s, Scattered>,
}

type ServiceRow = (
    &'static mut Vitals,
    &'static mut Runtime,
    &'static mut Uptime,
);

/// The services of one environment, in order.
pub(crate) struct Services<'a> {
    pub(crate) vitals: &'a mut [Vitals],
    /// Of the whole table; the environment's begin at `first`.
    runtimes: &'a mut [Runtime],
    uptimes: &'a mut [Uptime],
    first: usize,
}

impl Services<'_> {
    /// The vitals and the runtime of a service.
    #[inline]
    pub(crate) fn service(&mut self, index: usize) -> (&mut Vitals, &mut Runtime) {
        // The columns are of one table: the same row is the same service.
        (
            &mut self.vitals[index],
            &mut self.runtimes[self.first + index],
        )
    }

    /// The same with the uptime.
    #[inline]
    pub(crate) fn parts(&mut self, index: usize) -> (&mut Vitals, &mut Runtime, &mut Uptime) {
        let row = self.first + index;
        (
            &mut self.vitals[index],
            &mut self.runtimes[row],
            &mut self.uptimes[row],
        )
    }
}

/// Buffers for environments whose rows are not together; kept, so that ticks don't allocate.
#[derive(Default)]
pub(crate) struct Scattered {
    environments: Vec<Entity>,
    faults: Vec<Fault>,
    vitals: Vec<Vitals>,
    runtimes: Vec<Runtime>,
    uptimes: Vec<Uptime>,
}

impl<D: IterQueryData + 'static> Meshes<'_, '_, D> {
    /// Calls `f` for each environment that `wanted` picks by its faults. Environments don't touch one
    /// another: their order is open.
    #[inline]
    pub(crate) fn for_each(
        &mut self,
        wanted: impl Fn(&Environment, &[Fault]) -> bool,
        mut f: impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], &mut Services),
    ) {
        // The queries are of table components, so they are dense and the iterators exist. Entities in
        // later tables, which a host's components have moved there, are gathered from.
        let tables = self.faults.contiguous_iter_mut().into_iter().flatten();
        let mut faults = { tables }.find(|faults| !faults.is_empty());
        let tables = self.services.contiguous_iter_mut().into_iter().flatten();
        let mut services = { tables }.find(|(vitals, ..)| !vitals.is_empty());
        let (vitals, runtimes, uptimes) = match &mut services {
            Some((v, r, u)) => (slice(Some(v)), slice(Some(r)), slice(Some(u))),
            None => Default::default(),
        };
        let mut columns = ColumnsMut {
            faults: slice(faults.as_mut()),
            vitals,
            runtimes,
            uptimes,
            is_contiguous: self.contiguous.as_ref().is_some_and(|rows| rows.0),
        };
        let scattered = &mut self.scattered.environments;
        match picked(&self.picked) {
            None => {
                for (owner, environment, data) in &mut self.environments {
                    if !columns.visit::<D>(owner, environment, data, &wanted, &mut f) {
                        scattered.push(owner);
                    }
                }
            }
            Some(picked) => {
                for &owner in picked {
                    let Ok((_, environment, data)) = self.environments.get_mut(owner) else {
                        continue;
                    };
                    if !columns.visit::<D>(owner, environment, data, &wanted, &mut f) {
                        scattered.push(owner);
                    }
                }
            }
        }
        self.for_each_scattered(wanted, f);
    }

    fn for_each_scattered(
        &mut self,
        wanted: impl Fn(&Environment, &[Fault]) -> bool,
        mut f: impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], &mut Services),
    ) {
        let Scattered {
            environments,
            faults,
            vitals,
            runtimes,
            uptimes,
        } = &mut *self.scattered;
        for owner in environments.drain(..) {
            let Ok((_, environment, data)) = self.environments.get_mut(owner) else {
                continue;
            };
            faults.clear();
            faults.extend(self.faults.iter_many(environment.faults()).flatten());
            vitals.clear();
            runtimes.clear();
            uptimes.clear();
            for (v, r, u) in self.services.iter_many(environment.services()).flatten() {
                vitals.push(*v);
                runtimes.push(*r);
                uptimes.push(*u);
            }
            // Without a part that somebody despawned by hand, an environment can't go on: faults,
            // cascade, recovery and impact stop.
            let complete = faults.len() == environment.faults().len()
                && vitals.len() == environment.services().len();
            if !complete || !wanted(environment, faults) {
                continue;
            }
            let mut services = Services {
                vitals,
                runtimes,
                uptimes,
                first: 0,
            };
            f(environment, data, faults, &mut services);
            for (&entity, fault) in environment.faults().iter().zip(&*faults) {
                if let Ok(mut target) = self.faults.get_mut(entity) {
                    *target.bypass_change_detection() = *fault;
                }
            }
            let changed = vitals.iter().zip(&*runtimes).zip(&*uptimes);
            for (&entity, ((vitals, runtime), uptime)) in environment.services().iter().zip(changed)
            {
                if let Ok((mut v, mut r, mut u)) = self.services.get_mut(entity) {
                    *v.bypass_change_detection() = *vitals;
                    *r.bypass_change_detection() = *runtime;
                    *u.bypass_change_detection() = *uptime;
                }
            }
        }
    }
}

/// The columns of the tables in which nearly all rows of services and faults are.
struct ColumnsMut<'a> {
    faults: &'a mut [Fault],
    vitals: &'a mut [Vitals],
    runtimes: &'a mut [Runtime],
    uptimes: &'a mut [Uptime],
    is_contiguous: bool,
}

impl ColumnsMut<'_> {
    /// Calls `f` for an environment if it is wanted; `false` if its rows are not side by side in the columns.
    #[inline]
    fn visit<D: QueryData>(
        &mut self,
        owner: Entity,
        environment: &Environment,
        data: D::Item<'_, '_>,
        wanted: &impl Fn(&Environment, &[Fault]) -> bool,
        f: &mut impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], &mut Services),
    ) -> bool {
        let faults = { environment.faults }.slice(self.faults, owner, self.is_contiguous);
        let Some(faults) = faults else { return false };
        if !wanted(environment, faults) {
            return true;
        }
        let vitals = { environment.services }.slice(self.vitals, owner, self.is_contiguous);
        let Some(vitals) = vitals else { return false };
        let mut services = Services {
            vitals,
            runtimes: self.runtimes,
            uptimes: self.uptimes,
            first: environment.services.first(),
        };
        f(environment, data, faults, &mut services);
        true
    }
}

pub(crate) fn slice<'a, T>(table: Option<&'a mut ContiguousMut<T>>) -> &'a mut [T] {
    table.map_or(&mut [], ContiguousMut::bypass_change_detection)
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
    let all: Vec<Environment> = environments
        .iter()
        .filter_map(|&entity| world.get::<Environment>(entity).cloned())
        .collect();
    let services = all.iter().flat_map(Environment::services);
    move_to_end::<(Member, Vitals, Runtime, Uptime, Profile)>(world, services);
    move_to_end::<Fault>(world, all.iter().flat_map(Environment::faults));
    locate_all(world, environments)
}

/// Takes the rows of all the entities out of their tables, then puts them back in that order.
fn move_to_end<'a, B: Bundle + BundleFromComponents>(
    world: &mut World,
    entities: impl Iterator<Item = &'a Entity>,
) {
    let mut taken = Vec::new();
    for &entity in entities {
        if let Some(row) = world
            .get_entity_mut(entity)
            .ok()
            .and_then(|mut e| e.take::<B>())
        {
            taken.push((entity, row));
        }
    }
    for (entity, row) in taken {
        if let Ok(mut entity) = world.get_entity_mut(entity) {
            entity.insert(row);
        }
    }
}

/// Notes where the rows of each environment are; says whether all are side by side.
fn locate_all(world: &mut World, environments: &[Entity]) -> bool {
    let mut contiguous = true;
    for &entity in environments {
        let Some(environment) = world.get::<Environment>(entity) else {
            continue;
        };
        let (mut services, mut faults) = (environment.services, environment.faults);
        contiguous &= services.locate::<Vitals>(world, environment.services());
        contiguous &= faults.locate::<Fault>(world, environment.faults());
        if let Some(mut environment) = world.get_mut::<Environment>(entity) {
            environment.services = services;
            environment.faults = faults;
        }
    }
    contiguous
}

/// The column of the table in which all rows with the component are, as long as no component of a
/// host's own has moved some to another.
pub(crate) fn column<'w, C: Component>(
    query: &mut QueryState<&'static C>,
    world: &'w World,
) -> &'w [C] {
    // A query of one table component is dense: the iterator exists.
    let tables = query.contiguous_iter(world).into_iter().flatten();
    { tables }.find(|table| !table.is_empty()).unwrap_or(&[])
}
