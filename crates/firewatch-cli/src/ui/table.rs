//! Aligned columns, correct with colours and wide characters.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::ui::style::{PLAIN, Palette, visible};

const GAP: &str = "  ";

/// A cell: its text with escapes, and its width in columns.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    painted: String,
    width: usize,
    right: bool,
}

impl Cell {
    /// Creates a cell with a style.
    pub fn new(palette: Palette, style: Style, text: &str) -> Self {
        let text = visible(text);
        Self {
            width: text.width(),
            painted: palette.paint(style, &text),
            right: false,
        }
    }

    /// Creates a cell without a style.
    pub fn plain(text: &str) -> Self {
        Self::new(Palette { color: false }, PLAIN, text)
    }

    /// Creates a cell without a style, with at most that many columns.
    pub fn fitted(text: &str, columns: usize) -> Self {
        Self::plain(&fit(&visible(text), columns))
    }

    /// Creates a cell from painted text and its width in columns.
    pub fn painted(painted: String, width: usize) -> Self {
        Self {
            painted,
            width,
            right: false,
        }
    }

    /// Returns the text of the cell, padded to a number of columns.
    pub fn padded(&self, columns: usize) -> String {
        let space = " ".repeat(columns.saturating_sub(self.width));
        format!("{}{space}", self.painted)
    }

    /// Aligns the cell to the right.
    #[must_use]
    pub fn right(self) -> Self {
        Self {
            right: true,
            ..self
        }
    }
}

/// Shortens a text to a number of columns; `…` stands for what was cut.
pub fn fit(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if cut.width() >= columns {
            cut.pop();
            break;
        }
    }
    cut.push('…');
    cut
}

/// Formats rows as lines. Each column is as wide as its widest cell.
pub fn lines(rows: &[Vec<Cell>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width).max().unwrap_or(0)
        })
        .collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    let mut owed = 0;
    for (cell, width) in row.iter().zip(widths) {
        let space = width - cell.width;
        let (before, after) = if cell.right { (space, 0) } else { (0, space) };
        if cell.width > 0 {
            // Padding is written only before text, so that no line ends in a space.
            line.push_str(&" ".repeat(owed + before));
            line.push_str(&cell.painted);
            owed = 0;
        } else {
            owed += before;
        }
        owed += after + GAP.len();
    }
    line
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::fit;

    #[test]
    fn a_text_that_is_cut_has_the_columns_that_it_may_have() {
        assert_eq!(fit("search", 6), "search");
        assert_eq!(fit("search", 5), "sear…");
        for columns in 1..12 {
            for text in ["payment-service", "支払いサービス", "a支払い"] {
                assert!(fit(text, columns).width() <= columns, "{text} {columns}");
            }
        }
    }
}
