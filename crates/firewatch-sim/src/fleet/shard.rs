//! A shard: a world with some of a fleet's environments, stepped on one thread.

use bevy_ecs::prelude::*;

use crate::blueprint::{Blueprint, Rebuild, despawn_environment};
use crate::error::SimError;
use crate::intervene;
use crate::mesh::{Settled, settle};
use crate::schedule::tick_schedule;
use crate::state::FaultState;

/// Environments of a shard: so many that what a tick touches of them stays in a core's second-level
/// cache. Threads share out shards, so a fleet of fewer environments runs on one thread.
pub(super) const SHARD_ENVIRONMENTS: usize = 512;

pub(super) struct Shard {
    pub(super) world: World,
    schedule: Schedule,
    rebuild: Rebuild,
    pub(super) environments: Vec<Entity>,
    /// Rows may have moved since they were last known to be [`Settled`]. Nobody but this module can move
    /// them: the world never leaves it to be changed.
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
            unsettled: true,
        }
    }

    pub(super) fn push(&mut self, blueprint: &Blueprint) -> Result<(), SimError> {
        self.environments.push(blueprint.spawn(&mut self.world)?);
        self.unsettled = true;
        Ok(())
    }

    pub(super) fn tick(&mut self, ticks: u64) {
        if std::mem::take(&mut self.unsettled) {
            if settle(&mut self.world, &self.environments) {
                self.world.insert_resource(Settled);
            } else {
                self.world.remove_resource::<Settled>();
            }
        }
        for _ in 0..ticks {
            self.schedule.run(&mut self.world);
        }
    }

    /// Adds a fault, whose row lies behind those of other environments until the next tick.
    pub(super) fn inject_fault(&mut self, slot: usize, fault: &FaultState) -> Result<(), SimError> {
        intervene::inject_fault(&mut self.world, self.environments[slot], fault)?;
        self.unsettled = true;
        Ok(())
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
