//! `firewatch convert`: converts a file from RON to JSON or back.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use firewatch_action::form::{self, ActionsForm, is_json};
use firewatch_ron::{Diagnostics, MAX_FILE_BYTES, is_nested_too_deep};
use firewatch_scenario::codes;
use firewatch_scenario::{FileKind, Runbook};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::sources::{Source, ensure_not_an_input};
use crate::ui::output::{Console, Form};

/// The arguments of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// Scenario, runbook or action file, or `-` for a scenario on the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Format to write; by default that of the name after --out, else the other one
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    to: Option<Language>,
    /// Write to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    /// RON, for people
    Ron,
    /// JSON, for programs
    Json,
}

/// Converts a file and prints it.
pub fn convert(arguments: &ConvertArguments, console: &Console) -> Result<Exit, Failure> {
    let source = match arguments.file.to_str() {
        Some("-") => Source::Stdin,
        _ => Source::without_root(arguments.file.clone()),
    };
    let to = arguments
        .to
        .unwrap_or_else(|| default_language(&source, arguments.out.as_deref()));
    let text = converted(&source, &arguments.file, to)?;
    if let Some(out) = &arguments.out {
        ensure_not_an_input(out, [&source])?;
    }
    let mut out = console.results(arguments.out.as_deref(), Form::Data)?;
    out.write_all(text.as_bytes())?;
    out.finish()?;
    Ok(Exit::Passed)
}

/// The format that the name of the results asks for, so that it can be read back by that name; else the one that
/// the source does not have.
fn default_language(source: &Source, out: Option<&Path>) -> Language {
    let is_named_json = |path: &Path| is_json(&path.to_string_lossy());
    let is_named_ron = |path: &Path| {
        path.extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("ron"))
    };
    match out {
        Some(out) if is_named_json(out) => Language::Json,
        Some(out) if is_named_ron(out) => Language::Ron,
        _ if is_json(&source.name()) => Language::Ron,
        _ => Language::Json,
    }
}

/// The text of the file in that format, which can be read back.
fn converted(source: &Source, path: &Path, to: Language) -> Result<String, Failure> {
    let text = match source.kind() {
        FileKind::Scenario => {
            let scenario = source.load().map_err(Failure::Invalid)?;
            match to {
                Language::Ron => scenario.to_string(),
                Language::Json => json(&scenario)?,
            }
        }
        FileKind::Runbook => {
            let runbook = Runbook::load(path).map_err(Failure::Invalid)?;
            match to {
                Language::Ron => runbook.to_string(),
                Language::Json => json(&runbook)?,
            }
        }
        FileKind::Actions => {
            source.check().map_err(Failure::Invalid)?;
            let actions = actions(source, path)?;
            match to {
                Language::Ron => actions.to_ron().map_err(|error| refused(source, &error))?,
                Language::Json => json(&actions)?,
            }
        }
    };
    let problem = if text.len() > MAX_FILE_BYTES {
        format!("it would have more than {MAX_FILE_BYTES} bytes")
    } else if is_nested_too_deep(&text) {
        "it would have too many brackets within each other".to_owned()
    } else {
        return Ok(text);
    };
    Err(refused(source, &problem))
}

/// The file of actions as it stands, without what its names stand for.
fn actions(source: &Source, path: &Path) -> Result<ActionsForm, Failure> {
    let (name, text) = firewatch_ron::text(path).map_err(Failure::Invalid)?;
    let text = firewatch_ron::without_mark(&text);
    // It was checked before.
    if is_json(&name) {
        return form::from_json(text).map_err(|error| refused(source, &error));
    }
    let body = firewatch_ron::body(text).unwrap_or(text);
    form::from_ron(body).map_err(|error| refused(source, &error))
}

fn refused(source: &Source, why: &impl Display) -> Failure {
    let message = format!("can't be converted: {why}");
    Failure::Invalid(Diagnostics::without_text(
        &source.name(),
        codes::WRONG_FORM,
        message,
        None,
    ))
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
