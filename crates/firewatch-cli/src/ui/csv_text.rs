//! Text and numbers as cells of a CSV file.

use std::borrow::Cow;

/// The first characters of a formula in a spreadsheet, and the mark itself.
const MARKED: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\n', MARK];
const MARK: char = '\'';

/// Returns the text as a CSV cell, with a `'` before it if a spreadsheet would read it as a formula. A text
/// that begins with a `'` gets one too, so that removing one `'` restores every text.
pub fn csv_text(text: &str) -> Cow<'_, str> {
    if text.starts_with(MARKED) {
        Cow::Owned(format!("{MARK}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Formats a number so that parsing returns the same bits.
pub fn number(number: f64) -> String {
    format!("{number:?}")
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
