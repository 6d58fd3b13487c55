//! The choices of an action: its defaults, and values of its parameters.

use firewatch_action::{ActionId, ActionSpec, Metrics, Parameter, ParameterKind};
use firewatch_sim::Value;

/// Most values of a number that there are codes for: its least, its greatest, and three between.
///
/// They are evenly spaced; where the greatest is at least 50 times the least, and 50, they grow tenfold from level to
/// level instead: the least and 1/1000, 1/100, 1/10 and all of the range above it. Values of whole numbers are rounded,
/// equal ones and the default are left out.
pub const LEVELS: usize = 5;

const EVEN: [f64; LEVELS] = [0.0, 0.25, 0.5, 0.75, 1.0];
const TENFOLD: [f64; LEVELS] = [0.0, 0.001, 0.01, 0.1, 1.0];
/// How many times the least (or 1) the greatest is from which levels grow tenfold.
const WIDE: f64 = 50.0;

/// An action with the defaults of its parameters, or with a value of one.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) name: String,
    /// None, or one.
    pub(super) parameters: Metrics,
    /// Number of the action, by physics.
    pub(super) ids: [Option<ActionId>; 2],
}

impl Choice {
    pub(super) fn new(name: &str, parameters: Metrics, ids: [Option<ActionId>; 2]) -> Self {
        Self {
            name: name.to_owned(),
            parameters,
            ids,
        }
    }

    pub(super) fn is(&self, name: &str, parameters: &Metrics) -> bool {
        self.name == name && self.parameters == *parameters
    }

    pub(super) fn parameter(&self) -> Option<(&str, &Value)> {
        let first = self.parameters.iter().next();
        first.map(|(name, value)| (&**name, value))
    }
}

static NO_PARAMETERS: Metrics = Metrics::new();

pub(super) fn no_parameters() -> &'static Metrics {
    &NO_PARAMETERS
}

/// Returns the parameters of each choice of an action, in order.
pub(super) fn choices_of(spec: &ActionSpec) -> Vec<Metrics> {
    let mut choices = vec![Metrics::new()];
    for parameter in spec.parameters() {
        let values = values_of(parameter).into_iter();
        choices.extend(values.map(|value| Metrics::from([(parameter.name().to_owned(), value)])));
    }
    choices
}

/// Returns the values of a parameter that there are codes for besides its default.
fn values_of(parameter: &Parameter) -> Vec<Value> {
    let all: Vec<Value> = match (parameter.kind(), parameter.bounds()) {
        (ParameterKind::Text, _) => {
            let choices = parameter.choices().iter();
            choices.map(|choice| choice.as_str().into()).collect()
        }
        (kind, (Some(least), Some(greatest))) => { levels(least, greatest).into_iter() }
            .map(|level| number(kind, level))
            .collect(),
        // Without bounds nothing tells which values make sense.
        _ => Vec::new(),
    };
    let is_default = |value: &Value| match parameter.default() {
        Some(default) if value.as_f64().is_some() => value.as_f64() == default.as_f64(),
        default => Some(value) == default,
    };
    let mut values: Vec<Value> = Vec::new();
    for value in all {
        if !values.contains(&value) && !is_default(&value) && parameter.accepts(&value) {
            values.push(value);
        }
    }
    values
}

fn levels(least: f64, greatest: f64) -> [f64; LEVELS] {
    let is_wide = greatest >= WIDE * firewatch_sim::num::max(least.abs(), 1.0);
    let shares = if is_wide { TENFOLD } else { EVEN };
    shares.map(|share| {
        if share == 1.0 {
            greatest
        } else {
            least + (greatest - least) * share
        }
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the bounds of whole numbers are whole, and a cast saturates"
)]
fn number(kind: ParameterKind, level: f64) -> Value {
    if kind == ParameterKind::Integer {
        Value::Int((level + 0.5).floor() as i64)
    } else {
        Value::Float(level)
    }
}
