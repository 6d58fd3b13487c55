//! `firewatch generate` and `firewatch completions`: text that is made, not read.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::{Cli, GenerateArguments};
use crate::failure::{Exit, Failure};
use crate::output::{Console, Form};

/// Prints a drawn incident as a scenario file.
pub fn generate(arguments: &GenerateArguments, console: &Console) -> Result<Exit, Failure> {
    let mut out = console.results(arguments.out.as_deref(), Form::Data)?;
    let scenario = firewatch_scenario::generate(arguments.difficulty, arguments.seed);
    write!(out, "{scenario}")?;
    out.finish()?;
    Ok(Exit::Well)
}

/// Prints a completion script.
pub fn completions(shell: Shell, console: &Console) -> Result<Exit, Failure> {
    let mut out = console.results(None, Form::Data)?;
    // The generator panics where it can't write, as on a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "firewatch", &mut script);
    out.write_all(&script)?;
    out.finish()?;
    Ok(Exit::Well)
}
