//! Turning knobs of traffic by hand, between two ticks.

use bevy_ecs::prelude::*;

use crate::world::environment::Environment;
use crate::world::error::SimError;
use crate::world::fault::Fault;
use crate::world::num;
use crate::world::ownership::{Faults, Services};
use crate::world::service::{Runtime, Uptime};
use crate::world::traffic::{Checked, MeshTraffic, TrafficChange};

/// Changes what is turned by hand of the traffic of an environment.
///
/// # Errors
/// [`SimError::NoEnvironment`], [`SimError::NoTraffic`], [`SimError::UnknownService`], [`SimError::UnknownCall`],
/// [`SimError::UnknownUsers`]; [`SimError::NotFinite`] and [`SimError::OutOfRange`] for a value that can't be.
pub fn change_traffic(
    world: &mut World,
    entity: Entity,
    change: &TrafficChange,
) -> Result<(), SimError> {
    let checked = check_change(world, entity, change)?;
    let faults: Vec<_> = afflicted(world, entity).collect();
    match checked {
        Checked::Restart(service) => restart(world, entity, service),
        Checked::Service(service, set, _) => {
            scale_memory(world, entity, service, set.memory_factor)
        }
        _ => {}
    }
    let mut traffic = world
        .get_mut::<MeshTraffic>(entity)
        .ok_or(SimError::NoTraffic)?;
    traffic.change(checked, faults.into_iter());
    Ok(())
}

/// The faults of an environment: the service that each afflicts, and whether it has ended.
pub(crate) fn afflicted(
    world: &World,
    entity: Entity,
) -> impl Iterator<Item = (usize, bool)> + use<'_> {
    let faults = world
        .get::<Faults>(entity)
        .map_or(&[][..], Faults::as_slice);
    faults.iter().map(|&fault| match world.get::<Fault>(fault) {
        Some(fault) => (fault.node(), fault.halted),
        None => (usize::MAX, false),
    })
}

/// What the change would do.
pub(crate) fn check_change(
    world: &World,
    entity: Entity,
    change: &TrafficChange,
) -> Result<Checked, SimError> {
    let environment = world
        .get::<Environment>(entity)
        .ok_or(SimError::NoEnvironment)?;
    let traffic = world
        .get::<MeshTraffic>(entity)
        .ok_or(SimError::NoTraffic)?;
    change.check(traffic, environment.topology())
}

/// The entity of a service, by its index.
fn service_entity(world: &World, entity: Entity, service: usize) -> Option<Entity> {
    let services = world.get::<Services>(entity)?;
    services.as_slice().get(service).copied()
}

/// Sets the memory limit in the metrics of a service to what it is with that factor by hand.
fn scale_memory(world: &mut World, entity: Entity, service: usize, factor: f64) {
    let set = { world.get::<MeshTraffic>(entity) }.and_then(|t| t.set_services.get(service));
    let times = set.map_or(1.0, |set| factor / set.memory_factor);
    let runtime = service_entity(world, entity, service)
        .and_then(|service| world.get_mut::<Runtime>(service));
    if let Some(mut runtime) = runtime.filter(|_| times != 1.0) {
        let limit = runtime.process_memory_limit_bytes as f64 * times;
        runtime.process_memory_limit_bytes = num::trunc(limit);
    }
}

/// Notes in the metrics of a service that its process starts anew.
fn restart(world: &mut World, entity: Entity, service: usize) {
    let Some(service) = service_entity(world, entity, service) else {
        return;
    };
    if let Some(mut runtime) = world.get_mut::<Runtime>(service) {
        runtime.restart_count = runtime.restart_count.saturating_add(1);
    }
    if let Some(mut uptime) = world.get_mut::<Uptime>(service) {
        uptime.runtime_uptime_seconds = 0;
    }
}
