//! Problems without a place in the text of a file.

use std::io;

use firewatch_response::{FailedAction, Script};
use firewatch_ron::Code;
use firewatch_scenario::{Diagnostics, Problem, codes};

/// Rejects a scenario or runbook that became invalid by a change on the command line.
///
/// # Errors
/// The problems, if there are any.
pub fn reject(problems: Vec<Problem>, file: &str, change: &str) -> Result<(), Diagnostics> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Diagnostics {
        file: format!("{file} {change}"),
        text: String::new(),
        problems,
    })
}

/// Help for an action that failed during a run.
pub const FAILED_ACTION_HELP: &str =
    "change what the action sets, in its file or by its parameters";

/// Checks whether an action failed during a run. Such a conflict between an action and its scenario only
/// shows when it is played.
///
/// # Errors
/// The failed action.
pub fn check_failed_action(script: &Script, file: &str, seed: u64) -> Result<(), Diagnostics> {
    let Some(FailedAction { tick, error }) = script.failed_action() else {
        return Ok(());
    };
    let message = format!("at tick {tick} of seed {seed} an action failed: {error}");
    Err(file_problem(
        file,
        codes::ACTION_FAILED,
        &message,
        FAILED_ACTION_HELP,
    ))
}

/// Returns the problem of a link that leads out of the searched folder. Problems of a file quote its text, so
/// a searched folder must not give access to files outside it. A link to a missing file gives the same
/// message: it must not reveal which files exist.
pub fn link_leaves_folder(name: &str) -> Diagnostics {
    let help = "put the file itself there, or name the link on the command line";
    file_problem(
        name,
        codes::UNUSABLE_FILE,
        "this link leads to no file in the searched folder",
        help,
    )
}

/// Returns a problem without a place in the text.
pub fn file_problem(name: &str, code: Code, message: &str, help: &str) -> Diagnostics {
    Diagnostics::without_text(name, code, message.to_owned(), Some(help.to_owned()))
}

pub fn cannot_read(name: &str, error: &io::Error) -> Diagnostics {
    Diagnostics::without_text(
        name,
        codes::UNREADABLE,
        format!("can't be read: {error}"),
        None,
    )
}
