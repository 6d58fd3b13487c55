//! Text in RON, as the `ron` crate reads it.

use ron::Options;
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};

/// Reads a file.
///
/// # Errors
/// What is wrong, and the line and column.
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, ron::error::SpannedError> {
    options().from_str(text)
}

/// Writes a value on several lines.
///
/// # Errors
/// As of the type.
pub(super) fn write<T: Serialize>(value: &T) -> ron::Result<String> {
    options().to_string_pretty(value, PrettyConfig::new())
}

fn options() -> Options {
    Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME)
        // Whoever reads a file counts its brackets before.
        .without_recursion_limit()
}

/// Reads a value out of its text.
pub(super) fn piece<'de, T: Deserialize<'de>, E: serde::de::Error>(text: &'de str) -> Result<T, E> {
    read(text).map_err(|error| E::custom(error.code))
}
