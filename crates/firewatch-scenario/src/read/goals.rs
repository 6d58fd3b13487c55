//! Goals: of which metric, and what should hold of it.

use firewatch_sim::Value;

use crate::goal::{Goal, GoalTest};
use firewatch_action::decode::{Call, Decode, Decoder, Placeholder, join};
use firewatch_action::{Comparison, Operator};
use firewatch_ron::{Expr, Kind};

const GOAL: &str = "a goal: `goal(\"service\", \"metric\", lt(0.05))`";
const TEST: &str = "a value to be equal to, or a test, such as `lt(0.05)`";
const TESTS: [&str; 7] = [
    "one_of",
    "between",
    "approx",
    "than",
    "abs",
    "entry",
    "or_absent",
];

impl Decode for Goal {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let call = decoder.call(expr, path, GOAL)?;
        if call.name != "goal" {
            decoder.unknown_word(&call, path, ["goal", "goals"], &["goal"]);
            return None;
        }
        let signature = "goal(\"service\", \"metric\", lt(0.05))";
        let [service, metric, test] = call.arguments(decoder, path, signature)?;
        let service = decoder.value(service, &join(path, "service"));
        let metric = decoder.value(metric, &join(path, "metric"));
        let test = decoder.value(test, &join(path, "value"));
        Some(Self {
            service: service?,
            metric: metric?,
            test: test?,
        })
    }
}

impl Placeholder for Goal {
    fn placeholder() -> Self {
        Self {
            service: String::new(),
            metric: String::new(),
            test: GoalTest::OneOf(Vec::new()),
        }
    }
}

impl Decode for GoalTest {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let is_call = match &expr.kind {
            Kind::Word(_) => true,
            Kind::Group(group) => group.name.is_some(),
            _ => false,
        };
        if !is_call {
            let with = Value::decode(decoder, expr, path)?;
            let operator = Operator::Eq;
            return Some(Self::Compare(Comparison { operator, with }));
        }
        let call = decoder.call(expr, path, TEST)?;
        // What a test is made of stands directly below the goal: `goals[0].value`.
        match call.name {
            "one_of" => {
                let [list] = call.arguments(decoder, path, "one_of([0, 100])")?;
                match decoder.value(list, path)? {
                    Value::List(values) => Some(Self::OneOf(values)),
                    _ => decoder.mismatch(list, path, "a list of values"),
                }
            }
            "between" => {
                let [low, high] = two(decoder, &call, path, "between(0, 100)")?;
                Some(Self::Between(low, high))
            }
            "approx" => {
                let [value, tolerance] = two(decoder, &call, path, "approx(1.0, 0.3)")?;
                Some(Self::Approx { value, tolerance })
            }
            "than" => {
                let [operator, metric] = call.arguments(decoder, path, "than(le, \"metric\")")?;
                let operator = decoder.value(operator, path);
                let metric = decoder.value(metric, path);
                Some(Self::Than(operator?, metric?))
            }
            "abs" => {
                let [test] = call.arguments(decoder, path, "abs(lt(1))")?;
                Some(Self::Abs(Box::new(decoder.value(test, path)?)))
            }
            "entry" => {
                let [name, test] = call.arguments(decoder, path, "entry(\"name\", 0)")?;
                let (name, test) = (decoder.value(name, path), decoder.value(test, path));
                Some(Self::Entry(name?, Box::new(test?)))
            }
            "or_absent" => {
                let [test] = call.arguments(decoder, path, "or_absent(\"\")")?;
                Some(Self::OrAbsent(Box::new(decoder.value(test, path)?)))
            }
            name => compare(decoder, &call, path, name),
        }
    }
}

fn compare(decoder: &mut Decoder, call: &Call, path: &str, name: &str) -> Option<GoalTest> {
    let Ok(operator) = name.parse() else {
        let known: Vec<&str> = { Operator::ALL.iter() }
            .map(|operator| operator.name())
            .chain(TESTS)
            .collect();
        decoder.unknown_word(call, path, ["test", "tests"], &known);
        return None;
    };
    let [with] = call.arguments(decoder, path, &format!("{name}(...)"))?;
    let with = decoder.value(with, path)?;
    Some(GoalTest::Compare(Comparison { operator, with }))
}

fn two(decoder: &mut Decoder, call: &Call, path: &str, signature: &str) -> Option<[f64; 2]> {
    let [first, second] = call.arguments(decoder, path, signature)?;
    let (first, second) = (decoder.value(first, path), decoder.value(second, path));
    Some([first?, second?])
}
