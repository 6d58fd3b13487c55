//! What is asked for, and what comes of it.

use std::fmt;

use firewatch_sim::{EnvironmentRef, FaultKind, Value};

use crate::action_error::ActionError;
use crate::catalogue::{ActionCatalogue, ActionId};
use crate::comparison::Metrics;
use crate::model::Category;
use crate::text::{Map, Quoted};
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

/// The values of `action(...)`.
struct RequestText<'a>(&'a ActionRequest);

impl fmt::Display for RequestText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ActionRequest {
            name,
            target,
            parameters,
        } = self.0;
        write!(f, "{}", Quoted(name))?;
        if let Some(target) = target {
            write!(f, ", {}", Quoted(target))?;
            if !parameters.is_empty() {
                write!(f, ", {}", Map(parameters))?;
            }
        }
        Ok(())
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
    /// Whether it was done to a service that there is nothing to remedy about.
    pub wrong: bool,
    /// The branch that was taken, from 0; `None` where nothing was done.
    pub branch: Option<usize>,
    /// The fault that it halted.
    pub halted: Option<HaltedFault>,
    /// Whether it ends the episode.
    pub ends_episode: bool,
    /// What is said about it, in lines.
    pub feedback: String,
}
