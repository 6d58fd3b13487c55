//! How a command can end.

use std::fmt;
use std::io;

use firewatch_scenario::Diagnostics;
use firewatch_sim::SimError;

use crate::style::visible;

/// The exit codes; of several that apply, the highest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All well.
    Well = 0,
    /// An expectation, or a check of an audit, failed.
    ExpectationFailed = 1,
    /// Bad usage or a bad scenario.
    Bad = 2,
    /// Something that is not the fault of who called.
    Internal = 3,
}

/// Why a command stopped early.
#[derive(Debug)]
pub enum Failure {
    /// Who reads the output has gone away.
    ClosedPipe,
    /// Something was asked for that can't be done; and what would be right.
    Usage(String, Option<String>),
    /// A file that turned out not to be in order while it was played.
    Invalid(Diagnostics),
    /// Something else went wrong.
    Internal(String),
}

impl Failure {
    /// The code that the process ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::ClosedPipe => Exit::Well,
            Self::Usage(..) | Self::Invalid(_) => Exit::Bad,
            Self::Internal(_) => Exit::Internal,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClosedPipe => f.write_str("the output was closed"),
            Self::Invalid(problems) => f.write_str(problems.render(false).trim_end()),
            Self::Usage(message, None) | Self::Internal(message) => f.write_str(&visible(message)),
            Self::Usage(message, Some(help)) => {
                write!(f, "{}\n  help: {}", visible(message), visible(help))
            }
        }
    }
}

/// From writing the results.
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

/// A checked scenario gives none of these.
impl From<SimError> for Failure {
    fn from(error: SimError) -> Self {
        Self::Internal(format!("the simulation refused the scenario: {error}"))
    }
}
