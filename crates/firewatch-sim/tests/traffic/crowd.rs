//! A host's world with unrelated environments that come and go, so that rows move.

use std::collections::VecDeque;

use firewatch_sim::bevy_ecs::prelude::*;
use firewatch_sim::{
    EnvironmentRef, EnvironmentState, Services, despawn_environment, spawn_environment,
    tick_schedule,
};

use crate::{classic, shop};

/// The world and the neighbours.
pub struct Crowd {
    pub world: World,
    schedule: Schedule,
    neighbours: VecDeque<Entity>,
    spawned: usize,
}

impl Crowd {
    pub fn new(neighbours: usize) -> Self {
        let mut crowd = Self {
            world: World::new(),
            schedule: tick_schedule(),
            neighbours: VecDeque::new(),
            spawned: 0,
        };
        crowd.add_neighbours(neighbours);
        crowd
    }

    pub fn tick(&mut self) {
        self.schedule.run(&mut self.world);
    }

    pub fn spawn(&mut self, state: &EnvironmentState) -> Entity {
        spawn_environment(&mut self.world, state).unwrap()
    }

    pub fn view(&self, environment: Entity) -> EnvironmentRef<'_> {
        EnvironmentRef::new(&self.world, environment).unwrap()
    }

    /// Adds neighbours of both physics in turn.
    pub fn add_neighbours(&mut self, count: usize) {
        for _ in 0..count {
            let state = if self.spawned.is_multiple_of(3) {
                shop()
            } else {
                classic()
            };
            let neighbour = self.spawn(&state);
            self.neighbours.push_back(neighbour);
            self.spawned += 1;
        }
    }

    /// Removes that many of the oldest, and as many of the newest.
    pub fn remove_neighbours(&mut self, count: usize) {
        for _ in 0..count {
            for neighbour in [self.neighbours.pop_front(), self.neighbours.pop_back()]
                .into_iter()
                .flatten()
            {
                despawn_environment(&mut self.world, neighbour).unwrap();
            }
        }
    }

    /// Whether the rows of an environment's services lie side by side.
    pub fn has_rows_together(&self, environment: Entity) -> bool {
        let services = self.world.get::<Services>(environment).unwrap().as_slice();
        let row = |service: &Entity| self.world.entity(*service).location().table_row.index();
        services
            .windows(2)
            .all(|pair| row(&pair[0]) + 1 == row(&pair[1]))
    }
}
