//! `docs/language.md` has every field of the language: its tables are held against the schemas of the files.
//!
//! A table stands between `<!-- fields of KIND Type -->` and `<!-- end -->`. `FIREWATCH_BLESS=1` writes them anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use firewatch_scenario::FileKind;
use firewatch_tests::{difference, workspace};
use serde_json::Value;

/// The kinds of file that the page describes. Files of actions have a page of their own.
const KINDS: [FileKind; 3] = [FileKind::Scenario, FileKind::Runbook, FileKind::FaultKinds];

/// A schema with the types that it refers to.
struct Schema(Value);

impl Schema {
    fn of(kind: FileKind) -> Self {
        Self(serde_json::to_value(kind.schema()).unwrap())
    }

    /// The types that have fields or words to describe; the file itself has the name of its kind.
    fn types(&self) -> Vec<(&str, &Value)> {
        let defs = self.0["$defs"].as_object().unwrap().iter();
        let defs = defs.filter(|(name, _)| !is_plain(name));
        let root = (self.0["title"].as_str().unwrap(), &self.0);
        let all = [root]
            .into_iter()
            .chain(defs.map(|(name, def)| (&**name, def)));
        all.filter(|(_, def)| !rows(self, def).is_empty()).collect()
    }

    fn find(&self, name: &str) -> Option<&Value> {
        let mut types = self.types().into_iter();
        types.find(|(known, _)| *known == name).map(|(_, def)| def)
    }

    /// What a value of that type is, in words.
    fn takes(&self, def: &Value) -> String {
        if let Some(name) = def["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix("#/$defs/"))
        {
            return match name {
                _ if name.starts_with("Comparison") => "comparison".to_owned(),
                "KnownMetrics" | "AnyMetrics" | "Values" => "map of metrics".to_owned(),
                "Value" => "value".to_owned(),
                // What has no table is described where it stands.
                _ if is_plain(name) || !has_table(&self.0["$defs"][name]) => {
                    self.takes(&self.0["$defs"][name])
                }
                _ => format!("[{name}](#{})", name.to_lowercase()),
            };
        }
        if let Some(word) = def["const"].as_str() {
            return format!("`{word}`");
        }
        if let Some(words) = def["enum"].as_array() {
            let words = words.iter().filter_map(Value::as_str);
            return words
                .map(|word| format!("`{word}`"))
                .collect::<Vec<_>>()
                .join(", ");
        }
        if let Some(parts) = def["anyOf"].as_array().or(def["oneOf"].as_array()) {
            let mut said = Vec::new();
            for part in parts.iter().map(|part| self.takes(part)) {
                if !part.is_empty() && !said.contains(&part) {
                    said.push(part);
                }
            }
            return said.join(" or ");
        }
        self.takes_plain(def)
    }

    fn takes_plain(&self, def: &Value) -> String {
        let kind = match &def["type"] {
            Value::Array(kinds) => kinds[0].as_str(),
            kind => kind.as_str(),
        };
        let text = match kind {
            Some("string") => "text".to_owned(),
            Some("integer") => format!("whole number{}", range(def)),
            Some("number") => format!("number{}", range(def)),
            Some("boolean") => "`true` or `false`".to_owned(),
            Some("array") => match def["prefixItems"].as_array() {
                Some(items) => {
                    let items = items.iter().map(|item| self.takes(item));
                    format!("({})", items.collect::<Vec<_>>().join(", "))
                }
                None => format!("list of {}", self.takes(&def["items"])),
            },
            Some("object") if def["additionalProperties"].is_object() => {
                format!("map of {}", self.takes(&def["additionalProperties"]))
            }
            Some("object") => {
                let fields = rows(self, def).into_iter().map(|row| row[0].clone());
                format!("({})", fields.collect::<Vec<_>>().join(", "))
            }
            _ => String::new(),
        };
        match def["x-unit"].as_str() {
            Some(unit) if unit != "1" => format!("{text} [{unit}]"),
            _ => text,
        }
    }
}

/// Whether a type is described where it stands.
fn is_plain(name: &str) -> bool {
    let is_metrics = matches!(name, "KnownMetrics" | "AnyMetrics" | "Values" | "Value");
    is_metrics || name.starts_with("Optional") || name.starts_with("Comparison")
}

/// Whether a type has fields, words or calls.
fn has_table(def: &Value) -> bool {
    let mut variants = def["oneOf"].as_array().into_iter().flatten();
    def["properties"].is_object()
        || variants.any(|variant| variant["const"].is_string() || variant["properties"].is_object())
}

fn range(def: &Value) -> String {
    let bound = |name: &str| def[name].as_f64().filter(|bound| bound.abs() < 1e9);
    match (bound("minimum"), bound("maximum")) {
        (Some(min), Some(max)) => format!(", {min} to {max}"),
        (Some(min), None) => format!(", from {min}"),
        (None, Some(max)) => format!(", up to {max}"),
        (None, None) => String::new(),
    }
}

/// The fields of a type, or its words and calls: what is written, what it takes, and what it means.
fn rows(schema: &Schema, def: &Value) -> Vec<[String; 3]> {
    let about = |def: &Value| {
        def["description"]
            .as_str()
            .unwrap_or_default()
            .replace('\n', " ")
    };
    if let Some(fields) = def["properties"].as_object() {
        let required = def["required"].as_array();
        let is_required =
            |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        let fields = fields.iter().filter(|(name, _)| !name.starts_with('$'));
        return fields
            .map(|(name, field)| {
                let mark = if is_required(name) { " (required)" } else { "" };
                [format!("`{name}`{mark}"), schema.takes(field), about(field)]
            })
            .collect();
    }
    let variants = def["oneOf"].as_array().into_iter().flatten();
    variants
        .filter_map(|variant| {
            if let Some(word) = variant["const"].as_str() {
                return Some([format!("`{word}`"), String::new(), about(variant)]);
            }
            let (name, values) = variant["properties"].as_object()?.iter().next()?;
            let takes = schema.takes(values);
            // The values of a call stand in its brackets.
            let inner = takes.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
            let inner = inner.unwrap_or(&takes).to_owned();
            Some([format!("`{name}(..)`"), inner, about(variant)])
        })
        .collect()
}

fn table(schema: &Schema, def: &Value) -> String {
    let mut table = String::from("\n| written | takes | meaning |\n| --- | --- | --- |\n");
    for [name, takes, about] in rows(schema, def) {
        let _ = writeln!(table, "| {name} | {takes} | {about} |");
    }
    table.push('\n');
    table
}

#[test]
fn the_page_of_the_language_has_every_field() {
    let schemas = KINDS.map(|kind| (kind.name(), Schema::of(kind)));
    let file = workspace().join("docs/language.md");
    let page = fs::read_to_string(&file).unwrap();
    let mut described = BTreeSet::new();
    let mut written = String::new();
    for (index, part) in page.split("<!-- fields of ").enumerate() {
        if index == 0 {
            written.push_str(part);
            continue;
        }
        let (title, rest) = part.split_once(" -->").unwrap();
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        let (kind, name) = title.split_once(' ').unwrap();
        let (_, schema) = schemas.iter().find(|(known, _)| *known == kind).unwrap();
        let def = schema.find(name);
        let def = def.unwrap_or_else(|| panic!("{kind} has no type {name} to describe"));
        let _ = write!(
            written,
            "<!-- fields of {title} -->\n{}<!-- end -->{after}",
            table(schema, def)
        );
        described.insert(name);
    }
    assert_eq!(difference(&file, &written), None);
    for (kind, schema) in &schemas {
        for (name, _) in schema.types() {
            assert!(
                described.contains(name),
                "{name} of {kind} is not in docs/language.md"
            );
        }
    }
}
