//! Text and metrics in the syntax of a file.

use std::fmt::{self, Display};

use crate::comparison::Metrics;

/// Text in quotes, escaped as RON does.
pub struct Quoted<'a>(pub &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// Metrics as a map.
pub struct Map<'a>(pub &'a Metrics);

impl Display for Map<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{}: {value}", Quoted(name)))
            .collect();
        write!(f, "{{{}}}", entries.join(", "))
    }
}
