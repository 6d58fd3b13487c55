//! Scenarios to play, with the changes of the command line.

use std::path::Path;
use std::sync::Arc;

use super::arguments::RunArguments;
use crate::sources::{self, Source};
use firewatch_response::Playback;
use firewatch_scenario::{
    Diagnostics, MAX_SERVICE_TICKS, MAX_SWEEP_SERVICE_TICKS, Runbook, Scenario, Sweep, When, codes,
};
use firewatch_sim::SimError;

/// A scenario to play.
pub struct RunCase {
    /// The file of the scenario.
    pub file: String,
    /// The scenario with the changes.
    pub scenario: Scenario,
    /// The runbook that responds to it.
    pub runbook: Option<Arc<Runbook>>,
    /// The file of the runbook.
    runbook_file: Option<String>,
    /// The service whose log is requested, if the scenario has it.
    pub logs: Option<String>,
    /// The metrics to be shown over time.
    pub metrics: Vec<String>,
    /// Number of ticks given on the command line.
    ticks: Option<u64>,
}

impl RunCase {
    /// Loads a scenario and applies the command line.
    ///
    /// # Errors
    /// All problems of the scenario, before or after the change.
    pub fn load(
        source: &Source,
        runbook: Option<&Path>,
        arguments: &RunArguments,
    ) -> Result<Self, Diagnostics> {
        // A grid only applies to sweeps.
        let scenario = Scenario {
            sweep: Sweep::default(),
            ..source.load_with_profile(arguments.profile)?
        };
        let mut case = Self {
            file: source.name(),
            scenario,
            runbook: None,
            runbook_file: None,
            logs: None,
            metrics: arguments.view.metrics.clone(),
            ticks: None,
        };
        if let Some(seed) = arguments.seed {
            case.scenario = case.with_seed(seed)?;
        }
        if let Some(path) = runbook {
            case.runbook = Some(Arc::new(Runbook::load_for(path, &case.scenario)?));
            case.runbook_file = Some(path.display().to_string());
        }
        let logs = arguments.logs.clone();
        case.logs = logs.filter(|name| case.scenario.has_service(name));
        case.run_for(arguments.ticks);
        case.check_work_limit(arguments)?;
        Ok(case)
    }

    /// Sets the run up, at tick 0.
    ///
    /// # Errors
    /// None for a checked scenario.
    pub fn playback(&self) -> Result<Playback, SimError> {
        match &self.runbook {
            Some(runbook) => Playback::answered(self.scenario.clone(), runbook.clone()),
            None => Playback::new(self.scenario.clone()),
        }
    }

    /// Runs for the ticks of the command line. A run that is shorter than the scenario does not reach its end:
    /// what should hold there is what should hold at that tick.
    fn run_for(&mut self, ticks: Option<u64>) {
        self.ticks = ticks;
        let end = self.scenario.ticks;
        let Some(ticks) = ticks else { return };
        self.scenario.ticks = ticks;
        if ticks < end {
            let expected = [
                &mut self.scenario.expect,
                &mut self.scenario.expect_unanswered,
            ];
            let expected = expected.into_iter().flatten();
            for expectation in expected.filter(|expectation| expectation.when == When::AtEnd) {
                expectation.when = When::AtTick(end);
            }
        }
    }

    /// Rejects ticks and seeds of the command line that exceed the work limits.
    fn check_work_limit(&self, arguments: &RunArguments) -> Result<(), Diagnostics> {
        let Scenario {
            ticks, services, ..
        } = &self.scenario;
        let services = services.len();
        let most = self.scenario.max_ticks();
        if *ticks > most {
            let message = format!(
                "too many ticks: {ticks} ticks times {services} services exceed the maximum of {MAX_SERVICE_TICKS} service ticks per run"
            );
            let help = format!("with {services} services, give `--ticks` up to {most}");
            return Err(sources::file_problem(
                &self.file,
                codes::TOO_MANY,
                &message,
                &help,
            ));
        }
        let of_run = ticks.saturating_mul(services as u64).max(1);
        let runs = arguments.seeds.map_or(1, |seeds| seeds.end - seeds.first);
        let most = MAX_SWEEP_SERVICE_TICKS / of_run;
        if runs > most {
            let message = format!(
                "too many seeds: {runs} runs of {of_run} service ticks exceed the maximum of {MAX_SWEEP_SERVICE_TICKS} service ticks in total"
            );
            let help = format!("give `--seeds` for at most {most} runs");
            return Err(sources::file_problem(
                &self.file,
                codes::TOO_MANY,
                &message,
                &help,
            ));
        }
        Ok(())
    }

    /// Returns the scenario with another seed.
    ///
    /// # Errors
    /// The scenario is invalid with that seed, for example because a generated topology has other services.
    pub fn with_seed(&self, seed: u64) -> Result<Scenario, Diagnostics> {
        let mut with_seed = self.scenario.clone().with_seed(seed);
        // `--ticks` below what the scenario needs is not an error of the scenario.
        let wanted = self.ticks.map(|_| with_seed.ticks);
        if wanted.is_some() {
            with_seed.ticks = with_seed.max_ticks();
        }
        let change = format!("with seed {seed}");
        sources::reject(with_seed.problems(), &self.file, &change)?;
        if let Some(runbook) = &self.runbook {
            let file = self.runbook_file.as_ref().unwrap_or(&self.file);
            sources::reject(runbook.problems(&with_seed), file, &change)?;
        }
        with_seed.ticks = wanted.unwrap_or(with_seed.ticks);
        Ok(with_seed)
    }
}
