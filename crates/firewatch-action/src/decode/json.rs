//! Where in a text in JSON each path stands.

use super::{Decoder, join, key_path};
use firewatch_ron::{Expr, Kind};

/// Bytes of a path below which no place is noted: nothing asks for one.
const MAX_PATH: usize = 400;

/// Fields that are maps; all other objects have fields.
const MAPS: [&str; 9] = [
    "services",
    "metrics",
    "extra_metrics",
    "parameters",
    "actions",
    "amend",
    "speed",
    "kind",
    "halt",
];

impl Decoder {
    /// Notes of a text in JSON, of which only the places are of use: nearly all of JSON is RON, too.
    #[must_use]
    pub fn of_json(text: &str) -> Self {
        let mut notes = Self::default();
        if let Some(expr) = firewatch_ron::parse(text).value {
            notes.mark_all(&expr, "", "");
        }
        notes
    }

    fn mark_all(&mut self, expr: &Expr, path: &str, field: &str) {
        if path.len() > MAX_PATH {
            return;
        }
        self.mark(path, expr.span.clone());
        match &expr.kind {
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.mark_all(item, &format!("{path}[{index}]"), "");
                }
            }
            Kind::Map(entries) => {
                for (key, value) in entries {
                    let Kind::Text(name) = &key.kind else {
                        continue;
                    };
                    if MAPS.contains(&field) {
                        let path = key_path(path, name);
                        self.mark(&format!("{path}@key"), key.span.clone());
                        self.mark_all(value, &path, "");
                    } else {
                        self.mark_all(value, &join(path, name), name);
                    }
                }
            }
            _ => {}
        }
    }
}
