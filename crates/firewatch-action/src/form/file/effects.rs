//! The effects of a branch.

use serde::{Deserialize, Serialize};

use crate::form::numbers::{Decimals, Finite};
use crate::form::union::{Calls, Either};
use crate::form::values::{Plain, or_default};
use crate::model::Counter;

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
    /// Sets a counter of the session.
    SetCounter(Counter, u64),
}

fn is_target(on: &OnForm) -> bool {
    *on == OnForm::default()
}

/// Whose metric is changed: a word, or a service.
pub(super) type OnForm = Either<OnCall, String>;

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
pub(super) type FactorForm = Either<FactorCall, Finite>;

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
pub(super) type OperandForm = Either<OperandCall, Plain>;

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
