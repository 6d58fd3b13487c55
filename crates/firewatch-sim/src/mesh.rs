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
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;
use bevy_ecs::query::{IterQueryData, QueryData};
use bevy_ecs::system::SystemParam;

use crate::environment::Environment;
use crate::fault::Fault;
use crate::service::{Member, Profile, Runtime, Uptime, Vitals};

/// Whose a row is and which of theirs, in one word, so that a run is checked with one comparison a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u64);

impl Place {
    pub(crate) const NOWHERE: Self = Self(u64::MAX);

    /// Entities that live at the same time differ in their index, so the generation is not needed.
    #[inline]
    pub(crate) fn new(owner: Entity, index: u32) -> Self {
        Self(u64::from(owner.index_u32()) << 32 | u64::from(index))
    }
}

/// A component of which each environment has a numbered run.
pub(crate) trait Placed: Component {
    fn place(&self) -> Place;
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

    /// Looks where the run is now, and says whether its rows are side by side.
    fn locate<T: Placed>(&mut self, world: &World) -> bool {
        let rows: Vec<_> = self
            .entities
            .iter()
            .filter(|&&entity| world.get::<T>(entity).is_some())
            .map(|&entity| world.entity(entity).location())
            .map(|location| (location.table_id, location.table_row.index()))
            .collect();
        self.first_row = rows.first().map_or(0, |&(_, row)| row);
        rows.len() == self.entities.len()
            && rows
                .windows(2)
                .all(|pair| pair[0].0 == pair[1].0 && pair[0].1 + 1 == pair[1].1)
    }

    pub(crate) fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The run as a slice of the table's column, if its rows are still where they were spawned.
    #[inline]
    fn rows<'a, T: Placed>(&self, column: &'a mut [T], owner: Entity) -> Option<&'a mut [T]> {
        let rows = column.get_mut(self.range())?;
        let Place(mut expected) = Place::new(owner, 0);
        let mut astray = 0;
        // Without early exit: the rows are all but always in place, and this way no branch is taken.
        for row in &*rows {
            astray |= row.place().0 ^ expected;
            expected += 1;
        }
        (astray == 0).then_some(rows)
    }

    fn range(&self) -> std::ops::Range<usize> {
        self.first_row..self.first_row + self.entities.len()
    }
}

/// The environments of the world, each with data `D` of its entity, its faults in list order and
/// its services in service order.
#[derive(SystemParam)]
pub(crate) struct Meshes<'w, 's, D: QueryData + 'static> {
    environments: Query<'w, 's, (Entity, &'static Environment, D)>,
    faults: Query<'w, 's, &'static mut Fault>,
    services: Query<'w, 's, (&'static mut Vitals, &'static mut Runtime)>,
    scattered: Local<'s, Scattered>,
}

/// The services of one environment, in order: the same index is the same service.
pub(crate) struct Services<'a> {
    pub(crate) vitals: &'a mut [Vitals],
    pub(crate) runtimes: &'a mut [Runtime],
}

/// Buffers for environments whose rows are not together; kept, so that ticks don't allocate.
#[derive(Default)]
pub(crate) struct Scattered {
    environments: Vec<Entity>,
    faults: Vec<Fault>,
    vitals: Vec<Vitals>,
    runtimes: Vec<Runtime>,
}

impl<D: IterQueryData + 'static> Meshes<'_, '_, D> {
    /// Calls `f` for each environment that `wanted` picks by its faults. Environments don't touch one
    /// another: their order is open.
    #[inline]
    pub(crate) fn for_each(
        &mut self,
        wanted: impl Fn(&Environment, &[Fault]) -> bool,
        mut f: impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], Services),
    ) {
        // The queries are of table components, so they are dense and the iterators exist. Entities in
        // later tables, which a host's components have moved there, are gathered from.
        let tables = self.faults.contiguous_iter_mut().into_iter().flatten();
        let mut faults = { tables }.find(|faults| !faults.is_empty());
        let tables = self.services.contiguous_iter_mut().into_iter().flatten();
        let mut services = { tables }.find(|(vitals, _)| !vitals.is_empty());
        let (vitals, runtimes) = services.as_mut().map(|(v, r)| (v, r)).unzip();
        let (faults, vitals, runtimes) = (slice(faults.as_mut()), slice(vitals), slice(runtimes));
        for (owner, environment, data) in &mut self.environments {
            let Some(faults) = environment.faults.rows(faults, owner) else {
                self.scattered.environments.push(owner);
                continue;
            };
            if !wanted(environment, faults) {
                continue;
            }
            // Both columns are of one table: the same row is the same service.
            let rows = environment.services.range();
            let vitals = environment.services.rows(vitals, owner);
            match (vitals, runtimes.get_mut(rows)) {
                (Some(vitals), Some(runtimes)) => {
                    f(environment, data, faults, Services { vitals, runtimes });
                }
                _ => self.scattered.environments.push(owner),
            }
        }
        self.for_each_scattered(wanted, f);
    }

    fn for_each_scattered(
        &mut self,
        wanted: impl Fn(&Environment, &[Fault]) -> bool,
        mut f: impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], Services),
    ) {
        let Scattered {
            environments,
            faults,
            vitals,
            runtimes,
        } = &mut *self.scattered;
        for owner in environments.drain(..) {
            let Ok((_, environment, data)) = self.environments.get_mut(owner) else {
                continue;
            };
            faults.clear();
            faults.extend(self.faults.iter_many(environment.faults()).flatten());
            let gathered = self.services.iter_many(environment.services()).flatten();
            vitals.clear();
            runtimes.clear();
            for (v, r) in gathered {
                vitals.push(*v);
                runtimes.push(*r);
            }
            // Without a part that somebody despawned by hand, an environment can't go on: faults,
            // cascade, recovery and impact stop.
            let complete = faults.len() == environment.faults().len()
                && vitals.len() == environment.services().len();
            if !complete || !wanted(environment, faults) {
                continue;
            }
            f(environment, data, faults, Services { vitals, runtimes });
            for (&entity, fault) in environment.faults().iter().zip(&*faults) {
                if let Ok(mut target) = self.faults.get_mut(entity) {
                    *target.bypass_change_detection() = *fault;
                }
            }
            let changed = vitals.iter().zip(&*runtimes);
            for (&entity, (vitals, runtime)) in environment.services().iter().zip(changed) {
                if let Ok((mut v, mut r)) = self.services.get_mut(entity) {
                    *v.bypass_change_detection() = *vitals;
                    *r.bypass_change_detection() = *runtime;
                }
            }
        }
    }
}

fn slice<'a, T>(table: Option<&'a mut ContiguousMut<T>>) -> &'a mut [T] {
    table.map_or(&mut [], ContiguousMut::bypass_change_detection)
}

/// Puts the rows of each environment side by side again, where despawning others has moved them.
///
/// Give all environments of the world: those left out may be scattered by it. Not needed for right
/// results, but for speed. Takes time in proportion to the environments if any of them is scattered.
pub fn settle_environments(world: &mut World, environments: &[Entity]) {
    if locate_all(world, environments) {
        return;
    }
    let runs: Vec<Environment> = environments
        .iter()
        .filter_map(|&entity| world.get::<Environment>(entity).cloned())
        .collect();
    let services = runs.iter().flat_map(Environment::services);
    move_to_end::<(Member, Vitals, Runtime, Uptime, Profile)>(world, services);
    move_to_end::<Fault>(world, runs.iter().flat_map(Environment::faults));
    locate_all(world, environments);
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
    let mut settled = true;
    for &entity in environments {
        let Some(mut environment) = world.get_mut::<Environment>(entity) else {
            continue;
        };
        let mut services = std::mem::take(&mut environment.services);
        let mut faults = std::mem::take(&mut environment.faults);
        settled &= services.locate::<Vitals>(world) & faults.locate::<Fault>(world);
        if let Some(mut environment) = world.get_mut::<Environment>(entity) {
            environment.services = services;
            environment.faults = faults;
        }
    }
    settled
}

/// The column of each table that has the component, as a slice.
pub(crate) fn tables<'a, T: Component<Mutability = Mutable>>(
    column: &'a mut Query<&mut T>,
) -> impl Iterator<Item = ContiguousMut<'a, T>> {
    // The query is of one table component, so it is dense and the iterator exists.
    column.contiguous_iter_mut().into_iter().flatten()
}
