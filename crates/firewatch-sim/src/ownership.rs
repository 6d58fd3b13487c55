//! What becomes of an environment and its parts when one of them is despawned, by this crate or by a host.

use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;

use crate::environment::Environment;
use crate::fault::Fault;
use crate::mesh::ContiguousRows;
use crate::service::Member;

/// An environment that has lost a service or a fault which somebody despawned. No tick changes its faults,
/// services and impact any more, though its clock goes on: despawn it, or put another in its place.
///
/// A host that wants to know at once observes it: `world.add_observer(|lost: On<Add<Damaged>>| ..)`.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
#[component(storage = "SparseSet")]
pub struct Damaged {
    /// The first part that it has lost.
    pub part: Entity,
}

/// Takes the services and faults of an environment along.
pub(crate) fn despawn_parts(mut world: DeferredWorld, context: HookContext) {
    let Some(environment) = world.get::<Environment>(context.entity) else {
        return;
    };
    let parts = [environment.services(), environment.faults()].concat();
    if let Some(mut rows) = world.get_resource_mut::<ContiguousRows>() {
        rows.0 = false;
    }
    let mut commands = world.commands();
    // The table fills each hole with its last row: backwards, those keep their order.
    for part in parts.into_iter().rev() {
        if let Ok(mut part) = commands.get_entity(part) {
            part.try_despawn();
        }
    }
}

pub(crate) fn note_lost_service(world: DeferredWorld, context: HookContext) {
    let owner = world.get::<Member>(context.entity);
    let owner = owner.map(|member| member.environment);
    note_damage(world, context.entity, owner);
}

pub(crate) fn note_lost_fault(world: DeferredWorld, context: HookContext) {
    let owner = world.get::<Fault>(context.entity).map(Fault::environment);
    note_damage(world, context.entity, owner);
}

/// Marks the environment that has lost a part, unless it is gone itself.
fn note_damage(mut world: DeferredWorld, part: Entity, owner: Option<Entity>) {
    let owner = owner.filter(|&owner| {
        let is_marked = world.get::<Damaged>(owner).is_some();
        world.get::<Environment>(owner).is_some() && !is_marked
    });
    if let Some(owner) = owner
        && let Ok(mut owner) = world.commands().get_entity(owner)
    {
        owner.try_insert(Damaged { part });
    }
}
