//! A host with a world of its own, and environments that crowd it.

use std::collections::VecDeque;

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::SingleThreadedExecutor;
use firewatch_sim::{
    EnvironmentRef, EnvironmentState, FaultKind, FaultState, ServiceState, Services, SloBudget,
    despawn_environment, install, spawn_environment,
};

/// A world and a schedule of its own, with the engine's systems in it.
pub struct Host {
    /// The world.
    pub world: World,
    schedule: Schedule,
}

impl Default for Host {
    fn default() -> Self {
        let mut schedule = Schedule::default();
        schedule.set_executor(SingleThreadedExecutor::new());
        install(&mut schedule);
        Self {
            world: World::new(),
            schedule,
        }
    }
}

impl Host {
    /// One tick of every environment.
    pub fn tick(&mut self) {
        self.schedule.run(&mut self.world);
    }

    /// Adds systems and resources.
    pub fn install(&mut self, install: impl FnOnce(&mut Schedule, &mut World)) {
        install(&mut self.schedule, &mut self.world);
    }

    /// Adds an environment.
    pub fn spawn(&mut self, state: &EnvironmentState) -> Entity {
        spawn_environment(&mut self.world, state).expect("the state is one that can be spawned")
    }

    /// Removes an environment.
    pub fn despawn(&mut self, environment: Entity) {
        despawn_environment(&mut self.world, environment).expect("the environment is there");
    }

    /// An environment, to be read.
    #[must_use]
    pub fn view(&self, environment: Entity) -> EnvironmentRef<'_> {
        EnvironmentRef::new(&self.world, environment).expect("the environment is there")
    }
}

/// A host full of unrelated environments that come and go, so that table rows move.
#[derive(Default)]
pub struct Crowd {
    /// The host.
    pub host: Host,
    neighbours: VecDeque<Entity>,
    spawned: usize,
}

impl Crowd {
    /// Adds unrelated environments.
    pub fn add_neighbours(&mut self, count: usize) {
        for _ in 0..count {
            let neighbour = self.host.spawn(&neighbour(self.spawned));
            self.neighbours.push_back(neighbour);
            self.spawned += 1;
        }
    }

    /// Removes that many of the oldest neighbours, and as many of the newest.
    pub fn remove_neighbours(&mut self, count: usize) {
        for _ in 0..count {
            let ends = [self.neighbours.pop_front(), self.neighbours.pop_back()];
            for neighbour in ends.into_iter().flatten() {
                self.host.despawn(neighbour);
            }
        }
    }

    /// How many neighbours there are.
    #[must_use]
    pub fn neighbours(&self) -> usize {
        self.neighbours.len()
    }
}

/// A chain of 0 to 6 services in which something or nothing is wrong: no two in a row are alike.
fn neighbour(number: usize) -> EnvironmentState {
    let services = number % 7;
    let name = |index: usize| format!("service-{index}");
    let fault = |index: usize| FaultState {
        halted: (number + index).is_multiple_of(3),
        ..FaultState::new(
            FaultKind::BUILT_IN[(number + index) % 5],
            name(index),
            1.0 + index as f64,
        )
    };
    let metric = |(metric, value): (&str, f64)| (metric.to_owned(), value.into());
    let metrics = [
        ("http_server_error_rate", 0.5),
        ("process_cpu_throttle_rate", 0.25),
        ("pipeline_ingestion_rate_events_per_second", 90.0),
        ("pipeline_processing_rate_events_per_second", 30.0),
    ];
    EnvironmentState {
        services: (0..services)
            .map(|index| ServiceState {
                name: name(index),
                metrics: metrics.into_iter().take(number % 5).map(metric).collect(),
            })
            .collect(),
        dependencies: (1..services)
            .map(|index| (name(index), vec![name(index - 1)]))
            .collect(),
        faults: (0..number % 4).map(fault).collect(),
        ..EnvironmentState::new(SloBudget {
            remaining: 30.0,
            burn_per_tick: 1.5,
        })
    }
}

/// Whether the services of an environment lie in one table, row by row.
#[must_use]
pub fn rows_are_together(world: &World, environment: Entity) -> bool {
    let services = world.get::<Services>(environment);
    let services = services.map_or(&[][..], Services::as_slice);
    let places: Vec<_> = services
        .iter()
        .map(|&service| world.entity(service).location())
        .collect();
    places.windows(2).all(|pair| {
        let rows = pair[0].table_row.index() + 1 == pair[1].table_row.index();
        rows && pair[0].table_id == pair[1].table_id
    })
}

/// Returns an incident of two services: checkout calls database, which has a bad deployment.
#[must_use]
pub fn checkout_and_database() -> EnvironmentState {
    let service = |name: &str| ServiceState {
        name: name.into(),
        ..Default::default()
    };
    EnvironmentState {
        services: ["checkout", "database"].map(service).into(),
        dependencies: vec![("checkout".into(), vec!["database".into()])],
        faults: vec![FaultState::new(FaultKind::BAD_DEPLOY, "database", 1.0)],
        ..EnvironmentState::new(SloBudget {
            remaining: 4.0,
            burn_per_tick: 1.5,
        })
    }
}
