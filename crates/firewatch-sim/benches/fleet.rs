//! What a tick of an environment costs: alone, in a fleet, and in the yardstick's plain arrays.
//!
//! `cargo bench -p firewatch-sim --bench fleet` prints one table. All five kinds of fault are mixed;
//! half of the time the faults are active, the other half the services recover. Each figure is the
//! best of a few repetitions, in nanoseconds per tick of one environment, building left out.

#![expect(
    clippy::expect_used,
    reason = "a benchmark whose episodes are refused fails"
)]

mod yardstick;

use std::time::{Duration, Instant};

use firewatch_scenario::{Difficulty, generate};
use firewatch_sim::{Blueprint, EnvironmentState, FaultKind, Fleet, Simulation};
use yardstick::Yardstick;

/// Ticks under fault, and as many in recovery.
const PHASE: u64 = 20;
/// Ticks of environments that a repetition takes at least, so that it can be measured.
const TICKS_PER_REPETITION: usize = 200_000;
const REPETITIONS: usize = 5;
const SIZES: [usize; 5] = [1, 64, 1_024, 16_384, 131_072];

/// Something that holds environments and can go through both phases.
trait Subject {
    fn reset(&mut self);
    fn tick(&mut self);
    fn halt_all(&mut self);
}

struct Alone<'a> {
    simulations: Vec<Simulation>,
    states: &'a [EnvironmentState],
}

impl Subject for Alone<'_> {
    fn reset(&mut self) {
        for (simulation, state) in self.simulations.iter_mut().zip(self.states) {
            simulation.restore(state).expect("a valid episode");
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

impl Subject for InFleet<'_> {
    fn reset(&mut self) {
        for (environment, blueprint) in self.blueprints.iter().enumerate() {
            self.fleet
                .reset(environment, blueprint)
                .expect("a valid episode");
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

struct InArrays<'a> {
    yardstick: Yardstick,
    states: &'a [EnvironmentState],
}

impl Subject for InArrays<'_> {
    fn reset(&mut self) {
        self.yardstick = Yardstick::new(self.states);
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

/// Nanoseconds per tick of one of `size` environments.
fn measure(subject: &mut dyn Subject, size: usize) -> f64 {
    let rounds = (TICKS_PER_REPETITION / size / (2 * PHASE as usize)).max(1);
    // The first round builds schedules and fills caches.
    let mut best = f64::INFINITY;
    for repetition in 0..=REPETITIONS {
        let mut spent = Duration::ZERO;
        for _ in 0..rounds {
            subject.reset();
            spent += phase(subject);
            subject.halt_all();
            spent += phase(subject);
        }
        let ticks = (rounds * size) as f64 * (2 * PHASE) as f64;
        if repetition > 0 {
            best = best.min(spent.as_secs_f64() * 1e9 / ticks);
        }
    }
    best
}

fn episode(difficulty: Difficulty, seed: usize) -> EnvironmentState {
    let mut scenario = generate(difficulty, seed as u64);
    scenario.faults[0].kind = FaultKind::BUILT_IN[seed % 5];
    scenario.initial_state().expect("a valid episode")
}

/// Shows that both do the same, once; the test `yardstick` does it for many episodes and ticks.
fn check() {
    let state = episode(Difficulty::Hard, 3);
    let mut yardstick = Yardstick::new(std::slice::from_ref(&state));
    let mut simulation = Simulation::new(&state).expect("a valid episode");
    for _ in 0..PHASE {
        yardstick.tick();
        simulation.tick();
    }
    let same = Simulation::new(&yardstick.state(0)).expect("a valid state");
    assert_eq!(
        same.state_hash(),
        simulation.state_hash(),
        "the yardstick does the same"
    );
}

fn row(difficulty: Difficulty, size: usize) {
    let states: Vec<_> = (0..size).map(|seed| episode(difficulty, seed)).collect();
    let blueprint = |state: &EnvironmentState| state.blueprint().expect("a valid episode");
    let blueprints: Vec<_> = states.iter().map(blueprint).collect();
    let fleet = |threads| InFleet {
        fleet: Fleet::new(blueprints.iter().cloned(), threads).expect("valid episodes"),
        blueprints: &blueprints,
    };
    // A world each for more than a few would not fit the memory.
    let alone = (size <= 64).then(|| {
        let simulation = |state| Simulation::new(state).expect("a valid episode");
        let simulations = states.iter().map(simulation).collect();
        measure(
            &mut Alone {
                simulations,
                states: &states,
            },
            size,
        )
    });
    let yardstick = Yardstick::new(&states);
    let arrays = measure(
        &mut InArrays {
            yardstick,
            states: &states,
        },
        size,
    );
    let one = measure(&mut fleet(1), size);
    let two = measure(&mut fleet(2), size);
    let alone = alone.map_or_else(|| "-".to_owned(), |alone| format!("{alone:.0}"));
    println!(
        "{difficulty:<10} {size:>12} {alone:>12} {one:>10.1} {two:>10.1} {arrays:>10.1} {:>10.2} {:>10.2}",
        one / arrays,
        one / two,
    );
}

fn main() {
    check();
    println!("ns per tick of an environment");
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
    // `cargo bench` adds an argument of its own; a number picks one size, a name one difficulty.
    let size = std::env::args().find_map(|argument| argument.parse::<usize>().ok());
    let picked = std::env::args().find_map(|argument| argument.parse::<Difficulty>().ok());
    let sizes = size.map_or(SIZES.to_vec(), |size| vec![size]);
    for &difficulty in Difficulty::ALL {
        if picked.is_none_or(|picked| picked == difficulty) {
            sizes.iter().for_each(|&size| row(difficulty, size));
        }
    }
}
