//! What a fleet costs, beside simulations alone and beside the yardstick's plain arrays, in one run.
//!
//! `cargo bench -p firewatch-scenario --bench fleet` prints two tables: ticks, and episodes (memory, fresh
//! episodes, observations). `-- hard 1024` picks a difficulty, a number of environments or both,
//! `-- ticks` or `-- episodes` one of the tables. Each figure is the best of a few repetitions.

#![expect(
    clippy::expect_used,
    reason = "a benchmark whose episodes are refused fails"
)]

mod episodes;
mod ticks;
#[path = "../yardstick/mod.rs"]
mod yardstick;

use std::str::FromStr;

use firewatch_scenario::Difficulty;

/// Repetitions that count; one more before them builds schedules and fills caches.
const REPETITIONS: usize = 5;

/// An argument that reads as such a thing. `cargo bench` adds some of its own.
fn argument<T: FromStr>() -> Option<T> {
    std::env::args().find_map(|argument| argument.parse().ok())
}

fn main() {
    let has = |name: &str| std::env::args().any(|argument| argument == name);
    let difficulty: Option<Difficulty> = argument();
    let difficulties: Vec<_> = { Difficulty::ALL.iter().copied() }
        .filter(|&one| difficulty.is_none_or(|picked| picked == one))
        .collect();
    let size: Option<usize> = argument();
    if !has("ticks") {
        episodes::table(&difficulties, size.unwrap_or(16_384));
    }
    if !has("episodes") {
        let sizes = size.map_or(ticks::SIZES.to_vec(), |size| vec![size]);
        ticks::table(&difficulties, &sizes);
    }
}
