//! Pausing single environments of a world.
//!
//! A paused environment and its parts have bevy's [`Disabled`], which every query skips unless it asks for it
//! ([`Allow<Disabled>`](bevy_ecs::query::Allow)): no system of the engine or of a host touches them.

use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::prelude::*;

use crate::world::environment::Environment;
use crate::world::error::SimError;
use crate::world::rows::{RowRanges, note_moved_rows, parts};

/// Pauses an environment: until [`resume_environment`], ticks do not change its clock, its services and its
/// faults. It can be read, changed and despawned meanwhile, and pausing it again changes nothing.
///
/// A pause is no part of the state: snapshots and hashes are those of an environment that ticks.
///
/// # Errors
/// [`SimError::NoEnvironment`].
pub fn pause_environment(world: &mut World, environment: Entity) -> Result<(), SimError> {
    let all = entities(world, environment)?;
    note_moved_rows(world);
    // The table fills each hole with its last row: backwards, those keep their order.
    for entity in all.into_iter().rev() {
        if let Ok(mut entity) = world.get_entity_mut(entity) {
            entity.insert(Disabled);
        }
    }
    Ok(())
}

/// Lets a paused environment tick again, with faults that were injected meanwhile. One that is not paused
/// is not changed.
///
/// # Errors
/// [`SimError::NoEnvironment`].
pub fn resume_environment(world: &mut World, environment: Entity) -> Result<(), SimError> {
    let all = entities(world, environment)?;
    note_moved_rows(world);
    for entity in all {
        if let Ok(mut entity) = world.get_entity_mut(entity) {
            entity.remove::<Disabled>();
        }
    }
    let located = RowRanges::locate(world, environment);
    if let Some(mut environment) = world.get_mut::<Environment>(environment) {
        environment.rows = located;
    }
    Ok(())
}

/// The environment, its services and its faults.
fn entities(world: &World, environment: Entity) -> Result<Vec<Entity>, SimError> {
    if world.get::<Environment>(environment).is_none() {
        return Err(SimError::NoEnvironment);
    }
    let [services, faults] = parts(world, environment);
    Ok([&[environment], services, faults].concat())
}
