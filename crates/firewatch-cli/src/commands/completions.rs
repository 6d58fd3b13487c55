//! `firewatch completions`: prints a completion script for a shell.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use crate::failure::{Exit, Failure};
use crate::ui::output::{Console, Form};

/// The arguments of `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArguments {
    /// The shell to complete for
    pub shell: Shell,
}

/// Prints a completion script for a command line.
pub fn completions(
    arguments: &CompletionsArguments,
    mut command_line: clap::Command,
    console: &Console,
) -> Result<Exit, Failure> {
    let mut out = console.results(None, Form::Data)?;
    // The generator panics if it can't write, for example to a closed pipe: it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command_line, "firewatch", &mut script);
    out.write_all(&script)?;
    out.finish()?;
    Ok(Exit::Passed)
}
