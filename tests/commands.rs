//! Commands of systems that a host adds to a simulation are applied after the tick in which they were given.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use bevy_ecs::prelude::*;
use firewatch_scenario::{Difficulty, generate};
use firewatch_sim::{Simulation, Vitals};

#[derive(Component)]
#[component(storage = "SparseSet")]
struct Seen;

/// Its place among the engine's systems is open: no other system waits for its commands.
fn see(mut commands: Commands, services: Query<Entity, (With<Vitals>, Without<Seen>)>) {
    for service in &services {
        commands.entity(service).insert(Seen);
    }
}

/// One that has ticked before the host comes, and its number of services.
fn simulation() -> (Simulation, usize) {
    let blueprint = generate(Difficulty::Hard, 5).blueprint().unwrap();
    let mut simulation = Simulation::from_blueprint(&blueprint).unwrap();
    simulation.tick();
    (simulation, blueprint.services.len())
}

fn seen(simulation: &mut Simulation) -> usize {
    let world = simulation.world_mut();
    world.query::<&Seen>().iter(world).count()
}

#[test]
fn commands_of_a_system_in_the_schedule_are_applied() {
    let (mut simulation, services) = simulation();
    simulation.schedule_mut().add_systems(see);
    assert_eq!(seen(&mut simulation), 0);
    simulation.tick();
    assert_eq!(seen(&mut simulation), services);
}

#[test]
fn commands_of_a_system_that_is_installed_are_applied() {
    let (mut simulation, services) = simulation();
    let installed = simulation.install(|schedule, _| {
        schedule.add_systems(see);
    });
    installed.unwrap();
    simulation.tick();
    assert_eq!(seen(&mut simulation), services);
}
