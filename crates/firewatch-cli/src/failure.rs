//! Exit codes and failures of a command.

use std::fmt;
use std::io;

use firewatch_ron::visible;
use firewatch_scenario::Diagnostics;
use firewatch_sim::SimError;

/// Exit code of the process. If several apply, the highest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything passed.
    Passed = 0,
    /// An expectation or an audit check failed.
    Failed = 1,
    /// The arguments or a file are invalid.
    Invalid = 2,
    /// Any other failure: output that can't be written, or a bug.
    Internal = 3,
}

/// The reason why a command stopped early.
#[derive(Debug)]
pub enum Failure {
    /// The reader of the output has closed it.
    ClosedPipe,
    /// Invalid arguments: the message, and what to do instead.
    Usage(String, Option<String>),
    /// A file was found to be invalid while it was played.
    Invalid(Diagnostics),
    /// Any other failure.
    Internal(String),
}

impl Failure {
    /// Returns the exit code of the process.
    pub fn exit(&self) -> Exit {
        match self {
            Self::ClosedPipe => Exit::Passed,
            Self::Usage(..) | Self::Invalid(_) => Exit::Invalid,
            Self::Internal(_) => Exit::Internal,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClosedPipe => f.write_str("the reader closed the output"),
            Self::Invalid(problems) => f.write_str(problems.render(false).trim_end()),
            Self::Usage(message, None) | Self::Internal(message) => f.write_str(&visible(message)),
            Self::Usage(message, Some(help)) => {
                write!(f, "{}\n  help: {}", visible(message), visible(help))
            }
        }
    }
}

/// Converts an error of writing the results.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Internal(format!("the output can't be written: {error}")),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Self::Internal(format!("the output can't be written: {other:?}")),
        }
    }
}

/// Converts an error that no checked scenario causes.
impl From<SimError> for Failure {
    fn from(error: SimError) -> Self {
        Self::Internal(format!("the simulation rejected the scenario: {error}"))
    }
}
