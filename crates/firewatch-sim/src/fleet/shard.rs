//! A shard: a world with some of a fleet's environments, stepped on one thread.

use bevy_ecs::prelude::*;

use crate::blueprint::{Blueprint, Rebuild, despawn_environment};
use crate::error::SimError;
use crate::mesh::settle_environments;
use crate::schedule::tick_schedule;

/// Environments of a shard: so many that what a tick touches of them stays in a core's second-level
/// cache, and so few that a fleet has shards to give to every thread.
pub(super) const SHARD_ENVIRONMENTS: usize = 512;

pub(super) struct Shard {
    pub(super) world: World,
    schedule: Schedule,
    rebuild: Rebuild,
    pub(super) environments: Vec<Entity>,
    /// Rows may have moved since the last tick.
    unsettled: bool,
}

impl Shard {
    pub(super) fn new() -> Self {
        let mut world = World::new();
        let rebuild = Rebuild::new(&mut world);
        Self {
            world,
            schedule: tick_schedule(),
            rebuild,
            environments: Vec::new(),
            unsettled: false,
        }
    }

    pub(super) fn push(&mut self, blueprint: &Blueprint) -> Result<(), SimError> {
        self.environments.push(blueprint.spawn(&mut self.world)?);
        Ok(())
    }

    pub(super) fn tick(&mut self, ticks: u64) {
        if std::mem::take(&mut self.unsettled) {
            settle_environments(&mut self.world, &self.environments);
        }
        for _ in 0..ticks {
            self.schedule.run(&mut self.world);
        }
    }

    /// Puts another environment in the place of one: into its entities if they are as many.
    pub(super) fn reset(&mut self, slot: usize, blueprint: &Blueprint) -> Result<(), SimError> {
        let old = self.environments[slot];
        if self.rebuild.rebuild(&mut self.world, old, blueprint)? {
            return Ok(());
        }
        self.environments[slot] = blueprint.spawn(&mut self.world)?;
        self.unsettled = true;
        despawn_environment(&mut self.world, old)
    }
}
