//! One incident: a world with one environment, and its schedule.

use bevy_ecs::prelude::*;

use crate::host::change::EnvironmentMut;
use crate::host::intervene::{self, Intervention};
use crate::host::view::EnvironmentRef;
use crate::tick::schedule::{closed_schedule, extend, open};
use crate::world::blueprint::{Blueprint, despawn_environment};
use crate::world::defragment::defragment_environments;
use crate::world::environment::Impact;
use crate::world::error::SimError;
use crate::world::fault::fault_kinds;
use crate::world::state::{EnvironmentState, FaultState, spawn_environment};
use crate::world::value::Value;

/// Owns a world with one environment, and steps it.
///
/// ```
/// use firewatch_sim::{EnvironmentState, FaultKind, FaultState, ServiceState, Simulation, SloBudget, Status};
///
/// # fn main() -> Result<(), firewatch_sim::SimError> {
/// let service = |name: &str| ServiceState { name: name.into(), ..Default::default() };
/// let mut simulation = Simulation::new(&EnvironmentState {
///     services: vec![service("checkout"), service("database")],
///     dependencies: vec![("checkout".into(), vec!["database".into()])],
///     faults: vec![FaultState::new(FaultKind::BAD_DEPLOY, "database", 1.0)],
///     ..EnvironmentState::new(SloBudget { remaining: 30.0, burn_per_tick: 1.5 })
/// })?;
/// simulation.run(8);
/// assert_eq!(simulation.view().status("database"), Some(Status::Critical));
/// simulation.halt_fault(0)?;
/// simulation.run(12);
/// assert!(simulation.view().all_healthy());
/// # Ok(())
/// # }
/// ```
pub struct Simulation {
    world: World,
    schedule: Schedule,
    environment: Entity,
    /// Does not find the impact of an environment that is paused.
    impacts: QueryState<&'static Impact>,
}

impl Simulation {
    /// Builds a world with this environment.
    ///
    /// # Errors
    /// As [`spawn_environment`].
    pub fn new(state: &EnvironmentState) -> Result<Self, SimError> {
        Self::from_blueprint(&state.blueprint()?)
    }

    /// Builds a world with the environment of this blueprint.
    ///
    /// # Errors
    /// As [`Blueprint::spawn`].
    pub fn from_blueprint(blueprint: &Blueprint) -> Result<Self, SimError> {
        let mut world = World::new();
        let environment = blueprint.spawn(&mut world)?;
        let impacts = world.query();
        Ok(Self {
            world,
            schedule: closed_schedule(),
            environment,
            impacts,
        })
    }

    /// One tick of 30 simulated seconds; returns its bad customer minutes, 0 while the environment is paused.
    pub fn tick(&mut self) -> f64 {
        self.schedule.run(&mut self.world);
        // A tick is a frame: what was removed before it has been seen by every system.
        self.world.clear_trackers();
        let impact = self.impacts.get(&self.world, self.environment);
        impact.map_or(0.0, |impact| impact.bcm_delta)
    }

    /// `ticks` ticks; returns their bad customer minutes.
    pub fn run(&mut self, ticks: u64) -> f64 {
        (0..ticks).fold(0.0, |minutes, _| minutes + self.tick())
    }

    /// The environment, to be read.
    ///
    /// # Panics
    /// If a host has despawned the environment through [`Simulation::world_mut`].
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the environment lives as long as the simulation"
    )]
    pub fn view(&self) -> EnvironmentRef<'_> {
        EnvironmentRef::new(&self.world, self.environment).expect("the environment exists")
    }

    /// The environment, to be changed.
    ///
    /// # Panics
    /// As [`Simulation::view`].
    #[expect(
        clippy::expect_used,
        reason = "the environment lives as long as the simulation"
    )]
    pub fn environment_mut(&mut self) -> EnvironmentMut<'_> {
        EnvironmentMut::new(&mut self.world, self.environment).expect("the environment exists")
    }

    /// Does something to the environment.
    ///
    /// # Errors
    /// As what is done; nothing is changed then.
    pub fn intervene(&mut self, intervention: &Intervention) -> Result<(), SimError> {
        self.environment_mut().intervene(intervention)
    }

    /// Halts the fault with that index; see [`crate::halt_fault`].
    ///
    /// # Errors
    /// [`SimError::UnknownFault`].
    pub fn halt_fault(&mut self, index: usize) -> Result<(), SimError> {
        intervene::halt_fault(&mut self.world, self.environment, index)
    }

    /// Adds a fault at the end of the list; see [`crate::inject_fault`].
    ///
    /// # Errors
    /// [`SimError::Speed`], [`SimError::SingleFault`].
    pub fn inject_fault(&mut self, fault: &FaultState) -> Result<Entity, SimError> {
        intervene::inject_fault(&mut self.world, self.environment, fault)
    }

    /// Sets a metric of a service; see [`crate::set_metric`].
    ///
    /// # Errors
    /// [`SimError::UnknownService`], and as [`crate::write_metric`].
    pub fn set_metric(
        &mut self,
        service: &str,
        name: &str,
        value: impl Into<Value>,
    ) -> Result<(), SimError> {
        intervene::set_metric(
            &mut self.world,
            self.environment,
            service,
            name,
            &value.into(),
        )
    }

    /// The log of a service: what an operator who looks there finds.
    #[must_use]
    pub fn logs(&self, service: &str) -> Vec<String> {
        self.view().logs(service)
    }

    /// The whole state as plain data. Components that a host added are the host's to save.
    #[must_use]
    pub fn snapshot(&self) -> EnvironmentState {
        self.view().capture()
    }

    /// Goes on from a snapshot, of this simulation or of any other.
    ///
    /// # Errors
    /// As [`spawn_environment`]; the simulation is unchanged then.
    pub fn restore(&mut self, state: &EnvironmentState) -> Result<(), SimError> {
        let restored = spawn_environment(&mut self.world, state)?;
        let old = std::mem::replace(&mut self.environment, restored);
        despawn_environment(&mut self.world, old)?;
        defragment_environments(&mut self.world, &[restored]);
        self.world.clear_trackers();
        Ok(())
    }

    /// Returns an independent simulation that continues from this state, to the bit. Neither changes the
    /// other. Registered kinds of fault go along; what else a host added to this one (components, resources,
    /// systems) does not.
    ///
    /// # Errors
    /// As [`spawn_environment`], for a state that a host has damaged.
    pub fn branch(&self) -> Result<Self, SimError> {
        let blueprint = self.snapshot().blueprint()?;
        Self::from_blueprint(&blueprint.with_fault_kinds(fault_kinds(&self.world)))
    }

    /// A fingerprint of the state; see [`EnvironmentRef::state_hash`].
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        self.view().state_hash()
    }

    /// Returns the world, for a host's queries.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns the world, for a host's components and resources.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Returns the schedule, for a host's systems.
    pub fn schedule_mut(&mut self) -> &mut Schedule {
        open(&mut self.schedule)
    }

    /// Adds a host's systems and resources, as [`FleetBuilder::install`](crate::FleetBuilder::install) does to
    /// each world of a fleet.
    ///
    /// # Errors
    /// [`SimError::Schedule`] if the systems don't fit together with those of the engine: the simulation can't
    /// be ticked any more then.
    pub fn install(
        &mut self,
        install: impl FnOnce(&mut Schedule, &mut World),
    ) -> Result<(), SimError> {
        extend(&mut self.schedule, &mut self.world, install)
    }

    /// The entity of the environment.
    #[must_use]
    pub fn environment(&self) -> Entity {
        self.environment
    }
}
