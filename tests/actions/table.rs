//! An interpreter of the reference's tables, written apart from the catalogue.

use std::collections::BTreeMap;

use firewatch_sim::{FaultKind, Value, round_decimal};
use firewatch_tests::workspace;
use serde_json::Value as Json;

use crate::incident::{CALLER, CHECKOUT, HERRING, MEMORY, Mesh, TARGET};

/// What the reference's table of an action says: written apart from the catalogue, for this test only.
pub struct Table<'a> {
    pub action: &'a Json,
    pub kind: FaultKind,
    pub is_cause: bool,
    pub parameters: &'a BTreeMap<String, Value>,
    pub logs: Vec<String>,
}

impl Table<'_> {
    pub fn branch(&self, target: &BTreeMap<String, Value>) -> (usize, &Json) {
        let holds = |branch: &&Json| {
            let when = &branch["when"];
            let cause = when
                .get("target_is_root_cause")
                .is_none_or(|x| *x == self.is_cause);
            let kind = when.get("fault_kind").is_none_or(|kinds| {
                kinds
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|kind| kind == self.kind.name())
            });
            let metric = when.get("metric").is_none_or(|metric| {
                let found = target[metric["name"].as_str().unwrap()].as_f64().unwrap();
                let limit = metric["value"].as_f64().unwrap();
                if metric["op"] == "gt" {
                    found > limit
                } else {
                    found >= limit
                }
            });
            cause && kind && metric
        };
        let mut branches = self.action["branches"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate();
        branches.find(|(_, branch)| holds(branch)).unwrap()
    }

    pub fn effect(&self, effect: &Json, mesh: &mut Mesh) {
        let services = match effect.get("on") {
            None => vec![TARGET],
            Some(Json::String(_)) => vec![HERRING, CALLER, CHECKOUT],
            Some(other) => vec![other["service"].as_str().unwrap()],
        };
        for service in services {
            if let Some(metrics) = mesh.get_mut(service) {
                self.change(effect, metrics);
            }
        }
    }

    pub fn factor(&self, effect: &Json) -> f64 {
        let factor = &effect["factor"];
        factor.as_f64().unwrap_or_else(|| {
            1.0 - self.parameters[factor["one_minus_param"].as_str().unwrap()]
                .as_f64()
                .unwrap()
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is what the table says")]
    pub fn change(&self, effect: &Json, metrics: &mut BTreeMap<String, Value>) {
        let limited = |x: f64| {
            let x = effect
                .get("floor")
                .map_or(x, |f| x.max(f.as_f64().unwrap()));
            effect.get("cap").map_or(x, |c| x.min(c.as_f64().unwrap()))
        };
        let whole =
            |name: &str, metrics: &BTreeMap<String, Value>| metrics[name].as_f64().unwrap() as i64;
        let op = effect["op"].as_str().unwrap();
        let name = effect["metric"].as_str().unwrap_or_default();
        let old = metrics.get(name).and_then(Value::as_f64);
        let (key, new) = match op {
            "set_counter" => return,
            "scale" => {
                let Some(old) = old else { return };
                let x = limited(old * self.factor(effect));
                let digits = effect.get("round").and_then(Json::as_u64);
                let round = |digits: u64| round_decimal(x, u32::try_from(digits).unwrap());
                (name, Value::Float(digits.map_or(x, round)))
            }
            "add" => match effect["amount"].as_i64() {
                Some(amount) => (name, Value::Int(whole(name, metrics) + amount)),
                None => {
                    let x = old.unwrap() + effect["amount"].as_f64().unwrap();
                    (name, Value::Float(limited(x)))
                }
            },
            "clamp" => (name, Value::Float(limited(old.unwrap()))),
            "set" => (
                name,
                serde_json::from_value(effect["value"].clone()).unwrap(),
            ),
            "int_div" => {
                let divisor = effect["divisor"].as_i64().unwrap();
                let x = whole(name, metrics) / divisor;
                (name, Value::Int(x.max(effect["floor"].as_i64().unwrap())))
            }
            "int_scale" => {
                let x = (old.unwrap() * self.factor(effect)) as i64;
                let floor = effect
                    .get("floor")
                    .and_then(Json::as_i64)
                    .unwrap_or(i64::MIN);
                (name, Value::Int(x.max(floor)))
            }
            "recompute_memory_bytes" => {
                let limit = metrics["process_memory_limit_bytes"].as_f64().unwrap();
                let bytes = (metrics[MEMORY].as_f64().unwrap() * limit) as i64;
                ("process_memory_usage_bytes", Value::Int(bytes))
            }
            "set_memory_limit_from_param" => {
                let doubled = whole("process_memory_limit_bytes", metrics) / 1_048_576 * 2;
                let mebibytes = match self.parameters.get("memory_limit_mb") {
                    Some(value) => value.as_f64().unwrap() as i64,
                    None => doubled,
                };
                (
                    "process_memory_limit_bytes",
                    Value::Int(mebibytes * 1_048_576),
                )
            }
            "recompute_memory_utilization" => {
                let usage = metrics["process_memory_usage_bytes"].as_f64().unwrap();
                let limit = metrics["process_memory_limit_bytes"].as_f64().unwrap();
                (MEMORY, Value::Float(usage / limit))
            }
            "set_status" => ("status", effect["value"].as_str().unwrap().into()),
            "shift_sha" => {
                let Value::Text(sha) = &metrics[name] else {
                    return;
                };
                let letter = |c: char| {
                    c.to_digit(10)
                        .map_or(c, |d| char::from(b'a' + (d % 6) as u8))
                };
                let shifted: String = sha.chars().map(letter).take(7).collect();
                (name, Value::Text(shifted))
            }
            "store_logs" => {
                let lines = self.logs.iter().cloned().map(Value::Text).collect();
                ("recent_logs", Value::List(lines))
            }
            other => panic!("{other} is not known here"),
        };
        metrics.insert(key.to_owned(), new);
    }
}

pub fn table() -> Vec<Json> {
    let path = workspace().join("tests/fixtures/reference-actions.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
