//! Lines and columns of a text, looked up in an index: a text has many problems, and is gone through once.

#[cfg(any(test, feature = "diagnostics"))]
use std::ops::Range;

use crate::work;

/// Bytes between two counts of characters.
const BLOCK: usize = 1024;

/// Where the lines of a text begin.
pub(crate) struct Lines<'a> {
    text: &'a str,
    /// Where each begins.
    starts: Vec<usize>,
    /// How many characters begin before each block of bytes.
    characters: Vec<usize>,
}

#[cfg(any(test, feature = "diagnostics"))]
/// The line in which a place begins. Of a place of several lines only the first is shown: it is there to be
/// found, not to be read.
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    pub(crate) number: usize,
    /// The part of the place that is in the line.
    pub(crate) mark: Range<usize>,
}

fn begins_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        work::count(text.len());
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let mut count = 0;
        let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = count;
            count += block.iter().filter(|&&byte| begins_character(byte)).count();
            before
        });
        Self {
            text,
            starts: std::iter::once(0).chain(newlines).collect(),
            characters: blocks.collect(),
        }
    }

    /// Index of the line of a byte.
    fn index(&self, offset: usize) -> usize {
        let behind = self.starts.partition_point(|&start| start <= offset);
        behind.saturating_sub(1)
    }

    /// Characters that begin before a byte.
    fn characters_before(&self, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let rest = &self.text.as_bytes()[(block * BLOCK).min(offset)..offset];
        work::count(rest.len());
        let counted = self.characters.get(block).copied().unwrap_or(0);
        counted + rest.iter().filter(|&&byte| begins_character(byte)).count()
    }

    /// Line and column, both from 1, of a byte of the text. Columns count characters.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.index(offset);
        let start = self.starts[line];
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        (line + 1, column)
    }

    #[cfg(any(test, feature = "diagnostics"))]
    /// The line in which a place begins.
    pub(crate) fn around(&self, span: &Range<usize>) -> Line<'a> {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.floor_char_boundary(span.end).max(start);
        let index = self.index(start);
        let line_start = self.starts[index];
        let next = self.starts.get(index + 1);
        let line_end = next.map_or(self.text.len(), |next| next - 1);
        let line = &self.text[line_start..line_end];
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mark_start = (start - line_start).min(line.len());
        Line {
            text: line,
            number: index + 1,
            mark: mark_start..(end - line_start).clamp(mark_start, line.len()),
        }
    }
}

/// Line and column, both from 1, of a byte of the text. Columns count characters.
#[must_use]
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    Lines::of(text).position(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_that_counting_finds() {
        let text = format!("ä\r\n{}\nb€c\n", "é".repeat(3000));
        let lines = Lines::of(&text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let before = &text[..offset];
            let start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let line = before.matches('\n').count() + 1;
            let column = before[start..].chars().count() + 1;
            assert_eq!(lines.position(offset), (line, column), "{offset}");
        }
        let line = lines.around(&(0..2));
        assert_eq!((line.text, line.number, line.mark), ("ä", 1, 0..2));
        assert_eq!(Lines::of("").position(0), (1, 1));
        assert_eq!(Lines::of("").position(7), (1, 1));
    }
}
