//! The command of Firewatch: run, answer, check, audit, list, draw and generate incidents, and list what
//! can be done about them.
//!
//! Results go to the standard output, diagnostics and progress to the standard error.

mod actions;
mod audit;
mod batch;
mod check;
mod cli;
mod csv_text;
mod failure;
mod generate;
mod graph;
mod list;
mod mechanics;
mod output;
mod pending;
mod play;
mod run;
mod signals;
mod sources;
mod style;
mod sweep;
mod table;
mod text;
mod units;

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use anstream::adapter::strip_str;
use clap::Parser;
use firewatch_ron::steers_terminal;

use cli::{Cli, Command};
use failure::{Exit, Failure};
use output::Console;
use style::{visible, visible_lines};

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
    // Goes on without the watch: a signal then leaves an unfinished file, which harms nobody.
    let _ = signals::watch();
    let exit = match dispatch(&cli.command, &console) {
        Ok(exit) => exit,
        // A reader that has gone has seen enough.
        Err(Failure::ClosedPipe) => Exit::Well,
        Err(Failure::Invalid(problems)) => {
            console.diagnostics(&problems);
            Exit::Bad
        }
        Err(failure) => {
            console.error(&failure);
            failure.exit()
        }
    };
    exit.max(console.known())
}

/// Prints clap's message: help and version to the standard output, the rest to the standard error.
fn refuse(error: &clap::Error) -> Exit {
    match print(error).map_err(Failure::from) {
        Err(failure @ Failure::Internal(_)) => failure.exit(),
        _ if error.use_stderr() => Exit::Bad,
        _ => Exit::Well,
    }
}

/// Prints clap's message, without colours where an argument in it would steer the terminal.
fn print(error: &clap::Error) -> io::Result<()> {
    let arguments: Vec<String> = { std::env::args_os().skip(1) }
        .map(|argument| argument.to_string_lossy().into_owned())
        .filter(|argument| argument.contains(steers_terminal))
        .collect();
    if arguments.is_empty() {
        return error.print();
    }
    let mut message = error.render().ansi().to_string();
    // An argument is quoted whole, or what is before or after its `=`. What it has of escapes and line
    // ends is not the message's.
    for argument in &arguments {
        let parts = argument.split_once('=').unwrap_or_default();
        for part in [argument, parts.0, parts.1] {
            if part.contains(steers_terminal) {
                message = message.replace(part, &visible(part));
            }
        }
    }
    let message = strip_str(&message).to_string();
    let message = visible_lines(&message);
    if error.use_stderr() {
        io::stderr().write_all(message.as_bytes())
    } else {
        io::stdout().write_all(message.as_bytes())
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
