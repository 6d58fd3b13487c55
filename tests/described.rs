//! Documentation, units and ranges of fields as data: the schemas describe each field of each kind of file, and
//! each number in them has a range or a unit.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test that can't read a schema fails")]

use firewatch_scenario::FileKind;
use firewatch_sim::{METRICS, MetricKind};
use serde_json::{Value, json};

const KINDS: [FileKind; 3] = [FileKind::Scenario, FileKind::Runbook, FileKind::Actions];

/// What a schema that refers to another one stands for.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => root.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

/// The alternatives of a schema, those of alternatives included.
fn alternatives<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolved(root, schema);
    match schema["anyOf"].as_array() {
        Some(all) => all.iter().flat_map(|one| alternatives(root, one)).collect(),
        None => vec![schema],
    }
}

/// Whether it is a number, which may be left out, and nothing else.
fn is_number(schema: &Value) -> bool {
    let of = |kind: &Value| kind == "number" || kind == "integer";
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().all(|kind| of(kind) || kind == "null"),
        kind => of(kind),
    }
}

/// Whether it has a range or a unit: its own (`x-unit`, as UCUM writes it), or that of what `x-unit-of` names.
fn is_bounded(schema: &Value) -> bool {
    let has = |key| !schema[key].is_null();
    has("x-unit") || has("x-unit-of") || has("minimum") && has("maximum")
}

/// The operators of comparisons: their values have the range of what they are compared with.
const OPERATORS: [&str; 6] = ["lt", "le", "gt", "ge", "eq", "ne"];

/// Notes what is said too little about the fields in a schema and all that is below it.
fn lacks(root: &Value, schema: &Value, path: &str, out: &mut Vec<String>) {
    match schema {
        Value::Object(parts) => {
            let fields = parts.get("properties").and_then(Value::as_object);
            // A call is an object with one key: what is said about it is said about the object.
            let is_described_call =
                parts.contains_key("description") && fields.is_some_and(|fields| fields.len() == 1);
            for (name, field) in fields.into_iter().flatten() {
                let path = format!("{path}.{name}");
                let about = field["description"].as_str();
                if about.is_none_or(|about| about.len() < 5) && !is_described_call {
                    out.push(format!("{path}: no description"));
                }
                let numbers = alternatives(root, field)
                    .into_iter()
                    .filter(|one| is_number(one));
                let is_compared = OPERATORS.contains(&&**name);
                if !(is_compared || is_bounded(field) || is_bounded(schema))
                    && numbers.into_iter().any(|one| !is_bounded(one))
                {
                    out.push(format!("{path}: neither a range nor a unit"));
                }
            }
            for (key, part) in parts {
                lacks(root, part, &format!("{path}/{key}"), out);
            }
        }
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                lacks(root, part, &format!("{path}/{index}"), out);
            }
        }
        _ => {}
    }
}

#[test]
fn every_field_is_described_and_every_number_has_a_range_or_a_unit() {
    let mut out = Vec::new();
    for kind in KINDS {
        let schema = serde_json::to_value(kind.schema()).unwrap();
        lacks(&schema, &schema, &format!("{kind:?}"), &mut out);
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn every_metric_is_described_and_each_number_has_a_range() {
    for metric in METRICS {
        assert!(metric.about.len() > 10, "{}", metric.name);
        let is_number = matches!(metric.kind, MetricKind::Float | MetricKind::Int);
        assert!(!is_number || metric.min < metric.max, "{}", metric.name);
        // A number that counts nothing has no unit.
        let is_name = metric.name == "last_config_revision";
        assert!(
            !is_number || is_name || !metric.unit.is_empty(),
            "{} has no unit",
            metric.name
        );
    }
}

#[test]
fn new_forms_fit_and_numbers_out_of_range_do_not() {
    let schema = serde_json::to_value(FileKind::Scenario.schema()).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let fits = |calls: Value, field: &str, value: Value| {
        let mut fault = json!({"kind": "oom", "service": "a"});
        fault[field] = value;
        schema.is_valid(&json!({
            "name": "x", "difficulty": "easy", "physics": "classic",
            "services": {"a": {"calls": calls}}, "faults": [fault],
        }))
    };
    let plain = || json!(["a"]);
    assert!(fits(json!(["a", {"to": "a"}]), "speed", json!(1)));
    for calls in [
        json!([{}]),
        json!([1]),
        json!([["a"]]),
        json!([{"to": "a", "time_limit": 1}]),
        json!([{"to": "a", "timeout_s": 0}]),
        json!([{"to": "a", "share": 2}]),
        json!([{"to": "a", "breaker": {"failure_ratio": 1.5}}]),
    ] {
        assert!(!fits(calls.clone(), "speed", json!(1)), "{calls}");
    }
    let flapping = |on: u32| json!({"flapping": {"on": on, "off": 1}});
    for (field, right, wrong) in [
        ("speed", json!(100), json!(101)),
        ("level", json!(0.5), json!(1.5)),
        ("level", json!(0), json!(-0.5)),
        ("for_ticks", json!(1), json!(0)),
        ("shape", json!("ramp"), json!("wave")),
        ("shape", flapping(2), flapping(0)),
        ("shape", flapping(1), json!({"flapping": {"on": 1}})),
    ] {
        assert!(fits(plain(), field, right.clone()), "{field}: {right}");
        assert!(!fits(plain(), field, wrong.clone()), "{field}: {wrong}");
    }
    let users = |rps: Value| {
        schema.is_valid(&json!({
            "name": "x", "difficulty": "easy", "services": {"a": {}},
            "users": [{"service": "a", "rps": rps}],
        }))
    };
    for rps in [
        json!(5),
        json!([[0, 5], [3, 6.5]]),
        json!({"ramp": [[0, 5]]}),
    ] {
        assert!(users(rps.clone()), "{rps}");
    }
    for rps in [
        json!("5"),
        json!([5]),
        json!([[0]]),
        json!([[0, 5, 6]]),
        json!({"rmap": []}),
    ] {
        assert!(!users(rps.clone()), "{rps}");
    }
    let scenario = |field: &str, value: Value| {
        let mut scenario = json!({"name": "x", "difficulty": "easy"});
        scenario[field] = value;
        schema.is_valid(&scenario)
    };
    for (field, right, wrong) in [
        ("physics", json!("traffic"), json!("quantum")),
        ("slo_budget", json!(1), json!(-1)),
        ("slo_burn_per_tick", json!(0), json!(1e16)),
        ("goals_cost", json!(0.5), json!(2)),
        ("seed", json!(u64::MAX), json!(-1)),
    ] {
        assert!(scenario(field, right.clone()), "{field}: {right}");
        assert!(!scenario(field, wrong.clone()), "{field}: {wrong}");
    }
}
