//! Messages of clap: help, the version, and invalid arguments.

use std::io::{self, Write};

use anstream::adapter::strip_str;
use firewatch_ron::{steers_terminal, visible, visible_lines};

use crate::failure::{Exit, Failure};

/// Prints help and version to the standard output, errors to the standard error.
pub fn print(message: &clap::Error) -> Exit {
    match write(message).map_err(Failure::from) {
        Err(failure @ Failure::Internal(_)) => failure.exit(),
        _ if message.use_stderr() => Exit::Invalid,
        _ => Exit::Passed,
    }
}

/// Writes the message, without colours if an argument in it would control the terminal.
fn write(error: &clap::Error) -> io::Result<()> {
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .filter(|argument| argument.contains(steers_terminal))
        .collect();
    if arguments.is_empty() {
        return error.print();
    }
    let mut message = error.render().ansi().to_string();
    // clap quotes an argument whole, or the part before or after its `=`. Escapes and line ends in it are not
    // the message's own.
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
