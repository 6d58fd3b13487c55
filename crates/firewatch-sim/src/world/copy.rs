//! Copies of environments, component by component, to be put into the entities of others.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemState;

use crate::world::environment::{
    Clock, Engine, Environment, Impact, ImpactMode, LogScript, SloBudget,
};
use crate::world::fault::{Fault, FaultKinds, fault_kinds};
use crate::world::optional::{HasOptional, NO_COMPONENTS, OptionalComponents, has_any, put};
use crate::world::ownership::{Faults, Services};
use crate::world::service::{Runtime, ServiceInfo, Uptime, Vitals};
use crate::world::topology::Topology;
use crate::world::traffic::MeshTraffic;

type SharedParts = (
    &'static Environment,
    &'static Services,
    &'static Faults,
    &'static Clock,
    &'static SloBudget,
    &'static Impact,
    &'static LogScript,
);

type ServiceParts = (
    &'static Vitals,
    &'static Runtime,
    &'static Uptime,
    &'static ServiceInfo,
    HasOptional,
);

type SharedPartsMut = (
    &'static mut Environment,
    &'static Services,
    &'static Faults,
    &'static mut Clock,
    &'static mut SloBudget,
    &'static mut Impact,
    &'static mut LogScript,
);

type ServicePartsMut = (
    &'static mut Vitals,
    &'static mut Runtime,
    &'static mut Uptime,
    &'static mut ServiceInfo,
    HasOptional,
);

type WrittenParts = (
    Query<'static, 'static, SharedPartsMut>,
    Query<'static, 'static, ServicePartsMut>,
    Query<'static, 'static, &'static mut Fault>,
);

/// An environment, component by component. One copy is filled again and again: its memory is kept.
#[derive(Default)]
pub(crate) struct EnvironmentCopy {
    /// `None` until an environment has been copied.
    shared: Option<SharedCopy>,
    services: Vec<ServiceCopy>,
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
    log_script: LogScript,
    traffic: Option<MeshTraffic>,
}

struct ServiceCopy {
    vitals: Vitals,
    runtime: Runtime,
    uptime: Uptime,
    info: ServiceInfo,
    optional: Option<Box<OptionalComponents>>,
}

/// Copies environments of one world out of it, and into it.
pub(crate) struct Copier {
    shared: QueryState<SharedParts>,
    services: QueryState<ServiceParts>,
    faults: QueryState<&'static Fault>,
    written: SystemState<WrittenParts>,
    /// Services whose optional components are to be written.
    special: Vec<(Entity, usize)>,
}

impl Copier {
    pub(crate) fn new(world: &mut World) -> Self {
        Self {
            shared: world.query(),
            services: world.query(),
            faults: world.query(),
            written: SystemState::new(world),
            special: Vec::new(),
        }
    }

    /// Copies an environment. Returns `false` for one that is paused or has lost a part: the copy is unspecified
    /// then.
    pub(crate) fn read(
        &mut self,
        world: &World,
        entity: Entity,
        copy: &mut EnvironmentCopy,
    ) -> bool {
        let Ok((environment, services, faults, clock, slo_budget, impact, log_script)) =
            self.shared.get(world, entity)
        else {
            return false;
        };
        copy.fault_kinds = fault_kinds(world);
        copy.services.clear();
        for &service in services.as_slice() {
            let Ok((vitals, runtime, uptime, info, optional)) = self.services.get(world, service)
            else {
                return false;
            };
            let read = || Box::new(OptionalComponents::read(world.entity(service)));
            copy.services.push(ServiceCopy {
                vitals: *vitals,
                runtime: *runtime,
                uptime: *uptime,
                info: info.clone(),
                optional: has_any(optional).then(read),
            });
        }
        copy.faults.clear();
        for &fault in faults.as_slice() {
            let Ok(fault) = self.faults.get(world, fault) else {
                return false;
            };
            copy.faults.push(*fault);
        }
        // Copies are often of the same incident, whose texts are the same.
        let known = copy.shared.take().map(|shared| shared.log_script);
        let known = known.filter(|known| known == log_script);
        copy.shared = Some(SharedCopy {
            topology: Arc::clone(&environment.topology),
            root_cause: environment.root_cause_node(),
            engine: environment.engine,
            impact_mode: environment.impact_mode,
            clock: *clock,
            slo_budget: *slo_budget,
            impact: *impact,
            log_script: known.unwrap_or_else(|| log_script.clone()),
            traffic: { environment.engine == Engine::Traffic }
                .then(|| world.get::<MeshTraffic>(entity).cloned())
                .flatten(),
        });
        true
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
        if fault_kinds(world) != copy.fault_kinds {
            return false;
        }
        let Some(shared) = &copy.shared else {
            return false;
        };
        let Ok((mut environments, mut services, mut faults)) = self.written.get_mut(world) else {
            return false;
        };
        let Ok(parts) = environments.get_mut(entity) else {
            return false;
        };
        let (mut environment, targets, afflictions, mut clock, mut budget, mut impact, mut logs) =
            parts;
        let (targets, afflictions) = (targets.as_slice(), afflictions.as_slice());
        let is_whole = targets.len() == copy.services.len()
            && afflictions.len() == copy.faults.len()
            && targets.iter().all(|&target| services.contains(target))
            && afflictions.iter().all(|&fault| faults.contains(fault));
        if !is_whole {
            return false;
        }
        if !Arc::ptr_eq(&environment.topology, &shared.topology) {
            environment.topology = Arc::clone(&shared.topology);
        }
        environment.set_root_cause(shared.root_cause);
        (environment.engine, environment.impact_mode) = (shared.engine, shared.impact_mode);
        (*clock, *budget, *impact) = (shared.clock, shared.slo_budget, shared.impact);
        if *logs != shared.log_script {
            logs.clone_from(&shared.log_script);
        }
        for ((index, service), &target) in copy.services.iter().enumerate().zip(targets) {
            if let Ok((mut vitals, mut runtime, mut uptime, mut info, optional)) =
                services.get_mut(target)
            {
                (*vitals, *runtime, *uptime) = (service.vitals, service.runtime, service.uptime);
                if *info != service.info {
                    info.clone_from(&service.info);
                }
                if has_any(optional) || service.optional.is_some() {
                    self.special.push((target, index));
                }
            }
        }
        for (fault, &affliction) in copy.faults.iter().zip(afflictions) {
            if let Ok(mut component) = faults.get_mut(affliction) {
                *component = Fault {
                    service: { fault.service_index() }
                        .and_then(|index| targets.get(index).copied()),
                    ..*fault
                };
            }
        }
        self.write_optional(world, entity, copy, shared.traffic.as_ref());
        true
    }

    /// Writes what only some services and environments have.
    fn write_optional(
        &mut self,
        world: &mut World,
        entity: Entity,
        copy: &EnvironmentCopy,
        traffic: Option<&MeshTraffic>,
    ) {
        let mut removed = false;
        for (target, index) in self.special.drain(..) {
            let optional = copy.services[index].optional.as_deref();
            removed |= { optional.unwrap_or(&NO_COMPONENTS) }.write(&mut world.entity_mut(target));
        }
        if traffic.is_some() || world.get::<MeshTraffic>(entity).is_some() {
            removed |= put(&mut world.entity_mut(entity), traffic);
        }
        if removed {
            world.clear_trackers();
        }
    }
}
