//! Replacing incidents takes no more memory the longer it goes on, whatever their shapes: what `bevy_ecs`
//! remembers of despawned entities is forgotten, and so is all else of an earlier incident.
//!
//! 100,000 resets of each kind, 5,000 in a debug build. `FIREWATCH_RESETS=1000000 cargo test --release
//! --test memory -- --nocapture` prints the curve of a longer run.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use std::sync::Arc;

use bevy_ecs::prelude::*;
use firewatch_action::Profile;
use firewatch_episode::{EpisodeBatch, EpisodeRequest, NewEpisode, StepBuffers, TrainingBatch};
use firewatch_scenario::{Difficulty, Physics, Scenario, ScenarioGenerator};
use firewatch_sim::{
    Environment, FaultKind, FaultState, Fleet, Simulation, defragment_environments,
    despawn_environment, spawn_environment,
};
use firewatch_tests::{neighbour, workspace};

/// Bytes that a run may hold more in its second half than in its first: the sizes of incidents differ.
const SLACK_BYTES: i64 = 64 * 1024;
/// Environments of a fleet or batch.
const PLACES: usize = 24;

fn resets() -> usize {
    let usual = if cfg!(debug_assertions) {
        5_000
    } else {
        100_000
    };
    let given = std::env::var("FIREWATCH_RESETS").ok();
    given.map_or(usual, |text| text.parse().unwrap())
}

fn difficulty(number: usize) -> Difficulty {
    [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard][number % 3]
}

/// Asserts that this thread holds no more memory in the second half of the resets than in the first.
fn assert_bounded(what: &str, mut reset: impl FnMut(usize)) {
    let tenth = resets().div_ceil(10);
    let mut held = Vec::new();
    let mut total = 0;
    for part in 0..10 {
        let info = allocation_counter::measure(|| {
            (part * tenth..(part + 1) * tenth).for_each(&mut reset);
        });
        total += info.bytes_current;
        held.push(total);
        println!(
            "{what}: {total} bytes more after {} resets",
            (part + 1) * tenth
        );
    }
    let (first, second) = held.split_at(5);
    let most = |held: &[i64]| held.iter().max().copied().unwrap_or_default();
    let growth = most(second) - most(first);
    assert!(growth < SLACK_BYTES, "{what}: {held:?}");
}

#[test]
fn mixed_resets_of_a_fleet_take_constant_memory() {
    let mut episodes = ScenarioGenerator::new();
    let blueprints: Vec<_> = (0..PLACES)
        .map(|place| episodes.draw(difficulty(place), place as u64).clone())
        .collect();
    let mut fleet = Fleet::new(blueprints, 1).unwrap();
    assert_bounded("a fleet", |number| {
        // A place gets another difficulty every time.
        let blueprint = episodes.draw(difficulty(number / PLACES + number), number as u64);
        fleet.reset(number % PLACES, blueprint).unwrap();
        if number % PLACES == 0 {
            fleet.tick();
        }
    });
}

#[test]
fn resets_after_a_fault_was_injected_take_constant_memory() {
    let mut episodes = ScenarioGenerator::new();
    let mut fleet = Fleet::new([episodes.draw(Difficulty::Easy, 0).clone()], 1).unwrap();
    assert_bounded("a fleet with injections", |number| {
        let service = fleet.read(0, |view| view.service_names().next().unwrap().to_owned());
        let fault = FaultState::new(FaultKind::BAD_DEPLOY, service.unwrap(), 1.0);
        fleet.inject_fault(0, &fault).unwrap();
        let blueprint = episodes.draw(Difficulty::Easy, number as u64);
        fleet.reset(0, blueprint).unwrap();
    });
}

#[test]
fn mixed_resets_of_a_batch_take_constant_memory() {
    let drawn = |number: usize| EpisodeRequest::Drawn {
        difficulty: difficulty(number / PLACES + number),
        seed: number as u64,
    };
    let mut batch = EpisodeBatch::new(Profile::Standard, (0..PLACES).map(drawn), 1).unwrap();
    let mut mask = [false; PLACES];
    assert_bounded("a batch", |number| {
        mask[number % PLACES] = true;
        batch.reset_masked(&mask, |_| drawn(number)).unwrap();
        mask[number % PLACES] = false;
    });
}

#[test]
fn episodes_of_a_trainer_take_constant_memory() {
    let incidents = [
        "catalog/hard/two-teams-one-evening.ron",
        "traffic/incidents/search-after-a-burst.ron",
    ];
    let incidents = incidents.map(|file| {
        let scenario = Scenario::load(&workspace().join("scenarios").join(file)).unwrap();
        Arc::new(scenario)
    });
    let request = |new: NewEpisode| match new.seed % 20 {
        number @ 0..2 => EpisodeRequest::scenario(Arc::clone(&incidents[number as usize])),
        number => EpisodeRequest::Drawn {
            difficulty: difficulty(number as usize),
            seed: new.seed,
        },
    };
    let builder = TrainingBatch::builder(PLACES, request).max_steps(2);
    let builder = builder.physics(Physics::ALL).services(8);
    let mut batch = builder.build().unwrap();
    let (codes, columns) = (batch.encoding().len() as u32, batch.layout().len());
    let mut observations = vec![0.0; PLACES * columns];
    let mut rewards = [0.0; PLACES];
    let (mut terminated, mut truncated) = ([false; PLACES], [false; PLACES]);
    let mut errors = [None; PLACES];
    let mut legal = vec![false; PLACES * codes as usize];
    assert_bounded("a trainer's batch", |number| {
        // Every third step begins an episode in each place.
        if number % (PLACES / 3) != 0 {
            return;
        }
        batch.legal_into(&mut legal).unwrap();
        let drawn = |place: usize| (number * 31 + place * 17) % codes as usize;
        let code = |place| match legal[place * codes as usize + drawn(place)] {
            true => drawn(place) as u32,
            false => 0,
        };
        let buffers = StepBuffers {
            observations: &mut observations,
            final_observations: None,
            rewards: &mut rewards,
            terminated: &mut terminated,
            truncated: &mut truncated,
            errors: &mut errors,
        };
        let step = std::array::from_fn::<u32, PLACES, _>(code);
        batch.step(&step, buffers).unwrap();
        assert_eq!(errors, [None; PLACES]);
    });
    let episodes = (0..PLACES).map(|place| batch.episode(place).unwrap().episode);
    assert!(episodes.sum::<u64>() >= resets() as u64 * 9 / 10);
}

#[test]
fn environments_that_come_and_go_in_a_hosts_world_take_constant_memory() {
    let states = [2, 3, 4].map(neighbour);
    let mut world = World::new();
    let kept = spawn_environment(&mut world, &states[0]).unwrap();
    // A host that never calls `World::clear_trackers`.
    assert_bounded("a host's world", |number| {
        let state = &states[number % states.len()];
        let environment = spawn_environment(&mut world, state).unwrap();
        despawn_environment(&mut world, environment).unwrap();
        if number % 16 == 0 {
            defragment_environments(&mut world, &[kept]);
        }
    });
}

#[test]
fn restores_of_a_simulation_take_constant_memory() {
    let states = [2, 3, 4].map(neighbour);
    let mut simulation = Simulation::new(&states[0]).unwrap();
    assert_bounded("a simulation", |number| {
        simulation.restore(&states[number % states.len()]).unwrap();
    });
}

#[test]
fn a_host_that_reads_removals_at_its_frames_sees_them_all() {
    let mut world = World::new();
    let mut frame = Schedule::default();
    frame.add_systems(
        |mut removed: RemovedComponents<Environment>, mut seen: ResMut<Seen>| {
            seen.0 += removed.read().count();
        },
    );
    world.init_resource::<Seen>();
    let state = neighbour(2);
    // In a frame more services go than messages are kept of one component.
    let in_a_frame = 4096 / state.services.len() + 100;
    for frames in 1..=3 {
        for _ in 0..in_a_frame {
            let environment = spawn_environment(&mut world, &state).unwrap();
            despawn_environment(&mut world, environment).unwrap();
        }
        frame.run(&mut world);
        world.clear_trackers();
        assert_eq!(world.resource::<Seen>().0, frames * in_a_frame);
    }
}

#[derive(Resource, Default)]
struct Seen(usize);
