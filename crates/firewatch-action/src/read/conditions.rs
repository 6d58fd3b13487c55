//! The conditions of a branch.

use super::{metric_name, parameter_name};
use crate::decode::{Decode, Decoder, Placeholder, join};
use crate::model::Condition;
use firewatch_ron::{Expr, Kind};

const CONDITIONS: [&str; 13] = [
    "fault",
    "active_fault",
    "red_herring",
    "metric",
    "has_metric",
    "parameter",
    "recorded",
    "unhealthy_caller",
    "customers_hit",
    "more_memory",
    "too_little_memory",
    "somewhere",
    "not",
];

impl Decode for Condition {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let expected = "a condition, such as `fault([oom])`";
        let call = decoder.call(expr, path, expected)?;
        match call.name {
            "fault" => {
                let [kinds] = call.arguments(decoder, path, "fault([oom])")?;
                if matches!(kinds.kind, Kind::Word("any")) {
                    return Some(Self::Fault(Vec::new()));
                }
                decoder.value(kinds, &join(path, "kinds")).map(Self::Fault)
            }
            "metric" => {
                let [name, value] = call.arguments(decoder, path, "metric(\"name\", gt(0.5))")?;
                let name = metric_name(decoder, name, &join(path, "metric"));
                let value = decoder.value(value, &join(path, "value"));
                Some(Self::Metric(name?, value?))
            }
            "has_metric" => {
                let [name] = call.arguments(decoder, path, "has_metric(\"name\")")?;
                metric_name(decoder, name, &join(path, "metric")).map(Self::HasMetric)
            }
            "parameter" => {
                let signature = "parameter(\"name\", \"value\")";
                let [name, value] = call.arguments(decoder, path, signature)?;
                let name = parameter_name(decoder, name, &join(path, "parameter"));
                let value = decoder.value(value, &join(path, "value"));
                Some(Self::Parameter(name?, value?))
            }
            name @ ("more_memory" | "too_little_memory") => {
                let signature = format!("{name}(\"memory_limit_mb\")");
                let [parameter] = call.arguments(decoder, path, &signature)?;
                let parameter = parameter_name(decoder, parameter, &join(path, "parameter"))?;
                Some(match name {
                    "more_memory" => Self::MoreMemory(parameter),
                    _ => Self::TooLittleMemory(parameter),
                })
            }
            "recorded" => {
                let [count] = call.arguments(decoder, path, "recorded(ge(2))")?;
                decoder
                    .value(count, &join(path, "value"))
                    .map(Self::Recorded)
            }
            "somewhere" => {
                let signature = "somewhere(has_metric(\"name\"))";
                let [inner] = call.arguments(decoder, path, signature)?;
                let inner: Self = decoder.value(inner, &join(path, "somewhere"))?;
                Some(Self::Somewhere(Box::new(inner)))
            }
            "not" => {
                let [inner] = call.arguments(decoder, path, "not(red_herring)")?;
                let inner: Self = decoder.value(inner, &join(path, "not"))?;
                Some(Self::Not(Box::new(inner)))
            }
            name => {
                let condition = match name {
                    "active_fault" => Self::ActiveFault,
                    "red_herring" => Self::RedHerring,
                    "unhealthy_caller" => Self::UnhealthyCaller,
                    "customers_hit" => Self::CustomersHit,
                    _ => {
                        let names = ["condition", "conditions"];
                        decoder.unknown_word(&call, path, names, &CONDITIONS);
                        return None;
                    }
                };
                let [] = call.arguments(decoder, path, name)?;
                Some(condition)
            }
        }
    }
}

impl Placeholder for Condition {
    fn placeholder() -> Self {
        Self::ActiveFault
    }
}
