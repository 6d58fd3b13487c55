//! Requests for actions, and their outcomes.

use std::fmt;

use firewatch_sim::{EnvironmentRef, FaultKind, Value};

use crate::action_error::ActionError;
use crate::catalogue::{ActionCatalogue, ActionId};
use crate::comparison::Metrics;
use crate::model::Category;
use crate::template;
use crate::text::{Map, Quoted};
use firewatch_ron::shown;

/// Name of the action that lets a tick pass.
pub const WAIT: &str = "wait";

/// A request for an action, by names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionRequest {
    /// Name of the action.
    pub name: String,
    /// Name of the target; investigations and remediations need one.
    pub target: Option<String>,
    /// Parameters by name; one that is left out has its default.
    pub parameters: Metrics,
}

impl ActionRequest {
    /// Makes a request for an action on a service, without parameters.
    #[must_use]
    pub fn new(name: &str, target: &str) -> Self {
        Self {
            name: name.to_owned(),
            target: Some(target.to_owned()),
            parameters: Metrics::new(),
        }
    }

    /// Makes a request for an action without a target.
    #[must_use]
    pub fn untargeted(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Makes a request for the action that lets a tick pass.
    #[must_use]
    pub fn wait() -> Self {
        Self::untargeted(WAIT)
    }

    /// Returns the text between the parentheses of `action(...)` in a timeline or a runbook.
    #[must_use]
    pub fn arguments(&self) -> impl fmt::Display {
        RequestText(self)
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(parameter.to_owned(), value.into());
        self
    }
}

/// The arguments of `action(...)`.
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

/// A request for an action, by numbers: saves lookups in a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberedRequest {
    /// Number of the action: [`ActionCatalogue::id`].
    pub action: ActionId,
    /// Index of the target in the mesh; investigations and remediations need one.
    pub target: Option<usize>,
    /// Parameters by name; one that is left out has its default.
    pub parameters: Metrics,
}

impl NumberedRequest {
    /// Makes a request for an action on a service, without parameters.
    #[must_use]
    pub fn new(action: ActionId, target: usize) -> Self {
        Self {
            target: Some(target),
            ..Self::untargeted(action)
        }
    }

    /// Makes a request for an action without a target.
    #[must_use]
    pub fn untargeted(action: ActionId) -> Self {
        Self {
            action,
            target: None,
            parameters: Metrics::new(),
        }
    }
}

/// A request for an action: an [`ActionRequest`] or a [`NumberedRequest`].
pub trait RequestedAction {
    /// Returns the action.
    ///
    /// # Errors
    /// [`ActionError::Unknown`]
    fn action(&self, catalogue: &ActionCatalogue) -> Result<ActionId, ActionError>;

    /// Returns the target.
    fn target(&self, view: &EnvironmentRef) -> Target;

    /// Returns the target as the request names it, for a message.
    fn target_name(&self) -> String;

    /// Returns the given parameters.
    fn parameters(&self) -> &Metrics;
}

/// The target of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The request has none.
    Missing,
    /// The mesh has no such service.
    Unknown,
    /// Index of the service in the mesh.
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

/// The outcome of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionOutcome {
    /// Category of the action.
    pub category: Category,
    /// Whether the action had the target that it needs.
    pub valid: bool,
    /// Whether the action remedied nothing. In the standard profile only this and `halted` tell so: a policy must see
    /// neither before the incident is over.
    pub wrong: bool,
    /// Index of the branch whose effects were run; `None` if none was.
    pub branch: Option<usize>,
    /// The fault that was halted.
    pub halted: Option<HaltedFault>,
    /// Whether the action ends the episode.
    pub ends_episode: bool,
    /// Feedback on the action, in lines.
    pub feedback: String,
}

impl ActionOutcome {
    /// Returns the outcome of an action that failed, where nothing counts as done then. The feedback is the error.
    #[must_use]
    pub fn of_failed(error: &ActionError) -> Self {
        Self {
            category: Category::Meta,
            valid: false,
            wrong: false,
            branch: None,
            halted: None,
            ends_episode: false,
            feedback: template::cut(error.to_string()),
        }
    }
}
