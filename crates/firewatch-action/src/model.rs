//! An action as data: what a catalogue says about it.

use firewatch_sim::{FaultKind, MetricKey, Value};

use crate::comparison::Comparison;
use crate::names;
use crate::template::Template;

names! {
    /// Which rules and numbers the built-in catalogue of actions has.
    #[derive(Default)]
    Profile {
        /// What was meant: the fitting remedy halts any fault and changes the metrics that it is about.
        #[default]
        Standard = "standard",
        /// The reference's numbers and order of operations, its defects included.
        Reference = "reference",
    }
}

names! {
    /// What sort of thing an action is.
    Category {
        /// Looks at a service.
        Investigation = "investigation",
        /// Changes a service.
        Remediation = "remediation",
        /// Is about the incident as a whole: it needs no target.
        Meta = "meta",
    }
}

/// An action of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionSpec {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) category: Category,
    pub(crate) guarded: bool,
    pub(crate) applies_when_healthy: bool,
    pub(crate) ends_episode: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) branches: Vec<Branch>,
    /// Effects of every branch, after its own.
    pub(crate) always: Vec<Effect>,
}

impl ActionSpec {
    /// The name that it is asked for by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does, in a sentence.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// What sort of thing it is.
    #[must_use]
    pub fn category(&self) -> Category {
        self.category
    }

    /// Whether it needs a service to be done to.
    #[must_use]
    pub fn needs_target(&self) -> bool {
        self.category != Category::Meta
    }

    /// Whether it is a wrong action on a service that there is nothing to remedy about.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.guarded
    }

    /// Whether it ends the episode.
    #[must_use]
    pub fn ends_episode(&self) -> bool {
        self.ends_episode
    }

    /// Its parameters, in order.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// How many branches it has; the last always fits.
    #[must_use]
    pub fn branch_count(&self) -> usize {
        self.branches.len()
    }

    /// The metrics that it may give to services that lack them, and to which.
    pub fn creates(&self) -> impl Iterator<Item = (&Recipients, &str)> {
        let effects = { self.branches.iter() }
            .flat_map(|branch| &branch.effects)
            .chain(&self.always);
        effects.filter_map(|effect| match effect {
            Effect::Change {
                metric,
                on,
                change: Change::Set { create: true, .. },
            } => Some((on, metric.name())),
            Effect::StoreLogs => Some((&Recipients::Target, "recent_logs")),
            _ => None,
        })
    }

    /// The kinds of fault that one of its branches can halt, each once.
    #[must_use]
    pub fn halts(&self) -> Vec<FaultKind> {
        let mut kinds = Vec::new();
        for kind in self.branches.iter().flat_map(|branch| &branch.halts) {
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
        kinds
    }
}

/// A parameter of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) kind: ParameterKind,
    pub(crate) default: Option<Value>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) choices: Vec<String>,
    pub(crate) on_invalid: OnInvalid,
    pub(crate) above_max: OnInvalid,
}

impl Parameter {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says, in a sentence.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> ParameterKind {
        self.kind
    }

    /// What it is if it is left out; an action may work its own default out from the state instead.
    #[must_use]
    pub fn default(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Smallest and largest value, for numbers.
    #[must_use]
    pub fn bounds(&self) -> (Option<f64>, Option<f64>) {
        (self.min, self.max)
    }

    /// The values that it can have, for text; empty where any will do.
    #[must_use]
    pub fn choices(&self) -> &[String] {
        &self.choices
    }
}

/// Which of an action's parameters it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ParameterIndex(pub(crate) usize);

names! {
    /// The type of a parameter.
    ParameterKind {
        /// A whole number; others are cut down to one, toward zero.
        Integer = "integer",
        /// A number.
        Number = "number",
        /// Text.
        Text = "text",
    }
}

names! {
    /// What a value does that a parameter can't have.
    OnInvalid {
        /// The action does nothing and says so.
        Reject = "reject",
        /// The default takes its place.
        UseDefault = "use_default",
        /// The largest value takes its place.
        UseMax = "use_max",
        /// An error, for what an exception is in the reference.
        Raise = "raise",
    }
}

/// What an action does where something holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Branch {
    /// All have to hold.
    pub(crate) when: Vec<Condition>,
    /// In order; each sees what the ones before it did.
    pub(crate) effects: Vec<Effect>,
    /// Kinds of fault that are halted on the target.
    pub(crate) halts: Vec<FaultKind>,
    /// If there are any, a fault is halted on whichever service they hold for, not on the target.
    pub(crate) halts_where: Vec<Condition>,
    /// Whether to get there is a wrong action, as it is for the branch that always fits.
    pub(crate) in_vain: bool,
    /// What is said, a line each.
    pub(crate) report: Vec<Template>,
}

/// Something that may hold of the target before the action.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// It has a fault of one of these kinds; of any, if none is named.
    Fault(Vec<FaultKind>),
    /// It has a fault that is not halted.
    ActiveFault,
    RedHerring,
    /// Its metric compares so; an absent one never does.
    Metric(MetricKey, Comparison<Value>),
    HasMetric(MetricKey),
    /// The parameter has that value.
    Parameter(ParameterIndex, Value),
    /// So many ticks are in the history.
    Recorded(Comparison<f64>),
    /// A service that is not healthy calls it.
    UnhealthyCaller,
    /// A service that nobody calls is not healthy, and is no red herring.
    CustomersHit,
    /// The limit that [`Effect::SetMemoryLimit`] sets is above the present one.
    MoreMemory(ParameterIndex),
    /// That limit is below what is in use.
    TooLittleMemory(ParameterIndex),
    /// It holds for some service.
    Somewhere(Box<Condition>),
    Not(Box<Condition>),
}

/// Something that an action does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    Change {
        metric: MetricKey,
        on: Recipients,
        change: Change,
    },
    RecomputeMemoryBytes,
    RecomputeMemoryUtilization,
    /// The parameter in mebibytes; without it twice the limit.
    SetMemoryLimit {
        parameter: ParameterIndex,
    },
    StoreLogs,
    /// This share of the requests that succeed fails until the step after the next tick.
    Interrupt {
        errors: f64,
    },
    SetCounter {
        counter: Counter,
        to: u64,
    },
}

/// Whose metric is changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Recipients {
    /// The target of the action.
    #[default]
    Target,
    /// Who calls the target.
    Dependents,
    /// Every service.
    All,
    /// The service of that name.
    Service(String),
}

/// What is done to a metric. One that is absent stays so, but for `Set` with `create`. A number that the
/// metric can't have becomes the nearest that it can: an error rate stops at 1, a count at 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Scale {
        by: Factor,
        limits: Limits,
        round: Option<u32>,
    },
    Add {
        amount: Value,
        limits: Limits,
    },
    Set {
        to: Operand,
        create: bool,
    },
    Clamp(Limits),
    IntDiv {
        by: u64,
        floor: Option<f64>,
    },
    IntScale {
        by: Factor,
        floor: Option<f64>,
    },
    ShiftSha,
}

/// Decimals that a number is rounded to at most: no metric has more that mean something.
pub(crate) const MAX_DECIMALS: u32 = 14;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Limits {
    pub(crate) floor: Option<f64>,
    pub(crate) cap: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Factor {
    Number(f64),
    OneMinus(ParameterIndex),
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Value(Value),
    Parameter(ParameterIndex),
    /// Another metric of the same service; nothing is done where it is absent.
    Metric(MetricKey),
}

names! {
    /// A count that a session keeps.
    Counter {
        /// Steps for which the circuit to the target stays open.
        CircuitBreaker = "circuit_breaker_ticks",
        /// Investigations for which the specialist is still there.
        Specialist = "specialist_active_ticks",
    }
}

names! {
    /// Which faults of a target an action can fit.
    Matching {
        /// Only the first of the incident, if the target is its root cause.
        Primary = "primary",
        /// All of the target.
        Any = "any",
    }
}

/// What holds for all actions of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rules {
    pub(crate) matching: Matching,
    /// A target of which all hold has nothing to be remedied: a guarded action on it is wrong.
    pub(crate) healthy: Vec<Condition>,
    /// Whether a guarded action on a red herring is wrong, and effects on dependents leave them out.
    pub(crate) spare_red_herrings: bool,
    /// Whether a floor also lifts what was below it.
    pub(crate) floors_lift: bool,
    /// What the error rates of the dependents are scaled by at each step while a circuit is open.
    pub(crate) open_circuit_factor: f64,
    /// Whether what is an exception in the reference is an error.
    pub(crate) raises: bool,
    /// Whether a wrong action is done like any other, and a fault that does not show yet changes nothing
    /// about what an action does and says; else a wrong action is refused.
    pub(crate) conceals: bool,
}
