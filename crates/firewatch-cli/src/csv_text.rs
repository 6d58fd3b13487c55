//! Text from outside as a cell of a CSV file.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula, and the mark itself.
const MARKED: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\n', MARK];
const MARK: char = '\'';

/// The text as it stands in a cell: with a `'` before it where a spreadsheet would take it for a formula.
/// A text that begins with a `'` gets one too, so that taking one away gives the text back.
pub fn csv_text(text: &str) -> Cow<'_, str> {
    if text.starts_with(MARKED) {
        Cow::Owned(format!("{MARK}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::csv_text;

    #[test]
    fn no_cell_is_a_formula_and_each_can_be_read_back() {
        for text in [
            "=1+1", "+1", "-1", "@a", "\ta", "\ra", "\na", "'a", "''", "a=1", "", "é",
        ] {
            let cell = csv_text(text);
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{cell:?}"
            );
            assert_eq!(cell.strip_prefix('\'').unwrap_or(&cell), text);
        }
    }
}
