//! Putting the rows of environments back in order.

use bevy_ecs::bundle::BundleFromComponents;
use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::prelude::*;

use crate::world::environment::Environment;
use crate::world::fault::Fault;
use crate::world::removals::bound_removals;
use crate::world::rows::{RowRanges, locate_parts, parts};
use crate::world::service::{Profile, Runtime, Uptime, Vitals};

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
    let (mut services, mut faults) = (Vec::new(), Vec::new());
    for &environment in environments {
        if is_paused(world, environment) {
            continue;
        }
        let [of_services, of_faults] = parts(world, environment);
        services.extend_from_slice(of_services);
        faults.extend_from_slice(of_faults);
    }
    move_to_end::<(Vitals, Runtime, Uptime, Profile)>(world, &services);
    move_to_end::<Fault>(world, &faults);
    locate_all(world, environments)
}

/// Whether the rows of an environment are in tables of their own, which no tick looks at.
fn is_paused(world: &World, environment: Entity) -> bool {
    world.get::<Disabled>(environment).is_some()
}

/// Takes the rows of all the entities out of their tables, then puts them back in that order.
fn move_to_end<B: Bundle + BundleFromComponents>(world: &mut World, entities: &[Entity]) {
    let mut taken = Vec::new();
    for &entity in entities {
        let row = world.get_entity_mut(entity).ok();
        if let Some(row) = row.and_then(|mut entity| entity.take::<B>()) {
            taken.push((entity, row));
        }
    }
    for (entity, row) in taken {
        if let Ok(mut entity) = world.get_entity_mut(entity) {
            entity.insert(row);
        }
    }
}

/// Notes where the rows of each environment are; says whether they are side by side, all in one table of
/// services and one of faults.
fn locate_all(world: &mut World, environments: &[Entity]) -> bool {
    let mut contiguous = true;
    let mut tables = [None; 2];
    for &entity in environments {
        if is_paused(world, entity) {
            continue;
        }
        let located = locate_parts(world, entity);
        let Some(mut environment) = world.get_mut::<Environment>(entity) else {
            continue;
        };
        for (table, (rows, found)) in tables.iter_mut().zip(located) {
            contiguous &= found.is_some();
            if rows.count() > 0 {
                contiguous &= *table.get_or_insert(found) == found;
            }
        }
        let [(services, _), (faults, _)] = located;
        environment.rows = RowRanges { services, faults };
    }
    contiguous
}
