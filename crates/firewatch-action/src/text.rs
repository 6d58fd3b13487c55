//! Requests and metrics as they stand in a file.

use std::fmt::{self, Display};

use crate::comparison::Metrics;
use crate::request::ActionRequest;

/// Text in quotes, with what RON escapes escaped.
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

/// The values of `action(...)`.
pub struct RequestText<'a>(pub &'a ActionRequest);

impl Display for RequestText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ActionRequest {
            name,
            target,
            parameters,
        } = self.0;
        write!(f, "{}", Quoted(name))?;
        if let Some(target) = target {
            write!(f, ", {}", Quoted(target))?;
            if !parameters.is_empty() {
                write!(f, ", {}", Map(parameters))?;
            }
        }
        Ok(())
    }
}
