//! Ownership: which services and faults belong to which environment, as relationships of `bevy_ecs`.
//!
//! It is stored once: a part names its environment ([`ServiceOf`], [`FaultOf`]), and `bevy_ecs` keeps the
//! list of parts at the environment ([`Services`], [`Faults`]).

use std::iter::{Copied, Filter};
use std::slice::Iter;

use bevy_ecs::entity::MapEntities;
use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::relationship::{Relationship, RelationshipSourceCollection};
use bevy_ecs::world::DeferredWorld;

/// The environment that a service belongs to.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
#[relationship(relationship_target = Services)]
#[component(on_discard = note_damage::<Self>)]
pub struct ServiceOf(pub(crate) Entity);

impl ServiceOf {
    /// The environment.
    #[must_use]
    pub fn environment(&self) -> Entity {
        self.0
    }
}

/// The environment that a fault belongs to.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
#[relationship(relationship_target = Faults)]
#[component(on_discard = note_damage::<Self>)]
pub struct FaultOf(pub(crate) Entity);

impl FaultOf {
    /// The environment.
    #[must_use]
    pub fn environment(&self) -> Entity {
        self.0
    }
}

/// The services of an environment, in service order. A service that was despawned leaves
/// [`Entity::PLACEHOLDER`] in its place.
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = ServiceOf, linked_spawn)]
#[component(on_despawn = despawn_parts::<Self>)]
pub struct Services(Parts);

/// The faults of an environment, in list order. A fault that was despawned leaves
/// [`Entity::PLACEHOLDER`] in its place.
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = FaultOf, linked_spawn)]
#[component(on_despawn = despawn_parts::<Self>)]
pub struct Faults(Parts);

impl Services {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Parts::with_capacity(capacity))
    }

    /// Their entities, those of lost services too.
    #[must_use]
    pub fn as_slice(&self) -> &[Entity] {
        &self.0.0
    }
}

impl Faults {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Parts::with_capacity(capacity))
    }

    /// Their entities, those of lost faults too.
    #[must_use]
    pub fn as_slice(&self) -> &[Entity] {
        &self.0.0
    }
}

/// A list in which each part keeps its index, whichever others are lost.
#[derive(Debug, Default)]
pub struct Parts(Vec<Entity>);

impl MapEntities for Parts {
    fn map_entities<M: EntityMapper>(&mut self, mapper: &mut M) {
        self.0.map_entities(mapper);
    }
}

impl RelationshipSourceCollection for Parts {
    type SourceIter<'a> = Filter<Copied<Iter<'a, Entity>>, fn(&Entity) -> bool>;

    fn new() -> Self {
        Self::default()
    }

    fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    fn reserve(&mut self, additional: usize) {
        self.0.reserve(additional);
    }

    fn add(&mut self, entity: Entity) -> bool {
        self.0.push(entity);
        true
    }

    fn remove(&mut self, entity: Entity) -> bool {
        let part = self.0.iter_mut().find(|part| **part == entity);
        part.map(|part| *part = Entity::PLACEHOLDER).is_some()
    }

    fn iter(&self) -> Self::SourceIter<'_> {
        let parts = self.0.as_slice().iter();
        parts.copied().filter(|part| *part != Entity::PLACEHOLDER)
    }

    /// Lost parts count: `bevy_ecs` removes a list of which it is told that it is empty.
    fn len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }

    fn extend_from_iter(&mut self, entities: impl IntoIterator<Item = Entity>) {
        self.0.extend(entities);
    }
}

/// Marks an environment of which a host has despawned a service or a fault. Ticks advance its clock and nothing
/// else: despawn it, or put another in its place.
///
/// A host that wants to know at once observes it: `world.add_observer(|lost: On<Add<Damaged>>| ..)`.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
#[component(storage = "SparseSet")]
pub struct Damaged {
    /// The first part that it has lost.
    pub part: Entity,
}

/// Despawns the parts of an environment that is despawned. `bevy_ecs` does that too, but forwards: the table
/// fills each hole with its last row, and only backwards do those rows keep their order.
fn despawn_parts<L: RelationshipTarget>(mut world: DeferredWorld, context: HookContext) {
    let (entities, mut commands) = world.entities_and_commands();
    let parts = entities.get(context.entity).ok();
    let Some(parts) = parts.and_then(|environment| environment.get::<L>()) else {
        return;
    };
    let parts: Vec<Entity> = parts.iter().collect();
    for part in parts.into_iter().rev() {
        commands.entity(part).try_despawn();
    }
}

/// Despawns the parts of an environment whose component is removed. Its lists are removed first, so that it is
/// not marked as damaged.
pub(crate) fn disband(mut world: DeferredWorld, context: HookContext) {
    let mut commands = world.commands();
    let mut owner = commands.entity(context.entity);
    owner.try_remove::<(Services, Faults)>();
    despawn_parts::<Services>(world.reborrow(), context);
    despawn_parts::<Faults>(world, context);
}

/// Marks the environment that loses a part, unless it is gone itself or has no list of parts any more.
fn note_damage<P: Relationship>(mut world: DeferredWorld, context: HookContext) {
    let owner = world.get::<P>(context.entity).map(Relationship::get);
    let owner = owner.filter(|&owner| {
        let is_marked = world.get::<Damaged>(owner).is_some();
        world.get::<P::RelationshipTarget>(owner).is_some() && !is_marked
    });
    if let Some(owner) = owner
        && let Ok(mut owner) = world.commands().get_entity(owner)
    {
        owner.try_insert(Damaged {
            part: context.entity,
        });
    }
}
