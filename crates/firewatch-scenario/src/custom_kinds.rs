//! Kinds of fault of an author's own: files that add to the built-in ones, which scenarios and files of actions name.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::custom_files::CustomFiles;
use crate::file_kind::FileKind;
use crate::named_file::{NamedFiles, Refusal, named_files};
use firewatch_action::decode::{Decoder, Language};
use firewatch_action::form::{self, FileForm};
use firewatch_ron::{Diagnostics, Expr, Kind, Problem, within_limits};
use firewatch_sim::{FaultKindDescriptor, FaultKindError, FaultKindRules, FaultKinds};

const MAX_PARTS: usize = FaultKindRules::MAX_PARTS;

/// Reads the files of fault kinds that the text of a file names, and adds their kinds to those that are known. It is
/// done before the file itself is read, which speaks of these kinds. `what` is what the file holds; `named` reads the files,
/// and is made for the folder and the root where there is none yet.
///
/// # Errors
/// Every file that can't be read, at its place in the text; or what is wrong within the first file that has problems.
pub(crate) fn read(
    [file, what]: [&str; 2],
    text: &str,
    [folder, root]: [Option<&Path>; 2],
    named: &mut Option<NamedFiles>,
    kinds: &mut FaultKinds,
) -> Result<CustomFiles, Diagnostics> {
    let text = within_limits(file, text, what)?;
    let places = names(text);
    if let Some(folder) = folder.filter(|_| named.is_none() && !places.is_empty()) {
        *named = Some(named_files(folder, root)?);
    }
    let (mut names, mut texts, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (name, place)) in places.into_iter().enumerate() {
        let read = match named {
            Some(named) => named.read(&name, FileKind::FaultKinds),
            None => Err(Refusal::without_folder()),
        };
        match read {
            Ok(read) => {
                *kinds = FaultKindFile::parse(&read.file, &read.text, kinds)?.kinds;
                texts.push(read.text);
                names.push(name);
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
    if problems.is_empty() {
        return Ok(CustomFiles::named(names).with_texts(texts));
    }
    Err(Diagnostics {
        file: file.to_owned(),
        text: text.to_owned(),
        problems,
    })
}

/// The kinds of fault that a file of actions can name: those that are known, and those of the files that it names
/// itself, which are returned, too. What a kind does is for the scenario to say: a kind that is known stays as it is.
///
/// # Errors
/// As [`read`]; there are too many kinds.
pub(crate) fn for_actions(
    file: &str,
    text: &str,
    places: [Option<&Path>; 2],
    named: &mut Option<NamedFiles>,
    known: &FaultKinds,
) -> Result<(FaultKinds, CustomFiles), Diagnostics> {
    let (mut kinds, mut own) = (known.clone(), FaultKinds::default());
    let files = read([file, "a file of actions"], text, places, named, &mut own)?;
    for descriptor in own.iter().filter(|own| !known.contains(own.kind())) {
        kinds.register(descriptor.clone()).map_err(|error| {
            Diagnostics::without_text(file, codes::TOO_MANY, error.to_string(), None)
        })?;
    }
    Ok((kinds, files))
}

/// The names in the field `fault_kinds` of a file in RON or JSON, and their places.
fn names(text: &str) -> Vec<(String, Range<usize>)> {
    const FIELD: &str = "fault_kinds";
    // Most files name no other, and need not be read twice.
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
    // What is no list of texts is told when the file is read.
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    kinds: Vec<FaultKindRules>,
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
        // Of `FaultKindRules`, which a host reads, too, with a reader that has no options.
        defaults: &[
            "per_tick",
            "fills_memory",
            "cascades",
            "recovers",
            "evidence",
        ],
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
            let descriptor = FaultKindDescriptor::try_from(rules);
            match descriptor.and_then(|descriptor| kinds.register(descriptor)) {
                Ok(_) => {}
                Err(error @ FaultKindError::TooMany { .. }) => {
                    // It holds of all that follow.
                    notes.report(
                        codes::TOO_MANY,
                        &path,
                        error.to_string(),
                        "one too many",
                        None,
                    );
                    break;
                }
                Err(error) => notes.report(codes::WRONG_FORM, &path, error.to_string(), "", None),
            }
        }
        Self { kinds }
    }
}
