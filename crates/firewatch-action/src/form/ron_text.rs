//! Text in RON, as the `ron` crate reads it.

use ron::Options;
use ron::extensions::Extensions;
use serde::{Deserialize, Serialize};

use super::layout;

/// Reads a file.
///
/// # Errors
/// What is wrong, and the line and column.
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, ron::error::SpannedError> {
    options().from_str(text)
}

/// Writes a file, which begins with that name.
///
/// # Errors
/// As of the type.
pub fn write<T: Serialize>(name: &str, value: &T) -> ron::Result<String> {
    let fields = options().to_string(value)?;
    Ok(layout::lines(&format!("{name}{fields}")))
}

/// Writes a value on one line.
///
/// # Errors
/// As of the type.
pub fn write_line<T: Serialize>(value: &T) -> ron::Result<String> {
    options().to_string(value).map(|text| layout::line(&text))
}

/// The `Display` of types: as they stand in a file in RON, on one line.
#[macro_export]
macro_rules! displayed_as_written {
    ($($type:ty),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let text = $crate::form::write_line(self).map_err(|_| std::fmt::Error)?;
                f.write_str(&text)
            }
        }
    )*};
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
