//! Copies of environments, component by component, to be put into the entities of others.

use std::sync::Arc;

use bevy_ecs::archetype::ArchetypeId;
use bevy_ecs::prelude::*;

use crate::world::environment::{
    Clock, Engine, Environment, Impact, ImpactMode, LogScript, SloBudget,
};
use crate::world::fault::{Fault, FaultKinds, fault_kinds};
use crate::world::optional::{HasOptional, NO_COMPONENTS, OptionalComponents, has_any, put};
use crate::world::ownership::{Faults, Services};
use crate::world::rows::RowRange;
use crate::world::service::{Runtime, ServiceInfo, Uptime, Vitals};
use crate::world::service_columns::{ServiceColumns, ServiceParts};
use crate::world::topology::Topology;
use crate::world::traffic::MeshTraffic;

type SharedParts = (
    &'static mut Environment,
    &'static Services,
    &'static Faults,
    &'static mut Clock,
    &'static mut SloBudget,
    &'static mut Impact,
    &'static mut LogScript,
);

/// An environment, component by component. One copy is filled again and again: its memory is kept.
#[derive(Default)]
pub(crate) struct EnvironmentCopy {
    /// `None` until an environment has been copied.
    shared: Option<SharedCopy>,
    log_script: LogScript,
    traffic: Option<MeshTraffic>,
    services: ServiceCopies,
    /// What only some services have, with their places among all.
    optional: Vec<(usize, OptionalComponents)>,
    faults: Vec<Fault>,
    /// The kinds of fault of its world, by whose numbers the faults name theirs.
    fault_kinds: FaultKinds,
}

/// What an environment has beside its services and faults.
struct SharedCopy {
    topology: Arc<Topology>,
    root_cause: Option<usize>,
    engine: Engine,
    impact_mode: ImpactMode,
    clock: Clock,
    slo_budget: SloBudget,
    impact: Impact,
}

/// What every service has; a place in each for a service.
#[derive(Default)]
struct ServiceCopies {
    vitals: Vec<Vitals>,
    runtimes: Vec<Runtime>,
    uptimes: Vec<Uptime>,
    infos: Vec<ServiceInfo>,
}

impl ServiceCopies {
    fn clear(&mut self) {
        self.vitals.clear();
        self.runtimes.clear();
        self.uptimes.clear();
        self.infos.clear();
    }

    /// Copies all services of an environment out of their columns.
    fn extend(&mut self, columns: &ServiceColumns) {
        self.vitals.extend_from_slice(columns.vitals);
        self.runtimes.extend_from_slice(columns.runtimes);
        self.uptimes.extend_from_slice(columns.uptimes);
        self.infos.extend_from_slice(columns.infos);
    }

    /// Copies them into the columns of another environment with as many.
    fn put(&self, columns: &mut ServiceColumns) {
        columns.vitals.copy_from_slice(&self.vitals);
        columns.runtimes.copy_from_slice(&self.runtimes);
        columns.uptimes.copy_from_slice(&self.uptimes);
        columns.infos.clone_from_slice(&self.infos);
    }

    fn len(&self) -> usize {
        self.vitals.len()
    }
}

/// Copies environments of one world out of it, and into it.
pub(crate) struct Copier {
    shared: QueryState<SharedParts>,
    services: QueryState<ServiceParts>,
    faults: QueryState<&'static mut Fault>,
    optional: QueryState<HasOptional>,
    /// The archetype of the service last looked at, and whether it has optional components: the next is nearly always of
    /// the same.
    last: Option<(ArchetypeId, bool)>,
    /// Services and faults of the environment at hand; kept, as is the memory of the copy.
    service_entities: Vec<Entity>,
    fault_entities: Vec<Entity>,
}

impl Copier {
    pub(crate) fn new(world: &mut World) -> Self {
        Self {
            shared: world.query(),
            services: world.query(),
            faults: world.query(),
            optional: world.query(),
            last: None,
            service_entities: Vec::new(),
            fault_entities: Vec::new(),
        }
    }

    /// Copies an environment. Returns `false` for one that is paused or has lost a part: the copy is unspecified
    /// then.
    pub(crate) fn read(
        &mut self,
        world: &mut World,
        entity: Entity,
        copy: &mut EnvironmentCopy,
    ) -> bool {
        let Ok((environment, services, faults, clock, slo_budget, impact, log_script)) =
            self.shared.get(world, entity)
        else {
            return false;
        };
        services.as_slice().clone_into(&mut self.service_entities);
        faults.as_slice().clone_into(&mut self.fault_entities);
        let rows = environment.rows.services;
        copy.shared = Some(SharedCopy {
            topology: Arc::clone(&environment.topology),
            root_cause: environment.root_cause_node(),
            engine: environment.engine,
            impact_mode: environment.impact_mode,
            clock: *clock,
            slo_budget: *slo_budget,
            impact: *impact,
        });
        // Copies are often of the same incident, whose texts are the same.
        if copy.log_script != *log_script {
            copy.log_script.clone_from(log_script);
        }
        copy.traffic = match environment.engine {
            Engine::Traffic => world.get::<MeshTraffic>(entity).cloned(),
            Engine::MultiFault | Engine::SingleFault => None,
        };
        copy.fault_kinds = fault_kinds(world);
        copy.faults.clear();
        for &fault in &self.fault_entities {
            let Ok(fault) = self.faults.get(world, fault) else {
                return false;
            };
            copy.faults.push(*fault);
        }
        copy.services.clear();
        if !self.read_services(world, rows, &mut copy.services) {
            return false;
        }
        copy.optional.clear();
        for index in 0..self.service_entities.len() {
            let service = self.service_entities[index];
            if self.has_optional(world, service) {
                let optional = OptionalComponents::read(world.entity(service));
                copy.optional.push((index, optional));
            }
        }
        true
    }

    fn read_services(
        &mut self,
        world: &mut World,
        rows: RowRange,
        copies: &mut ServiceCopies,
    ) -> bool {
        let entities = &self.service_entities;
        let are_copied = ServiceColumns::with(&mut self.services, world, |columns| {
            let own = columns.rows(rows, entities);
            own.map(|own| copies.extend(&own)).is_some()
        });
        are_copied
            || entities.iter().all(|&service| {
                let Ok((_, vitals, runtime, uptime, info)) = self.services.get(world, service)
                else {
                    return false;
                };
                copies.vitals.push(*vitals);
                copies.runtimes.push(*runtime);
                copies.uptimes.push(*uptime);
                copies.infos.push(info.clone());
                true
            })
    }

    /// Whether a service has components that only some have.
    fn has_optional(&mut self, world: &World, service: Entity) -> bool {
        let Ok(entity) = world.get_entity(service) else {
            return false;
        };
        let archetype = entity.location().archetype_id;
        if let Some((_, has_any)) = self.last.filter(|(last, _)| *last == archetype) {
            return has_any;
        }
        let Ok(flags) = self.optional.get(world, service) else {
            return false;
        };
        let has_any = has_any(flags);
        self.last = Some((archetype, has_any));
        has_any
    }

    /// Puts a copy into the entities of another environment: no entity is spawned, no row moves. Returns `false`,
    /// and changes nothing, if that has more or fewer services or faults, is paused, or is of a world that knows
    /// other kinds of fault.
    pub(crate) fn write(
        &mut self,
        world: &mut World,
        entity: Entity,
        copy: &EnvironmentCopy,
    ) -> bool {
        let Some(shared) = &copy.shared else {
            return false;
        };
        let Ok((environment, services, faults, ..)) = self.shared.get(world, entity) else {
            return false;
        };
        services.as_slice().clone_into(&mut self.service_entities);
        faults.as_slice().clone_into(&mut self.fault_entities);
        let rows = environment.rows.services;
        let is_whole = self.service_entities.len() == copy.services.len()
            && self.fault_entities.len() == copy.faults.len()
            && fault_kinds(world) == copy.fault_kinds
            && { self.fault_entities.iter() }.all(|&fault| self.faults.get(world, fault).is_ok());
        if !is_whole || !self.write_services(world, rows, &copy.services) {
            return false;
        }
        self.write_shared(world, entity, shared, &copy.log_script);
        for (fault, &fault_entity) in copy.faults.iter().zip(&self.fault_entities) {
            if let Ok(mut component) = self.faults.get_mut(world, fault_entity) {
                let index = fault.service_index();
                *component = Fault {
                    service: index.and_then(|index| self.service_entities.get(index).copied()),
                    ..*fault
                };
            }
        }
        self.write_optional(world, entity, copy);
        true
    }

    /// Writes what every service has, of all or of none: returns whether all are there.
    fn write_services(
        &mut self,
        world: &mut World,
        rows: RowRange,
        copies: &ServiceCopies,
    ) -> bool {
        let entities = &self.service_entities;
        let are_written = ServiceColumns::with(&mut self.services, world, |columns| {
            let own = columns.rows(rows, entities);
            own.map(|mut own| copies.put(&mut own)).is_some()
        });
        if are_written {
            return true;
        }
        let services = &mut self.services;
        let is_there = |&service: &Entity| services.get(world, service).is_ok();
        if !entities.iter().all(is_there) {
            return false;
        }
        for (index, &service) in entities.iter().enumerate() {
            if let Ok((_, mut vitals, mut runtime, mut uptime, mut info)) =
                services.get_mut(world, service)
            {
                // Not marked as changed, as where they are written in columns.
                *vitals.bypass_change_detection() = copies.vitals[index];
                *runtime.bypass_change_detection() = copies.runtimes[index];
                *uptime.bypass_change_detection() = copies.uptimes[index];
                (info.bypass_change_detection()).clone_from(&copies.infos[index]);
            }
        }
        true
    }

    /// Writes what the environment has beside its services and faults.
    fn write_shared(
        &mut self,
        world: &mut World,
        entity: Entity,
        shared: &SharedCopy,
        log_script: &LogScript,
    ) {
        let Ok((mut environment, _, _, mut clock, mut budget, mut impact, mut logs)) =
            self.shared.get_mut(world, entity)
        else {
            return;
        };
        if !Arc::ptr_eq(&environment.topology, &shared.topology) {
            environment.topology = Arc::clone(&shared.topology);
        }
        environment.set_root_cause(shared.root_cause);
        (environment.engine, environment.impact_mode) = (shared.engine, shared.impact_mode);
        (*clock, *budget, *impact) = (shared.clock, shared.slo_budget, shared.impact);
        if *logs != *log_script {
            logs.clone_from(log_script);
        }
    }

    /// Writes what only some services and environments have.
    fn write_optional(&mut self, world: &mut World, entity: Entity, copy: &EnvironmentCopy) {
        let mut removed = false;
        let mut copied = copy.optional.iter().peekable();
        for index in 0..self.service_entities.len() {
            let service = self.service_entities[index];
            let own = copied.next_if(|(place, _)| *place == index);
            if own.is_some() || self.has_optional(world, service) {
                let components = own.map_or(&NO_COMPONENTS, |(_, components)| components);
                removed |= components.write(&mut world.entity_mut(service));
            }
        }
        if copy.traffic.is_some() || world.get::<MeshTraffic>(entity).is_some() {
            removed |= put(&mut world.entity_mut(entity), copy.traffic.as_ref());
        }
        if removed {
            world.clear_trackers();
        }
    }
}
