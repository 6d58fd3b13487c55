//! The fields of a runbook file.

use super::{Runbook, RunbookCondition, RunbookStep};
use crate::model::{Check, Fact, Quantity};
use crate::read;
use crate::runbook::AlertName;
use firewatch_action::decode::{Call, Decode, Decoder, Placeholder, join};
use firewatch_ron::Expr;

const STEPS: [&str; 4] = ["action", "wait", "wait_until", "when"];
const STEP: &str = "a step: `action(\"name\", \"service\")`, `wait(3)`, `wait_until(condition, 10)` or \
                    `when(condition, [steps])`";
const CONDITION: &str =
    "a condition, such as `alert(\"service\")` or `status(\"service\", critical)`";

impl Decode for Runbook {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let example = "Runbook(name: \"...\", steps: [...])";
        let mut fields = decoder.fields(expr, path, "a runbook", example)?;
        let runbook = Self {
            name: fields.required(decoder, "name").unwrap_or_default(),
            description: fields.optional(decoder, "description").unwrap_or_default(),
            steps: fields.required(decoder, "steps").unwrap_or_default(),
            expect: fields.optional(decoder, "expect").unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(runbook)
    }
}

impl Decode for RunbookStep {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let call = decoder.call(expr, path, STEP)?;
        match call.name {
            "action" => read::request(decoder, &call, path).map(Self::Act),
            "wait" => {
                let [ticks] = call.arguments(decoder, path, "wait(3)")?;
                ticks_from_1(decoder, ticks, &join(path, "ticks")).map(Self::Wait)
            }
            "wait_until" => wait_until(decoder, &call, path),
            "when" => when(decoder, &call, path),
            _ => {
                decoder.unknown_word(&call, path, ["step", "steps"], &STEPS);
                None
            }
        }
    }
}

fn ticks_from_1(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<u64> {
    let ticks: u64 = decoder.value(expr, path)?;
    if ticks == 0 {
        return decoder.mismatch(expr, path, "a whole number from 1 up");
    }
    Some(ticks)
}

fn wait_until(decoder: &mut Decoder, call: &Call, path: &str) -> Option<RunbookStep> {
    let (condition, limit) = if call.count() == 1 {
        let [condition] = call.arguments(decoder, path, "wait_until(condition)")?;
        (condition, None)
    } else {
        let [condition, limit] = call.arguments(decoder, path, "wait_until(condition, 10)")?;
        (condition, Some(limit))
    };
    let condition = decoder.value(condition, &join(path, "condition"));
    let limit = match limit {
        Some(limit) => Some(ticks_from_1(decoder, limit, &join(path, "at_most"))?),
        None => None,
    };
    Some(RunbookStep::WaitUntil(condition?, limit))
}

fn when(decoder: &mut Decoder, call: &Call, path: &str) -> Option<RunbookStep> {
    let (condition, then, others) = if call.count() == 3 {
        let signature = "when(condition, [steps], [others])";
        let [condition, then, others] = call.arguments(decoder, path, signature)?;
        (condition, then, Some(others))
    } else {
        let [condition, then] = call.arguments(decoder, path, "when(condition, [steps])")?;
        (condition, then, None)
    };
    let condition = decoder.value(condition, &join(path, "condition"));
    let then = decoder.value(then, &join(path, "then"));
    let others = others.map(|expr| decoder.value(expr, &join(path, "others")));
    Some(RunbookStep::When(
        condition?,
        then?,
        others.unwrap_or_else(|| Some(Vec::new()))?,
    ))
}

impl Placeholder for RunbookStep {
    fn placeholder() -> Self {
        Self::Wait(1)
    }
}

impl Decode for RunbookCondition {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let call = decoder.call(expr, path, CONDITION)?;
        match call.name {
            "alert" => alert(decoder, &call, path),
            "tick" => {
                let [value] = call.arguments(decoder, path, "tick(ge(6))")?;
                decoder.value(value, &join(path, "value")).map(Self::Tick)
            }
            "not" => {
                let [inner] = call.arguments(decoder, path, "not(condition)")?;
                let inner: Self = decoder.value(inner, &join(path, "not"))?;
                Some(Self::Not(Box::new(inner)))
            }
            "all" => {
                let [list] = call.arguments(decoder, path, "all([condition, ...])")?;
                decoder.value(list, &join(path, "all")).map(Self::All)
            }
            "any" => {
                let [list] = call.arguments(decoder, path, "any([condition, ...])")?;
                decoder.value(list, &join(path, "any")).map(Self::Any)
            }
            // What a check consists of stands directly below the condition.
            name if Check::is_name(name) => Check::decode(decoder, expr, path).map(Self::Check),
            _ => {
                let own = ["alert", "tick", "not", "all", "any"];
                let hidden = Quantity::BlastRadius.name();
                let checks = Check::names().filter(|check| *check != hidden);
                let known: Vec<&str> = own.into_iter().chain(checks).collect();
                let names = ["condition", "conditions"];
                decoder.unknown_word(&call, path, names, &known);
                None
            }
        }
    }
}

fn alert(decoder: &mut Decoder, call: &Call, path: &str) -> Option<RunbookCondition> {
    let (service, name) = if call.count() == 1 {
        let [service] = call.arguments(decoder, path, "alert(\"service\")")?;
        (service, None)
    } else {
        let signature = "alert(\"service\", high_error_rate)";
        let [service, name] = call.arguments(decoder, path, signature)?;
        (service, Some(name))
    };
    let service = decoder.value(service, &join(path, "service"));
    let name = match name {
        Some(name) => Some(decoder.value(name, &join(path, "alert"))?),
        None => None,
    };
    Some(RunbookCondition::Alert(service?, name))
}

impl Decode for AlertName {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let names: Vec<&str> = Self::ALL.iter().map(|name| name.name()).collect();
        decoder.word(expr, path, ["alert", "alerts"], &names)
    }
}

impl Placeholder for RunbookCondition {
    fn placeholder() -> Self {
        Self::Check(Check::Fact(Fact::AllHealthy))
    }
}
