//! What a tick of one incident costs: an iteration is a tick, so divan's columns are time per tick.
//!
//! `cargo bench -p firewatch-sim`

#![expect(
    clippy::expect_used,
    reason = "a benchmark whose incident is refused fails"
)]

use std::fmt;

use bevy_ecs::prelude::*;
use divan::Bencher;
use firewatch_sim::{
    EnvironmentState, Fault, FaultKind, FaultState, ServiceState, Simulation, SloBudget,
};

/// Ticks for which the fault is active, and as many again for which it is halted.
const HALF: u32 = 32;
/// A sample is a whole number of such rounds: as much time under the fault as in recovery.
const SAMPLE: u32 = 100 * 2 * HALF;
const SAMPLES: u32 = 100;

/// A mesh of the size and pace of a generated episode of that name.
struct Shape {
    name: &'static str,
    services: usize,
    red_herrings: usize,
    fault: FaultKind,
    speed: f64,
}

const SHAPES: [Shape; 3] = [
    Shape {
        name: "easy, 3 services",
        services: 3,
        red_herrings: 0,
        fault: FaultKind::BAD_DEPLOY,
        speed: 1.0,
    },
    Shape {
        name: "medium, 5 services",
        services: 5,
        red_herrings: 1,
        fault: FaultKind::CONFIG_DRIFT,
        speed: 1.5,
    },
    Shape {
        name: "hard, 7 services",
        services: 7,
        red_herrings: 3,
        fault: FaultKind::NETWORK_PARTITION,
        speed: 2.0,
    },
];

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Shape {
    /// A chain whose last service has the fault, and red herrings beside it that call it too.
    fn state(&self) -> EnvironmentState {
        let name = |index: usize| format!("service-{index}");
        let chain = self.services - self.red_herrings;
        let callee = |caller: usize| {
            name(if caller < chain {
                caller + 1
            } else {
                chain - 1
            })
        };
        let callers = (0..self.services).filter(|&caller| caller != chain - 1);
        EnvironmentState {
            services: (0..self.services)
                .map(|index| ServiceState {
                    name: name(index),
                    ..Default::default()
                })
                .collect(),
            dependencies: callers.map(|c| (name(c), vec![callee(c)])).collect(),
            red_herrings: (chain..self.services).map(name).collect(),
            faults: vec![FaultState::new(self.fault, name(chain - 1), self.speed)],
            ..EnvironmentState::new(SloBudget {
                remaining: 60.0,
                burn_per_tick: 2.0,
            })
        }
    }
}

/// An incident that comes back: active for some ticks, halted for as many, and so on.
struct Recurring {
    simulation: Simulation,
    fault: Entity,
    ticks_to_turn: u32,
}

impl Recurring {
    fn new(shape: &Shape) -> Self {
        let simulation = Simulation::new(&shape.state()).expect("the shape can be spawned");
        let faults = simulation.view().fault_entities();
        let mut recurring = Self {
            fault: *faults.first().expect("the shape has a fault"),
            simulation,
            ticks_to_turn: HALF,
        };
        // The first round is not measured: it builds the schedule, and shows that the rounds are
        // what they are said to be.
        let mut round = || (0..HALF).map(|_| recurring.tick()).sum::<f64>();
        assert!(round() > 0.0, "the fault does harm");
        round();
        assert!(recurring.simulation.view().all_healthy(), "it heals");
        recurring
    }

    fn tick(&mut self) -> f64 {
        if self.ticks_to_turn == 0 {
            self.ticks_to_turn = HALF;
            let world = self.simulation.world_mut();
            let mut fault = world.get_mut::<Fault>(self.fault).expect("it stays");
            fault.halted = !fault.halted;
        }
        self.ticks_to_turn -= 1;
        self.simulation.tick()
    }
}

#[divan::bench(args = SHAPES, sample_size = SAMPLE, sample_count = SAMPLES)]
fn tick(bencher: Bencher, shape: &Shape) {
    let mut recurring = Recurring::new(shape);
    bencher.bench_local(|| recurring.tick());
}

/// A component of a host's that lies in the tables.
#[derive(Component)]
struct Note;

/// The slow way: a host's table component has taken a service out of its row.
#[divan::bench(args = SHAPES, sample_size = SAMPLE, sample_count = SAMPLES)]
fn tick_with_scattered_rows(bencher: Bencher, shape: &Shape) {
    let mut recurring = Recurring::new(shape);
    let service = recurring.simulation.view().service_entities()[0];
    recurring
        .simulation
        .world_mut()
        .entity_mut(service)
        .insert(Note);
    bencher.bench_local(|| recurring.tick());
}

fn main() {
    divan::main();
}
