//! An incident as data: what it starts from and what is done to it when.

use bevy_ecs::prelude::*;
use firewatch_scenario::{Difficulty, generate};
use firewatch_sim::{
    EnvironmentRef, EnvironmentState, FaultKind, FaultState, SimError, Simulation, Value,
    halt_fault, inject_fault, set_metric,
};

/// Something done from outside between two ticks.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a test has a handful of them")]
pub enum Act {
    /// Halts the fault with that index.
    Halt(usize),
    /// Sets a metric of a service.
    Set {
        /// The service.
        service: String,
        /// The metric.
        metric: String,
        /// Its new value.
        value: Value,
    },
    /// Adds a fault.
    Inject(FaultState),
}

impl Act {
    /// Does it to an environment.
    ///
    /// # Errors
    /// As the engine's interventions.
    pub fn apply(&self, world: &mut World, environment: Entity) -> Result<(), SimError> {
        match self {
            Self::Halt(index) => halt_fault(world, environment, *index),
            Self::Set {
                service,
                metric,
                value,
            } => set_metric(world, environment, service, metric, value),
            Self::Inject(fault) => inject_fault(world, environment, fault).map(|_| ()),
        }
    }
}

/// A start, a timeline and a number of ticks.
#[derive(Clone, Debug)]
pub struct Incident {
    /// What it is called in messages.
    pub name: String,
    /// What it starts from.
    pub state: EnvironmentState,
    /// Each act with the tick, counted from 1, before which it is done.
    pub timeline: Vec<(u64, Act)>,
    /// How many ticks it takes.
    pub ticks: u64,
}

impl Incident {
    /// Does what is due before that tick.
    ///
    /// # Errors
    /// As the engine's interventions.
    pub fn intervene(
        &self,
        tick: u64,
        world: &mut World,
        environment: Entity,
    ) -> Result<(), SimError> {
        let due = self.timeline.iter().filter(|(before, _)| *before == tick);
        for (_, act) in due {
            act.apply(world, environment)?;
        }
        Ok(())
    }

    /// Does what is due before that tick to a simulation, then ticks; returns the bad customer
    /// minutes of the tick.
    ///
    /// # Errors
    /// As the engine's interventions.
    pub fn step(&self, tick: u64, simulation: &mut Simulation) -> Result<f64, SimError> {
        let environment = simulation.environment();
        self.intervene(tick, simulation.world_mut(), environment)?;
        Ok(simulation.tick())
    }

    /// What the incident looks like in a simulation of its own: at the start and after each tick.
    ///
    /// # Errors
    /// As the engine's interventions and [`Simulation::new`].
    pub fn run_alone(&self) -> Result<Vec<Footprint>, SimError> {
        let mut simulation = Simulation::new(&self.state)?;
        let mut footprints = vec![Footprint::of(simulation.view())];
        for tick in 1..=self.ticks {
            self.step(tick, &mut simulation)?;
            footprints.push(Footprint::of(simulation.view()));
        }
        Ok(footprints)
    }
}

/// Everything that can be seen of an environment at some moment, and its fingerprint.
#[derive(Clone, Debug, PartialEq)]
pub struct Footprint {
    /// The fingerprint: bits, where equality of states lets `0.0` equal `-0.0`.
    pub hash: u64,
    /// The state.
    pub state: EnvironmentState,
}

impl Footprint {
    /// The footprint of an environment.
    #[must_use]
    pub fn of(view: EnvironmentRef) -> Self {
        Self {
            hash: view.state_hash(),
            state: view.capture(),
        }
    }
}

/// An environment for a crowd: generated episodes of every difficulty and kind of fault.
///
/// # Panics
/// The episode can't be built.
#[must_use]
pub fn neighbour(seed: u64) -> EnvironmentState {
    let difficulties = [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard];
    let mut scenario = generate(difficulties[seed as usize % 3], seed);
    scenario.faults[0].kind = FaultKind::BUILT_IN[seed as usize % 5];
    scenario.initial_state().expect("it is in order")
}
