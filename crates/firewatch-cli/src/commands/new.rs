//! `firewatch new`: prints a scenario to begin with.

mod choices;
mod questions;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use firewatch_scenario::{Difficulty, Physics};
use firewatch_sim::FaultKind;

use crate::arguments::{difficulty, fault_kind, physics};
use crate::failure::{Exit, Failure};
use crate::file_format::FileFormat;
use crate::paths::{path_text, quoted};
use crate::pending::{check_new, write_new_file};
use crate::ui::output::{Console, Form};
use choices::{Choices, checked};
use questions::Questions;

/// What the file is called in messages, and in its help.
const FILE: &str = "FILE";

/// The arguments of `new`.
#[derive(Args, Debug)]
pub struct NewArguments {
    /// Write the scenario to this new file, whole or not at all; in JSON if its name ends in .json
    ///
    /// A file that is there is not replaced. At a terminal, `--services`, `--kind` and `--on` are asked for if they are
    /// not given.
    #[arg(value_name = FILE)]
    pub file: Option<PathBuf>,
    /// Name of the incident
    #[arg(long, value_name = "TEXT", default_value = "A new incident")]
    pub name: String,
    /// Services, each of which calls the next [default: web,api,db]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub services: Option<Vec<String>>,
    /// Kind of the fault [default: bad_deploy]
    #[arg(long, value_name = "KIND", value_parser = fault_kind())]
    pub kind: Option<FaultKind>,
    /// Service with the fault [default: the middle one]
    #[arg(long, value_name = "NAME")]
    pub on: Option<String>,
    /// Difficulty of the incident; it gives the length, the SLO budget and the speed of the fault
    #[arg(long, short, value_name = "DIFFICULTY", value_parser = difficulty(), default_value = "easy")]
    pub difficulty: Difficulty,
    /// Physics of the incident: `classic`, or `traffic`, in which users send requests to the first service
    #[arg(long, value_name = "PHYSICS", default_value_t = Physics::Classic, value_parser = physics())]
    pub physics: Physics,
}

/// Prints a scenario to begin with, or writes it to a new file and says how to go on.
pub fn new(arguments: &NewArguments, console: &Console) -> Result<Exit, Failure> {
    let format = format_of(arguments.file.as_deref())?;
    if let Some(file) = &arguments.file {
        // Nobody should answer questions for a file that can't be written.
        check_new(file, FILE)?;
    }
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    let mut choices = given(arguments, can_ask)?;
    if can_ask {
        Questions::new(io::stdin().lock(), io::stderr()).ask(&mut choices)?;
    }
    let scenario = choices.scenario(&arguments.name, arguments.difficulty, arguments.physics);
    // What it can't be, is said as of any file.
    if let Err(problems) = checked(&scenario) {
        console.report_diagnostics(&problems);
        return Ok(Exit::Invalid);
    }
    let text = format.text(&scenario)?;
    match &arguments.file {
        Some(file) => {
            write_new_file(file, FILE, &text)?;
            console.report_note(next_step(file));
        }
        None => {
            let mut out = console.results(None, Form::Data)?;
            out.write_all(text.as_bytes())?;
            out.finish()?;
        }
    }
    Ok(Exit::Passed)
}

/// Returns the format of the new file. Commands read no file of another name.
fn format_of(file: Option<&Path>) -> Result<FileFormat, Failure> {
    let Some(file) = file else {
        return Ok(FileFormat::Ron);
    };
    FileFormat::of_name(file).ok_or_else(|| {
        let message = format!("`{}` is no name of a scenario", path_text(file));
        let help = "scenario files end in `.ron` or `.json`".to_owned();
        Failure::Usage(message, Some(help))
    })
}

fn next_step(file: &Path) -> String {
    let written = format!("wrote a scenario to `{}`", path_text(file));
    match quoted(file) {
        Ok(file) => format!(
            "{written}; to run it, and to respond to it yourself:\n  firewatch run {file}\n  firewatch play {file}"
        ),
        Err(_) => written,
    }
}

/// Returns what the arguments say.
fn given(arguments: &NewArguments, can_ask: bool) -> Result<Choices, Failure> {
    let choices = Choices {
        services: arguments.services.clone(),
        kind: arguments.kind,
        on: arguments.on.clone(),
    };
    // Without services, those that are asked for may contain it.
    let are_known = choices.services.is_some() || !can_ask;
    match &choices.on {
        Some(on) if are_known && !choices.services().contains(on) => {
            let message = format!("`--on` names `{on}`, which is none of the services");
            let help = format!("services: {}", choices.services().join(", "));
            Err(Failure::Usage(message, Some(help)))
        }
        _ => Ok(choices),
    }
}
