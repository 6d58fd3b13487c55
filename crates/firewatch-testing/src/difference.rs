//! In what two states differ.

use std::fmt;

use firewatch_sim::EnvironmentState;
use serde_json::Value;

/// Something that two states don't have in common.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// Where: `services[1].metrics.restart_count`.
    pub path: String,
    /// What the first state has there, as JSON; `None` for nothing.
    pub left: Option<String>,
    /// What the second has.
    pub right: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        let Self { path, left, right } = self;
        write!(f, "{path}: {} != {}", shown(left), shown(right))
    }
}

/// In what two states differ, in the order of the state's fields; empty for equal ones. Numbers are compared
/// bit for bit.
///
/// # Errors
/// A state can't be written as JSON: no state that the engine captures.
pub fn differences(
    left: &EnvironmentState,
    right: &EnvironmentState,
) -> Result<Vec<Difference>, serde_json::Error> {
    let (left, right) = (serde_json::to_value(left)?, serde_json::to_value(right)?);
    let mut differences = Vec::new();
    compare(String::new(), Some(&left), Some(&right), &mut differences);
    Ok(differences)
}

fn compare(
    path: String,
    left: Option<&Value>,
    right: Option<&Value>,
    differences: &mut Vec<Difference>,
) {
    match (left, right) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let others = right.keys().filter(|key| !left.contains_key(*key));
            for key in left.keys().chain(others) {
                let separator = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{separator}{key}");
                compare(path, left.get(key), right.get(key), differences);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for index in 0..left.len().max(right.len()) {
                let path = format!("{path}[{index}]");
                compare(path, left.get(index), right.get(index), differences);
            }
        }
        (left, right) => {
            // As text, so that 0 and -0 differ.
            let [left, right] = [left, right].map(|side| side.map(Value::to_string));
            if left != right {
                differences.push(Difference { path, left, right });
            }
        }
    }
}
