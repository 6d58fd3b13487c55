//! A scenario to be played, with what the command line changes in it.

use std::sync::Arc;

use firewatch_scenario::{
    Diagnostics, MAX_SERVICE_TICKS, MAX_SWEEP_SERVICE_TICKS, Runbook, Scenario, Sweep,
};

use crate::cli::RunArguments;
use crate::sources::{self, Source};

/// A scenario to be played.
pub struct Case {
    /// The file that it is from.
    pub file: String,
    /// The scenario as it is played.
    pub scenario: Scenario,
    /// What answers it.
    pub runbook: Option<Arc<Runbook>>,
    /// The file that it is from.
    runbook_file: Option<String>,
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
            sweep: Sweep::default(),
            ..source.load_under(arguments.profile)?
        };
        let mut case = Self {
            file: source.name(),
            scenario,
            runbook: None,
            runbook_file: None,
            logs: None,
            ticks: None,
        };
        if let Some(seed) = arguments.seed {
            case.scenario = case.reseeded(seed)?;
        }
        if let Some(path) = &arguments.runbook {
            case.runbook = Some(Arc::new(Runbook::load_for(path, &case.scenario)?));
            case.runbook_file = Some(path.display().to_string());
        }
        case.logs = { arguments.logs.clone() }.filter(|name| case.scenario.has_service(name));
        case.scenario.ticks = arguments.ticks.unwrap_or(case.scenario.ticks);
        case.ticks = arguments.ticks;
        case.check_work(arguments)?;
        Ok(case)
    }

    /// Refuses ticks and seeds of the command line that would take too long.
    fn check_work(&self, arguments: &RunArguments) -> Result<(), Diagnostics> {
        let Scenario {
            ticks, services, ..
        } = &self.scenario;
        let services = services.len();
        let most = self.scenario.max_ticks();
        if *ticks > most {
            let message = format!(
                "{ticks} ticks of {services} services are too many: a run has at most {MAX_SERVICE_TICKS} ticks times services"
            );
            let help = format!("with {services} services, give `--ticks` up to {most}");
            return Err(sources::wrong(&self.file, &message, &help));
        }
        let of_run = ticks.saturating_mul(services as u64).max(1);
        let runs = { arguments.seeds }.map_or(1, |seeds| seeds.end - seeds.first);
        let most = MAX_SWEEP_SERVICE_TICKS / of_run;
        if runs > most {
            let message = format!(
                "{runs} runs of {of_run} service ticks are too many: runs with many seeds have at most {MAX_SWEEP_SERVICE_TICKS} ticks times services together"
            );
            let help = format!("give `--seeds` for at most {most} runs");
            return Err(sources::wrong(&self.file, &message, &help));
        }
        Ok(())
    }

    /// The scenario with another seed.
    ///
    /// # Errors
    /// What was right may be wrong with that seed: a generated mesh has other services.
    pub fn reseeded(&self, seed: u64) -> Result<Scenario, Diagnostics> {
        let mut reseeded = self.scenario.clone().with_seed(seed);
        // Fewer ticks than the scenario needs are no mistake of the scenario's.
        let wanted = self.ticks.map(|_| reseeded.ticks);
        if wanted.is_some() {
            reseeded.ticks = reseeded.max_ticks();
        }
        let change = format!("with seed {seed}");
        sources::refuse(reseeded.problems(), &self.file, &change)?;
        if let Some(runbook) = &self.runbook {
            let file = self.runbook_file.as_ref().unwrap_or(&self.file);
            sources::refuse(runbook.problems(&reseeded), file, &change)?;
        }
        reseeded.ticks = wanted.unwrap_or(reseeded.ticks);
        Ok(reseeded)
    }
}
