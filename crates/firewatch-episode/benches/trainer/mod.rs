//! A trainer's loop and its parts: mask, step, rewards and ends, resets, observation; and what a branch costs.

mod branches;

use std::time::Instant;

use firewatch_action::Profile;
use firewatch_episode::{
    AutoReset, BatchStep, EpisodeBatch, EpisodeRequest, ObservationLayout, StepBuffers,
    TrainingBatch,
};
use firewatch_reference::PythonRandom;
use firewatch_scenario::{Difficulty, RandomStreams, ScenarioGenerator, generate};

use crate::yardstick::Yardstick;
use crate::{METRICS, SERVICES, drawn};

/// Rounds that make a window: an episode lasts no longer.
const WINDOW: usize = 40;
const WINDOWS: usize = 9;
/// Sets of codes that are drawn beforehand, and taken in turn.
const SETS: usize = 64;

/// Parts of the loop, in order.
const PARTS: [&str; 5] = ["mask", "step", "rewards and ends", "resets", "observation"];

/// Bytes of memory that the process has; `None` where there is no `/proc`.
fn resident_bytes() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split(' ').nth(1)?.parse().ok()?;
    // The size of a page where Linux runs such benchmarks.
    Some(pages * 4096)
}

/// A loop with its buffers.
struct Loop {
    batch: EpisodeBatch,
    encoding: firewatch_episode::ActionEncoding,
    layout: ObservationLayout,
    codes: Vec<Vec<u32>>,
    legal: Vec<bool>,
    steps: Vec<BatchStep>,
    rewards: Vec<f32>,
    ended: Vec<bool>,
    observations: Vec<f32>,
    next_seed: u64,
}

/// Random legal codes of an action on each environment, but for those that end it.
fn draw_codes(batch: &EpisodeBatch, encoding: &firewatch_episode::ActionEncoding) -> Vec<Vec<u32>> {
    let mut legal = vec![false; batch.len() * encoding.len()];
    batch.legal_into(encoding, &mut legal).expect("it fits");
    let declares = encoding.encode("declare_resolved", None, None);
    let picked = |code: &u32| legal[*code as usize] && Some(*code) != declares;
    let codes: Vec<u32> = (0..encoding.len() as u32).filter(picked).collect();
    let mut random = PythonRandom::new(1);
    let mut set = || {
        let draw = |_| codes[random.below(codes.len())];
        (0..batch.len()).map(draw).collect()
    };
    (0..SETS).map(|_| set()).collect()
}

impl Loop {
    fn new(count: usize, threads: usize, layout: ObservationLayout) -> Self {
        let requests = (0..count as u64).map(drawn);
        let batch = EpisodeBatch::new(Profile::Standard, requests, threads);
        let batch = batch.expect("they can begin");
        let encoding = batch.encoding(SERVICES).expect("it is small");
        Self {
            codes: draw_codes(&batch, &encoding),
            legal: vec![false; count * encoding.len()],
            steps: vec![BatchStep::default(); count],
            rewards: vec![0.0; count],
            ended: vec![false; count],
            observations: vec![0.0; count * layout.len()],
            next_seed: count as u64,
            batch,
            encoding,
            layout,
        }
    }

    /// Seconds of each part of a round.
    fn round(&mut self, number: usize) -> [f64; PARTS.len()] {
        let codes = &self.codes[number % SETS];
        let mut at = Instant::now();
        let mut lap = || {
            std::mem::replace(&mut at, Instant::now())
                .elapsed()
                .as_secs_f64()
        };
        let legal = self.batch.legal_into(&self.encoding, &mut self.legal);
        legal.expect("it fits");
        let mask = lap();
        let (batch, encoding) = (&mut self.batch, &self.encoding);
        let step = batch.step_encoded(encoding, codes, None, &mut self.steps);
        step.expect("all are legal");
        let step = lap();
        for ((reward, ended), step) in self
            .rewards
            .iter_mut()
            .zip(&mut self.ended)
            .zip(&self.steps)
        {
            *reward = step.reward.total as f32;
            *ended = step.end.is_some();
        }
        let results = lap();
        let seed = &mut self.next_seed;
        let reset = self.batch.reset_masked(&self.ended, |_| {
            *seed += 1;
            drawn(*seed)
        });
        reset.expect("they can begin");
        let reset = lap();
        let observed = self
            .batch
            .observe_columns_into(&self.layout, &mut self.observations);
        observed.expect("it fits");
        [mask, step, results, reset, lap()]
    }
}

/// Nanoseconds of each part for an environment and a step: of each round of an episode's length the least over the
/// windows, and of these the mean. The first window, in which all episodes begin at once, is not counted. What a reset
/// costs is the least of any round that has some, by how many there are.
fn parts(count: usize, threads: usize, layout: &ObservationLayout) -> [f64; PARTS.len()] {
    const RESETS: usize = 3;
    let mut work = Loop::new(count, threads, layout.clone());
    let mut rounds = vec![[f64::INFINITY; PARTS.len()]; WINDOW];
    let (mut of_reset, mut resets) = (f64::INFINITY, 0);
    for number in 0..(1 + WINDOWS) * WINDOW {
        let seconds = work.round(number);
        if number < WINDOW {
            continue;
        }
        let least = &mut rounds[number % WINDOW];
        least
            .iter_mut()
            .zip(seconds)
            .for_each(|(least, part)| *least = least.min(part));
        let ended = work.ended.iter().filter(|ended| **ended).count();
        resets += ended;
        if ended * 100 >= count {
            of_reset = of_reset.min(seconds[RESETS] / ended as f64);
        }
    }
    let steps = (count * WINDOW) as f64;
    let mut figures = std::array::from_fn(|part| {
        rounds.iter().map(|round| round[part]).sum::<f64>() * 1e9 / steps
    });
    figures[RESETS] = of_reset * resets as f64 * 1e9 / (steps * WINDOWS as f64);
    figures
}

/// The same of the loop as one call, without the mask.
fn whole(count: usize, threads: usize, layout: &ObservationLayout) -> f64 {
    let request = |new: firewatch_episode::NewEpisode| drawn(new.seed);
    let builder = TrainingBatch::builder(count, request).threads(threads);
    let builder = builder
        .layout(layout.clone())
        .auto_reset(AutoReset::NextStep);
    let mut batch = builder.build().expect("they can begin");
    let sets = draw_codes(batch.batch(), batch.encoding());
    let mut observations = vec![0.0; count * layout.len()];
    let mut rewards = vec![0.0; count];
    let (mut terminated, mut truncated) = (vec![false; count], vec![false; count]);
    let mut errors = vec![None; count];
    let mut rounds = [f64::INFINITY; WINDOW];
    for window in 0..=WINDOWS {
        for (round, least) in rounds.iter_mut().enumerate() {
            let buffers = StepBuffers {
                observations: &mut observations,
                final_observations: None,
                rewards: &mut rewards,
                terminated: &mut terminated,
                truncated: &mut truncated,
                errors: &mut errors,
            };
            let codes = &sets[(window * WINDOW + round) % SETS];
            let start = Instant::now();
            batch.step(codes, buffers).expect("the buffers fit");
            if window > 0 {
                *least = least.min(start.elapsed().as_secs_f64());
            }
        }
    }
    rounds.iter().sum::<f64>() * 1e9 / (count * WINDOW) as f64
}

/// Nanoseconds of a tick of the yardstick for an environment.
fn yardstick(count: usize) -> f64 {
    let mut generator = ScenarioGenerator::new();
    let mut start = Yardstick::default();
    for seed in 0..count as u64 {
        start.push(generator.draw(Difficulty::Hard, seed));
    }
    let mut best = f64::INFINITY;
    for _ in 0..=WINDOWS {
        let mut run = start.clone();
        let begun = Instant::now();
        (0..WINDOW).for_each(|_| run.tick());
        best = best.min(begun.elapsed().as_secs_f64() * 1e9 / (count * WINDOW) as f64);
    }
    best
}

/// Prints the bytes that an environment takes in batches of these sizes, without what all batches share.
fn print_bytes(sizes: &[usize]) {
    let new = |count: &usize| {
        let requests = (0..*count as u64).map(drawn);
        EpisodeBatch::new(Profile::Standard, requests, 1).expect("they can begin")
    };
    // They are kept: what one gives back the next would take without growing. The first has what all share.
    let mut batches = vec![new(&1)];
    for count in sizes {
        let before = resident_bytes();
        batches.push(new(count));
        if let Some((before, after)) = before.zip(resident_bytes()) {
            let bytes = after.saturating_sub(before) / count;
            println!("{count}: {bytes} bytes an environment");
        }
    }
}

/// Prints the tables.
pub fn print(count: Option<usize>) {
    let sizes = count.map_or(vec![1_024, 16_384], |count| vec![count]);
    print_bytes(&sizes);
    let small = ObservationLayout::new(METRICS, SERVICES).expect("all are numbers");
    let operator = ObservationLayout::operator(SERVICES).expect("all are numbers");
    let layouts = [
        ("4 metrics", small.clone()),
        ("operator", operator.clone()),
        ("normalised", operator.normalised()),
    ];
    println!("a trainer's loop of hard episodes: ns a step and environment, and by the yardstick");
    for &count in &sizes {
        let unit = yardstick(count);
        println!("{:>26} {unit:8.0}     1.0", format!("{count}: yardstick"));
        for threads in [1, 2] {
            let figures = parts(count, threads, &small);
            let sum: f64 = figures.iter().sum();
            println!("{count} on {threads}:");
            for (name, figure) in PARTS.iter().zip(figures).chain([(&"loop", sum)]) {
                println!("{name:>26} {figure:8.0} {:7.1}", figure / unit);
            }
            let whole = whole(count, threads, &small);
            println!(
                "{:>26} {whole:8.0} {:7.1}",
                "one call, without mask",
                whole / unit
            );
        }
    }
    for (name, layout) in layouts {
        let [.., figure] = parts(sizes[0], 1, &layout);
        println!(
            "observation, {name:>12}, {:4} columns: {figure:8.0}",
            layout.len()
        );
    }
    branches::print();
}

/// A hard incident.
fn hard() -> EpisodeRequest {
    EpisodeRequest::scenario(generate(Difficulty::Hard, 7))
}
