//! What a branch costs: the episode is copied, an action is done, five ticks go by.

use std::sync::Arc;
use std::time::Instant;

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_episode::{BatchStep, EpisodeBatch};

use super::{SETS, draw_codes, hard};

/// Branches that are played together: those of a part, which stay in a core's cache. The part before them has the
/// origin, and is not stepped.
const BRANCHES: usize = 128;
const TICKS: usize = 5;
const ROUNDS: usize = 400;

/// Prints the least nanoseconds of a fork, and of a branch.
pub fn print() {
    let catalogue = Arc::new(ActionCatalogue::built_in(Profile::Standard).clone());
    let batch = EpisodeBatch::repeated(Profile::Standard, catalogue, &hard(), 2 * BRANCHES, 1);
    let mut batch = batch.expect("they can begin");
    let encoding = batch.encoding(0).expect("it is small");
    let sets = draw_codes(&batch, &encoding);
    let mut steps = vec![BatchStep::default(); 2 * BRANCHES];
    let mut least = [f64::INFINITY; 2];
    let waiting = vec![0; 2 * BRANCHES];
    let mut mask = vec![true; 2 * BRANCHES];
    mask[..BRANCHES].fill(false);
    for round in 0..ROUNDS {
        let start = Instant::now();
        for place in BRANCHES..2 * BRANCHES {
            batch.fork(0, place).expect("there are as many");
        }
        least[0] = start.elapsed().as_secs_f64().min(least[0]);
        for tick in 0..TICKS {
            let codes = if tick == 0 {
                &sets[round % SETS]
            } else {
                &waiting
            };
            let step = batch.step_encoded(&encoding, codes, Some(&mask), &mut steps);
            step.expect("all are legal");
        }
        least[1] = start.elapsed().as_secs_f64().min(least[1]);
    }
    let [fork, branch] = least.map(|seconds| seconds * 1e9 / BRANCHES as f64);
    println!("fork {fork:.0} ns; branch (fork, action, five ticks) {branch:.0} ns");
}
