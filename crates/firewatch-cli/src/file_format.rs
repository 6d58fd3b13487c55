//! The format of a file that the command writes.

use std::fmt::Display;
use std::path::Path;

use clap::ValueEnum;
use firewatch_action::form::is_json;
use serde::Serialize;

use crate::failure::Failure;

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// RON, for people
    Ron,
    /// JSON, for programs
    Json,
}

impl FileFormat {
    /// Returns the format that the name of a file asks for.
    pub fn of_name(file: &Path) -> Option<Self> {
        if is_json(&file.to_string_lossy()) {
            return Some(Self::Json);
        }
        let extension = file.extension()?;
        extension.eq_ignore_ascii_case("ron").then_some(Self::Ron)
    }

    /// Returns the text of a value whose `Display` is RON.
    ///
    /// # Errors
    /// The value can't be written as JSON.
    pub fn text(self, value: &(impl Display + Serialize)) -> Result<String, Failure> {
        match self {
            Self::Ron => Ok(value.to_string()),
            Self::Json => json(value),
        }
    }
}

/// Returns the text of a file in JSON.
///
/// # Errors
/// The value can't be written as JSON.
pub fn json(value: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
