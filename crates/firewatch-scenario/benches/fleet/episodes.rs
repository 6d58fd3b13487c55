//! Episodes: what one needs in memory, what a fresh one costs to draw and to put in the place of
//! another, and what looking at one costs.
//!
//! One thread; environments are reset in order. Memory is what the process has grown by when the fleet
//! stands, so it is only told where `/proc` is.

use std::hint::black_box;
use std::time::Instant;

use firewatch_scenario::{Difficulty, ScenarioGenerator};
use firewatch_sim::{Blueprint, Fleet, Observation};

use crate::REPETITIONS;

/// What is observed of each service.
const OBSERVED: [&str; 4] = [
    "status",
    "http_server_error_rate",
    "http_server_request_duration_p99",
    "process_memory_utilization",
];

/// Bytes of memory that the process has.
fn resident_bytes() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split(' ').nth(1)?.parse().ok()?;
    // The size of a page where Linux runs such benchmarks.
    Some(pages * 4096)
}

/// The least nanoseconds that `work` takes for each of the environments, over new seeds every time.
fn measure(environments: usize, mut work: impl FnMut(usize, u64)) -> f64 {
    let mut best = f64::INFINITY;
    for repetition in 0..=REPETITIONS {
        let start = Instant::now();
        for environment in 0..environments {
            work(
                environment,
                (repetition * environments + environment) as u64,
            );
        }
        let spent = start.elapsed().as_secs_f64() * 1e9 / environments as f64;
        // The first repetition fills caches.
        if repetition > 0 {
            best = best.min(spent);
        }
    }
    best
}

/// A fleet of episodes of that difficulty, and what each environment has added to the process's memory.
fn build(difficulty: Difficulty, environments: usize) -> (Fleet, Option<usize>) {
    let before = resident_bytes();
    let mut episodes = ScenarioGenerator::new();
    let seeds = 0..environments as u64;
    let blueprints = seeds.map(|seed| episodes.draw(difficulty, seed).clone());
    let fleet = Fleet::new(blueprints, 1).expect("valid episodes");
    let grown = resident_bytes().zip(before);
    let bytes = grown.map(|(after, before)| after.saturating_sub(before) / environments);
    (fleet, bytes)
}

fn row(difficulty: Difficulty, fleet: &mut Fleet, bytes: Option<usize>) {
    let environments = fleet.len();
    let mut episodes = ScenarioGenerator::new();
    let drawn = measure(environments, |_, seed| {
        black_box(episodes.draw(difficulty, seed));
    });
    let blueprints: Vec<Blueprint> = (0..256)
        .map(|seed| episodes.draw(difficulty, seed).clone())
        .collect();
    let reset = measure(environments, |environment, seed| {
        let blueprint = &blueprints[seed as usize % blueprints.len()];
        let done = fleet.reset(environment, blueprint);
        done.expect("a valid episode");
    });
    let both = measure(environments, |environment, seed| {
        let done = fleet.reset(environment, episodes.draw(difficulty, seed));
        done.expect("a valid episode");
    });
    let observed = observe(fleet, difficulty.service_count());
    let bytes = bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
    println!(
        "{difficulty:<10} {drawn:>10.0} {reset:>10.0} {both:>10.0} {:>12.0} {observed:>10.1} {:>12.0} {bytes:>10}",
        1e9 / both,
        1e9 / observed,
    );
}

/// Nanoseconds that observing one environment takes.
fn observe(fleet: &mut Fleet, services: usize) -> f64 {
    let environments = fleet.len();
    let observation = Observation::new(OBSERVED, services).expect("known metrics");
    let [_, _, metrics] = observation.shape(environments);
    let mut values = vec![0.0; environments * services * metrics];
    let mut mask = vec![false; environments * services];
    let mut look = || {
        let start = Instant::now();
        let done = fleet.observe_into(&observation, &mut values, &mut mask);
        done.expect("there is room");
        black_box(&mut values);
        start.elapsed().as_secs_f64() * 1e9 / environments as f64
    };
    look();
    (0..REPETITIONS)
        .map(|_| look())
        .fold(f64::INFINITY, f64::min)
}

pub fn table(difficulties: &[Difficulty], environments: usize) {
    // All stand before the first is measured: what that frees would hide what they need.
    let fleets = difficulties.iter().map(|&difficulty| {
        let (fleet, bytes) = build(difficulty, environments);
        (difficulty, fleet, bytes)
    });
    let fleets: Vec<_> = fleets.collect();
    println!("\nns per episode, {environments} environments, one thread");
    println!(
        "{:<10} {:>10} {:>10} {:>10} {:>12} {:>10} {:>12} {:>10}",
        "difficulty", "draw", "reset", "both", "resets/s", "observe", "observed/s", "bytes"
    );
    for (difficulty, mut fleet, bytes) in fleets {
        row(difficulty, &mut fleet, bytes);
    }
}
