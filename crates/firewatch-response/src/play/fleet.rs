//! Playing many scenarios side by side.

use std::fmt;
use std::sync::Arc;

use firewatch_sim::{Blueprint, Fleet, SimError};

use super::record::PlaybackEvent;
use super::script::Script;
use firewatch_scenario::Runbook;
use firewatch_scenario::Scenario;

/// Plays many scenarios side by side, on the caller's thread.
///
/// Each has a timeline, expectations and a number of ticks of its own, and goes through the same bits
/// as in a [`crate::Playback`] alone. The environment of a run that has ended ticks on until the longest
/// run ends: read the results of a run at the tick at which it [ends](Self::ended). Scenarios of similar
/// length waste the fewest ticks.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use firewatch_response::FleetPlayback;
/// use firewatch_scenario::{Difficulty, generate};
///
/// let scenarios: Vec<_> = (0..100).map(|seed| generate(Difficulty::Easy, seed)).collect();
/// let count = scenarios.len();
/// let mut playback = FleetPlayback::new(scenarios)?.outcomes_only();
/// let mut impacts = vec![0.0; count];
/// while playback.tick()? {
///     for &index in playback.ended() {
///         let impact = playback.fleet().read(index, |view| view.impact())?;
///         impacts[index] = impact.bad_customer_minutes;
///         assert!(playback.scripts()[index].outcomes().len() == 0, "nothing was expected");
///     }
/// }
/// assert!(impacts.iter().all(|&minutes| minutes > 0.0));
/// # Ok(())
/// # }
/// ```
pub struct FleetPlayback {
    fleet: Fleet,
    scripts: Vec<Script>,
    tick: u64,
    /// Those that still have ticks to do, in order.
    running: Vec<usize>,
    ended: Vec<usize>,
}

impl fmt::Debug for FleetPlayback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetPlayback")
            .field("tick", &self.tick)
            .field("scenarios", &self.scripts.len())
            .field("running", &self.running.len())
            .finish_non_exhaustive()
    }
}

impl FleetPlayback {
    /// Sets the scenarios up, at tick 0. Takes [`Scenario`]s or [`Arc`]s of them.
    ///
    /// # Errors
    /// None for scenarios without [`Scenario::problems`]; else as
    /// [`firewatch_sim::spawn_environment`].
    pub fn new<S: Into<Arc<Scenario>>>(
        scenarios: impl IntoIterator<Item = S>,
    ) -> Result<Self, SimError> {
        Self::begin(scenarios, None)
    }

    /// Sets the scenarios up, at tick 0, each to be answered by the runbook.
    ///
    /// # Errors
    /// As [`FleetPlayback::new`].
    pub fn answered<S: Into<Arc<Scenario>>>(
        scenarios: impl IntoIterator<Item = S>,
        runbook: impl Into<Arc<Runbook>>,
    ) -> Result<Self, SimError> {
        Self::begin(scenarios, Some(runbook.into()))
    }

    fn begin<S: Into<Arc<Scenario>>>(
        scenarios: impl IntoIterator<Item = S>,
        runbook: Option<Arc<Runbook>>,
    ) -> Result<Self, SimError> {
        let scenarios: Vec<Arc<Scenario>> = scenarios.into_iter().map(S::into).collect();
        let blueprints: Vec<Blueprint> = scenarios
            .iter()
            .map(|scenario| scenario.blueprint())
            .collect::<Result<_, _>>()?;
        let fleet = Fleet::new(blueprints, 1)?;
        let script = |(index, scenario)| {
            let runbook = runbook.clone();
            fleet.read(index, |view| Script::new(scenario, runbook, view))
        };
        let scripts: Vec<Script> = scenarios
            .into_iter()
            .enumerate()
            .map(script)
            .collect::<Result<_, _>>()?;
        let mut playback = Self {
            tick: 0,
            running: (0..scripts.len()).collect(),
            ended: Vec::new(),
            fleet,
            scripts,
        };
        playback.end_runs();
        Ok(playback)
    }

    /// Keeps nothing that grows with the ticks: no events, and of each service's statuses only
    /// the last and the worst. For runs of which only the outcome is wanted.
    #[must_use]
    pub fn outcomes_only(mut self) -> Self {
        for script in &mut self.scripts {
            script.note_outcome_only();
        }
        self
    }

    /// Runs the due steps of each running scenario, then one tick of all. Returns `false`, and does nothing,
    /// after the last tick of the longest scenario.
    ///
    /// # Errors
    /// None for scenarios without [`Scenario::problems`]; else as the interventions of [`Fleet`].
    pub fn tick(&mut self) -> Result<bool, SimError> {
        if self.running.is_empty() {
            return Ok(false);
        }
        for &environment in &self.running {
            let script = &mut self.scripts[environment];
            script.act(self.tick, &mut self.fleet.environment_mut(environment)?)?;
        }
        self.fleet.tick();
        self.tick += 1;
        for &environment in &self.running {
            let script = &mut self.scripts[environment];
            if script.ticks() == self.tick {
                script.finish(&mut self.fleet.environment_mut(environment)?)?;
            }
            self.fleet.read(environment, |view| script.observe(view))?;
        }
        self.end_runs();
        Ok(true)
    }

    fn end_runs(&mut self) {
        let Self { scripts, tick, .. } = self;
        self.ended.clear();
        self.running.retain(|&index| {
            let runs = scripts[index].ticks() > *tick;
            if !runs {
                self.ended.push(index);
            }
            runs
        });
    }

    /// Ticks done.
    #[must_use]
    pub fn tick_count(&self) -> u64 {
        self.tick
    }

    /// How many scenarios still have ticks to do.
    #[must_use]
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// The scenarios, counted from 0, whose last tick was the last that was done; before the first
    /// tick those that have none to do.
    #[must_use]
    pub fn ended(&self) -> &[usize] {
        &self.ended
    }

    /// Returns the state of each run so far, in order.
    #[must_use]
    pub fn scripts(&self) -> &[Script] {
        &self.scripts
    }

    /// The environments, in the scenarios' order. The one of a run that has ended earlier has gone on.
    #[must_use]
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// Hands over what has happened in a scenario since the last call, and keeps no copy.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`] where there is no scenario with this index.
    pub fn take_events(&mut self, index: usize) -> Result<Vec<PlaybackEvent>, SimError> {
        let environments = self.scripts.len();
        let script = self.scripts.get_mut(index);
        let script = script.ok_or(SimError::UnknownEnvironment {
            index,
            environments,
        })?;
        Ok(script.take_events())
    }
}
