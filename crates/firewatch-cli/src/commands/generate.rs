//! `firewatch generate`: draws an incident and prints it as a scenario file.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use firewatch_scenario::{
    Difficulty, GeneratorVersion, Physics, Runbook, Scenario, TrafficGeneratorVersion,
    generate_answer, generate_traffic_answer, generate_traffic_with, generate_with,
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
    /// Version of the generator; each version keeps what it draws from a seed. 3, the default: incidents with goals which, from
    /// medium on, ask for a diagnosis. 2: the same, but names and places of services tell the cause. 1: what a scenario file
    /// without services and without `generator` draws. That of `traffic` has version 1
    #[arg(long, value_name = "VERSION", value_parser = generator())]
    pub generator: Option<GeneratorVersion>,
    /// Write the scenario to this file, whole or not at all; in JSON if its name ends in .json
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the right answer to this file, as a runbook; in JSON if its name ends in .json
    #[arg(long, value_name = "FILE")]
    pub runbook: Option<PathBuf>,
}

/// What is drawn: in which physics, and with which version of its generator.
#[derive(Clone, Copy)]
enum Drawn {
    Classic(GeneratorVersion),
    Traffic(TrafficGeneratorVersion),
}

impl Drawn {
    /// The newest version, or the one that is asked for.
    fn of(arguments: &GenerateArguments) -> Result<Self, Failure> {
        let number = arguments.generator.map(GeneratorVersion::number);
        if arguments.physics != Physics::Traffic {
            let version = arguments.generator.unwrap_or(GeneratorVersion::V3);
            return Ok(Self::Classic(version));
        }
        let newest = TrafficGeneratorVersion::ALL.len() as u64;
        let number = number.unwrap_or(newest);
        let version = TrafficGeneratorVersion::of_number(number);
        version.map(Self::Traffic).ok_or_else(|| {
            let message = format!("the generator of traffic has no version {number}");
            let help =
                format!("the newest is {newest}, which holds where `--generator` is left out");
            Failure::Usage(message, Some(help))
        })
    }

    fn scenario(self, difficulty: Difficulty, seed: u64) -> Scenario {
        match self {
            Self::Classic(version) => generate_with(version, difficulty, seed),
            Self::Traffic(version) => generate_traffic_with(version, difficulty, seed),
        }
    }

    fn answer(self, difficulty: Difficulty, seed: u64) -> Runbook {
        match self {
            Self::Classic(version) => generate_answer(version, difficulty, seed),
            Self::Traffic(version) => generate_traffic_answer(version, difficulty, seed),
        }
    }

    /// The comment at the head of what is written: what draws the same again.
    fn header(self, difficulty: Difficulty, seed: u64) -> String {
        let version = match self {
            Self::Classic(version) => format!("--generator {version}"),
            Self::Traffic(version) => format!("--physics traffic --generator {version}"),
        };
        format!(
            "// Drawn by `firewatch generate {version} --difficulty {difficulty} --seed {seed}`.\n"
        )
    }
}

/// Draws an incident and prints it as a scenario file.
pub fn generate(arguments: &GenerateArguments, console: &Console) -> Result<Exit, Failure> {
    let &GenerateArguments {
        difficulty, seed, ..
    } = arguments;
    if arguments.runbook.is_some() && arguments.runbook == arguments.out {
        let message = "`--runbook` and `--out` name the same file".to_owned();
        return Err(Failure::Usage(message, None));
    }
    let drawn = Drawn::of(arguments)?;
    let header = drawn.header(difficulty, seed);
    let scenario = drawn.scenario(difficulty, seed);
    write(arguments.out.as_deref(), &header, &scenario, console)?;
    if let Some(file) = &arguments.runbook {
        let answer = drawn.answer(difficulty, seed);
        write(Some(file), &header, &answer, console)?;
    }
    Ok(Exit::Passed)
}

/// Writes a file, in RON with a header; JSON has no comments.
fn write(
    file: Option<&Path>,
    header: &str,
    value: &(impl Display + Serialize),
    console: &Console,
) -> Result<(), Failure> {
    let mut out = console.results(file, Form::Data)?;
    let named = file.and_then(FileFormat::of_name);
    let format = named.unwrap_or(FileFormat::Ron);
    let text = format.text(value)?;
    if matches!(format, FileFormat::Ron) {
        out.write_all(header.as_bytes())?;
    }
    out.write_all(text.as_bytes())?;
    out.finish()
}
