//! Goals and their tests.

use firewatch_sim::Value;
use serde::{Deserialize, Serialize};

use crate::goal::{Goal, GoalTest};
use firewatch_action::decode::Signature;
use firewatch_action::form::ComparisonCall;
use firewatch_action::form::{Calls, Either};
use firewatch_action::form::{Finite, Plain};
use firewatch_action::{Comparison, Operator};

/// Something that should hold of a metric at the end of an episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Goal",
    rename_all = "snake_case",
    expecting = "a goal: `goal(\"service\", \"metric\", lt(0.05))`"
)]
pub(crate) enum GoalForm {
    /// The service, the metric, and what should hold of it.
    Goal(String, String, GoalTest),
}

impl From<GoalForm> for Goal {
    fn from(GoalForm::Goal(service, metric, test): GoalForm) -> Self {
        Self {
            service,
            metric,
            test,
        }
    }
}

impl From<Goal> for GoalForm {
    fn from(goal: Goal) -> Self {
        Self::Goal(goal.service, goal.metric, goal.test)
    }
}

/// A test is a call, or a value to be equal to.
pub(crate) type GoalTestForm = Either<TestCall, Plain>;

/// A test that is not a bare value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "GoalTest",
    rename_all = "snake_case",
    expecting = "a test, such as `lt(0.05)`"
)]
pub(crate) enum TestCall {
    /// Less than.
    Lt(Plain),
    /// Less than or equal to.
    Le(Plain),
    /// Greater than.
    Gt(Plain),
    /// Greater than or equal to.
    Ge(Plain),
    /// Equal to.
    Eq(Plain),
    /// Not equal to.
    Ne(Plain),
    /// It is one of these.
    OneOf(Vec<Plain>),
    /// It lies between these two, both included.
    Between(Finite, Finite),
    /// It is at most so far from a number: the number, and how far.
    Approx(Finite, Finite),
    /// It compares so with another metric of the same service.
    Than(Operator, String),
    /// Its absolute value passes.
    Abs(Box<GoalTest>),
    /// Its entry of that name passes, where it is a map.
    Entry(String, Box<GoalTest>),
    /// It passes, or is absent.
    OrAbsent(Box<GoalTest>),
}

impl Calls for TestCall {
    const NAMES: &'static [&'static str] = &[
        "lt",
        "le",
        "gt",
        "ge",
        "eq",
        "ne",
        "one_of",
        "between",
        "approx",
        "than",
        "abs",
        "entry",
        "or_absent",
    ];
}

impl From<GoalTestForm> for GoalTest {
    fn from(form: GoalTestForm) -> Self {
        let call = match form {
            Either::Call(call) => call,
            Either::Plain(Plain(with)) => {
                let operator = Operator::Eq;
                return Self::Compare(Comparison { operator, with });
            }
        };
        let compare = |call: ComparisonCall<Plain>| Self::Compare(call.comparison());
        match call {
            TestCall::Lt(with) => compare(ComparisonCall::Lt(with)),
            TestCall::Le(with) => compare(ComparisonCall::Le(with)),
            TestCall::Gt(with) => compare(ComparisonCall::Gt(with)),
            TestCall::Ge(with) => compare(ComparisonCall::Ge(with)),
            TestCall::Eq(with) => compare(ComparisonCall::Eq(with)),
            TestCall::Ne(with) => compare(ComparisonCall::Ne(with)),
            TestCall::OneOf(values) => Self::OneOf(values.into_iter().map(Value::from).collect()),
            TestCall::Between(Finite(low), Finite(high)) => Self::Between(low, high),
            TestCall::Approx(Finite(value), Finite(tolerance)) => Self::Approx { value, tolerance },
            TestCall::Than(operator, metric) => Self::Than(operator, metric),
            TestCall::Abs(test) => Self::Abs(test),
            TestCall::Entry(name, test) => Self::Entry(name, test),
            TestCall::OrAbsent(test) => Self::OrAbsent(test),
        }
    }
}

impl From<GoalTest> for GoalTestForm {
    fn from(test: GoalTest) -> Self {
        Self::Call(match test {
            GoalTest::Compare(Comparison {
                operator: Operator::Eq,
                with,
            }) if !matches!(with, Value::Map(_)) => return Self::Plain(Plain(with)),
            GoalTest::Compare(comparison) => match ComparisonCall::<Plain>::of(comparison) {
                ComparisonCall::Lt(with) => TestCall::Lt(with),
                ComparisonCall::Le(with) => TestCall::Le(with),
                ComparisonCall::Gt(with) => TestCall::Gt(with),
                ComparisonCall::Ge(with) => TestCall::Ge(with),
                ComparisonCall::Eq(with) => TestCall::Eq(with),
                ComparisonCall::Ne(with) => TestCall::Ne(with),
            },
            GoalTest::OneOf(values) => TestCall::OneOf(values.into_iter().map(Plain).collect()),
            GoalTest::Between(low, high) => TestCall::Between(Finite(low), Finite(high)),
            GoalTest::Approx { value, tolerance } => {
                TestCall::Approx(Finite(value), Finite(tolerance))
            }
            GoalTest::Than(operator, metric) => TestCall::Than(operator, metric),
            GoalTest::Abs(test) => TestCall::Abs(test),
            GoalTest::Entry(name, test) => TestCall::Entry(name, test),
            GoalTest::OrAbsent(test) => TestCall::OrAbsent(test),
        })
    }
}

/// How goals and their tests are written.
pub(super) const SIGNATURES: &[Signature] = {
    const TEST: &[&str] = &["GoalTest"];
    const SAME: &str = Signature::SAME;
    &[
        Signature::new(
            &["Goal"],
            "goal(\"service\", \"metric\", lt(0.05))",
            &["service", "metric", "value"],
        ),
        Signature::new(TEST, "one_of([0, 100])", &[SAME]),
        Signature::new(TEST, "between(0, 100)", &[SAME, SAME]),
        Signature::new(TEST, "approx(1.0, 0.3)", &[SAME, SAME]),
        Signature::new(TEST, "than(le, \"metric\")", &[SAME, SAME]),
        Signature::new(TEST, "abs(lt(1))", &[SAME]),
        Signature::new(TEST, "entry(\"name\", 0)", &[SAME, SAME]),
        Signature::new(TEST, "or_absent(\"\")", &[SAME]),
    ]
};
