//! Actions and the rules of a catalogue, as data.

use firewatch_sim::{CallKnob, FaultKind, LogTexts, MetricKey, ServiceKnob, Topology, Value};

use crate::comparison::Comparison;
use crate::names;
use crate::template::Template;

pub(crate) use crate::parameter::{OnInvalid, Parameter, ParameterIndex, ParameterKind};

names! {
    /// The rules and numbers of the built-in actions.
    #[derive(Default)]
    Profile {
        /// The intended rules: the right remedy halts any fault and changes the metrics that it is about.
        #[default]
        Standard = "standard",
        /// The numbers and the order of operations of the Python reference, including its defects.
        Reference = "reference",
    }
}

impl Profile {
    /// Returns whose wording logs have under it.
    #[must_use]
    pub fn log_texts(self) -> LogTexts {
        match self {
            Self::Standard => LogTexts::Standard,
            Self::Reference => LogTexts::Reference,
        }
    }
}

names! {
    /// The category of an action.
    Category {
        /// Reads the state of a service.
        Investigation = "investigation",
        /// Changes a service.
        Remediation = "remediation",
        /// Is about the incident, not a service: it has no target.
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
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns a sentence about what it does.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Returns the category.
    #[must_use]
    pub fn category(&self) -> Category {
        self.category
    }

    /// Returns whether it needs a service as its target.
    #[must_use]
    pub fn needs_target(&self) -> bool {
        self.category != Category::Meta
    }

    /// Returns whether it counts as wrong on a service that needs no remedy.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.guarded
    }

    /// Returns whether it ends the episode.
    #[must_use]
    pub fn ends_episode(&self) -> bool {
        self.ends_episode
    }

    /// Returns the parameters, in the order of the file.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Returns the number of branches. The last has no conditions.
    #[must_use]
    pub fn branch_count(&self) -> usize {
        self.branches.len()
    }

    /// Returns the metrics that it may create, and on which services.
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

    /// Returns whether it turns a knob of traffic, or the number of instances.
    pub(crate) fn is_about_load(&self) -> bool {
        let mut effects = self.branches.iter().flat_map(|branch| &branch.effects);
        effects.any(|effect| match effect {
            Effect::Traffic(effect) => !matches!(
                effect,
                TrafficEffect::Restart | TrafficEffect::AddMemory { .. }
            ),
            _ => false,
        })
    }

    /// Returns the calls of traffic of which it turns knobs, and the knobs.
    pub fn turned_calls(&self) -> impl Iterator<Item = (CallRoute, CallKnob)> {
        let effects = self.branches.iter().flat_map(|branch| &branch.effects);
        effects.filter_map(|effect| match effect {
            Effect::Traffic(TrafficEffect::TurnCalls { calls, knob, .. }) => Some((*calls, *knob)),
            _ => None,
        })
    }

    /// Returns the kinds of fault that its branches halt, without duplicates.
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

/// The conditions, effects and report of one case of an action. The first branch that applies is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Branch {
    /// The branch applies if all hold.
    pub(crate) when: Vec<Condition>,
    /// Run in order; each sees the changes of those before it.
    pub(crate) effects: Vec<Effect>,
    /// Kinds of fault that are halted on the target.
    pub(crate) halts: Vec<FaultKind>,
    /// If there are any, a fault is halted on whichever service they hold for, not on the target.
    pub(crate) halts_where: Vec<Condition>,
    /// Whether taking it is a wrong action, like taking the branch without conditions.
    pub(crate) in_vain: bool,
    /// The report, a template for each line.
    pub(crate) report: Vec<Template>,
}

/// A condition on the target, evaluated before the action changes anything.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// It has a fault of one of these kinds; of any, if none is named.
    Fault(Vec<FaultKind>),
    /// It has a fault that is not halted.
    ActiveFault,
    RedHerring,
    /// The comparison holds for its metric; never for an absent one.
    Metric(MetricKey, Comparison<Value>),
    HasMetric(MetricKey),
    /// The parameter has that value.
    Parameter(ParameterIndex, Value),
    /// The comparison holds for the number of ticks in the history.
    Recorded(Comparison<f64>),
    /// At least one of its callers is not healthy.
    UnhealthyCaller,
    /// Customers are hit, by the [rules](crate::CustomerRules) that a score goes by.
    CustomersHit,
    /// The limit that [`Effect::SetMemoryLimit`] sets is above the present one.
    MoreMemory(ParameterIndex),
    /// That limit is below what is in use.
    TooLittleMemory(ParameterIndex),
    /// A restart would free memory that has leaked, or take back what ended faults have left behind; in traffic.
    RestartHelps,
    /// It has used nearly all of its memory, or instances were killed for that and are not back; in traffic.
    MemoryShort,
    /// It holds for some service.
    Somewhere(Box<Condition>),
    Not(Box<Condition>),
}

/// An effect of an action.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    Change {
        metric: MetricKey,
        on: Recipients,
        change: Change,
    },
    RecomputeMemoryBytes,
    RecomputeMemoryUtilization,
    /// Sets the limit to the parameter, in mebibytes; without a value, doubles it.
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
    /// Changes the traffic.
    Traffic(TrafficEffect),
}

/// An effect on the traffic of the target. A branch with conditions and such effects applies only where one of them
/// changes something.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TrafficEffect {
    /// Turns a knob of it.
    Turn { knob: ServiceKnob, to: Operand },
    /// Turns a knob of calls that it makes or gets.
    TurnCalls {
        calls: CallRoute,
        knob: CallKnob,
        to: Operand,
    },
    /// Orders that many more instances, up to a multiple of those that the service states.
    AddInstances { by: ParameterIndex, most_times: u32 },
    /// Multiplies its memory limit.
    AddMemory { times: u32 },
    /// Restarts its instances, one after the other.
    Restart,
    /// It refuses everything until the step after the next tick: what waits and runs is lost.
    DropRequests,
}

names! {
    /// Which calls are turned.
    CallRoute {
        /// Those that the target makes.
        Made = "made",
        /// Those that others make to it.
        Received = "received",
        /// Of these, those for which there is somebody else to be asked.
        Replaceable = "replaceable",
    }
}

/// The services that an effect changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Recipients {
    /// The target of the action.
    #[default]
    Target,
    /// The callers of the target.
    Dependents,
    /// Every service.
    All,
    /// The service of that name.
    Service(String),
}

impl Recipients {
    /// Returns whether they include a service. `service` and `target` are indices in the mesh.
    pub(crate) fn include(
        &self,
        service: usize,
        target: Option<usize>,
        topology: &Topology,
        rules: &Rules,
    ) -> bool {
        match self {
            Self::Target => target == Some(service),
            Self::All => true,
            Self::Service(name) => topology.service(name) == Some(service),
            Self::Dependents => {
                let calls = target.is_some_and(|target| topology.calls(service, target));
                calls && !(rules.spare_red_herrings && topology.is_red_herring(service))
            }
        }
    }
}

/// A change of a metric. Only `Set` with `create` changes an absent one. A number out of the metric's range
/// becomes the nearest in it: an error rate stops at 1, a count at 0.
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

/// The source of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Value(Value),
    Parameter(ParameterIndex),
    /// Another metric of the same service; the effect does nothing if it is absent.
    Metric(MetricKey),
}

names! {
    /// A counter of a session.
    Counter {
        /// Steps that the circuit breaker of the target stays open.
        CircuitBreaker = "circuit_breaker_ticks",
        /// Investigations that the specialist still helps with.
        Specialist = "specialist_active_ticks",
    }
}

names! {
    /// The faults of a target that actions can see.
    Matching {
        /// Only the first fault of the incident, if the target is its root cause.
        Primary = "primary",
        /// All faults of the target; investigations see those that act.
        Any = "any",
    }
}

/// The rules of all actions of a catalogue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rules {
    pub(crate) matching: Matching,
    /// A target for which all hold needs no remedy: a guarded action on it is wrong.
    pub(crate) healthy: Vec<Condition>,
    /// Whether a guarded action on a red herring is wrong, and effects on dependents skip red herrings.
    pub(crate) spare_red_herrings: bool,
    /// Whether a floor also raises a value that was below it before.
    pub(crate) floors_lift: bool,
    /// Factor of the callers' error rates at each step while a circuit breaker is open.
    pub(crate) open_circuit_factor: f64,
    /// Whether an exception of the reference is an error.
    pub(crate) raises: bool,
    /// Whether a wrong action is performed like any other, and a fault that does not show yet changes nothing
    /// about what an action does and reports; if not, a wrong action is refused.
    pub(crate) conceals: bool,
}
