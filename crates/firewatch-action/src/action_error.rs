//! Why an action was not performed.

use firewatch_sim::SimError;
use thiserror::Error;

use firewatch_ron::shown;

/// Why an action could not be done.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ActionError {
    /// The catalogue has no such action.
    #[error("unknown action `{}`{}", shown(name), after_colon(help.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// What may be meant.
        help: Option<String>,
    },
    /// What the reference fails at with an exception: it then shows an empty observation with an error,
    /// though the tick has happened. What the action did before stays done.
    #[error("`{}` fails: {why}", shown(action))]
    Raised {
        /// The action.
        action: String,
        /// What the exception is about.
        why: &'static str,
    },
    /// A metric can't have the value that the action gives it: its file or its parameters don't fit the
    /// scenario. What the action did before stays done.
    #[error("`{}` can't be carried out: {error}", shown(action))]
    Unfit {
        /// The action.
        action: String,
        /// Which metric, and what it has to be.
        #[source]
        error: SimError,
    },
    /// The environment refused.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// An error of a saved episode, of which only the text is kept.
    #[error("{0}")]
    Recorded(String),
}

fn after_colon(text: Option<&str>) -> String {
    text.map(|text| format!(": {text}")).unwrap_or_default()
}
