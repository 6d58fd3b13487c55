//! What an author is told about files in JSON: the same as about the same slip in RON, and nothing of Rust.
//!
//! Each `*.json` in `tests/fixtures/malformed-json/` has beside it, as `*.txt`, what is said about it.
//! `FIREWATCH_BLESS=1` writes those anew: read what changed before it is kept.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't read its fixtures fails"
)]

use std::fs;
use std::path::Path;

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_ron::{Expr, Kind};
use firewatch_scenario::{Diagnostics, FaultKindFile, FileKind, Runbook, Scenario};
use firewatch_sim::FaultKinds;
use firewatch_tests::{difference, files, workspace};

/// Words that no author of a scenario has to know.
const OF_RUST: [&str; 17] = [
    "struct",
    "enum",
    "variant",
    "newtype",
    "tuple",
    "a sequence",
    "unit",
    "boolean",
    "string",
    "integer",
    "floating point",
    "u32",
    "u64",
    "i64",
    "f64",
    "invalid type",
    "expected one of",
];

/// What is wrong with a file that is malformed.
fn diagnose(name: &str, text: &str) -> Option<Diagnostics> {
    match FileKind::of_file(name, text) {
        FileKind::Scenario => Scenario::parse(name, text).err(),
        FileKind::Runbook => Runbook::parse(name, text).err(),
        FileKind::Actions => { ActionCatalogue::built_in(Profile::Standard) }
            .extended_by(name, text)
            .err(),
        FileKind::FaultKinds => FaultKindFile::parse(name, text, &FaultKinds::default()).err(),
    }
}

/// The first word of Rust in what is said, without what the file itself says: the lines that are quoted.
fn word_of_rust(said: &str) -> Option<String> {
    let is_quoted = |line: &str| {
        line.trim_start()
            .starts_with(|c: char| c.is_ascii_digit() || c == '-')
    };
    let own = said.lines().filter(|line| !is_quoted(line));
    let mut words = own.flat_map(|line| OF_RUST.iter().map(move |word| (line, *word)));
    let (line, word) = words.find(|(line, word)| {
        let parts = line.split(|c: char| !c.is_alphanumeric());
        parts
            .clone()
            .any(|part| part == *word || part.strip_suffix('s') == Some(word))
            || word.contains(' ') && line.contains(word)
    })?;
    Some(format!("`{word}` in: {line}"))
}

fn folders() -> Vec<std::path::PathBuf> {
    ["malformed", "malformed-actions", "malformed-runbooks"]
        .map(|folder| workspace().join("tests/fixtures").join(folder))
        .into()
}

#[test]
fn every_message_is_as_agreed() {
    let files = files(&workspace().join("tests/fixtures/malformed-json"), "json");
    assert!(files.len() >= 10, "only {} files", files.len());
    let mut different = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let Some(problems) = diagnose(&name, &text) else {
            panic!("{name} is not malformed");
        };
        different.extend(difference(
            &file.with_extension("txt"),
            &problems.render(false),
        ));
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn no_message_has_a_word_of_rust() {
    let mut rusty = Vec::new();
    let mut check = |file: &Path, said: &str| {
        if let Some(word) = word_of_rust(said) {
            rusty.push(format!("{}: {word}", file.display()));
        }
    };
    let of_json = workspace().join("tests/fixtures/malformed-json");
    let mut snapshots = 0;
    for folder in folders().into_iter().chain([of_json]) {
        for file in files(&folder, "txt") {
            snapshots += 1;
            check(&file, &fs::read_to_string(&file).unwrap());
        }
        for file in files(&folder, "ron") {
            if let Some(json) = in_json(&fs::read_to_string(&file).unwrap())
                && let Some(problems) = diagnose("file.json", &json)
            {
                check(&file, &problems.render(false));
            }
        }
    }
    assert!(snapshots > 90, "{snapshots}");
    assert!(rusty.is_empty(), "{}", rusty.join("\n"));
}

/// Files in which something is wrong that JSON can't say, or that is right in JSON: words in quotes, names of structs,
/// a list where a call has one value, maps that look as calls do.
const ONLY_RON: [&str; 17] = [
    "malformed/action-unknown",
    "malformed/call-arguments",
    "malformed/call-comparison",
    "malformed/fault-as-a-call",
    "malformed/goals",
    "malformed/sweep-ranges",
    "malformed/sweep-too-large",
    "malformed/sweep-wrong-values",
    "malformed/syntax-json",
    "malformed/type-another-name",
    "malformed/type-event",
    "malformed/word-in-quotes",
    "malformed/word-instead-of-metric",
    "malformed/word-instead-of-text",
    "malformed-runbooks/conditions",
    "malformed-runbooks/fields",
    "malformed-runbooks/steps",
];

#[test]
fn json_is_told_what_ron_is_told() {
    let (mut compared, mut different) = (0, Vec::new());
    for file in folders().iter().flat_map(|folder| files(folder, "ron")) {
        let Ok(ron) = fs::read_to_string(&file) else {
            continue;
        };
        let Some(json) = in_json(&ron) else {
            continue;
        };
        let told = |name: &str, text: &str| {
            let problems = diagnose(name, text).map(|problems| problems.problems);
            let mut told: Vec<(&str, String)> = { problems.iter().flatten() }
                .map(|problem| (problem.code.name(), problem.path.clone()))
                .collect();
            told.sort();
            told.iter()
                .map(|(code, path)| format!("{code} {path}"))
                .collect::<Vec<_>>()
        };
        let [of_ron, of_json] = [told("file.ron", &ron), told("file.json", &json)];
        compared += 1;
        let name = file.with_extension("").display().to_string();
        let may_differ = ONLY_RON.iter().any(|only| name.ends_with(only));
        if (of_ron != of_json) != may_differ {
            different.push(format!(
                "{name}\n  RON:  {of_ron:?}\n  JSON: {of_json:?}\n  {json}"
            ));
        }
    }
    assert!(compared > 50, "{compared}");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// The same in JSON; `None` for a text with wrong syntax, or with something that JSON has no word for.
fn in_json(ron: &str) -> Option<String> {
    let parsed = firewatch_ron::parse(ron);
    if !parsed.problems.is_empty() {
        return None;
    }
    json_of(&parsed.value?)
}

fn json_of(expr: &Expr) -> Option<String> {
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    Some(match &expr.kind {
        Kind::Bool(value) => value.to_string(),
        // JSON has decimal digits only.
        Kind::Number(number) => {
            let read: serde_json::Result<serde_json::Number> = serde_json::from_str(number.raw);
            read.ok().map(|_| number.raw.to_owned())?
        }
        Kind::Text(text) if text.chars().all(|c| !c.is_control() && c.is_ascii()) => {
            serde_json::to_string(text).unwrap()
        }
        Kind::Word(word) => serde_json::to_string(word).unwrap(),
        Kind::Nothing => "null".to_owned(),
        Kind::List(items) => list(items.iter().map(json_of).collect::<Option<_>>()?),
        Kind::Map(entries) => {
            let entry = |(key, value): &(Expr, Expr)| match key.kind {
                Kind::Text(_) => Some(format!("{}: {}", json_of(key)?, json_of(value)?)),
                _ => None,
            };
            let entries: Vec<String> = entries.iter().map(entry).collect::<Option<_>>()?;
            format!("{{{}}}", entries.join(", "))
        }
        Kind::Group(group) => {
            let call = { group.name.as_ref() }
                .map(|name| name.text)
                .filter(|name| name.starts_with(char::is_lowercase));
            let has_fields = group.items.iter().any(|item| item.name.is_some());
            let values: Vec<String> =
                { group.items.iter().map(|item| json_of(&item.value)) }.collect::<Option<_>>()?;
            let content = match (call, &values[..]) {
                (Some(_), [only]) if !has_fields => only.clone(),
                (Some(_), _) if !has_fields => list(values),
                _ => {
                    let names = { group.items.iter() }
                        .map(|item| item.name.as_ref().map(|name| name.text))
                        .collect::<Option<Vec<_>>>()?;
                    let fields = names.iter().zip(&values);
                    let fields: Vec<String> = fields
                        .map(|(name, value)| format!("{name:?}: {value}"))
                        .collect();
                    format!("{{{}}}", fields.join(", "))
                }
            };
            match call {
                Some(call) => format!("{{{call:?}: {content}}}"),
                None => content,
            }
        }
        Kind::Broken | Kind::Some(_) | Kind::Text(_) => return None,
    })
}
