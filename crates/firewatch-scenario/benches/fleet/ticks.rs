//! Ticks: alone, in a fleet on one thread and on two, and in plain arrays.
//!
//! All five kinds of fault are mixed; half of the time the faults are active, the other half the
//! services recover. Building and resetting are left out of the time.

use std::time::{Duration, Instant};

use firewatch_scenario::{Difficulty, generate};
use firewatch_sim::{Blueprint, FaultKind, Fleet, Simulation};

use crate::REPETITIONS;
use crate::yardstick::Yardstick;

/// Ticks under fault, and as many in recovery.
const PHASE: u64 = 20;
/// Ticks of environments that a repetition takes at least, so that it can be measured.
const TICKS_PER_REPETITION: usize = 200_000;
pub const SIZES: [usize; 5] = [1, 64, 1_024, 16_384, 131_072];
/// A world each for more than so many would not fit the memory.
const MAX_SIMULATIONS: usize = 64;

/// Something that holds environments and can go through both phases.
trait Subject {
    fn reset(&mut self);
    fn tick(&mut self);
    fn halt_all(&mut self);
}

struct Alone<'a> {
    simulations: Vec<Simulation>,
    blueprints: &'a [Blueprint],
}

impl Subject for Alone<'_> {
    fn reset(&mut self) {
        let build = |blueprint| Simulation::from_blueprint(blueprint).expect("a valid episode");
        self.simulations = self.blueprints.iter().map(build).collect();
        // A first tick builds the schedule and would hide what the others take.
        for (simulation, blueprint) in self.simulations.iter_mut().zip(self.blueprints) {
            simulation.tick();
            let start = blueprint.state().expect("a valid episode");
            simulation.restore(&start).expect("a valid episode");
        }
    }

    fn tick(&mut self) {
        for simulation in &mut self.simulations {
            simulation.tick();
        }
    }

    fn halt_all(&mut self) {
        for simulation in &mut self.simulations {
            simulation.halt_fault(0).expect("one fault");
        }
    }
}

struct InFleet<'a> {
    fleet: Fleet,
    blueprints: &'a [Blueprint],
}

impl<'a> InFleet<'a> {
    fn new(blueprints: &'a [Blueprint], threads: usize) -> Self {
        let fleet = Fleet::new(blueprints.iter().cloned(), threads);
        Self {
            fleet: fleet.expect("valid episodes"),
            blueprints,
        }
    }
}

impl Subject for InFleet<'_> {
    fn reset(&mut self) {
        for (environment, blueprint) in self.blueprints.iter().enumerate() {
            let done = self.fleet.reset(environment, blueprint);
            done.expect("a valid episode");
        }
    }

    fn tick(&mut self) {
        self.fleet.tick();
    }

    fn halt_all(&mut self) {
        for environment in 0..self.fleet.len() {
            self.fleet.halt_fault(environment, 0).expect("one fault");
        }
    }
}

struct InArrays {
    yardstick: Yardstick,
    start: Yardstick,
}

impl Subject for InArrays {
    fn reset(&mut self) {
        self.yardstick.clone_from(&self.start);
    }

    fn tick(&mut self) {
        self.yardstick.tick();
    }

    fn halt_all(&mut self) {
        self.yardstick.halt_all();
    }
}

fn phase(subject: &mut dyn Subject) -> Duration {
    let start = Instant::now();
    (0..PHASE).for_each(|_| subject.tick());
    start.elapsed()
}

/// Nanoseconds per tick of one of `size` environments, of each subject. They take turns, so that what
/// else the machine does hits all of them.
fn measure<const N: usize>(mut subjects: [&mut dyn Subject; N], size: usize) -> [f64; N] {
    let rounds = (TICKS_PER_REPETITION / size / (2 * PHASE as usize)).max(1);
    let mut best = [f64::INFINITY; N];
    for repetition in 0..=REPETITIONS {
        for (subject, best) in subjects.iter_mut().zip(&mut best) {
            let mut spent = Duration::ZERO;
            for _ in 0..rounds {
                subject.reset();
                spent += phase(*subject);
                subject.halt_all();
                spent += phase(*subject);
            }
            let ticks = (rounds * size) as f64 * (2 * PHASE) as f64;
            if repetition > 0 {
                *best = best.min(spent.as_secs_f64() * 1e9 / ticks);
            }
        }
    }
    best
}

fn episode(difficulty: Difficulty, seed: usize) -> Blueprint {
    let mut scenario = generate(difficulty, seed as u64);
    scenario.faults[0].kind = FaultKind::BUILT_IN[seed % 5];
    scenario.blueprint().expect("a valid episode")
}

/// Shows that both do the same, once; the test `yardstick` does it for many episodes and ticks.
fn check() {
    let blueprint = episode(Difficulty::Hard, 3);
    let mut yardstick = Yardstick::default();
    yardstick.push(&blueprint);
    let mut simulation = Simulation::from_blueprint(&blueprint).expect("a valid episode");
    for _ in 0..PHASE {
        yardstick.tick();
        simulation.tick();
    }
    let state = yardstick.state(0, blueprint.state().expect("a valid episode"));
    let same = Simulation::new(&state).expect("a valid state");
    assert_eq!(
        same.state_hash(),
        simulation.state_hash(),
        "the yardstick does the same"
    );
}

fn row(difficulty: Difficulty, size: usize) {
    let blueprints: Vec<_> = (0..size).map(|seed| episode(difficulty, seed)).collect();
    let alone = (size <= MAX_SIMULATIONS).then(|| {
        let mut alone = Alone {
            simulations: Vec::new(),
            blueprints: &blueprints,
        };
        let [alone] = measure([&mut alone], size);
        alone
    });
    let mut start = Yardstick::default();
    blueprints
        .iter()
        .for_each(|blueprint| start.push(blueprint));
    let mut arrays = InArrays {
        yardstick: start.clone(),
        start,
    };
    let (mut one, mut two) = (InFleet::new(&blueprints, 1), InFleet::new(&blueprints, 2));
    let [arrays, one, two] = measure([&mut arrays, &mut one, &mut two], size);
    let alone = alone.map_or_else(|| "-".to_owned(), |alone| format!("{alone:.0}"));
    println!(
        "{difficulty:<10} {size:>12} {alone:>12} {one:>10.1} {two:>10.1} {arrays:>10.1} {:>10.2} {:>10.2}",
        one / arrays,
        one / two,
    );
}

pub fn table(difficulties: &[Difficulty], sizes: &[usize]) {
    check();
    println!("\nns per tick of an environment");
    println!(
        "{:<10} {:>12} {:>12} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "difficulty",
        "environments",
        "simulations",
        "fleet",
        "2 threads",
        "yardstick",
        "fleet/yard",
        "1/2 thr"
    );
    for &difficulty in difficulties {
        sizes.iter().for_each(|&size| row(difficulty, size));
    }
}
