//! Places in a text as the protocol counts them: lines, and UTF-16 code units within a line.

use std::ops::Range;

/// A place in a text: line and UTF-16 code unit, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// UTF-16 code units of the line before the place.
    pub character: u32,
}

/// A part of a text and what is written instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that are replaced.
    pub span: Range<usize>,
    /// What stands there then.
    pub text: String,
}

/// Applies edits, which do not touch each other.
#[must_use]
pub fn edited(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span.start);
    let (mut new, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        new.push_str(text.get(at..edit.span.start).unwrap_or_default());
        new.push_str(&edit.text);
        at = edit.span.end;
    }
    new.push_str(text.get(at..).unwrap_or_default());
    new
}

/// A text with the places where its lines begin. A line ends with `\n`, `\r\n` or `\r`.
#[derive(Clone, Debug)]
pub struct Text {
    text: String,
    starts: Vec<usize>,
}

impl Text {
    /// Finds the lines of a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|&(at, &byte)| {
            byte == b'\n' || byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1));
        Self {
            starts: starts.collect(),
            text,
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the byte of a place. A place after the end of its line is the end of the line, one after the last line
    /// the end of the text, and one within a character the character's start.
    #[must_use]
    pub fn offset(&self, place: Place) -> usize {
        let line = place.line as usize;
        let Some(&start) = self.starts.get(line) else {
            return self.text.len();
        };
        let next = self.starts.get(line + 1).copied();
        let line = &self.text[start..next.unwrap_or(self.text.len())];
        let line = line.trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, c) in line.char_indices() {
            units += c.len_utf16();
            if units > place.character as usize {
                return start + at;
            }
        }
        start + line.len()
    }

    /// Returns the place of a byte.
    #[must_use]
    pub fn place(&self, offset: usize) -> Place {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let before = &self.text[self.starts[line]..offset];
        let units: usize = before.chars().map(char::len_utf16).sum();
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            character: u32::try_from(units).unwrap_or(u32::MAX),
        }
    }

    /// Replaces what is between two places.
    pub fn replace(&mut self, range: [Place; 2], new: &str) {
        let [start, end] = range.map(|place| self.offset(place));
        let mut text = std::mem::take(&mut self.text);
        text.replace_range(start..end.max(start), new);
        *self = Self::new(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32, character: u32) -> Place {
        Place { line, character }
    }

    #[test]
    fn places_count_utf16_units_and_each_sort_of_line_end() {
        let text = Text::new("a🔥b\r\né\rx\n".to_owned());
        for (offset, expected) in [
            (0, place(0, 0)),
            (1, place(0, 1)),
            (5, place(0, 3)),
            (8, place(1, 0)),
            (10, place(1, 1)),
            (11, place(2, 0)),
            (13, place(3, 0)),
        ] {
            assert_eq!(text.place(offset), expected, "{offset}");
            assert_eq!(text.offset(expected), offset, "{offset}");
        }
        // Within the two units of the flame, behind a line, behind the text.
        assert_eq!(text.offset(place(0, 2)), 1);
        assert_eq!(text.offset(place(0, 99)), 6);
        assert_eq!(text.offset(place(9, 9)), 13);
    }

    #[test]
    fn changes_replace_what_is_between_two_places() {
        let mut text = Text::new("one\n🔥 two\n".to_owned());
        text.replace([place(1, 2), place(1, 3)], "\n- ");
        assert_eq!(text.as_str(), "one\n🔥\n- two\n");
        text.replace([place(7, 0), place(7, 0)], "end");
        assert_eq!(text.as_str(), "one\n🔥\n- two\nend");
        // An end before its start deletes nothing.
        text.replace([place(1, 0), place(0, 0)], "x");
        assert_eq!(text.as_str(), "one\nx🔥\n- two\nend");
    }

    #[test]
    fn edits_are_applied_in_the_order_of_the_text() {
        let edit = |span: Range<usize>, text: &str| Edit {
            span,
            text: text.to_owned(),
        };
        let edits = [edit(4..5, "yy"), edit(0..1, "")];
        assert_eq!(edited("ab cd", &edits), "b cyy");
    }
}
