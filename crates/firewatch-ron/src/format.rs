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

use self::write::Style;

/// Returns the text in canonical layout: the same values and comments. Lines end as the first one does that ends outside
/// comments and texts.
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
    let style = Style {
        indent: 4,
        has_last_comma: true,
    };
    written(text, style).map_err(|problem| vec![*problem])
}

/// Returns a text in JSON in canonical layout, which differs in what JSON forbids, and is indented as most programs do.
/// The text must be valid JSON with at most 64 brackets within each other.
///
/// # Errors
/// The text in its layout has more bytes than a file may have.
pub fn format_json(text: &str) -> Result<String, Box<Problem>> {
    let style = Style {
        indent: 2,
        has_last_comma: false,
    };
    written(text, style)
}

fn written(text: &str, style: Style) -> Result<String, Box<Problem>> {
    let mut file = build::file(text);
    file.open_root();
    let written = write::file(&file, style);
    if written.len() > MAX_FILE_BYTES && text.len() <= MAX_FILE_BYTES {
        return Err(Box::new(too_large(written.len())));
    }
    Ok(written)
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
