//! An episode as the reference recorded it, beside the same one of ours.

use std::collections::BTreeMap;

use firewatch_reference::{ReferenceStart, Task, find};
use firewatch_sim::{METRICS, Simulation, read_metrics};
use serde_json::{Map, Value, json};

/// What a line asks for.
const REQUEST: [&str; 3] = ["difficulty", "seed", "task"];

/// A line of a file of episodes, compared.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Difficulty, seed and task of the line.
    pub name: String,
    /// The fields that differ: place, expected, got.
    pub differences: Vec<String>,
    /// Fields of the line that nothing is known to compare with.
    pub unknown: Vec<String>,
}

/// Makes the episode that the line asks for and compares it with the line, field by field.
///
/// # Errors
/// What is wrong with the line, or why there is no such episode.
pub fn compare_episode(line: &str) -> Result<Comparison, String> {
    let expected: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    let episode = requested(&expected)?;
    let got = fields(&episode)?;
    let mut comparison = Comparison {
        name: REQUEST.map(|field| shown(expected.get(field))).join(" "),
        ..Comparison::default()
    };
    for (field, value) in &expected {
        match got.get(field) {
            Some(got) => compare(field, value, got, &mut comparison.differences),
            None if REQUEST.contains(&&**field) => {}
            None => comparison.unknown.push(field.clone()),
        }
    }
    let missing = got.keys().filter(|field| !expected.contains_key(*field));
    comparison
        .differences
        .extend(missing.map(|field| format!("{field}: not in the line")));
    Ok(comparison)
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

/// A task has a difficulty and a seed of its own, which a line that names it may leave out.
fn requested(line: &Map<String, Value>) -> Result<ReferenceStart, String> {
    let given = |field| line.get(field).filter(|value| !value.is_null());
    let task = match given("task") {
        None => None,
        Some(Value::String(id)) => Some(find(id).map_err(|error| error.to_string())?),
        Some(other) => return Err(format!("`task` is no text: {other}")),
    };
    let difficulty = match given("difficulty") {
        None => task.map(Task::difficulty),
        Some(name) => name.as_str().and_then(|name| name.parse().ok()),
    };
    let seed = match given("seed") {
        None => task.map(|task| task.scenario.seed),
        Some(seed) => seed.as_u64(),
    };
    let difficulty = difficulty.ok_or("`difficulty` must be easy, medium or hard")?;
    let seed = seed.ok_or("`seed` must be a whole number from 0")?;
    match task {
        None => Ok(ReferenceStart::generate(difficulty, seed)),
        Some(task) => ReferenceStart::of_task_with(task.id, difficulty, seed)
            .map_err(|error| error.to_string()),
    }
}

/// The episode in the fields of a line.
fn fields(episode: &ReferenceStart) -> Result<Map<String, Value>, String> {
    let state = &episode.state;
    let simulation = Simulation::new(state).map_err(|error| error.to_string())?;
    let view = simulation.view();
    let first = state.faults.first().ok_or("the episode has no fault")?;
    let faults = state.faults.iter().map(
        |fault| json!({"kind": fault.kind.name(), "service": fault.service, "speed": fault.speed}),
    );
    let services = view.named_services().map(|(name, service)| {
        let metrics: BTreeMap<&str, firewatch_sim::Value> = read_metrics(service).collect();
        json!({"name": name, "metrics": metrics})
    });
    let fields = json!({
        "root_cause_service": state.root_cause,
        "fault_type": first.kind.name(),
        "red_herrings": state.red_herrings,
        "prompt_injection_service": state.log_script.prompt_injection_service,
        "degradation_speed": first.speed,
        "dependencies": state.dependencies,
        "faults": faults.collect::<Vec<_>>(),
        "services": services.collect::<Vec<_>>(),
        "blast_radius": view.blast_radius(),
        "slo_budget": view.slo_budget().remaining,
        "slo_burn_rate": view.slo_budget().burn_per_tick,
    });
    match fields {
        Value::Object(fields) => Ok(fields),
        _ => Err("an episode has fields".to_owned()),
    }
}

/// Notes each place at which the two differ. Numbers are the same if they are so bit for bit.
fn compare(place: &str, expected: &Value, got: &Value, differences: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            compare_objects(place, expected, got, differences);
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                let name = expected.get("name").and_then(Value::as_str);
                let key = name.map_or_else(|| index.to_string(), str::to_owned);
                compare(&format!("{place}[{key}]"), expected, got, differences);
            }
        }
        _ if is_same(expected, got) => {}
        _ => differences.push(format!("{place}: expected {expected}, got {got}")),
    }
}

fn is_same(expected: &Value, got: &Value) -> bool {
    match (expected.as_f64(), got.as_f64()) {
        (Some(a), Some(b)) if expected.is_f64() || got.is_f64() => a.to_bits() == b.to_bits(),
        _ => expected == got,
    }
}

/// A metric that every service has may be left out of a line; another one is absent then.
fn compare_objects(
    place: &str,
    expected: &Map<String, Value>,
    got: &Map<String, Value>,
    differences: &mut Vec<String>,
) {
    for (key, value) in expected {
        let place = format!("{place}.{key}");
        match got.get(key) {
            Some(got) => compare(&place, value, got, differences),
            None => differences.push(format!("{place}: expected {value}, got nothing")),
        }
    }
    let optional = |name: &str| !METRICS.iter().any(|m| m.always && m.name == name);
    for (key, value) in got {
        if !expected.contains_key(key) && optional(key) {
            differences.push(format!("{place}.{key}: expected nothing, got {value}"));
        }
    }
}
