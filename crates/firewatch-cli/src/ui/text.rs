//! Text that fits the columns of a terminal.

use std::io::Write;

use anstyle::Style;
use textwrap::{Options, WordSplitter};
use unicode_width::UnicodeWidthStr;

use crate::failure::Failure;
use crate::ui::output::{Output, WIDTH};
use crate::ui::style::visible;
use crate::ui::table::{self, Cell};

const INDENT: &str = "  ";
const GAP: usize = 2;

/// Writes a table with an indent.
pub fn write_table(rows: &[Vec<Cell>], out: &mut Output) -> Result<(), Failure> {
    for line in table::lines(rows) {
        writeln!(out, "{INDENT}{line}")?;
    }
    Ok(())
}

/// Writes a text in a style, wrapped at 80 columns.
pub fn write_paragraph(text: &str, style: Style, out: &mut Output) -> Result<(), Failure> {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        for line in textwrap::wrap(&visible(line.trim()), WIDTH - INDENT.len()) {
            writeln!(out, "{INDENT}{}", out.palette.paint(style, line))?;
        }
    }
    Ok(())
}

/// Writes a text after a heading, wrapped at the columns of the output. Further lines are indented by `hanging` columns.
pub fn write_wrapped(
    heading: &str,
    hanging: usize,
    text: &str,
    out: &mut Output,
) -> Result<(), Failure> {
    let indent = " ".repeat(hanging);
    let options = Options::new(out.columns)
        .initial_indent(heading)
        .subsequent_indent(&indent)
        .word_splitter(WordSplitter::NoHyphenation);
    for line in textwrap::wrap(text, options) {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes names with their descriptions.
pub fn write_descriptions(names: &[(String, String)], out: &mut Output) -> Result<(), Failure> {
    for line in description_lines(names) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Formats names with their descriptions as wrapped lines.
pub fn description_lines(names: &[(String, String)]) -> Vec<String> {
    let names = names
        .iter()
        .map(|(name, about)| (visible(name), visible(about)));
    let column = names.clone().map(|(name, _)| name.width()).max();
    let column = column.unwrap_or(0) + GAP;
    let continuation = " ".repeat(INDENT.len() + column);
    let mut lines = Vec::new();
    for (name, about) in names {
        let space = " ".repeat(column - name.width());
        let before = format!("{INDENT}{name}{space}");
        let options = Options::new(WIDTH)
            .initial_indent(&before)
            .subsequent_indent(&continuation);
        lines.extend(textwrap::wrap(&about, options).into_iter().map(Into::into));
    }
    lines
}
