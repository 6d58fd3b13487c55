//! The command of Firewatch: run, answer, check, audit, list, draw and generate incidents, and list what
//! can be done about them.
//!
//! Results go to the standard output, diagnostics and progress to the standard error.

mod actions;
mod audit;
mod batch;
mod check;
mod cli;
mod failure;
mod generate;
mod graph;
mod list;
mod mechanics;
mod output;
mod play;
mod run;
mod sources;
mod style;
mod sweep;
mod table;
mod text;
mod units;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use failure::{Exit, Failure};
use output::Console;

fn main() -> ExitCode {
    // A panic is a bug, and must not look like one of the documented outcomes.
    let exit = catch_unwind(AssertUnwindSafe(start)).unwrap_or(Exit::Internal);
    ExitCode::from(exit as u8)
}

fn start() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let console = Console::new(cli.color);
    match dispatch(&cli.command, &console) {
        Ok(exit) => exit,
        // Who closed the pipe has seen enough.
        Err(Failure::ClosedPipe) => Exit::Well,
        Err(Failure::Invalid(problems)) => {
            console.diagnostics(&problems);
            Exit::Bad
        }
        Err(failure) => {
            console.error(&failure);
            failure.exit()
        }
    }
}

/// Prints clap's message: help and version to the standard output, the rest to the standard error.
fn refuse(error: &clap::Error) -> Exit {
    let printed = error.print();
    match printed.map_err(Failure::from) {
        Err(failure @ Failure::Internal(_)) => failure.exit(),
        _ if error.use_stderr() => Exit::Bad,
        _ => Exit::Well,
    }
}

fn dispatch(command: &Command, console: &Console) -> Result<Exit, Failure> {
    match command {
        Command::Run(arguments) => run::run(arguments, console),
        Command::Play(arguments) => play::play(arguments, console),
        Command::Sweep(arguments) => sweep::sweep(arguments, console),
        Command::Check(arguments) => check::check(arguments, console),
        Command::Audit(arguments) => audit::audit(arguments, console),
        Command::List(arguments) => list::list(arguments, console),
        Command::Actions(arguments) => actions::actions(arguments, console),
        Command::Graph(arguments) => graph::graph(arguments, console),
        Command::Generate(arguments) => generate::generate(arguments, console),
        Command::Completions { shell } => generate::completions(*shell, console),
    }
}
