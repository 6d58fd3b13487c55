//! The JSON Schemas of files: whatever is read fits them, and what has a slip in its structure does not.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "a test that can't read its files fails")]

use std::fs;
use std::path::{Path, PathBuf};

use firewatch_action::form::{self, ActionFile, ActionsForm};
use firewatch_scenario::{FaultKindsForm, FileKind, Runbook, Scenario};
use firewatch_tests::{files, workspace};
use jsonschema::Validator;
use serde_json::{Value, json};

const KINDS: [FileKind; 3] = [FileKind::Scenario, FileKind::Runbook, FileKind::Actions];

fn validator(kind: FileKind) -> Validator {
    let schema = serde_json::to_value(kind.schema()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// The files of a kind, in JSON.
fn in_json(kind: FileKind) -> Vec<(PathBuf, Value)> {
    let folders = ["scenarios", "crates/firewatch-action/actions"];
    let files = { folders.iter() }.flat_map(|folder| files(&workspace().join(folder), "ron"));
    let texts = files.map(|file| (fs::read_to_string(&file).unwrap(), file));
    let of_kind = texts.filter(|(text, _)| FileKind::of(text) == kind);
    of_kind
        .map(|(text, file)| (file, to_json(kind, &text)))
        .collect()
}

fn to_json(kind: FileKind, text: &str) -> Value {
    let body = firewatch_ron::body(text).unwrap();
    let json = match kind {
        FileKind::Scenario => serde_json::to_value(form::from_ron::<Scenario>(body).unwrap()),
        FileKind::Runbook => serde_json::to_value(form::from_ron::<Runbook>(body).unwrap()),
        FileKind::FaultKinds => {
            serde_json::to_value(form::from_ron::<FaultKindsForm>(body).unwrap())
        }
        FileKind::Actions => serde_json::to_value(form::from_ron::<ActionsForm>(body).unwrap()),
    };
    json.unwrap()
}

/// Whether the value is read as a file of that kind, whatever it means.
fn is_read(kind: FileKind, value: &Value) -> bool {
    let text = value.to_string();
    match kind {
        FileKind::Scenario => form::from_json::<Scenario>(&text).is_ok(),
        FileKind::Runbook => form::from_json::<Runbook>(&text).is_ok(),
        FileKind::FaultKinds => form::from_json::<FaultKindsForm>(&text).is_ok(),
        FileKind::Actions => form::from_json::<ActionFile>(&text).is_ok(),
    }
}

/// What may be left out of a call is no `null`.
#[test]
fn a_value_of_a_call_is_not_null() {
    let kind = FileKind::Runbook;
    let validator = validator(kind);
    for (step, is_fine) in [
        (json!({"action": ["restart_service"]}), true),
        (json!({"action": ["restart_service", "a"]}), true),
        (json!({"action": ["restart_service", null]}), false),
        (json!({"wait_until": ["all_healthy", null]}), false),
        (json!({"wait_until": [{"alert": ["a", null]}]}), false),
        (
            json!({"wait_until": [{"alert": ["a", "high_latency"]}, 3]}),
            true,
        ),
    ] {
        let runbook = json!({"name": "x", "steps": [step]});
        assert_eq!(is_read(kind, &runbook), is_fine, "{runbook}");
        assert_eq!(validator.is_valid(&runbook), is_fine, "{runbook}");
    }
}

#[test]
fn every_file_fits_the_schema_of_its_kind() {
    for kind in KINDS.into_iter().chain([FileKind::FaultKinds]) {
        let validator = validator(kind);
        let files = in_json(kind);
        assert!(
            files.len() >= 3 || kind == FileKind::FaultKinds && !files.is_empty(),
            "{kind:?}"
        );
        for (file, value) in files {
            if let Err(error) = validator.validate(&value) {
                panic!("{}: {error} at {}", file.display(), error.instance_path());
            }
            // What is a file of one kind is none of another.
            for other in KINDS.into_iter().filter(|other| *other != kind) {
                assert!(
                    !self::validator(other).is_valid(&value),
                    "{}",
                    file.display()
                );
            }
        }
    }
}

/// Every place in a value, as JSON pointers.
fn places(value: &Value, path: &str, out: &mut Vec<String>) {
    out.push(path.to_owned());
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{index}"), out);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                places(field, &format!("{path}/{}", escaped(key)), out);
            }
        }
        _ => {}
    }
}

/// Files in which something is changed in one place, and what is done there.
fn changed(kind: FileKind, mut check: impl FnMut(&Path, &str, &Value)) {
    let others = [
        json!(true),
        json!("zzz"),
        json!(-1),
        json!(1.5),
        json!([]),
        json!({}),
        json!({"lt": 1}),
    ];
    for (file, value) in in_json(kind).iter().step_by(4) {
        let mut paths = Vec::new();
        places(value, "", &mut paths);
        for path in paths.iter().step_by(1 + paths.len() / 60) {
            for other in &others {
                let mut changed = value.clone();
                *changed.pointer_mut(path).unwrap() = other.clone();
                check(file, path, &changed);
            }
            let mut changed = value.clone();
            match changed.pointer_mut(path).unwrap() {
                Value::Object(fields) => drop(fields.insert("zzz".to_owned(), json!(1))),
                Value::Array(items) => items.push(json!(1)),
                _ => continue,
            }
            check(file, path, &changed);
        }
    }
}

#[test]
fn whatever_is_read_fits() {
    for kind in KINDS {
        let validator = validator(kind);
        let (mut read, mut refused) = (0, 0);
        changed(kind, |file, path, value| {
            if !is_read(kind, value) {
                refused += u32::from(!validator.is_valid(value));
                return;
            }
            read += 1;
            // What makes no sense may be refused by the schema already: ranges and names of metrics.
            let makes_sense = match kind {
                FileKind::Scenario => Scenario::parse("x.json", &value.to_string()).is_ok(),
                FileKind::Runbook | FileKind::Actions | FileKind::FaultKinds => true,
            };
            if makes_sense && let Err(error) = validator.validate(value) {
                panic!("{} with {path} changed: {error}", file.display());
            }
        });
        assert!(
            read > 50 && refused > 500,
            "{kind:?}: {read} read, {refused} refused"
        );
    }
}

#[test]
fn what_has_a_slip_in_its_structure_does_not_fit() {
    for kind in KINDS {
        let validator = validator(kind);
        let (mut wrong, mut missed) = (0, Vec::new());
        changed(kind, |file, path, value| {
            if !is_read(kind, value) {
                wrong += 1;
                if validator.is_valid(value) {
                    missed.push(format!("{} with {path} changed", file.display()));
                }
            }
        });
        // What a schema can't tell: what depends on another field or on names.
        let share = missed.len() as f64 / f64::from(wrong);
        assert!(
            share < 0.05,
            "{} of {wrong}: {:?}",
            missed.len(),
            &missed[..missed.len().min(20)]
        );
    }
}

#[test]
fn fields_and_metrics_are_described() {
    let schema = serde_json::to_value(FileKind::Scenario.schema()).unwrap();
    let field = |name: &str| &schema["properties"][name];
    assert_eq!(field("name")["description"], "A short name.");
    assert_eq!(field("ticks")["maximum"], 10_000_000);
    let metric = &schema["$defs"]["KnownMetrics"]["properties"]["http_server_error_rate"];
    assert_eq!(metric["maximum"], 1.0);
    assert_eq!(metric["x-unit"], "1");
    assert!(metric["description"].as_str().unwrap().len() > 10);
    // Each field of each struct says what it is.
    let fields = { schema["properties"].as_object().unwrap().iter() };
    for (name, field) in fields {
        assert!(field["description"].is_string(), "{name}");
    }
}
