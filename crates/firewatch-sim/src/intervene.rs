//! What somebody from outside can do to an environment between two ticks.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::blueprint::check_speed;
use crate::environment::{Clock, Engine, Environment};
use crate::error::SimError;
use crate::fault::Fault;
use crate::mesh::Rows;
use crate::metric;
use crate::state::FaultState;
use crate::value::Value;

fn environment(world: &World, entity: Entity) -> Result<&Environment, SimError> {
    world
        .get::<Environment>(entity)
        .ok_or(SimError::NoEnvironment)
}

/// Halts the fault with that index in the environment's list: it acts no more, recovery begins.
///
/// # Errors
/// [`SimError::UnknownFault`], [`SimError::NoEnvironment`].
pub fn halt_fault(world: &mut World, entity: Entity, index: usize) -> Result<(), SimError> {
    let faults = environment(world, entity)?.faults();
    let unknown = SimError::UnknownFault {
        index,
        faults: faults.len(),
    };
    let fault = *faults.get(index).ok_or(unknown.clone())?;
    let tick = world.get::<Clock>(entity).map(|clock| clock.tick);
    let mut fault = world.get_mut::<Fault>(fault).ok_or(unknown)?;
    fault.halted = true;
    fault.halted_at_tick = tick;
    Ok(())
}

/// Adds a fault at the end of the environment's list and returns its entity.
///
/// A host's own kind of fault is a [`crate::FaultKind::External`] fault to whose entity the host
/// adds its component.
///
/// # Errors
/// [`SimError::Speed`], [`SimError::SingleFault`], [`SimError::NoEnvironment`].
pub fn inject_fault(
    world: &mut World,
    entity: Entity,
    fault: &FaultState,
) -> Result<Entity, SimError> {
    check_speed(fault.speed)?;
    let environment = environment(world, entity)?;
    let mut faults = environment.faults().to_vec();
    if environment.engine == Engine::SingleFault {
        return Err(SimError::SingleFault {
            faults: faults.len() + 1,
        });
    }
    let mut topology = Arc::clone(&environment.parts.topology);
    if topology.node(&fault.service).is_none() {
        Arc::make_mut(&mut topology).mention(&fault.service);
    }
    let services = environment.services().to_vec();
    let blueprint = fault.plan(&topology);
    // Wraps only where there are too many to be taken for a slice.
    let index = (faults.len() % (1 << 16)) as u16;
    let spawned = blueprint.spawn(world, entity, index, &topology, &services);
    faults.push(spawned);
    let rows = Rows::of(world, &faults);
    let mut environment = world
        .get_mut::<Environment>(entity)
        .ok_or(SimError::NoEnvironment)?;
    environment.faults = rows;
    let parts = &mut *environment.parts;
    parts.root_cause = parts.root_cause.or(Some(blueprint.target));
    parts.topology = topology;
    parts.faults = faults.into();
    Ok(spawned)
}

/// Sets a metric of a service, attaching it if the service did not have it.
///
/// # Errors
/// [`SimError::UnknownService`], [`SimError::NoEnvironment`], and as [`crate::write_metric`].
pub fn set_metric(
    world: &mut World,
    entity: Entity,
    service_name: &str,
    name: &str,
    value: &Value,
) -> Result<(), SimError> {
    let environment = environment(world, entity)?;
    let index = environment.parts.topology.service(service_name);
    let service = index
        .and_then(|index| environment.services().get(index).copied())
        .ok_or_else(|| SimError::UnknownService(service_name.to_owned()))?;
    let mut service = world
        .get_entity_mut(service)
        .map_err(|_| SimError::UnknownService(service_name.to_owned()))?;
    metric::write(&mut service, name, value)
}
