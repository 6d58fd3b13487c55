//! Kinds of fault of a scenario's own: files that add to the built-in ones.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::file_kind::FileKind;
use crate::named_file::{Refusal, named_files};
use firewatch_action::decode::{Decoder, Language};
use firewatch_action::form::{self, FileForm, or_default};
use firewatch_ron::{Diagnostics, Expr, Kind, Problem, within_limits};
use firewatch_sim::{
    FaultKind, FaultKindDescriptor, FaultKindRules, FaultKinds, LogLine, MetricGrowth,
    PrecedingChange,
};

/// Changes in a tick, and lines of a log, that a kind from a file has at most.
const MAX_PARTS: usize = 100;

/// The files of fault kinds that a scenario names. What they say is in the scenario's
/// [`fault_kinds`](crate::Scenario::fault_kinds).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomFaultKinds {
    files: Vec<String>,
    /// What was read of each file, in their order; empty while they have not been read.
    texts: Arc<[String]>,
}

impl CustomFaultKinds {
    /// Names files that are not read yet.
    pub(crate) fn named(files: Vec<String>) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// Names of the files, as the scenario gives them: relative to its folder, each once.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Texts of the files as they were read, in the order of [`CustomFaultKinds::files`].
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Reads the files that the text of a scenario names, and adds their kinds to those that are known. It is done
    /// before the scenario is read, whose faults are of these kinds.
    ///
    /// # Errors
    /// Every file that can't be read, at its place in the scenario; or what is wrong within the first file that has
    /// problems.
    pub(crate) fn read(
        scenario: &str,
        text: &str,
        [folder, root]: [Option<&Path>; 2],
        kinds: &mut FaultKinds,
    ) -> Result<Self, Diagnostics> {
        let text = within_limits(scenario, text, "a scenario")?;
        let names = names(text);
        let mut named = match folder {
            Some(folder) if !names.is_empty() => Some(named_files(folder, root)?),
            _ => None,
        };
        let (mut own, mut texts, mut problems) = (Self::default(), Vec::new(), Vec::new());
        for (index, (name, place)) in names.into_iter().enumerate() {
            let read = match &mut named {
                Some(named) => named.read(&name, FileKind::FaultKinds),
                None => Err(Refusal::without_folder()),
            };
            match read {
                Ok((file, text)) => {
                    *kinds = FaultKindFile::parse(&file, &text, kinds)?.kinds;
                    texts.push(text);
                    own.files.push(name);
                }
                Err(refusal) => problems.push(Problem {
                    code: codes::UNUSABLE_FILE,
                    path: format!("fault_kinds[{index}]"),
                    message: refusal.message,
                    span: Some(place),
                    label: refusal.label.to_owned(),
                    help: refusal.help,
                }),
            }
        }
        own.texts = texts.into();
        if problems.is_empty() {
            return Ok(own);
        }
        Err(Diagnostics {
            file: scenario.to_owned(),
            text: text.to_owned(),
            problems,
        })
    }
}

/// The names in the field `fault_kinds` of a scenario in RON or JSON, and their places.
fn names(text: &str) -> Vec<(String, Range<usize>)> {
    const FIELD: &str = "fault_kinds";
    // Most scenarios name no file, and need not be read twice.
    if !text.contains(FIELD) {
        return Vec::new();
    }
    let is_field = |key: &Expr| matches!(&key.kind, Kind::Text(key) if key == FIELD);
    let field = match firewatch_ron::parse(text).value.map(|value| value.kind) {
        Some(Kind::Group(group)) => { group.items.into_iter() }
            .find(|item| item.name.as_ref().is_some_and(|name| name.text == FIELD))
            .map(|item| item.value.kind),
        Some(Kind::Map(entries)) => { entries.into_iter() }
            .find(|(key, _)| is_field(key))
            .map(|(_, value)| value.kind),
        _ => None,
    };
    // What is no list of texts is told when the scenario is read.
    let Some(Kind::List(items)) = field else {
        return Vec::new();
    };
    let name = |item: Expr<'_>| match item.kind {
        Kind::Text(name) => Some((name, item.span)),
        _ => None,
    };
    items.into_iter().filter_map(name).collect()
}

/// A file of fault kinds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename = "FaultKinds",
    deny_unknown_fields,
    expecting = "a file of fault kinds: `FaultKinds(kinds: [...])`"
)]
pub struct FaultKindsForm {
    /// Where an editor finds the schema of the file; only in JSON.
    #[serde(rename = "$schema", default, skip_serializing)]
    schema: Option<String>,
    /// The kinds.
    kinds: Vec<FaultKindForm>,
}

/// A kind of fault as it stands in a file; [`FaultKindRules`] says what each field is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename = "FaultKindRules",
    deny_unknown_fields,
    expecting = "a kind of fault: `FaultKindRules(kind: \"...\", about: \"...\")`"
)]
struct FaultKindForm {
    kind: FaultKind,
    about: String,
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    per_tick: Vec<MetricGrowth>,
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fills_memory: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cascades: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovers: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preceding_change: Option<PrecedingChange>,
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<LogLine>,
}

impl From<FaultKindForm> for FaultKindRules {
    fn from(form: FaultKindForm) -> Self {
        Self {
            kind: form.kind,
            about: form.about,
            per_tick: form.per_tick,
            fills_memory: form.fills_memory,
            cascades: form.cascades.unwrap_or(true),
            recovers: form.recovers.unwrap_or(true),
            preceding_change: form.preceding_change,
            evidence: form.evidence,
        }
    }
}

/// What a file of fault kinds adds to the known ones.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultKindFile {
    /// The kinds that were known, and those of the file.
    pub kinds: FaultKinds,
}

impl FaultKindFile {
    /// Reads a file from text, which adds to known kinds; `file` is the name that problems are reported under.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, text: &str, known: &FaultKinds) -> Result<Self, Diagnostics> {
        form::load(file, text, known, |kinds: Self, _| Ok(kinds))
    }

    /// Reads a file that adds to the built-in kinds.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, Diagnostics> {
        let (name, text) = firewatch_ron::text(path)?;
        Self::parse(&name, &text, &FaultKinds::default())
    }
}

impl FileForm for FaultKindFile {
    type Form = FaultKindsForm;

    const A_FILE: &'static str = "a file of fault kinds";
    const WHAT: &'static str = "fault kind";
    const EXAMPLE: &'static str = "FaultKinds(kinds: [...])";
    const LANGUAGE: Language = Language {
        signatures: &[],
        misplaced: |_, _| None,
        unmentioned: &[],
    };

    fn of_form(form: FaultKindsForm, notes: &mut Decoder) -> Self {
        let mut kinds = notes.fault_kinds.clone();
        for (index, rules) in form.kinds.into_iter().enumerate() {
            let path = format!("kinds[{index}]");
            for (part, count) in [
                ("per_tick", rules.per_tick.len()),
                ("evidence", rules.evidence.len()),
            ] {
                if count > MAX_PARTS {
                    let message = format!("`{path}.{part}` has more than {MAX_PARTS} elements");
                    let path = format!("{path}.{part}");
                    notes.report(codes::TOO_MANY, &path, message, "too many", None);
                }
            }
            let descriptor = FaultKindDescriptor::try_from(FaultKindRules::from(rules));
            if let Err(error) = descriptor.and_then(|descriptor| kinds.register(descriptor)) {
                notes.report(codes::WRONG_FORM, &path, error.to_string(), "", None);
            }
        }
        Self { kinds }
    }
}

/// The JSON Schema of a file of fault kinds.
#[cfg(feature = "schema")]
pub(crate) fn schema() -> schemars::Schema {
    let number = || schemars::json_schema!({"type": "number"});
    let limit = || schemars::json_schema!({"type": ["number", "null"]});
    let ages = schemars::json_schema!({
        "type": "object",
        "properties": {"ages": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": i32::MAX, "x-unit": "s"},
            "minItems": 2,
            "maxItems": 2,
        }},
        "required": ["ages"],
        "additionalProperties": false,
    });
    let growth = schemars::json_schema!({
        "type": "object",
        "properties": {"metric": {"type": "string"}, "add": number(), "min": limit(), "max": limit()},
        "required": ["metric", "add"],
        "additionalProperties": false,
    });
    let line = schemars::json_schema!({
        "type": "object",
        "properties": {
            "time": {"type": "string"}, "level": {"type": "string"}, "message": {"type": "string"},
        },
        "required": ["time", "level", "message"],
        "additionalProperties": false,
    });
    let kind = schemars::json_schema!({
        "type": "object",
        "properties": {
            "kind": {"type": "string", "description": "Its name."},
            "about": {"type": "string", "description": "What it is, in a sentence."},
            "per_tick": {"type": "array", "items": growth, "maxItems": MAX_PARTS},
            "fills_memory": {"type": "boolean"},
            "cascades": {"type": "boolean"},
            "recovers": {"type": "boolean"},
            "preceding_change": {
                "type": ["object", "null"],
                "properties": {"deployment": ages.clone(), "configuration": ages},
                "additionalProperties": false,
                "minProperties": 1,
                "maxProperties": 1,
            },
            "evidence": {"type": "array", "items": line, "maxItems": MAX_PARTS},
        },
        "required": ["kind", "about"],
        "additionalProperties": false,
    });
    schemars::json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "FaultKinds",
        "description": "A file of fault kinds.",
        "type": "object",
        "properties": {"$schema": {"type": "string"}, "kinds": {"type": "array", "items": kind}},
        "required": ["kinds"],
        "additionalProperties": false,
    })
}
