//! `firewatch generate`: draws an incident and prints it as a scenario file.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use firewatch_scenario::{
    Difficulty, GeneratorVersion, Physics, generate_answer, generate_traffic,
    generate_traffic_answer, generate_with,
};

use crate::arguments::{difficulty, generator, physics};
use crate::failure::{Exit, Failure};
use crate::file_format::FileFormat;
use crate::ui::output::{Console, Form};

/// The arguments of `generate`.
#[derive(Args, Debug)]
pub struct GenerateArguments {
    /// Difficulty of the incident
    #[arg(long, short, value_name = "DIFFICULTY", value_parser = difficulty())]
    pub difficulty: Difficulty,
    /// Seed of the incident.
    #[arg(
        long,
        short,
        value_name = "N",
        default_value_t = 0,
        help = format!("Seed of the incident; the same seed gives the same incident [0 to {}]", u64::MAX)
    )]
    pub seed: u64,
    /// Physics of the incident: `classic`, or `traffic`, in which load is a cause
    #[arg(long, value_name = "PHYSICS", default_value_t = Physics::Classic, value_parser = physics())]
    pub physics: Physics,
    /// Version of the generator of `classic`; each version keeps what it draws from a seed. 3, the default: incidents with
    /// goals which, from medium on, ask for a diagnosis. 2: the same, but names and places of services tell the cause. 1: what a
    /// scenario file without services and without `generator` draws
    #[arg(long, value_name = "VERSION", value_parser = generator())]
    pub generator: Option<GeneratorVersion>,
    /// Write the scenario to this file, whole or not at all; in JSON if its name ends in .json
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the right answer to this file, as a runbook; in JSON if its name ends in .json
    #[arg(long, value_name = "FILE")]
    pub runbook: Option<PathBuf>,
}

/// Draws an incident and prints it as a scenario file.
pub fn generate(arguments: &GenerateArguments, console: &Console) -> Result<Exit, Failure> {
    let &GenerateArguments {
        physics,
        difficulty,
        seed,
        ..
    } = arguments;
    if arguments.runbook.is_some() && arguments.runbook == arguments.out {
        let message = "`--runbook` and `--out` name the same file".to_owned();
        return Err(Failure::Usage(message, None));
    }
    if physics == Physics::Traffic && arguments.generator.is_some() {
        let message = "`--generator` is a version of the generator of classic incidents".to_owned();
        let help = "leave it out: the generator of traffic has one version".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    let version = arguments.generator.unwrap_or(GeneratorVersion::V3);
    let scenario = match physics {
        Physics::Traffic => generate_traffic(difficulty, seed),
        _ => generate_with(version, difficulty, seed),
    };
    write(arguments.out.as_deref(), &scenario, console)?;
    if let Some(file) = &arguments.runbook {
        let answer = match physics {
            Physics::Traffic => generate_traffic_answer(difficulty, seed),
            _ => generate_answer(version, difficulty, seed),
        };
        write(Some(file), &answer, console)?;
    }
    Ok(Exit::Passed)
}

fn write(
    file: Option<&Path>,
    value: &(impl Display + Serialize),
    console: &Console,
) -> Result<(), Failure> {
    let mut out = console.results(file, Form::Data)?;
    let named = file.and_then(FileFormat::of_name);
    let text = named.unwrap_or(FileFormat::Ron).text(value)?;
    out.write_all(text.as_bytes())?;
    out.finish()
}
