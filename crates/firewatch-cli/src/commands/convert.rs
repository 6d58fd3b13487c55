//! `firewatch convert`: converts a file from RON to JSON or back.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use firewatch_action::form::{self, ActionsForm, is_json};
use firewatch_ron::{Diagnostics, MAX_FILE_BYTES, too_deep};
use firewatch_scenario::codes;
use firewatch_scenario::{FaultKindsForm, FileKind, Runbook};
use serde::de::DeserializeOwned;

use crate::arguments::RootArgument;
use crate::failure::{Exit, Failure};
use crate::file_format::{FileFormat, json};
use crate::sources::{Source, ensure_not_an_input};
use crate::ui::output::{Console, Form};

/// The arguments of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// Scenario, runbook, or file of actions or fault kinds, or `-` for a scenario on the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Format to write; by default that of the name after --out, else the other one (JSON for `-`)
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    to: Option<FileFormat>,
    /// Write to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The folder for the files that a scenario names.
    #[command(flatten)]
    root: RootArgument,
}

/// Converts a file and prints it.
pub fn convert(arguments: &ConvertArguments, console: &Console) -> Result<Exit, Failure> {
    let source = match arguments.file.to_str() {
        Some("-") => Source::Stdin,
        _ => Source::File {
            path: arguments.file.clone(),
            root: arguments.root.folder().map(Path::to_owned),
        },
    };
    let other = match is_json(&source.name()) {
        true => FileFormat::Ron,
        false => FileFormat::Json,
    };
    // The results can be read back by the name that they were given.
    let named = arguments.out.as_deref().and_then(FileFormat::of_name);
    let to = arguments.to.or(named).unwrap_or(other);
    let text = converted(&source, &arguments.file, to)?;
    if let Some(out) = &arguments.out {
        ensure_not_an_input(out, [&source])?;
    }
    let mut out = console.results(arguments.out.as_deref(), Form::Data)?;
    out.write_all(text.as_bytes())?;
    out.finish()?;
    Ok(Exit::Passed)
}

/// The text of the file in that format, which can be read back.
fn converted(source: &Source, path: &Path, to: FileFormat) -> Result<String, Failure> {
    let text = match source.kind() {
        FileKind::Scenario => to.text(&source.load().map_err(Failure::Invalid)?)?,
        FileKind::Runbook => to.text(&Runbook::load(path).map_err(Failure::Invalid)?)?,
        FileKind::Actions => {
            source.check().map_err(Failure::Invalid)?;
            let actions: ActionsForm = form_of(source, path)?;
            match to {
                FileFormat::Ron => actions.to_ron().map_err(|error| refused(source, &error))?,
                FileFormat::Json => json(&actions)?,
            }
        }
        FileKind::FaultKinds => {
            source.check().map_err(Failure::Invalid)?;
            let kinds: FaultKindsForm = form_of(source, path)?;
            match to {
                FileFormat::Ron => form::to_ron(FileKind::FaultKinds.name(), &kinds)
                    .map_err(|error| refused(source, &error))?,
                FileFormat::Json => json(&kinds)?,
            }
        }
    };
    let problem = if text.len() > MAX_FILE_BYTES {
        format!("it would have more than {MAX_FILE_BYTES} bytes")
    } else if too_deep(&text).is_some() {
        "it would have too many brackets within each other".to_owned()
    } else {
        return Ok(text);
    };
    Err(refused(source, &problem))
}

/// A file as it stands, without what its names stand for.
fn form_of<T: DeserializeOwned>(source: &Source, path: &Path) -> Result<T, Failure> {
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
