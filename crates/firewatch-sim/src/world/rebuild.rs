//! Rebuilding environments in the entities of earlier ones.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryItem;
use bevy_ecs::system::SystemState;

use crate::world::blueprint::{Blueprint, ServiceBlueprint};
use crate::world::environment::{Clock, Environment, Impact, LogScript, SloBudget};
use crate::world::error::SimError;
use crate::world::fault::{Fault, FaultKindRegistry, admit};
use crate::world::optional::{HasOptional, OptionalBundle, has_any};
use crate::world::ownership::{Faults, Services};
use crate::world::service::{Runtime, ServiceInfo, Uptime, Vitals};
use crate::world::traffic::{MeshTraffic, TrafficBlueprint};

type ServiceParts = (
    &'static mut Vitals,
    &'static mut Runtime,
    &'static mut Uptime,
    &'static mut ServiceInfo,
    HasOptional,
);

type EnvironmentParts = (
    &'static mut Environment,
    &'static Services,
    &'static Faults,
    &'static mut Clock,
    &'static mut SloBudget,
    &'static mut Impact,
    &'static mut LogScript,
);

type RebuiltParts = (
    Query<'static, 'static, EnvironmentParts>,
    Query<'static, 'static, ServiceParts>,
    Query<'static, 'static, &'static mut Fault>,
    Res<'static, FaultKindRegistry>,
);

/// Builds environments in the entities of earlier ones: no entity is spawned, no row moves.
pub(crate) struct Rebuild {
    parts: SystemState<RebuiltParts>,
    /// Services whose optional components or named metrics must be rewritten.
    special: Vec<(Entity, usize)>,
}

impl Rebuild {
    pub(crate) fn new(world: &mut World) -> Self {
        Self {
            parts: SystemState::new(world),
            special: Vec::new(),
        }
    }

    /// Puts the blueprint's environment into the entities of another. Returns `false`, and changes
    /// nothing, if it has more or fewer services or faults, or is paused.
    pub(crate) fn rebuild(
        &mut self,
        world: &mut World,
        entity: Entity,
        blueprint: &Blueprint,
    ) -> Result<bool, SimError> {
        blueprint.check()?;
        let named = blueprint.faults.iter().map(|fault| fault.kind);
        admit(world, &blueprint.fault_kinds, named)?;
        let Ok((mut environments, mut services, mut faults, kinds)) = self.parts.get_mut(world)
        else {
            return Ok(false);
        };
        // A paused one is not found: it must be spawned anew, among the rows of the others.
        let Ok(parts) = environments.get_mut(entity) else {
            return Ok(false);
        };
        let (
            mut environment,
            targets,
            afflictions,
            mut clock,
            mut budget,
            mut impact,
            mut log_script,
        ) = parts;
        if targets.len() != blueprint.services.len() || afflictions.len() != blueprint.faults.len()
        {
            return Ok(false);
        }
        environment.topology = Arc::clone(&blueprint.topology);
        environment.set_root_cause(blueprint.root_cause);
        environment.engine = blueprint.engine;
        environment.impact_mode = blueprint.impact_mode;
        *clock = blueprint.clock;
        *budget = blueprint.slo_budget;
        *impact = blueprint.impact;
        // Part by part, into the memory that they have.
        let script = &blueprint.log_script;
        log_script
            .prompt_injection_service
            .clone_from(&script.prompt_injection_service);
        log_script.adversarial.clone_from(&script.adversarial);
        (log_script.texts, log_script.seed) = (script.texts, script.seed);
        let indexed = blueprint.services.iter().enumerate();
        for ((index, service), &target) in indexed.zip(targets.as_slice()) {
            // It is missing only if a host has despawned the service.
            if let Ok(row) = services.get_mut(target) {
                let vitals = blueprint.vitals(service, index);
                let has_more = !service.metrics.is_empty() || blueprint.traffic.is_some();
                if overwrite(row, vitals, service) || has_more {
                    self.special.push((target, index));
                }
            }
        }
        for (fault, &affliction) in blueprint.faults.iter().zip(afflictions.as_slice()) {
            if let (Ok(mut component), Some(kind)) =
                (faults.get_mut(affliction), kinds.id(fault.kind))
            {
                let service = targets.as_slice().get(fault.target).copied();
                *component = fault.component(kind, &blueprint.topology, service);
            }
        }
        let mut removed = false;
        for (target, index) in self.special.drain(..) {
            let mut service = world.entity_mut(target);
            service.remove::<OptionalBundle>();
            blueprint.services[index].put_metrics(&mut service);
            if let Some(traffic) = &blueprint.traffic {
                traffic.attach(index, &mut service);
            }
            removed = true;
        }
        if blueprint.traffic.is_some() || world.get::<MeshTraffic>(entity).is_some() {
            removed |= set_traffic(&mut world.entity_mut(entity), blueprint.traffic.as_ref());
        }
        if removed {
            world.clear_trackers();
        }
        Ok(true)
    }
}

/// Gives an environment the traffic of a blueprint, or takes away what it has; returns whether it has.
fn set_traffic(environment: &mut EntityWorldMut, traffic: Option<&TrafficBlueprint>) -> bool {
    match traffic {
        Some(traffic) => {
            environment.insert(traffic.traffic.clone());
            false
        }
        None => environment.take::<MeshTraffic>().is_some(),
    }
}

/// Overwrites the row of a service; returns whether that service has optional components.
fn overwrite(
    (mut old, mut runtime, mut uptime, mut info, optional): QueryItem<ServiceParts>,
    vitals: Vitals,
    service: &ServiceBlueprint,
) -> bool {
    *old = vitals;
    *runtime = service.runtime;
    *uptime = service.uptime;
    info.clone_from(&service.info);
    has_any(optional)
}
