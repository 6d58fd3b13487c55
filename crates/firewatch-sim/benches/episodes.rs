//! What a fresh episode costs: drawing it, and putting it in the place of another in a fleet.
//!
//! `cargo bench -p firewatch-sim --bench episodes` prints a table; a number after `--` is the number of
//! environments. One thread; environments are reset in
//! order; each figure is the best of a few repetitions. Memory is what the process has grown by when
//! the fleet stands, so it is only told where `/proc` is.

#![expect(
    clippy::expect_used,
    reason = "a benchmark whose episodes are refused fails"
)]

use std::time::Instant;

use firewatch_scenario::{Difficulty, Episodes};
use firewatch_sim::{Blueprint, Fleet};

const REPETITIONS: u64 = 5;

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
                repetition * environments as u64 + environment as u64,
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
    let mut episodes = Episodes::new();
    let seeds = 0..environments as u64;
    let blueprints = seeds.map(|seed| episodes.draw(difficulty, seed).clone());
    let fleet = Fleet::new(blueprints, 1).expect("valid episodes");
    let grown = resident_bytes().zip(before);
    let bytes = grown.map(|(after, before)| after.saturating_sub(before) / environments);
    (fleet, bytes)
}

fn row(difficulty: Difficulty, fleet: &mut Fleet, bytes: Option<usize>) {
    let environments = fleet.len();
    let mut episodes = Episodes::new();
    let drawn = measure(environments, |_, seed| {
        std::hint::black_box(episodes.draw(difficulty, seed));
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
    let bytes = bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
    println!(
        "{difficulty:<10} {drawn:>10.0} {reset:>10.0} {both:>10.0} {:>14.0} {bytes:>12}",
        1e9 / both
    );
}

fn main() {
    // `cargo bench` adds an argument of its own.
    let picked = std::env::args().find_map(|argument| argument.parse().ok());
    let environments = picked.unwrap_or(16_384);
    // All stand before the first is measured: what that frees would hide what they need.
    let fleets = Difficulty::ALL.iter().map(|&difficulty| {
        let (fleet, bytes) = build(difficulty, environments);
        (difficulty, fleet, bytes)
    });
    let fleets: Vec<_> = fleets.collect();
    println!("{environments} environments, ns per episode");
    println!(
        "{:<10} {:>10} {:>10} {:>10} {:>14} {:>12}",
        "difficulty", "draw", "reset", "both", "resets/s", "bytes/env"
    );
    for (difficulty, mut fleet, bytes) in fleets {
        row(difficulty, &mut fleet, bytes);
    }
}
