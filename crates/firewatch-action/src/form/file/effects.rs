//! The effects of a branch.

use firewatch_sim::{CallKnob, ServiceKnob, Value};
use serde::{Deserialize, Serialize};

use super::names::FileNames;
use crate::decode::join;
use crate::form::numbers::{Decimals, Finite};
use crate::form::union::{Calls, Either};
use crate::form::values::{Plain, or_default};
use crate::form::words::Word;
use crate::model::{
    CallRoute, Change, Counter, Effect, Factor, Limits, Operand, Recipients, TrafficEffect,
};

/// Something that an action does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Effect",
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "an effect, such as `scale(metric: \"...\", by: 0.5)`"
)]
pub(super) enum EffectForm {
    /// Multiplies a metric.
    Scale {
        /// The metric.
        metric: String,
        /// Whose; the target's by default.
        #[serde(default, deserialize_with = "or_default")]
        #[serde(skip_serializing_if = "is_target")]
        on: OnForm,
        /// The factor: a number, or `one_minus("parameter")`.
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
        by: FactorForm,
        /// What it does not fall below.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
        floor: Option<Finite>,
        /// What it does not rise above.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
        cap: Option<Finite>,
        /// Decimals to round to, 0 to 14.
        #[serde(skip_serializing_if = "Option::is_none")]
        round: Option<Decimals>,
    },
    /// Adds to a metric.
    Add {
        /// The metric.
        metric: String,
        /// Whose; the target's by default.
        #[serde(default, deserialize_with = "or_default")]
        #[serde(skip_serializing_if = "is_target")]
        on: OnForm,
        /// The number that is added.
        amount: Plain,
        /// What it does not fall below.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
        floor: Option<Finite>,
        /// What it does not rise above.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
        cap: Option<Finite>,
    },
    /// Sets a metric.
    Set {
        /// The metric.
        metric: String,
        /// Whose; the target's by default.
        #[serde(default, deserialize_with = "or_default")]
        #[serde(skip_serializing_if = "is_target")]
        on: OnForm,
        /// A value, `parameter("name")` or `metric("name")`.
        to: OperandForm,
        /// Whether a service that lacks the metric gets it.
        #[serde(default, deserialize_with = "or_default")]
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        create: bool,
    },
    /// Brings a metric between two numbers.
    Clamp {
        /// The metric.
        metric: String,
        /// Whose; the target's by default.
        #[serde(default, deserialize_with = "or_default")]
        #[serde(skip_serializing_if = "is_target")]
        on: OnForm,
        /// What it does not fall below.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
        floor: Option<Finite>,
        /// What it does not rise above.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
        cap: Option<Finite>,
    },
    /// Divides a whole number, and drops the fraction.
    IntDiv {
        /// The metric.
        metric: String,
        /// Whose; the target's by default.
        #[serde(default, deserialize_with = "or_default")]
        #[serde(skip_serializing_if = "is_target")]
        on: OnForm,
        /// The divisor.
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
        by: u64,
        /// What it does not fall below.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
        floor: Option<Finite>,
    },
    /// Multiplies a whole number, and drops the fraction.
    IntScale {
        /// The metric.
        metric: String,
        /// Whose; the target's by default.
        #[serde(default, deserialize_with = "or_default")]
        #[serde(skip_serializing_if = "is_target")]
        on: OnForm,
        /// The factor: a number, or `one_minus("parameter")`.
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
        by: FactorForm,
        /// What it does not fall below.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
        floor: Option<Finite>,
    },
    /// Goes to the next text of a commit.
    ShiftSha {
        /// The metric.
        metric: String,
        /// Whose; the target's by default.
        #[serde(default, deserialize_with = "or_default")]
        #[serde(skip_serializing_if = "is_target")]
        on: OnForm,
    },
    /// Works the bytes of memory out from utilization and limit.
    RecomputeMemoryBytes,
    /// Works the utilization of memory out from bytes and limit.
    RecomputeMemoryUtilization,
    /// Sets the memory limit to the parameter, in mebibytes; without it to twice the limit.
    SetMemoryLimit(String),
    /// Puts the log of the target into a metric.
    StoreLogs,
    /// Lets this share of the requests that succeed fail until the step after the next tick.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
    Interrupt(Finite),
    /// Sets a counter of the session.
    SetCounter(Counter, u64),
    /// Turns a knob of the target; in traffic, as all below.
    Turn {
        /// The knob.
        knob: Word<ServiceKnob>,
        /// A number or `parameter("name")`.
        to: OperandForm,
    },
    /// Turns a knob of calls.
    TurnCalls {
        /// Which calls.
        calls: CallRoute,
        /// The knob.
        knob: Word<CallKnob>,
        /// A number or `parameter("name")`.
        to: OperandForm,
    },
    /// Orders more instances of the target, which run after its start-up ticks.
    AddInstances {
        /// The parameter that says how many.
        by: String,
        /// How many it has at most, in units of those that it states.
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
        most_times: u32,
    },
    /// Multiplies the memory limit of the target.
    AddMemory {
        /// By how much.
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
        times: u32,
    },
    /// Restarts the instances of the target, one after the other.
    Restart,
    /// Lets the target refuse everything until the step after the next tick: what waits and runs is lost.
    DropRequests,
}

fn is_target(on: &OnForm) -> bool {
    *on == OnForm::default()
}

/// Whose metric is changed: a word, or a service.
type OnForm = Either<OnCall, String>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "On", rename_all = "snake_case")]
pub(super) enum OnCall {
    /// The target's.
    Target,
    /// Those of the services that call the target.
    Dependents,
    /// Every service's.
    All,
}

impl Calls for OnCall {
    const NAMES: &'static [&'static str] = &["target", "dependents", "all"];
    const WORDS: usize = 3;
    const EXPECTED: &'static str = "`target`, `dependents`, `all` or a service in quotes";
}

impl Default for OnForm {
    fn default() -> Self {
        Self::Call(OnCall::Target)
    }
}

/// A number, or one that depends on a parameter.
type FactorForm = Either<FactorCall, Finite>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "Factor", rename_all = "snake_case", expecting = "a factor")]
pub(super) enum FactorCall {
    /// 1 minus the parameter.
    OneMinus(String),
}

impl Calls for FactorCall {
    const NAMES: &'static [&'static str] = &["one_minus"];
    const EXPECTED: &'static str = "a number or `one_minus(\"parameter\")`";
}

/// A value, or where it comes from.
type OperandForm = Either<OperandCall, Plain>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Operand",
    rename_all = "snake_case",
    expecting = "a value source"
)]
pub(super) enum OperandCall {
    /// The value of the parameter.
    Parameter(String),
    /// The value of another metric of the same service.
    Metric(String),
}

impl Calls for OperandCall {
    const NAMES: &'static [&'static str] = &["parameter", "metric"];
}

/// The effects at a path.
pub(super) fn effects(forms: Vec<EffectForm>, names: &mut FileNames, path: &str) -> Vec<Effect> {
    // What names something unknown is noted, and something else takes its place.
    names.each(forms, path, effect, || Effect::StoreLogs)
}

fn effect(form: EffectForm, names: &mut FileNames, path: &str) -> Option<Effect> {
    let (metric, on, change) = match form {
        EffectForm::RecomputeMemoryBytes => return Some(Effect::RecomputeMemoryBytes),
        EffectForm::RecomputeMemoryUtilization => return Some(Effect::RecomputeMemoryUtilization),
        EffectForm::StoreLogs => return Some(Effect::StoreLogs),
        EffectForm::Interrupt(Finite(errors)) => return Some(Effect::Interrupt { errors }),
        EffectForm::SetMemoryLimit(name) => {
            let parameter = names.parameter(&name, &join(path, "parameter"))?;
            return Some(Effect::SetMemoryLimit { parameter });
        }
        EffectForm::SetCounter(counter, to) => return Some(Effect::SetCounter { counter, to }),
        EffectForm::Turn { knob, to } => {
            let (Word(knob), to) = (knob, operand(to, names, &join(path, "to"))?);
            return Some(Effect::Traffic(TrafficEffect::Turn { knob, to }));
        }
        EffectForm::TurnCalls { calls, knob, to } => {
            let (Word(knob), to) = (knob, operand(to, names, &join(path, "to"))?);
            return Some(Effect::Traffic(TrafficEffect::TurnCalls {
                calls,
                knob,
                to,
            }));
        }
        EffectForm::AddInstances { by, most_times } => {
            let by = names.parameter(&by, &join(path, "by"))?;
            return Some(Effect::Traffic(TrafficEffect::AddInstances {
                by,
                most_times,
            }));
        }
        EffectForm::AddMemory { times } => {
            return Some(Effect::Traffic(TrafficEffect::AddMemory { times }));
        }
        EffectForm::Restart => return Some(Effect::Traffic(TrafficEffect::Restart)),
        EffectForm::DropRequests => return Some(Effect::Traffic(TrafficEffect::DropRequests)),
        EffectForm::Scale {
            metric,
            on,
            by,
            floor,
            cap,
            round,
        } => {
            let change = Change::Scale {
                by: factor(by, names, path)?,
                limits: limits(floor, cap),
                round: round.map(|decimals| decimals.0),
            };
            (metric, on, change)
        }
        EffectForm::Add {
            metric,
            on,
            amount: Plain(amount),
            floor,
            cap,
        } => {
            let limits = limits(floor, cap);
            (metric, on, Change::Add { amount, limits })
        }
        EffectForm::Set {
            metric,
            on,
            to,
            create,
        } => {
            let to = operand(to, names, &join(path, "to"))?;
            (metric, on, Change::Set { to, create })
        }
        EffectForm::Clamp {
            metric,
            on,
            floor,
            cap,
        } => (metric, on, Change::Clamp(limits(floor, cap))),
        EffectForm::IntDiv {
            metric,
            on,
            by,
            floor,
        } => {
            let floor = floor.map(f64::from);
            (metric, on, Change::IntDiv { by, floor })
        }
        EffectForm::IntScale {
            metric,
            on,
            by,
            floor,
        } => {
            let (by, floor) = (factor(by, names, path)?, floor.map(f64::from));
            (metric, on, Change::IntScale { by, floor })
        }
        EffectForm::ShiftSha { metric, on } => (metric, on, Change::ShiftSha),
    };
    Some(Effect::Change {
        metric: names.metric(&metric, &join(path, "metric"))?,
        on: match on {
            Either::Call(OnCall::Target) => Recipients::Target,
            Either::Call(OnCall::Dependents) => Recipients::Dependents,
            Either::Call(OnCall::All) => Recipients::All,
            Either::Plain(service) => Recipients::Service(service),
        },
        change,
    })
}

fn limits(floor: Option<Finite>, cap: Option<Finite>) -> Limits {
    Limits {
        floor: floor.map(f64::from),
        cap: cap.map(f64::from),
    }
}

fn factor(form: FactorForm, names: &mut FileNames, path: &str) -> Option<Factor> {
    match form {
        Either::Plain(Finite(number)) => Some(Factor::Number(number)),
        Either::Call(FactorCall::OneMinus(name)) => {
            let parameter = names.parameter(&name, &join(path, "by"))?;
            Some(Factor::OneMinus(parameter))
        }
    }
}

fn operand(form: OperandForm, names: &mut FileNames, path: &str) -> Option<Operand> {
    Some(match form {
        Either::Plain(value) => Operand::Value(Value::from(value)),
        Either::Call(OperandCall::Parameter(name)) => {
            Operand::Parameter(names.parameter(&name, path)?)
        }
        Either::Call(OperandCall::Metric(name)) => Operand::Metric(names.metric(&name, path)?),
    })
}
