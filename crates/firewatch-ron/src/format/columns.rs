//! Columns of tables. Where the author has padded the rows above each other, they stay aligned, whatever their
//! values are now.

use super::line::Piece;
use super::tree::MAX_WIDTH;

/// An item on a line of its own.
pub struct Row<'a> {
    pub pieces: Vec<Piece<'a>>,
    /// Whether more than one space stands before the comment after it; `None` without a comment.
    pub is_comment_padded: Option<bool>,
    /// Spaces before that comment.
    pub comment_spaces: usize,
}

/// Aligns the rows of a table, which begin at column `indent`.
pub fn align(rows: &mut [Row<'_>], indent: usize) {
    let mut table = Table::new(rows, indent);
    let longest = rows.iter().map(|row| row.pieces.len()).max();
    for column in 1..longest.unwrap_or(0) {
        table.advance(rows, column);
        for block in table.blocks(rows, column) {
            table.align_block(rows, block, column);
        }
    }
    table.align_comments(rows);
}

/// The state of aligning: the columns to the left are done.
struct Table {
    /// Where the next piece of each row begins without its spaces.
    ends: Vec<usize>,
    /// Columns of each row, with its comma.
    widths: Vec<usize>,
    /// Pieces at its beginning that each row has in common with the next.
    common: Vec<usize>,
}

impl Table {
    fn new(rows: &[Row<'_>], indent: usize) -> Self {
        let width = |piece: &Piece| piece.spaces + piece.text.chars().count();
        let widths = rows.iter().map(|row| {
            let pieces: usize = row.pieces.iter().map(width).sum();
            indent + pieces + 1
        });
        let common = rows.windows(2).map(|pair| {
            let both = pair[0].pieces.iter().zip(&pair[1].pieces);
            both.take_while(|(a, b)| a.shape == b.shape).count()
        });
        Self {
            ends: vec![indent; rows.len()],
            widths: widths.collect(),
            common: common.collect(),
        }
    }

    /// Goes over the pieces before a column.
    fn advance(&mut self, rows: &[Row<'_>], column: usize) {
        for (end, row) in self.ends.iter_mut().zip(rows) {
            if let Some(piece) = row.pieces.get(column - 1) {
                *end += piece.spaces + piece.text.chars().count();
            }
        }
    }

    /// Returns the rows, in blocks, that have the same pieces before a column and a space there.
    fn blocks(&self, rows: &[Row<'_>], column: usize) -> Vec<std::ops::Range<usize>> {
        let has_space = |row: usize| {
            let piece = rows[row].pieces.get(column);
            piece.is_some_and(|piece| piece.spaces > 0)
        };
        let joins = |row: usize| has_space(row) && self.common[row - 1] >= column;
        let mut blocks = Vec::new();
        let mut start = 0;
        for row in 1..=rows.len() {
            if row == rows.len() || !joins(row) || !has_space(row - 1) {
                if row - start > 1 {
                    blocks.push(start..row);
                }
                start = row;
            }
        }
        blocks
    }

    /// Pads a column of a block if the author has, and if all rows still fit.
    fn align_block(&mut self, rows: &mut [Row<'_>], block: std::ops::Range<usize>, column: usize) {
        let target = self.ends[block.clone()].iter().max().copied().unwrap_or(0);
        let piece = |row: usize| &rows[row].pieces[column];
        let short = { block.clone() }.filter(|row| self.ends[*row] < target);
        let (padded, plain): (Vec<usize>, Vec<usize>) =
            short.partition(|row| piece(*row).is_padded);
        let fits = |row: usize| self.widths[row] + target - self.ends[row] <= MAX_WIDTH;
        if padded.len() < plain.len() || !block.clone().all(fits) {
            return;
        }
        for row in block {
            let padding = target - self.ends[row];
            rows[row].pieces[column].spaces += padding;
            self.widths[row] += padding;
        }
    }

    /// Pads the comments of rows that follow each other if the author has.
    fn align_comments(&self, rows: &mut [Row<'_>]) {
        let mut end = 0;
        for block in
            rows.chunk_by_mut(|a, b| a.is_comment_padded.is_some() && b.is_comment_padded.is_some())
        {
            let widths = &self.widths[end..end + block.len()];
            end += block.len();
            let target = widths.iter().max().copied().unwrap_or(0);
            let short = { block.iter().zip(widths) }.filter(|(_, width)| **width < target);
            let (padded, plain): (Vec<bool>, Vec<bool>) = short
                .map(|(row, _)| row.is_comment_padded == Some(true))
                .partition(|is_padded| *is_padded);
            if padded.len() >= plain.len() {
                for (row, width) in block.iter_mut().zip(widths) {
                    row.comment_spaces = 1 + target - width;
                }
            }
        }
    }
}
