//! Problems without the line of the text.

use std::fmt::Write;

use crate::code::Severity;
use crate::lines::Lines;
use crate::problem::{Diagnostics, Problem};
use crate::visible::{visible, visible_lines};

/// Returns one problem as text.
pub(super) fn render(
    diagnostics: &Diagnostics,
    problem: &Problem,
    lines: &Lines,
    _color: bool,
) -> String {
    let level = match problem.code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!(
        "{level}: {}\n --> {}",
        visible_lines(&problem.message),
        visible(&diagnostics.file)
    );
    // Writing to a text does not fail.
    if let Some(span) = &problem.span {
        let (line, column) = lines.position(span.start);
        let _ = write!(out, ":{line}:{column}");
    }
    if let Some(help) = &problem.help {
        let _ = write!(out, "\n  = help: {}", visible_lines(help));
    }
    out
}
