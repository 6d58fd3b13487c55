//! Access to the environments of a world, one at a time, with their faults and services as slices.
//!
//! Where the [rows](crate::world::rows) of an environment lie side by side, the slices are of the tables' columns. An
//! environment whose rows are scattered is gathered into buffers, worked on there and written back. Both ways
//! give the same bits.

use bevy_ecs::change_detection::ContiguousMut;
use bevy_ecs::prelude::*;
use bevy_ecs::query::{IterQueryData, QueryData, QueryItem};
use bevy_ecs::system::SystemParam;

use crate::tick::ticking::{Picked, picked};
use crate::world::environment::Environment;
use crate::world::fault::Fault;
use crate::world::ownership;
use crate::world::rows::ContiguousRows;
use crate::world::service::{Runtime, Uptime, Vitals};

// What a tick reads and writes of every service, fault and environment, in bytes.
const _: () = assert!(size_of::<Vitals>() == 32);
const _: () = assert!(size_of::<Fault>() <= 64);
// At most: it holds pointers, which are smaller where addresses have 32 bits.
const _: () = assert!(size_of::<Environment>() <= 32);

/// The environments of the world, each with data `D` of its entity, its faults in list order and
/// its services in service order.
#[derive(SystemParam)]
pub(crate) struct Meshes<'w, 's, D: QueryData + 'static> {
    environments: Query<'w, 's, (Entity, &'static Environment, PartLists, D)>,
    faults: Query<'w, 's, (Entity, &'static mut Fault)>,
    services: Query<'w, 's, (Entity, ServiceRow)>,
    contiguous: Option<Res<'w, ContiguousRows>>,
    picked: Option<Res<'w, Picked>>,
    scattered: Local<'s, Scattered>,
}

/// Read only if rows may have moved.
type PartLists = (&'static ownership::Services, &'static ownership::Faults);

type ServiceRow = (
    &'static mut Vitals,
    &'static mut Runtime,
    &'static mut Uptime,
);

/// The services of one environment, in order.
pub(crate) struct Services<'a> {
    pub(crate) vitals: &'a mut [Vitals],
    /// These are of the whole table; the environment's begin at `first`.
    entities: &'a [Entity],
    runtimes: &'a mut [Runtime],
    uptimes: &'a mut [Uptime],
    first: usize,
}

impl<'a> Services<'a> {
    /// The entities of the services, in order.
    pub(crate) fn entities(&self) -> &'a [Entity] {
        &self.entities[self.first..self.first + self.vitals.len()]
    }

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
    /// Whether there are environments that `concerned` picks.
    pub(crate) fn any(&self, concerned: impl Fn(&Environment) -> bool) -> bool {
        let mut environments = self.environments.iter();
        environments.any(|(_, environment, ..)| concerned(environment))
    }

    /// Calls `f` for each environment that `wanted` picks by its faults, in any order: environments are
    /// independent.
    #[inline]
    pub(crate) fn for_each(
        &mut self,
        wanted: impl Fn(&Environment, &[Fault]) -> bool,
        f: impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], &mut Services),
    ) {
        self.for_each_of(|_| true, wanted, f);
    }

    /// The same for the environments that `concerned` picks: the rows of others are not read.
    #[inline]
    pub(crate) fn for_each_of(
        &mut self,
        concerned: impl Fn(&Environment) -> bool,
        wanted: impl Fn(&Environment, &[Fault]) -> bool,
        mut f: impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], &mut Services),
    ) {
        // The queries are of table components, so they are dense and the iterators exist. Entities in
        // later tables, which a host's components have moved there, are gathered from.
        let tables = self.faults.contiguous_iter_mut().ok();
        let mut faults = tables.and_then(|mut all| all.find(|(entities, _)| !entities.is_empty()));
        let tables = self.services.contiguous_iter_mut().ok();
        let mut services =
            tables.and_then(|mut all| all.find(|(entities, _)| !entities.is_empty()));
        let (fault_entities, faults) = match &mut faults {
            Some((entities, faults)) => (*entities, slice(Some(faults))),
            None => Default::default(),
        };
        let (service_entities, vitals, runtimes, uptimes) = match &mut services {
            Some((entities, (v, r, u))) => {
                (*entities, slice(Some(v)), slice(Some(r)), slice(Some(u)))
            }
            None => Default::default(),
        };
        let mut columns = ColumnsMut {
            fault_entities,
            faults,
            service_entities,
            vitals,
            runtimes,
            uptimes,
            is_contiguous: self.contiguous.as_ref().is_some_and(|rows| rows.0),
        };
        let scattered = &mut self.scattered.environments;
        match picked(&self.picked) {
            // By `for_each`, which goes through a table without asking at each row whether it is the last.
            None => {
                { self.environments.iter_mut() }.for_each(|(owner, environment, parts, data)| {
                    if concerned(environment)
                        && !columns.visit::<D>(environment, parts, data, &wanted, &mut f)
                    {
                        scattered.push(owner);
                    }
                })
            }
            Some(picked) => {
                for &owner in picked {
                    let Ok((_, environment, parts, data)) = self.environments.get_mut(owner) else {
                        continue;
                    };
                    if concerned(environment)
                        && !columns.visit::<D>(environment, parts, data, &wanted, &mut f)
                    {
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
            let Ok((_, environment, parts, data)) = self.environments.get_mut(owner) else {
                continue;
            };
            let (services, faults_of) = parts;
            let (entities, fault_entities) = (services.as_slice(), faults_of.as_slice());
            faults.clear();
            let found = self.faults.iter_many(fault_entities).flatten();
            faults.extend(found.map(|(_, fault)| *fault));
            vitals.clear();
            runtimes.clear();
            uptimes.clear();
            for (_, (v, r, u)) in self.services.iter_many(entities).flatten() {
                vitals.push(*v);
                runtimes.push(*r);
                uptimes.push(*u);
            }
            // An environment that lost or gained a part is skipped: faults, cascade, recovery and impact stop.
            let complete = faults.len() == fault_entities.len()
                && vitals.len() == entities.len()
                && vitals.len() == environment.topology().service_count();
            if !complete || !wanted(environment, faults) {
                continue;
            }
            let mut services = Services {
                entities,
                vitals,
                runtimes,
                uptimes,
                first: 0,
            };
            f(environment, data, faults, &mut services);
            for (&entity, fault) in fault_entities.iter().zip(&*faults) {
                if let Ok((_, mut target)) = self.faults.get_mut(entity) {
                    *target.bypass_change_detection() = *fault;
                }
            }
            let changed = vitals.iter().zip(&*runtimes).zip(&*uptimes);
            for (&entity, ((vitals, runtime), uptime)) in entities.iter().zip(changed) {
                if let Ok((_, (mut v, mut r, mut u))) = self.services.get_mut(entity) {
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
    fault_entities: &'a [Entity],
    faults: &'a mut [Fault],
    service_entities: &'a [Entity],
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
        environment: &Environment,
        parts: QueryItem<PartLists>,
        data: D::Item<'_, '_>,
        wanted: &impl Fn(&Environment, &[Fault]) -> bool,
        f: &mut impl FnMut(&Environment, D::Item<'_, '_>, &mut [Fault], &mut Services),
    ) -> bool {
        let rows = environment.rows;
        let mut has_services = true;
        if !self.is_contiguous {
            let (has_faults, of_services) = self.find(environment, parts);
            if !has_faults {
                return false;
            }
            has_services = of_services;
        }
        let Some(faults) = rows.faults.of_mut(self.faults) else {
            return false;
        };
        if !wanted(environment, faults) {
            return true;
        }
        let Some(vitals) = rows.services.of_mut(self.vitals).filter(|_| has_services) else {
            return false;
        };
        let mut services = Services {
            entities: self.service_entities,
            vitals,
            runtimes: self.runtimes,
            uptimes: self.uptimes,
            first: rows.services.first(),
        };
        f(environment, data, faults, &mut services);
        true
    }

    /// Whether the rows of the environment's faults are where it was noted, and those of its services.
    #[cold]
    #[inline(never)]
    fn find(
        &self,
        environment: &Environment,
        (services, faults): QueryItem<PartLists>,
    ) -> (bool, bool) {
        let rows = environment.rows;
        let (of_services, of_faults) = (rows.services, rows.faults);
        let of_mesh = of_services.count() == environment.topology().service_count();
        (
            of_faults.has(self.fault_entities, faults.as_slice()),
            of_mesh && of_services.has(self.service_entities, services.as_slice()),
        )
    }
}

pub(crate) fn slice<'a, T>(table: Option<&'a mut ContiguousMut<T>>) -> &'a mut [T] {
    table.map_or(&mut [], ContiguousMut::bypass_change_detection)
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
