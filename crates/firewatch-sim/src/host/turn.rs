//! Turning knobs of traffic by hand, between two ticks.

use bevy_ecs::prelude::*;

use crate::world::environment::Environment;
use crate::world::error::SimError;
use crate::world::fault::Fault;
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
    if let Checked::Restart(service) = checked {
        restart(world, entity, service);
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

/// Notes in the metrics of a service that its process starts anew.
fn restart(world: &mut World, entity: Entity, service: usize) {
    let services = world
        .get::<Services>(entity)
        .map_or(&[][..], Services::as_slice);
    let Some(&service) = services.get(service) else {
        return;
    };
    if let Some(mut runtime) = world.get_mut::<Runtime>(service) {
        runtime.restart_count = runtime.restart_count.saturating_add(1);
    }
    if let Some(mut uptime) = world.get_mut::<Uptime>(service) {
        uptime.runtime_uptime_seconds = 0;
    }
}
