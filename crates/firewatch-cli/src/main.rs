//! The `firewatch` command: run, check, audit, play, list, draw and generate incidents.
//!
//! `commands/` has a file or folder per command, with its arguments, execution and reports. Commands do not use
//! each other: what two of them share is in `ui/` (output) or in a module beside this file. Neither of these
//! uses a command.
//!
//! Results go to the standard output, diagnostics and progress to the standard error.

mod arguments;
mod batch;
mod commands;
mod failure;
mod file_format;
mod paths;
mod pending;
mod signals;
mod sources;
mod ui;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use commands::Cli;
use failure::{Exit, Failure};
use ui::output::Console;
use ui::usage_message;

fn main() -> ExitCode {
    // A panic is a bug. It must not look like one of the documented outcomes.
    let exit = catch_unwind(AssertUnwindSafe(start)).unwrap_or(Exit::Internal);
    ExitCode::from(exit as u8)
}

fn start() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage_message::print(&error),
    };
    let console = Console::new(cli.color);
    // Without the handler, a signal leaves an unfinished temporary file, which is harmless.
    let _ = signals::handle();
    let exit = match commands::execute(&cli, &console) {
        Ok(exit) => exit,
        // A reader that closes the output has read enough.
        Err(Failure::ClosedPipe) => Exit::Passed,
        Err(Failure::Invalid(problems)) => {
            console.report_diagnostics(&problems);
            Exit::Invalid
        }
        Err(failure) => {
            console.report_failure(&failure);
            failure.exit()
        }
    };
    exit.max(console.exit_so_far())
}
