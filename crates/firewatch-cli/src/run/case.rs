//! A scenario to be played, with what the command line changes in it.

use firewatch_scenario::{Diagnostics, Goals, Scenario, Sweep};

use crate::cli::RunArguments;
use crate::sources::Source;

/// A scenario to be played.
pub struct Case {
    /// The file that it is from.
    pub file: String,
    /// The scenario as it is played.
    pub scenario: Scenario,
    /// The service whose log is wanted, if the scenario has it.
    pub logs: Option<String>,
    /// Ticks that the command line wants.
    ticks: Option<u64>,
}

impl Case {
    /// Reads a scenario and changes what the command line says.
    ///
    /// # Errors
    /// Everything that is wrong with it, before or after the change.
    pub fn load(source: &Source, arguments: &RunArguments) -> Result<Self, Diagnostics> {
        // A grid is for sweeps.
        let scenario = Scenario {
            goals: Goals::default(),
            sweep: Sweep::default(),
            ..source.load()?
        };
        let has = |name: &String| {
            scenario
                .services
                .iter()
                .any(|service| service.name == *name)
        };
        let case = Self {
            file: source.name(),
            logs: arguments.logs.clone().filter(has),
            ticks: None,
            scenario,
        };
        let case = match arguments.seed {
            Some(seed) => case.with_seed(seed)?,
            None => case,
        };
        Ok(case.with_ticks(arguments.ticks))
    }

    /// The same case with another seed.
    ///
    /// # Errors
    /// What was right may be wrong with that seed: a generated mesh has other services.
    pub fn with_seed(&self, seed: u64) -> Result<Self, Diagnostics> {
        Ok(Self {
            file: self.file.clone(),
            logs: self.logs.clone(),
            ticks: self.ticks,
            scenario: self.reseeded(seed)?,
        })
    }

    /// The scenario with another seed.
    ///
    /// # Errors
    /// As [`Case::with_seed`].
    pub fn reseeded(&self, seed: u64) -> Result<Scenario, Diagnostics> {
        let mut reseeded = self.scenario.clone().with_seed(seed);
        // Fewer ticks than the scenario needs are no mistake of the scenario's.
        let wanted = self.ticks.map(|_| reseeded.ticks);
        if wanted.is_some() {
            reseeded.ticks = firewatch_scenario::MAX_TICKS;
        }
        let problems = reseeded.problems();
        if !problems.is_empty() {
            return Err(Diagnostics {
                file: format!("{} with seed {seed}", self.file),
                text: String::new(),
                problems,
            });
        }
        reseeded.ticks = wanted.unwrap_or(reseeded.ticks);
        Ok(reseeded)
    }

    fn with_ticks(mut self, ticks: Option<u64>) -> Self {
        self.scenario.ticks = ticks.unwrap_or(self.scenario.ticks);
        self.ticks = ticks;
        self
    }
}
