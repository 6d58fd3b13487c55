//! From brackets within brackets to lines.

use super::blocks::{Block, blocks};
use super::columns::{Row, align};
use super::line::{Piece, pieces};
use super::tree::{Brackets, Comment, File, Item, MAX_WIDTH, Part, has_space};

/// What differs between languages.
pub struct Style {
    /// Columns by which what is in brackets is indented.
    pub indent: usize,
    /// Whether a comma stands after the last item of open brackets.
    pub has_last_comma: bool,
}

/// Returns the text of a file.
pub fn file(file: &File<'_>, style: Style) -> String {
    let mut writer = Writer {
        out: String::new(),
        column: 0,
        style,
        newline: file.newline,
    };
    for (index, item) in file.items.iter().enumerate() {
        writer.begin_item(item, 0, index == 0);
        writer.item(item, 0, 0);
        writer.comments(&item.trailing);
    }
    writer.own_lines(&file.tail, 0, file.items.is_empty());
    if !writer.out.is_empty() {
        writer.out.push_str(writer.newline);
    }
    writer.out
}

struct Writer {
    out: String,
    /// Columns of the last line.
    column: usize,
    style: Style,
    newline: &'static str,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => self.column + text.chars().count(),
        };
    }

    fn pieces(&mut self, pieces: &[Piece<'_>]) {
        for piece in pieces {
            self.spaces(piece.spaces);
            self.push(piece.text);
        }
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
        self.column += count;
    }

    /// Begins a line, after an empty one if the author left any.
    fn begin_line(&mut self, newlines: usize, indent: usize) {
        if !self.out.is_empty() {
            for _ in 0..newlines.clamp(1, 2) {
                self.out.push_str(self.newline);
            }
        }
        self.column = 0;
        self.spaces(indent);
    }

    /// Comments on lines of their own; `is_first` is whether nothing but an opening bracket stands before them.
    fn own_lines(&mut self, comments: &[Comment<'_>], indent: usize, is_first: bool) {
        for (index, comment) in comments.iter().enumerate() {
            match (index, comment.newlines) {
                (0, _) if is_first => self.begin_line(1, indent),
                (1.., 0) => self.spaces(1),
                _ => self.begin_line(comment.newlines, indent),
            }
            self.push(comment.text);
        }
    }

    /// Comments at the end of a line.
    fn comments(&mut self, comments: &[Comment<'_>]) {
        for comment in comments {
            self.spaces(1);
            self.push(comment.text);
        }
    }

    /// The comments that lead an item, and the beginning of its line.
    fn begin_item(&mut self, item: &Item<'_>, indent: usize, is_first: bool) {
        self.own_lines(&item.leading, indent, is_first);
        let follows_opening = is_first && item.leading.is_empty();
        let newlines = if follows_opening { 1 } else { item.newlines };
        self.begin_line(newlines, indent);
    }

    /// An item; `after` columns follow on its last line.
    fn item(&mut self, item: &Item<'_>, indent: usize, after: usize) {
        let mut is_line_ended = false;
        for (index, part) in item.parts.iter().enumerate() {
            if is_line_ended {
                self.begin_line(1, indent + self.style.indent);
            } else if index > 0 && has_space(&item.parts[index - 1], part) {
                self.spaces(1);
            }
            is_line_ended = matches!(part, Part::Comment(comment) if comment.is_line);
            match part {
                Part::Brackets(brackets) if !self.fits(brackets, after) => {
                    self.broken(brackets, indent);
                }
                part => self.pieces(&pieces(std::slice::from_ref(part))),
            }
        }
    }

    fn fits(&self, brackets: &Brackets<'_>, after: usize) -> bool {
        let width = brackets.width;
        width.is_some_and(|width| self.column + width + after <= MAX_WIDTH)
    }

    /// Brackets over several lines.
    fn broken(&mut self, brackets: &Brackets<'_>, indent: usize) {
        match brackets.hug_width() {
            Some(width) if self.column + width <= MAX_WIDTH => self.hugging(brackets, indent),
            _ => self.open(brackets, indent),
        }
    }

    fn hugging(&mut self, brackets: &Brackets<'_>, indent: usize) {
        self.push(brackets.open);
        for (index, item) in brackets.items.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            match item.parts.as_slice() {
                [before @ .., last @ Part::Brackets(inner)] if brackets.is_hugged(index) => {
                    self.pieces(&pieces(before));
                    let has_space = before.last().is_some_and(|before| has_space(before, last));
                    self.spaces(usize::from(has_space));
                    self.broken(inner, indent);
                }
                parts => self.pieces(&pieces(parts)),
            }
        }
        self.push(brackets.close);
    }

    /// Brackets with lines between them.
    fn open(&mut self, brackets: &Brackets<'_>, indent: usize) {
        self.push(brackets.open);
        self.comments(&brackets.head);
        let inner = indent + self.style.indent;
        let mut is_first = true;
        for block in blocks(&brackets.items, inner, !brackets.is_broken) {
            match block {
                Block::Table(items) => self.table(items, inner, is_first),
                Block::Line(items) => self.line(items, inner, is_first),
            }
            is_first = false;
        }
        // Where there must be none, there are no comments after it, either.
        if !self.style.has_last_comma && self.out.ends_with(',') {
            self.out.pop();
        }
        self.own_lines(&brackets.tail, inner, is_first);
        self.begin_line(1, indent);
        self.push(brackets.close);
    }

    /// Items that share a line, or one that takes several.
    fn line(&mut self, items: &[Item<'_>], indent: usize, is_first: bool) {
        for (index, item) in items.iter().enumerate() {
            match index {
                0 => self.begin_item(item, indent, is_first),
                _ => self.spaces(1),
            }
            self.item(item, indent, ",".len());
            self.push(",");
            self.comments(&item.trailing);
        }
    }

    /// Items with a line each.
    fn table(&mut self, items: &[Item<'_>], indent: usize, is_first: bool) {
        let rows = items.iter().map(|item| Row {
            pieces: pieces(&item.parts),
            is_comment_padded: item.trailing.first().map(|comment| comment.is_padded),
            comment_spaces: 1,
        });
        let mut rows: Vec<Row> = rows.collect();
        align(&mut rows, indent);
        for (index, (item, row)) in items.iter().zip(&rows).enumerate() {
            self.begin_item(item, indent, is_first && index == 0);
            self.pieces(&row.pieces);
            self.push(",");
            if let [first, others @ ..] = item.trailing.as_slice() {
                self.spaces(row.comment_spaces);
                self.push(first.text);
                self.comments(others);
            }
        }
    }
}
