//! From lexemes to brackets within brackets. The text is known to have no error of syntax.

use crate::syntax::TokenKind;

use super::lexeme::{Lexeme, LexemeKind, lexemes};
use super::tree::{Atom, Brackets, Comment, File, Item, Part};

/// Reads a text.
pub fn file(text: &str) -> File<'_> {
    let (lexemes, newline) = lexemes(text);
    let mut builder = Builder {
        text,
        lexemes,
        at: 0,
    };
    let mut items: Vec<Item> = Vec::new();
    let mut pending = Vec::new();
    loop {
        let gap = builder.gap(pending, items.last());
        let Gap {
            mut same_line,
            mut own_line,
            inline,
            newlines,
        } = gap;
        match items.last_mut() {
            Some(item) => item.trailing.append(&mut same_line),
            None => own_line.splice(..0, same_line).for_each(drop),
        }
        if builder.kind() == LexemeKind::Token(TokenKind::End) {
            own_line.extend(inline);
            let tail = own_line;
            return File {
                items,
                tail,
                newline,
            };
        }
        let item = if builder.peek().text == "#" {
            own_line.extend(inline);
            builder.extension()
        } else {
            builder.item(inline)
        };
        let (item, rest) = item.with_comments(own_line, newlines);
        items.push(item);
        pending = rest;
    }
}

/// Comments before a token.
struct Gap<'a> {
    /// On the line of what stands before them.
    same_line: Vec<Comment<'a>>,
    /// On lines of their own.
    own_line: Vec<Comment<'a>>,
    /// Right before the token, on its line.
    inline: Vec<Comment<'a>>,
    /// Line ends before the first of `inline`, or before the token.
    newlines: usize,
}

/// The parts of an item and the comments after them.
struct Parts<'a>(Vec<Part<'a>>);

struct Builder<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme<'a>>,
    at: usize,
}

impl<'a> Builder<'a> {
    fn peek(&self) -> &Lexeme<'a> {
        &self.lexemes[self.at]
    }

    fn kind(&self) -> LexemeKind {
        self.peek().kind
    }

    fn is_mark(&self, marks: &[u8]) -> bool {
        matches!(self.kind(), LexemeKind::Token(TokenKind::Mark(mark)) if marks.contains(&mark))
    }

    /// Goes on; stays at the end.
    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.lexemes.len() - 1);
    }

    /// Reads a comment if one is next.
    fn comment(&mut self) -> Option<Comment<'a>> {
        let lexeme = self.peek();
        let is_line = match lexeme.kind {
            LexemeKind::LineComment => true,
            LexemeKind::BlockComment => false,
            LexemeKind::Token(_) => return None,
        };
        let comment = Comment {
            text: lexeme.text,
            is_line,
            newlines: lexeme.newlines,
            is_padded: lexeme.is_padded,
        };
        self.advance();
        Some(comment)
    }

    /// Reads the comments before the next token. `pending` stand before them, `item` before those.
    fn gap(&mut self, pending: Vec<Comment<'a>>, item: Option<&Item<'a>>) -> Gap<'a> {
        let mut comments = pending;
        comments.extend(std::iter::from_fn(|| self.comment()));
        // A comma may have stood between the line's end and what follows.
        let last = item.and_then(|item| item.trailing.last());
        let mut is_ended = last.is_some_and(|comment| comment.is_line);
        for comment in &mut comments {
            comment.newlines = comment.newlines.max(usize::from(is_ended));
            is_ended = comment.is_line;
        }
        let newlines = self.peek().newlines.max(usize::from(is_ended));
        Gap::new(comments, newlines)
    }

    fn brackets(&mut self) -> Brackets<'a> {
        let open = self.peek();
        let (open, is_padded) = (open.text, open.is_padded);
        self.advance();
        let mut brackets = Brackets {
            open,
            close: "",
            is_padded,
            head: Vec::new(),
            items: Vec::new(),
            tail: Vec::new(),
            is_broken: false,
            width: None,
        };
        let mut pending = Vec::new();
        loop {
            let mut gap = self.gap(pending, brackets.items.last());
            match brackets.items.last_mut() {
                Some(item) => item.trailing.append(&mut gap.same_line),
                None => {
                    brackets.is_broken = gap.breaks(self.is_mark(b")]}"));
                    brackets.head = std::mem::take(&mut gap.same_line);
                }
            }
            if self.is_mark(b")]}") || self.kind() == LexemeKind::Token(TokenKind::End) {
                brackets.close = self.peek().text;
                self.advance();
                return brackets.closed(gap);
            }
            let item = self.item(gap.inline);
            let (item, rest) = item.with_comments(gap.own_line, gap.newlines);
            brackets.items.push(item);
            pending = rest;
            if self.is_mark(b",") {
                self.advance();
            }
        }
    }

    /// Reads an item up to its comma, or to the bracket that ends it.
    fn item(&mut self, inline: Vec<Comment<'a>>) -> Parts<'a> {
        let mut parts: Vec<Part> = inline.into_iter().map(Part::Comment).collect();
        loop {
            if let Some(comment) = self.comment() {
                parts.push(Part::Comment(comment));
            } else if self.is_mark(b"([{") {
                parts.push(Part::Brackets(self.brackets()));
            } else if self.is_mark(b":") {
                parts.push(Part::Colon);
                self.advance();
            } else if self.is_mark(b",)]}") || self.kind() == LexemeKind::Token(TokenKind::End) {
                return Parts(parts);
            } else {
                let lexeme = self.peek();
                parts.push(Part::Atom(Atom {
                    text: lexeme.text,
                    is_word: lexeme.kind == LexemeKind::Token(TokenKind::Word),
                    is_padded: lexeme.is_padded,
                }));
                self.advance();
            }
        }
    }

    /// Reads a list of extensions, which is kept as it is.
    fn extension(&mut self) -> Parts<'a> {
        let start = self.peek().start;
        while !self.is_mark(b"]") && self.kind() != LexemeKind::Token(TokenKind::End) {
            self.advance();
        }
        let last = self.peek();
        let text = &self.text[start..last.start + last.text.len()];
        self.advance();
        let mut parts = vec![Part::Atom(Atom {
            text,
            is_word: false,
            is_padded: false,
        })];
        let comments = std::iter::from_fn(|| self.comment());
        parts.extend(comments.map(Part::Comment));
        Parts(parts)
    }
}

impl<'a> Gap<'a> {
    /// Sorts the comments before a token. `newlines` are the line ends directly before that.
    fn new(mut comments: Vec<Comment<'a>>, newlines: usize) -> Self {
        let on_same_line = comments.iter().take_while(|comment| comment.newlines == 0);
        let count = on_same_line.count();
        if count == comments.len() && newlines == 0 {
            return Self {
                same_line: Vec::new(),
                own_line: Vec::new(),
                inline: comments,
                newlines,
            };
        }
        let mut own_line = comments.split_off(count);
        // The last comment that begins a line, if the token stands on that line.
        let begins_line = own_line.iter().rposition(|comment| comment.newlines > 0);
        let inline = match begins_line {
            Some(at) if newlines == 0 => own_line.split_off(at),
            _ => Vec::new(),
        };
        Self {
            same_line: comments,
            own_line,
            newlines: { inline.first() }.map_or(newlines, |comment| comment.newlines),
            inline,
        }
    }

    /// Returns whether the first of what is in brackets stands on a line of its own; this is what stands after the
    /// opening bracket.
    fn breaks(&self, is_empty: bool) -> bool {
        let has_lines = !self.own_line.is_empty() || !self.same_line.is_empty();
        let begins_line = self.newlines > 0 && (!is_empty || !self.inline.is_empty());
        has_lines || begins_line
    }
}

impl<'a> Brackets<'a> {
    /// Adds the comments before the closing bracket.
    fn closed(mut self, gap: Gap<'a>) -> Self {
        self.tail = gap.own_line;
        match self.items.last_mut() {
            Some(item) if gap.newlines == 0 && item.trailing.is_empty() => {
                item.parts.extend(gap.inline.into_iter().map(Part::Comment));
                item.width = item.measured();
            }
            _ => self.tail.extend(gap.inline),
        }
        self.width = self.measured();
        self
    }
}

impl<'a> Parts<'a> {
    /// Makes an item. Returns also the comments at its end that belong to what follows.
    fn with_comments(
        mut self,
        leading: Vec<Comment<'a>>,
        newlines: usize,
    ) -> (Item<'a>, Vec<Comment<'a>>) {
        let is_comment = |part: &Part| matches!(part, Part::Comment(_));
        let is_inline = |part: &&Part| matches!(part, Part::Comment(comment) if !comment.is_line && comment.newlines == 0);
        let last = self.0.iter().rposition(|part| !is_comment(part));
        let end = last.map_or(0, |last| last + 1);
        let inline = self.0[end..].iter().take_while(is_inline).count();
        let rest = self.0.split_off(end + inline);
        let rest = rest.into_iter().filter_map(|part| match part {
            Part::Comment(comment) => Some(comment),
            _ => None,
        });
        let mut rest = rest.peekable();
        let trailing = rest.next_if(|comment| comment.is_line && comment.newlines == 0);
        let mut item = Item {
            leading,
            parts: self.0,
            trailing: trailing.into_iter().collect(),
            newlines,
            width: None,
        };
        item.width = item.measured();
        (item, rest.collect())
    }
}
