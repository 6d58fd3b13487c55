//! Text that fits into a terminal of 80 columns.

use std::io::Write;

use anstyle::Style;
use textwrap::Options;
use unicode_width::UnicodeWidthStr;

use crate::failure::Failure;
use crate::output::Output;
use crate::style::visible;
use crate::table::{self, Cell};

const WIDTH: usize = 80;
const INDENT: &str = "  ";
const GAP: usize = 2;

/// Writes columns that line up.
pub fn write_rows(rows: &[Vec<Cell>], out: &mut Output) -> Result<(), Failure> {
    for line in table::lines(rows) {
        writeln!(out, "{INDENT}{line}")?;
    }
    Ok(())
}

/// Writes a text in a style; a line of it that is too long goes on in the next.
pub fn write_text(text: &str, style: Style, out: &mut Output) -> Result<(), Failure> {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        for line in textwrap::wrap(&visible(line.trim()), WIDTH - INDENT.len()) {
            writeln!(out, "{INDENT}{}", out.palette.paint(style, line))?;
        }
    }
    Ok(())
}

/// Writes names, and beside each what it is.
pub fn write_names(names: &[(String, String)], out: &mut Output) -> Result<(), Failure> {
    for line in names_in_lines(names) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Names, and beside each what it is.
pub fn names_in_lines(names: &[(String, String)]) -> Vec<String> {
    let names = names
        .iter()
        .map(|(name, about)| (visible(name), visible(about)));
    let column = names.clone().map(|(name, _)| name.width()).max();
    let column = column.unwrap_or(0) + GAP;
    let behind = " ".repeat(INDENT.len() + column);
    let mut lines = Vec::new();
    for (name, about) in names {
        let space = " ".repeat(column - name.width());
        let before = format!("{INDENT}{name}{space}");
        let options = Options::new(WIDTH)
            .initial_indent(&before)
            .subsequent_indent(&behind);
        lines.extend(textwrap::wrap(&about, options).into_iter().map(Into::into));
    }
    lines
}
