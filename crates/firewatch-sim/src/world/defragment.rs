//! Putting the rows of environments back in order.

use bevy_ecs::bundle::BundleFromComponents;
use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::prelude::*;

use crate::world::environment::Environment;
use crate::world::fault::Fault;
use crate::world::removals::bound_removals;
use crate::world::rows::{RowRanges, locate_parts, parts};
use crate::world::service::{Runtime, ServiceInfo, Uptime, Vitals};

/// Makes the rows of each environment contiguous again after despawning others has moved them.
///
/// Pass all environments of the world: the rows of others may be moved by it. It changes speed and no
/// result. It takes time in proportion to the environments if the rows of any are scattered.
pub fn defragment_environments(world: &mut World, environments: &[Entity]) {
    defragment(world, environments);
    bound_removals(world);
}

/// As [`defragment_environments`]; returns whether all rows are contiguous now.
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
    move_to_end::<(Vitals, Runtime, Uptime, ServiceInfo)>(world, &services);
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

/// Records where the rows of each environment are; returns whether they are contiguous, all in one table of
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
