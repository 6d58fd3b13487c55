//! Why an action was not performed.

use firewatch_sim::SimError;
use thiserror::Error;

use firewatch_ron::shown;

/// Why an action was not performed.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ActionError {
    /// The catalogue has no such action.
    #[error("unknown action `{}`{}", shown(name), after_colon(help.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The closest name, or all names.
        help: Option<String>,
    },
    /// The reference raises an exception: it then returns an empty observation with an error, though the tick
    /// has happened, and the effects before stay. Under the standard profile a memory limit of 0, which use is divided
    /// by: nothing has changed then.
    #[error("`{}` fails: {why}", shown(action))]
    Raised {
        /// The action.
        action: String,
        /// Cause of the exception.
        why: &'static str,
    },
    /// A metric can't have the value that the action sets: its file or its parameters don't fit the scenario. Nothing
    /// has changed.
    #[error("`{}` can't be carried out: {error}", shown(action))]
    Unfit {
        /// The action.
        action: String,
        /// The metric, and what it must be.
        #[source]
        error: SimError,
    },
    /// The environment refused the change.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// An error of a saved episode, which keeps only the text.
    #[error("{0}")]
    Recorded(String),
}

fn after_colon(text: Option<&str>) -> String {
    text.map(|text| format!(": {text}")).unwrap_or_default()
}
