//! Doing an action.

use std::fmt;

use firewatch_sim::{EnvironmentRef, FaultKind, SimError, Value};

use super::catalogue::ActionCatalogue;
use super::effect::Run;
use super::model::{ActionSpec, Branch, Category, Condition, Matching};
use super::parameter::Resolved;
use super::report;
use super::session::ActionSession;
use super::stage::Stage;
use super::template::{Scene, Template};
use crate::model::Metrics;
use crate::problem::{shown, suggest};

/// An action that is asked for.
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

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(parameter.to_owned(), value.into());
        self
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

/// Why an action could not be done.
#[derive(Clone, Debug, PartialEq)]
pub enum ActionError {
    /// The catalogue has no such action.
    Unknown {
        /// The name.
        name: String,
        /// What may be meant.
        help: Option<String>,
    },
    /// What the reference fails at with an exception: it then shows an empty observation with an error,
    /// though the tick has happened. What the action did before stays done.
    Raised {
        /// The action.
        action: String,
        /// What the exception is about.
        why: &'static str,
    },
    /// The environment refused.
    Sim(SimError),
}

impl From<SimError> for ActionError {
    fn from(error: SimError) -> Self {
        Self::Sim(error)
    }
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, help } => {
                write!(f, "unknown action `{}`", shown(name))?;
                help.iter().try_for_each(|help| write!(f, ": {help}"))
            }
            Self::Raised { action, why } => write!(f, "`{}` fails: {why}", shown(action)),
            Self::Sim(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ActionError {}

/// Whether texts are wanted.
#[derive(Clone, Copy, PartialEq)]
enum Feedback {
    Wanted,
    Left,
}

impl ActionCatalogue {
    /// Does an action. A [`ActionSession::begin_step`] belongs before the first action after a tick.
    ///
    /// # Errors
    /// [`ActionError`]; nothing is changed by an unknown action.
    pub fn apply(
        &self,
        stage: &mut impl Stage,
        session: &mut ActionSession,
        request: &ActionRequest,
    ) -> Result<ActionOutcome, ActionError> {
        self.act(stage, session, request, Feedback::Wanted)
    }

    /// As [`apply`](Self::apply), without feedback: for many environments that nobody reads along with.
    ///
    /// # Errors
    /// As [`apply`](Self::apply), but for what only a report fails at.
    pub fn apply_quietly(
        &self,
        stage: &mut impl Stage,
        session: &mut ActionSession,
        request: &ActionRequest,
    ) -> Result<ActionOutcome, ActionError> {
        self.act(stage, session, request, Feedback::Left)
    }

    fn act(
        &self,
        stage: &mut impl Stage,
        session: &mut ActionSession,
        request: &ActionRequest,
        feedback: Feedback,
    ) -> Result<ActionOutcome, ActionError> {
        let spec = self
            .find(&request.name)
            .ok_or_else(|| self.unknown(&request.name))?;
        let mut outcome = ActionOutcome {
            category: spec.category,
            valid: true,
            wrong: false,
            branch: None,
            halted: None,
            ends_episode: spec.ends_episode,
            feedback: String::new(),
        };
        let target = match self.target(spec, stage, request)? {
            Ok(target) => target,
            Err(why) => {
                outcome.valid = false;
                outcome.feedback = why;
                return Ok(outcome);
            }
        };
        let parameters = match resolve(spec, request, self.rules().raises) {
            Ok(parameters) => parameters,
            Err(why) => {
                outcome.feedback = why;
                return Ok(outcome);
            }
        };
        outcome.wrong = spec.guarded && stage.read(|view| self.is_wrong(view, session, target))?;
        if outcome.wrong && !spec.applies_when_healthy {
            if feedback == Feedback::Wanted {
                let name = &spec.name;
                outcome.feedback =
                    format!("{target} shows nothing that {name} would remedy: nothing was done.");
            }
            return Ok(outcome);
        }
        let parameters = parameters.ok_or_else(|| ActionError::Raised {
            action: spec.name.clone(),
            why: "a parameter can't be converted",
        })?;
        let chosen = stage.read(|view| self.choose(spec, view, session, target, &parameters))?;
        let Some((index, branch)) = chosen else {
            return Ok(outcome);
        };
        outcome.branch = Some(index);
        let mut run = Run {
            rules: self.rules(),
            stage,
            session,
            action: &spec.name,
            target,
            parameters: &parameters,
        };
        for effect in &branch.effects {
            run.effect(effect)?;
        }
        outcome.halted = self.halt(branch, stage, session, target)?;
        if feedback == Feedback::Wanted {
            let said = stage.read(|view| {
                let scene = Scene {
                    view,
                    session,
                    target,
                    parameters: &parameters,
                    raises: self.rules().raises,
                };
                let lines = branch
                    .report
                    .iter()
                    .map(|line: &Template| line.render(&scene));
                lines.collect::<Option<Vec<_>>>()
            })?;
            let lines = said.ok_or_else(|| ActionError::Raised {
                action: spec.name.clone(),
                why: "no span takes any time, and each is divided by their sum",
            })?;
            outcome.feedback = lines.join("\n");
        }
        Ok(outcome)
    }

    fn unknown(&self, name: &str) -> ActionError {
        let names = self.actions().iter().map(ActionSpec::name);
        ActionError::Unknown {
            name: name.to_owned(),
            help: suggest(name, "actions", names),
        }
    }

    /// The target, empty for an action that needs none; else why it can't be done.
    fn target<'r>(
        &self,
        spec: &ActionSpec,
        stage: &impl Stage,
        request: &'r ActionRequest,
    ) -> Result<Result<&'r str, String>, SimError> {
        if !spec.needs_target() {
            return Ok(Ok(""));
        }
        let Some(target) = request.target.as_deref() else {
            return Ok(Err(format!("{} needs a service to be done to.", spec.name)));
        };
        let known = stage.read(|view| view.topology().service(target).is_some())?;
        Ok(if known {
            Ok(target)
        } else {
            Err(format!("There is no service {} here.", shown(target)))
        })
    }

    /// Whether there is nothing to be remedied about the target.
    fn is_wrong(&self, view: &EnvironmentRef, session: &ActionSession, target: &str) -> bool {
        let rules = self.rules();
        let none = Metrics::new();
        let holds = |condition| self.holds(condition, view, session, target, &none);
        (rules.spare_red_herrings && holds(&Condition::RedHerring))
            || rules.healthy.iter().all(holds)
    }

    fn choose<'s>(
        &self,
        spec: &'s ActionSpec,
        view: &EnvironmentRef,
        session: &ActionSession,
        target: &str,
        parameters: &Metrics,
    ) -> Option<(usize, &'s Branch)> {
        let holds = |condition: &_| self.holds(condition, view, session, target, parameters);
        let fits = |branch: &Branch| branch.when.iter().all(holds);
        let mut branches = spec.branches.iter().enumerate();
        branches.find(|(_, branch)| fits(branch))
    }

    fn holds(
        &self,
        condition: &Condition,
        view: &EnvironmentRef,
        session: &ActionSession,
        target: &str,
        parameters: &Metrics,
    ) -> bool {
        match condition {
            Condition::Fault(kinds) => {
                let fits = |kind: &FaultKind| kinds.is_empty() || kinds.contains(kind);
                self.faults_of(view, target).any(|(_, kind, _)| fits(&kind))
            }
            Condition::ActiveFault => self.faults_of(view, target).any(|(_, _, halted)| !halted),
            Condition::RedHerring => view.topology().red_herrings().any(|name| name == target),
            Condition::Metric(name, comparison) => view
                .metric(target, name)
                .is_some_and(|value| comparison.holds_for(&value)),
            Condition::HasMetric(name) => view.metric(target, name).is_some(),
            Condition::Parameter(name, value) => parameters.get(name) == Some(value),
            Condition::Recorded(comparison) => comparison.holds(&(session.recorded_ticks() as f64)),
            Condition::UnhealthyCaller => !report::unhealthy_callers(view, target).is_empty(),
            Condition::Not(inner) => !self.holds(inner, view, session, target, parameters),
        }
    }

    /// The faults of a target that actions can see: index, kind and whether halted.
    fn faults_of<'v>(
        &self,
        view: &'v EnvironmentRef,
        target: &'v str,
    ) -> impl Iterator<Item = (usize, FaultKind, bool)> + 'v {
        let primary_only = self.rules().matching == Matching::Primary;
        let is_cause = view.environment().root_cause() == Some(target);
        view.faults().enumerate().filter_map(move |(index, fault)| {
            let matches = match primary_only {
                true => is_cause && index == 0,
                false => view.fault_service(fault) == target,
            };
            matches.then_some((index, fault.kind, fault.halted))
        })
    }

    /// Halts the first fault that the branch is good for.
    fn halt(
        &self,
        branch: &Branch,
        stage: &mut impl Stage,
        session: &mut ActionSession,
        target: &str,
    ) -> Result<Option<HaltedFault>, SimError> {
        if branch.halts.is_empty() {
            return Ok(None);
        }
        session.note_halt();
        let found = stage.read(|view| {
            // The kind of the one that matched; the fault itself need not be the one that is halted.
            let matched = self.faults_of(view, target).map(|(_, kind, _)| kind);
            let kinds: Vec<FaultKind> =
                matched.filter(|kind| branch.halts.contains(kind)).collect();
            let mut faults = view.faults().enumerate();
            faults
                .find(|(_, fault)| {
                    !fault.halted
                        && kinds.contains(&fault.kind)
                        && view.fault_service(fault) == target
                })
                .map(|(index, fault)| HaltedFault {
                    index,
                    kind: fault.kind,
                })
        })?;
        if let Some(fault) = found {
            stage.halt_fault(fault.index)?;
        }
        Ok(found)
    }
}

/// The parameters as the action takes them; `Ok(None)` where the reference fails at one, `Err` says why
/// the action is not done.
fn resolve(
    spec: &ActionSpec,
    request: &ActionRequest,
    raises: bool,
) -> Result<Option<Metrics>, String> {
    let mut parameters = Metrics::new();
    let mut raised = false;
    for parameter in &spec.parameters {
        match parameter.resolve(&request.parameters, raises) {
            Resolved::Value(value) => {
                parameters.insert(parameter.name.clone(), value);
            }
            Resolved::Absent => {}
            Resolved::Raised => raised = true,
            Resolved::Rejected(invalid) => {
                let (name, action) = (&parameter.name, &spec.name);
                let expected = invalid.expected;
                return Err(format!("{action} was not done: {name} must be {expected}."));
            }
        }
    }
    Ok((!raised).then_some(parameters))
}
