//! Plays a scenario: the simulation, its timeline, its expectations and its score.

mod answer;
mod changes;
mod executor;
mod fleet;
mod record;
mod script;
mod timetable;

use std::fmt;
use std::sync::Arc;

use firewatch_sim::{EnvironmentRef, SimError, Simulation};

use crate::expect::ExpectationVerdict;
use crate::score::{ImpactTotals, Score};
use firewatch_scenario::Runbook;
use firewatch_scenario::Scenario;

pub use fleet::FleetPlayback;
pub use record::{EventKind, FailedAction, PlaybackEvent, ServiceHistory};
pub use script::Script;
pub use timetable::Timetable;

/// A scenario that is being played.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use firewatch_response::Playback;
/// use firewatch_scenario::Scenario;
///
/// let scenario = Scenario::parse("inline", r#"Scenario(
///     name: "Bad deployment, rolled back",
///     difficulty: easy,
///     services: ["api-gateway", "auth-service", "db-proxy"],
///     faults: [(kind: bad_deploy, service: "auth-service")],
///     timeline: [(tick: 8, do: halt("auth-service"))],
///     expect: [by_tick(8, status("auth-service", critical)), at_end(all_healthy)],
/// )"#)?;
/// let mut playback = Playback::new(scenario)?;
/// while playback.tick()? {}
/// assert!(playback.verdicts().iter().all(|verdict| verdict.passed()));
/// # Ok(())
/// # }
/// ```
pub struct Playback {
    simulation: Simulation,
    script: Script,
}

impl fmt::Debug for Playback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Playback")
            .field("tick", &self.tick_count())
            .field("script", &self.script)
            .finish_non_exhaustive()
    }
}

impl Playback {
    /// Sets the scenario up, at tick 0. Takes a [`Scenario`] or an [`Arc`] of one.
    ///
    /// # Errors
    /// As [`Scenario::blueprint`].
    pub fn new(scenario: impl Into<Arc<Scenario>>) -> Result<Self, SimError> {
        Self::begin(scenario.into(), None)
    }

    /// Sets the scenario up, at tick 0, to be answered by the runbook.
    ///
    /// # Errors
    /// As [`Playback::new`].
    pub fn answered(
        scenario: impl Into<Arc<Scenario>>,
        runbook: impl Into<Arc<Runbook>>,
    ) -> Result<Self, SimError> {
        Self::begin(scenario.into(), Some(runbook.into()))
    }

    fn begin(scenario: Arc<Scenario>, runbook: Option<Arc<Runbook>>) -> Result<Self, SimError> {
        let simulation = Simulation::from_blueprint(&scenario.blueprint()?)?;
        let script = Script::new(scenario, runbook, &simulation.view());
        Ok(Self { simulation, script })
    }

    /// Runs the steps that are due, then one tick. Returns `false`, and does nothing, after the scenario's
    /// last tick.
    ///
    /// # Errors
    /// None for a scenario without [`Scenario::problems`]; else as the interventions of
    /// [`Simulation`].
    pub fn tick(&mut self) -> Result<bool, SimError> {
        let tick = self.tick_count();
        if tick >= self.ticks() {
            return Ok(false);
        }
        self.script
            .act(tick, &mut self.simulation.environment_mut())?;
        self.simulation.tick();
        if tick + 1 == self.ticks() {
            self.script.finish(&mut self.simulation.environment_mut())?;
        }
        self.script.observe(&self.simulation.view());
        Ok(true)
    }

    /// Returns a playback of its own that continues from here: the same environment, and everything that
    /// belongs to the run (steps to come, runbook, score, expectations, events). Neither changes the
    /// other, and both give the same bits for the same interventions.
    ///
    /// # Errors
    /// As [`Simulation::branch`].
    pub fn branch(&self) -> Result<Self, SimError> {
        Ok(Self {
            simulation: self.simulation.branch()?,
            script: self.script.clone(),
        })
    }

    /// Ticks done.
    #[must_use]
    pub fn tick_count(&self) -> u64 {
        self.simulation.view().clock().tick
    }

    /// Ticks that the whole run takes.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.script.ticks()
    }

    /// The simulation.
    #[must_use]
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// The simulation, for interventions that the scenario does not have.
    pub fn simulation_mut(&mut self) -> &mut Simulation {
        &mut self.simulation
    }

    /// The environment, to be read.
    #[must_use]
    pub fn view(&self) -> EnvironmentRef<'_> {
        self.simulation.view()
    }

    /// Returns the events so far, in order.
    #[must_use]
    pub fn events(&self) -> &[PlaybackEvent] {
        self.script.events()
    }

    /// Returns the events since the last call and drops them, so that a long run does not collect them.
    pub fn take_events(&mut self) -> Vec<PlaybackEvent> {
        self.script.take_events()
    }

    /// Drops every status but the last of each history, so that a long run does not collect them. The worst
    /// values stay.
    pub fn forget_statuses(&mut self) {
        self.script.forget_statuses();
    }

    /// Returns the history of each service so far, in service order.
    #[must_use]
    pub fn histories(&self) -> &[ServiceHistory] {
        self.script.histories()
    }

    /// Returns the verdict on each expectation so far, in the scenario's order.
    #[must_use]
    pub fn verdicts(&self) -> Vec<ExpectationVerdict> {
        self.script.verdicts()
    }

    /// Returns what the incident has come to so far; by the engine's rule under the reference profile.
    #[must_use]
    pub fn impact(&self) -> ImpactTotals {
        self.script.impact(&self.view())
    }

    /// Returns the tick since which the incident counts as mitigated.
    #[must_use]
    pub fn mttm_tick(&self) -> Option<u64> {
        self.impact().mttm_tick
    }

    /// Returns the state of the run besides its environment.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Returns the score of the answer; `None` if no runbook answers and no expectation asks for it.
    #[must_use]
    pub fn score(&self) -> Option<&Score> {
        self.script.score()
    }
}
