//! `firewatch lsp`: a language server for editors.

use clap::Args;
use firewatch_lsp::server::{Ending, serve_stdio};

use crate::failure::{Exit, Failure};

/// The arguments of `lsp`.
#[derive(Args, Debug)]
pub struct LspArguments {
    /// Accepted for editors that pass it: the standard input and output are always used
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves an editor until it is done.
pub fn lsp(_: &LspArguments) -> Result<Exit, Failure> {
    match serve_stdio() {
        Ok(Ending::Exited | Ending::Closed) => Ok(Exit::Passed),
        Ok(Ending::ExitedEarly) => Ok(Exit::Failed),
        Err(error) => Err(Failure::Internal(format!(
            "the input is no message of the language server protocol: {error}"
        ))),
    }
}
