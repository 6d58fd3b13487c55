//! Checks that the effects of a file fit the types and ranges of their metrics.

use firewatch_sim::{Metric, MetricKey, MetricKind, Value};

use crate::model::{
    Change, Factor, Limits, OnInvalid, Operand, Parameter, ParameterIndex, ParameterKind,
};

/// Returns why a change does not fit a metric. The type of a custom metric is known only when the action is
/// performed.
pub(super) fn unfit(metric: &MetricKey, change: &Change, own: &[Parameter]) -> Option<String> {
    match change {
        Change::IntDiv { by: 0, .. } => return Some("`by` must not be 0".to_owned()),
        Change::Add { amount, .. } if amount.as_f64().is_none() => {
            return Some(format!("`amount` must be a number, not `{amount}`"));
        }
        Change::Scale { by, .. } | Change::IntScale { by, .. } => {
            if let Factor::OneMinus(ParameterIndex(index)) = by
                && let Some(text) =
                    { own.get(*index) }.filter(|own| own.kind == ParameterKind::Text)
            {
                return Some(format!(
                    "`by` must be a number, and `{}` is text",
                    text.name
                ));
            }
        }
        _ => {}
    }
    let MetricKey::Known(metric) = metric else {
        return None;
    };
    let Metric { name, kind, .. } = metric;
    let what = kind.describe();
    match change {
        Change::Set { to, .. } => unfit_operand(metric, to, own),
        Change::ShiftSha => {
            (*kind != MetricKind::Text).then(|| format!("`{name}` is {what}, not text"))
        }
        _ if !matches!(kind, MetricKind::Float | MetricKind::Int) => {
            Some(format!("`{name}` is {what}: it can only be `set`"))
        }
        Change::Scale { .. } if *kind == MetricKind::Int => Some(format!(
            "`{name}` is a whole number: `int_scale` or `int_div` keeps it so"
        )),
        Change::Add { amount, limits } if *kind == MetricKind::Int => {
            let limits = limits_of(limits);
            let numbers = [("amount", amount.as_f64())].into_iter().chain(limits);
            fraction(name, numbers)
        }
        Change::Clamp(limits) if *kind == MetricKind::Int => fraction(name, limits_of(limits)),
        _ => None,
    }
}

/// Returns why a parameter can't be a memory limit.
pub(super) fn unfit_memory_limit(index: ParameterIndex, own: &[Parameter]) -> Option<String> {
    let ParameterIndex(index) = index;
    let other = { own.get(index) }.filter(|own| own.kind != ParameterKind::Integer)?;
    let (name, kind) = (&other.name, other.kind);
    Some(format!(
        "a memory limit is a whole number, and the type of `{name}` is `{kind}`"
    ))
}

fn limits_of(limits: &Limits) -> [(&'static str, Option<f64>); 2] {
    [("floor", limits.floor), ("cap", limits.cap)]
}

/// Returns which of the numbers has a fraction, for a metric that is a whole number.
fn fraction(
    metric: &str,
    numbers: impl IntoIterator<Item = (&'static str, Option<f64>)>,
) -> Option<String> {
    let is_fraction = |(_, number): &(_, Option<f64>)| number.is_some_and(|x| x.fract() != 0.0);
    let (field, _) = numbers.into_iter().find(is_fraction)?;
    Some(format!(
        "`{metric}` is a whole number, so `{field}` has to be one, too"
    ))
}

fn unfit_operand(metric: &Metric, to: &Operand, own: &[Parameter]) -> Option<String> {
    let Metric { name, kind, .. } = metric;
    let what = kind.describe();
    match to {
        Operand::Value(value) if metric.accepts(value) => out_of_range(metric, value),
        Operand::Value(value) => Some(format!("`{name}` must be {what}, not `{value}`")),
        Operand::Parameter(ParameterIndex(index)) => {
            let parameter = own.get(*index)?;
            let parameter_name = &parameter.name;
            unfit_parameter(metric, parameter).map(|example| {
                format!("`{name}` must be {what}, and `{parameter_name}` can be {example}")
            })
        }
        Operand::Metric(MetricKey::Known(other)) => {
            let fits = match kind {
                MetricKind::Float => matches!(other.kind, MetricKind::Float | MetricKind::Int),
                _ => other.kind == *kind,
            };
            let (other, is) = (other.name, other.kind.describe());
            (!fits).then(|| format!("`{name}` must be {what}, and `{other}` is {is}"))
        }
        Operand::Metric(_) => None,
    }
}

/// Returns a value of the parameter that the metric can't have, if there is one.
fn unfit_parameter(metric: &Metric, parameter: &Parameter) -> Option<String> {
    let refused = |value: &Value| !metric.accepts(value);
    let uses_max = [parameter.on_invalid, parameter.above_max].contains(&OnInvalid::UseMax);
    let max = parameter.max.filter(|_| uses_max).map(Value::Float);
    let values = match parameter.kind {
        ParameterKind::Text if parameter.choices.is_empty() => vec![Value::Text(String::new())],
        ParameterKind::Text => { parameter.choices.iter() }
            .map(|choice| Value::Text(choice.clone()))
            .collect(),
        ParameterKind::Integer => vec![Value::Int(1)],
        ParameterKind::Number => vec![Value::Float(0.5)],
    };
    let values = values.into_iter().chain(max);
    let mut values = values.chain(parameter.default.clone());
    values.find(refused).map(|value| match value {
        Value::Text(text) if text.is_empty() => "any text".to_owned(),
        value => format!("`{value}`"),
    })
}

/// Returns whether a parameter's default has its type. Defaults are not converted.
pub(super) fn is_default_of_type(parameter: &Parameter, default: &Value) -> bool {
    match (parameter.kind, default) {
        (ParameterKind::Text, Value::Text(_))
        | (ParameterKind::Integer, Value::Int(_))
        | (ParameterKind::Number, Value::Int(_)) => true,
        (ParameterKind::Integer, Value::Float(x)) => x.fract() == 0.0,
        (ParameterKind::Number, Value::Float(x)) => x.is_finite(),
        _ => false,
    }
}

/// Returns why a number is out of the range of its metric.
pub fn out_of_range(metric: &Metric, value: &Value) -> Option<String> {
    let is_number = matches!(metric.kind, MetricKind::Float | MetricKind::Int);
    let number = value.as_f64().filter(|_| is_number)?;
    let name = metric.name;
    if !(metric.min..=metric.max).contains(&number) {
        let range = range(metric, number);
        return Some(format!("`{name}` must be {range}, not {value}"));
    }
    // The rest of the range is too close to 0 to divide by.
    let least = metric.least_above_zero();
    (!metric.allows(number))
        .then(|| format!("`{name}` must be 0 or at least {least:e}, not {value}"))
}

/// Formats the range that the number is not in.
fn range(metric: &Metric, number: f64) -> String {
    let Metric { min, max, unit, .. } = metric;
    if *max == 1.0 {
        return format!("{min} to {max} (a ratio)");
    }
    let unit = unit.replace(['{', '}'], "");
    let unit = match &*unit {
        "1" => String::new(),
        "s" | "ms" => format!(" {unit}"),
        _ => String::new(),
    };
    if number < *min {
        format!("{min}{unit} or more")
    } else {
        format!("{min} to {max}{unit}")
    }
}
