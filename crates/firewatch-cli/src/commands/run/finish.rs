//! The end of an output.

use crate::failure::{Exit, Failure};
use crate::paths::path_text;
use crate::ui::output::{Console, Output};

/// Completes the output of a command, unless what was played is invalid: its file is written whole or not at all.
pub fn finish(exit: Exit, out: Output, console: &Console) -> Result<Exit, Failure> {
    if exit < Exit::Invalid {
        out.finish()?;
    } else if let Some(file) = out.abandon()? {
        console.report_note(format_args!("`{}` was not written", path_text(&file)));
    }
    Ok(exit)
}
