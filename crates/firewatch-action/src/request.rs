//! What is asked for, and what comes of it.

use std::fmt;

use firewatch_sim::{EnvironmentRef, FaultKind, SimError, Value};
use thiserror::Error;

use crate::catalogue::{ActionCatalogue, ActionId};
use crate::comparison::Metrics;
use crate::model::Category;
use crate::text::RequestText;
use firewatch_ron::shown;

/// Name of the action that lets a tick pass.
pub const WAIT: &str = "wait";

/// An action that is asked for by names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionRequest {
    /// Its name.
    pub name: String,
    /// The service; investigations and remediations need one.
    pub target: Option<String>,
    /// Its parameters by name; what is left out has its default.
    pub parameters: Metrics,
}

impl ActionRequest {
    /// An action on a service, without parameters.
    #[must_use]
    pub fn new(name: &str, target: &str) -> Self {
        Self {
            name: name.to_owned(),
            target: Some(target.to_owned()),
            parameters: Metrics::new(),
        }
    }

    /// An action without a target.
    #[must_use]
    pub fn untargeted(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The action that lets a tick pass.
    #[must_use]
    pub fn wait() -> Self {
        Self::untargeted(WAIT)
    }

    /// It as it stands between the brackets of a timeline's or a runbook's `action(...)`.
    #[must_use]
    pub fn arguments(&self) -> impl fmt::Display {
        RequestText(self)
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(parameter.to_owned(), value.into());
        self
    }
}

/// An action that is asked for by numbers: for whoever asks for many.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberedRequest {
    /// Its number, which [`ActionCatalogue::id`] tells.
    pub action: ActionId,
    /// The service's place in the mesh; investigations and remediations need one.
    pub target: Option<usize>,
    /// Its parameters by name; what is left out has its default.
    pub parameters: Metrics,
}

impl NumberedRequest {
    /// An action on a service, without parameters.
    #[must_use]
    pub fn new(action: ActionId, target: usize) -> Self {
        Self {
            target: Some(target),
            ..Self::untargeted(action)
        }
    }

    /// An action without a target.
    #[must_use]
    pub fn untargeted(action: ActionId) -> Self {
        Self {
            action,
            target: None,
            parameters: Metrics::new(),
        }
    }
}

/// What an action is asked for with: an [`ActionRequest`] or a [`NumberedRequest`].
pub trait RequestedAction {
    /// The action.
    ///
    /// # Errors
    /// [`ActionError::Unknown`]
    fn action(&self, catalogue: &ActionCatalogue) -> Result<ActionId, ActionError>;

    /// The service that it is to be done to.
    fn target(&self, view: &EnvironmentRef) -> Target;

    /// The service as it is called in the request, for a message.
    fn target_name(&self) -> String;

    /// The parameters that are given.
    fn parameters(&self) -> &Metrics;
}

/// The service that an action is to be done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// None is given.
    Missing,
    /// The mesh has no such service.
    Unknown,
    /// The one at that place in the mesh.
    Service(usize),
}

impl RequestedAction for ActionRequest {
    fn action(&self, catalogue: &ActionCatalogue) -> Result<ActionId, ActionError> {
        let id = catalogue.id(&self.name);
        id.ok_or_else(|| catalogue.unknown(&self.name))
    }

    fn target(&self, view: &EnvironmentRef) -> Target {
        match self.target.as_deref() {
            None => Target::Missing,
            Some(name) => {
                { view.topology().service(name) }.map_or(Target::Unknown, Target::Service)
            }
        }
    }

    fn target_name(&self) -> String {
        shown(self.target.as_deref().unwrap_or_default())
    }

    fn parameters(&self) -> &Metrics {
        &self.parameters
    }
}

impl RequestedAction for NumberedRequest {
    fn action(&self, catalogue: &ActionCatalogue) -> Result<ActionId, ActionError> {
        match catalogue.get(self.action) {
            Some(_) => Ok(self.action),
            None => Err(catalogue.unknown(&self.action.to_string())),
        }
    }

    fn target(&self, view: &EnvironmentRef) -> Target {
        let services = view.service_count();
        match self.target {
            None => Target::Missing,
            Some(index) if index < services => Target::Service(index),
            Some(_) => Target::Unknown,
        }
    }

    fn target_name(&self) -> String {
        format!("number {}", self.target.unwrap_or_default())
    }

    fn parameters(&self) -> &Metrics {
        &self.parameters
    }
}

/// A fault that an action halted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HaltedFault {
    /// Its index in the environment's list.
    pub index: usize,
    /// Its kind.
    pub kind: FaultKind,
}

/// What came of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionOutcome {
    /// What sort of action it was.
    pub category: Category,
    /// Whether it could be done at all: `false` without a target that it needs.
    pub valid: bool,
    /// Whether it remedied nothing. In the standard profile nothing else of the outcome but `halted` tells so: show
    /// neither to whoever acts before the incident is over.
    pub wrong: bool,
    /// The branch whose effects were done, from 0; `None` where nothing was done.
    pub branch: Option<usize>,
    /// The fault that it halted.
    pub halted: Option<HaltedFault>,
    /// Whether it ends the episode.
    pub ends_episode: bool,
    /// What is said about it, in lines.
    pub feedback: String,
}

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
