//! The effects of a branch.

use firewatch_sim::MetricKey;

use super::{metric_name, parameter_name};
use crate::decode::{Decode, Decoder, Fields, Placeholder, join};
use crate::model::{Change, Counter, Effect, Factor, Limits, MAX_DECIMALS, Operand, Recipients};
use firewatch_ron::{Expr, Kind};

const EFFECTS: [&str; 13] = [
    "scale",
    "add",
    "set",
    "clamp",
    "int_div",
    "int_scale",
    "shift_sha",
    "recompute_memory_bytes",
    "recompute_memory_utilization",
    "set_memory_limit",
    "store_logs",
    "interrupt",
    "set_counter",
];

const EXPECTED: &str = "an effect, such as `scale(metric: \"...\", by: 0.5)`";

impl Decode for Effect {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let call = decoder.call(expr, path, EXPECTED)?;
        match call.name {
            "recompute_memory_bytes" => {
                let [] = call.arguments(decoder, path, call.name)?;
                Some(Self::RecomputeMemoryBytes)
            }
            "recompute_memory_utilization" => {
                let [] = call.arguments(decoder, path, call.name)?;
                Some(Self::RecomputeMemoryUtilization)
            }
            "store_logs" => {
                let [] = call.arguments(decoder, path, call.name)?;
                Some(Self::StoreLogs)
            }
            "set_memory_limit" => {
                let signature = "set_memory_limit(\"parameter\")";
                let [parameter] = call.arguments(decoder, path, signature)?;
                let parameter = parameter_name(decoder, parameter, &join(path, "parameter"))?;
                Some(Self::SetMemoryLimit { parameter })
            }
            "interrupt" => {
                let [errors] = call.arguments(decoder, path, "interrupt(0.2)")?;
                let errors = decoder.value(errors, &join(path, "errors"))?;
                Some(Self::Interrupt { errors })
            }
            "set_counter" => {
                let signature = "set_counter(circuit_breaker_ticks, 3)";
                let [counter, to] = call.arguments(decoder, path, signature)?;
                let counter: Option<Counter> = decoder.value(counter, &join(path, "counter"));
                let to = decoder.value(to, &join(path, "to"));
                Some(Self::SetCounter {
                    counter: counter?,
                    to: to?,
                })
            }
            name => match CHANGES.iter().find(|(known, ..)| *known == name) {
                Some((_, what, example, read)) => change(decoder, expr, path, what, example, *read),
                None => {
                    let names = ["effect", "effects"];
                    decoder.unknown_word(&call, path, names, &EFFECTS);
                    None
                }
            },
        }
    }
}

/// Reads what is special about a change.
type ReadChange = fn(&mut Fields, &mut Decoder) -> Option<Change>;

/// Name, what it is in words, how it is written, and how it is read.
const CHANGES: [(&str, &str, &str, ReadChange); 7] = [
    (
        "scale",
        "`scale`",
        "scale(metric: \"...\", by: 0.5, floor: 0.01)",
        |fields, decoder| {
            Some(Change::Scale {
                by: fields.required(decoder, "by")?,
                limits: limits(fields, decoder),
                round: digits(fields, decoder),
            })
        },
    ),
    (
        "add",
        "`add`",
        "add(metric: \"...\", amount: 1)",
        |fields, decoder| {
            Some(Change::Add {
                amount: fields.required(decoder, "amount")?,
                limits: limits(fields, decoder),
            })
        },
    ),
    (
        "set",
        "`set`",
        "set(metric: \"...\", to: 0)",
        |fields, decoder| {
            Some(Change::Set {
                to: fields.required(decoder, "to")?,
                create: fields.optional(decoder, "create").unwrap_or(false),
            })
        },
    ),
    (
        "clamp",
        "`clamp`",
        "clamp(metric: \"...\", cap: 0.3)",
        |fields, decoder| Some(Change::Clamp(limits(fields, decoder))),
    ),
    (
        "int_div",
        "`int_div`",
        "int_div(metric: \"...\", by: 2, floor: 30)",
        |fields, decoder| {
            Some(Change::IntDiv {
                by: fields.required(decoder, "by")?,
                floor: fields.optional(decoder, "floor"),
            })
        },
    ),
    (
        "int_scale",
        "`int_scale`",
        "int_scale(metric: \"...\", by: 0.7, floor: 30)",
        |fields, decoder| {
            Some(Change::IntScale {
                by: fields.required(decoder, "by")?,
                floor: fields.optional(decoder, "floor"),
            })
        },
    ),
    (
        "shift_sha",
        "`shift_sha`",
        "shift_sha(metric: \"...\")",
        |_, _| Some(Change::ShiftSha),
    ),
];

fn change(
    decoder: &mut Decoder,
    expr: &Expr,
    path: &str,
    what: &'static str,
    example: &str,
    read: ReadChange,
) -> Option<Effect> {
    let mut fields = decoder.fields(expr, path, what, example)?;
    let metric: Option<MetricName> = fields.required(decoder, "metric");
    let on = fields.optional(decoder, "on").unwrap_or_default();
    let change = read(&mut fields, decoder);
    fields.finish(decoder);
    Some(Effect::Change {
        metric: metric?.0,
        on,
        change: change?,
    })
}

/// A metric that is known or declared.
struct MetricName(MetricKey);

impl Decode for MetricName {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        metric_name(decoder, expr, path).map(Self)
    }
}

fn limits(fields: &mut Fields, decoder: &mut Decoder) -> Limits {
    Limits {
        floor: fields.optional(decoder, "floor"),
        cap: fields.optional(decoder, "cap"),
    }
}

/// Decimals to round to.
struct Decimals(u32);

impl Decode for Decimals {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let whole = match &expr.kind {
            Kind::Number(number) => number.as_whole(),
            _ => None,
        };
        let decimals = whole.and_then(|whole| u32::try_from(whole).ok());
        match decimals.filter(|decimals| *decimals <= MAX_DECIMALS) {
            Some(decimals) => Some(Self(decimals)),
            None => {
                let expected = format!("a whole number from 0 to {MAX_DECIMALS}");
                decoder.mismatch(expr, path, &expected)
            }
        }
    }
}

fn digits(fields: &mut Fields, decoder: &mut Decoder) -> Option<u32> {
    let decimals: Option<Decimals> = fields.optional(decoder, "round");
    decimals.map(|Decimals(decimals)| decimals)
}

impl Decode for Factor {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        if let Kind::Number(_) = expr.kind {
            return Decode::decode(decoder, expr, path).map(Self::Number);
        }
        let expected = "a number or `one_minus(\"parameter\")`";
        let call = decoder.call(expr, path, expected)?;
        if call.name != "one_minus" {
            let names = ["factor", "factors"];
            decoder.unknown_word(&call, path, names, &["one_minus"]);
            return None;
        }
        let [parameter] = call.arguments(decoder, path, "one_minus(\"parameter\")")?;
        parameter_name(decoder, parameter, path).map(Self::OneMinus)
    }
}

impl Decode for Operand {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let is_call = matches!(&expr.kind, Kind::Group(group) if group.name.is_some());
        if !is_call {
            return Decode::decode(decoder, expr, path).map(Self::Value);
        }
        let call = decoder.call(expr, path, "a value")?;
        match call.name {
            "parameter" => {
                let [name] = call.arguments(decoder, path, "parameter(\"name\")")?;
                parameter_name(decoder, name, path).map(Self::Parameter)
            }
            "metric" => {
                let [name] = call.arguments(decoder, path, "metric(\"name\")")?;
                metric_name(decoder, name, path).map(Self::Metric)
            }
            _ => {
                let names = ["source of a value", "sources of values"];
                decoder.unknown_word(&call, path, names, &["parameter", "metric"]);
                None
            }
        }
    }
}

impl Decode for Recipients {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        match &expr.kind {
            Kind::Text(service) => Some(Self::Service(service.clone())),
            Kind::Word("target") => Some(Self::Target),
            Kind::Word("dependents") => Some(Self::Dependents),
            Kind::Word("all") => Some(Self::All),
            _ => {
                let expected = "`target`, `dependents`, `all` or a service in quotes";
                decoder.mismatch(expr, path, expected)
            }
        }
    }
}

impl Placeholder for Effect {
    fn placeholder() -> Self {
        Self::StoreLogs
    }
}
