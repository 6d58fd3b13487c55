//! `firewatch new`: prints a scenario to begin with.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use firewatch_scenario::{Call, Calls, Difficulty, Fault, Scenario, Service};
use firewatch_sim::FaultKind;

use crate::arguments::{difficulty, fault_kind};
use crate::failure::{Exit, Failure};
use crate::file_format::FileFormat;
use crate::ui::output::{Console, Form};

/// The arguments of `new`.
#[derive(Args, Debug)]
pub struct NewArguments {
    /// Write the scenario to this file, whole or not at all; in JSON if its name ends in .json. A file that is there
    /// is not replaced
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Name of the incident
    #[arg(long, value_name = "TEXT", default_value = "A new incident")]
    pub name: String,
    /// Services, each of which calls the next
    #[arg(
        long,
        value_name = "NAME,...",
        value_delimiter = ',',
        default_value = "web,api,db"
    )]
    pub services: Vec<String>,
    /// Kind of the fault
    #[arg(long, value_name = "KIND", value_parser = fault_kind(), default_value = "bad_deploy")]
    pub kind: FaultKind,
    /// Service with the fault [default: the middle one]
    #[arg(long, value_name = "NAME")]
    pub on: Option<String>,
    /// Difficulty of the incident; it gives the length, the SLO budget and the speed of the fault
    #[arg(long, short, value_name = "DIFFICULTY", value_parser = difficulty(), default_value = "easy")]
    pub difficulty: Difficulty,
}

/// Prints a scenario to begin with.
pub fn new(arguments: &NewArguments, console: &Console) -> Result<Exit, Failure> {
    let scenario = scenario(arguments)?;
    let named = arguments.file.as_deref().and_then(FileFormat::of_name);
    let text = named.unwrap_or(FileFormat::Ron).text(&scenario)?;
    // What it can't be, is said as of any file.
    if let Err(problems) = Scenario::parse("the new scenario", &scenario.to_string()) {
        console.report_diagnostics(&problems);
        return Ok(Exit::Invalid);
    }
    if let Some(file) = arguments.file.as_deref().filter(|file| file.exists()) {
        let message = format!("`{}` is there already", crate::paths::path_text(file));
        let help = "`firewatch new` writes new files only".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    let mut out = console.results(arguments.file.as_deref(), Form::Data)?;
    out.write_all(text.as_bytes())?;
    out.finish()?;
    Ok(Exit::Passed)
}

fn scenario(arguments: &NewArguments) -> Result<Scenario, Failure> {
    let names = &arguments.services;
    let on = match &arguments.on {
        Some(on) => on,
        // Clap asks for one service at least.
        None => &names[names.len() / 2],
    };
    if !names.contains(on) {
        let message = format!("`--on` names `{on}`, which is none of the services");
        let help = format!("services: {}", names.join(", "));
        return Err(Failure::Usage(message, Some(help)));
    }
    let mut scenario = Scenario::new(arguments.name.clone(), arguments.difficulty);
    scenario.description = "What customers notice.".to_owned();
    let callees = names.iter().skip(1).map(Some).chain([None]);
    scenario.services = { names.iter().zip(callees) }
        .map(|(name, callee)| Service {
            name: name.clone(),
            calls: Calls::Named(callee.map(Call::new).into_iter().collect()),
            ..Service::default()
        })
        .collect();
    let mut fault = Fault::new(arguments.kind, on.clone());
    fault.speed = arguments.difficulty.fault_speed();
    scenario.faults = vec![fault];
    Ok(scenario)
}
