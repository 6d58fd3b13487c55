//! What a branch costs: the episode is copied, an action is done, five ticks go by.

use std::sync::Arc;
use std::time::Instant;

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_episode::{BatchStep, EpisodeBatch};

use super::{SETS, draw_codes, hard};

const BRANCHES: usize = 1_024;
const TICKS: usize = 5;
const ROUNDS: usize = 60;

/// Prints the least nanoseconds of a fork, and of a branch.
pub fn print() {
    for threads in [1, 2] {
        let catalogue = Arc::new(ActionCatalogue::built_in(Profile::Standard).clone());
        let batch =
            EpisodeBatch::repeated(Profile::Standard, catalogue, &hard(), BRANCHES + 1, threads);
        let mut batch = batch.expect("they can begin");
        let encoding = batch.encoding(0).expect("it is small");
        let sets = draw_codes(&batch, &encoding);
        let mut steps = vec![BatchStep::default(); BRANCHES + 1];
        let mut least = [f64::INFINITY; 2];
        let waiting = vec![0; BRANCHES + 1];
        // The first place is the origin: it stays as it is.
        let mut mask = vec![true; BRANCHES + 1];
        mask[0] = false;
        for round in 0..ROUNDS {
            let start = Instant::now();
            for place in 1..=BRANCHES {
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
        println!(
            "{threads} threads: fork {fork:.0} ns; branch (fork, action, five ticks) {branch:.0} ns"
        );
    }
}
