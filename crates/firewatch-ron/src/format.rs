//! The canonical layout of a text in RON.
//!
//! Brackets whose first item stands on a line of its own stay open over several lines, one item on each unless the
//! author let some share a line; all others stay on one line if they fit. Comments, texts and numbers are kept as they
//! are. Columns that the author has padded stay aligned.

mod blocks;
mod build;
mod columns;
mod lexeme;
mod line;
mod tree;
mod write;

use crate::codes;
use crate::problem::Problem;
use crate::source::{MAX_FILE_BYTES, without_mark};
use crate::syntax::{each_token, parse};

/// Returns the text in canonical layout: the same values and comments, and the ends of lines that its first line has.
///
/// ```
/// let text = "Scenario(services:['a'],// two\n  ticks : 3)".replace('\'', "\"");
/// let formatted = "Scenario(\n    services: [\"a\"], // two\n    ticks: 3,\n)\n";
/// assert_eq!(firewatch_ron::format(&text).as_deref(), Ok(formatted));
/// assert_eq!(firewatch_ron::format(formatted).as_deref(), Ok(formatted));
/// ```
///
/// # Errors
/// What is wrong with the syntax; or the text in its layout has more bytes than a file may have.
pub fn format(text: &str) -> Result<String, Vec<Problem>> {
    let text = without_mark(text);
    let parsed = parse(text);
    let mut problems = parsed.problems;
    if let Some(value) = parsed.value.filter(|_| problems.is_empty()) {
        problems.extend(after_value(text, value.span.end));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut file = build::file(text);
    file.open_root();
    let formatted = write::file(&file, newline_of(text));
    if formatted.len() > MAX_FILE_BYTES && text.len() <= MAX_FILE_BYTES {
        return Err(vec![too_large(formatted.len())]);
    }
    Ok(formatted)
}

/// Returns what is wrong with the text after its value, which ends there.
fn after_value(text: &str, end: usize) -> Option<Problem> {
    let token = each_token(&text[end..]).next()?;
    Some(Problem {
        code: codes::SYNTAX,
        path: String::new(),
        message: "not valid RON: something stands after the value".to_owned(),
        span: Some(end + token.span.start..end + token.span.end),
        label: String::new(),
        help: Some("a file holds one value and nothing else".to_owned()),
    })
}

/// Returns the line end of the first line.
fn newline_of(text: &str) -> &'static str {
    match text.split_once('\n') {
        Some((line, _)) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn too_large(bytes: usize) -> Problem {
    Problem {
        code: codes::FILE_TOO_LARGE,
        path: String::new(),
        message: format!(
            "too large: with its lines broken it has {bytes} bytes, and a file has at most {MAX_FILE_BYTES}"
        ),
        span: None,
        label: String::new(),
        help: None,
    }
}
