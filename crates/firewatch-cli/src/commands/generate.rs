//! `firewatch generate`: draws an incident and prints it as a scenario file.

use clap::Args;
use std::io::Write;
use std::path::PathBuf;

use firewatch_scenario::Difficulty;

use crate::arguments::difficulty;
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
    /// Write the scenario to this file, whole or not at all; in JSON if its name ends in .json
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Draws an incident and prints it as a scenario file.
pub fn generate(arguments: &GenerateArguments, console: &Console) -> Result<Exit, Failure> {
    let mut out = console.results(arguments.out.as_deref(), Form::Data)?;
    let scenario = firewatch_scenario::generate(arguments.difficulty, arguments.seed);
    let named = arguments.out.as_deref().and_then(FileFormat::of_name);
    let text = named.unwrap_or(FileFormat::Ron).text(&scenario)?;
    out.write_all(text.as_bytes())?;
    out.finish()?;
    Ok(Exit::Passed)
}
