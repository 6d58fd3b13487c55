//! Tokens and comments, in the order of the text.

use std::ops::Range;

use crate::syntax::{TokenKind, comments, each_token};
use crate::work;

/// A token or a comment.
pub struct Lexeme<'a> {
    pub kind: LexemeKind,
    pub text: &'a str,
    /// Its first byte in the source.
    pub start: usize,
    /// Line ends between the lexeme before and this one.
    pub newlines: usize,
    /// Whether more than one space stands before it, on its line.
    pub is_padded: bool,
}

/// What a lexeme is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LexemeKind {
    Token(TokenKind),
    LineComment,
    BlockComment,
}

/// Returns the lexemes of a text, and how its first line ends that does so between two of them. The last lexeme is the
/// token of the text's end.
pub fn lexemes(text: &str) -> (Vec<Lexeme<'_>>, &'static str) {
    let mut reader = Reader {
        text,
        lexemes: Vec::new(),
        end: 0,
        newline: None,
    };
    for token in each_token(text) {
        reader.comments(token.span.start);
        reader.push(LexemeKind::Token(token.kind), token.span);
    }
    reader.comments(text.len());
    reader.push(LexemeKind::Token(TokenKind::End), text.len()..text.len());
    (reader.lexemes, reader.newline.unwrap_or("\n"))
}

struct Reader<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme<'a>>,
    /// Where the last lexeme ends.
    end: usize,
    /// The first line end. Those within lexemes are kept, whatever the others are.
    newline: Option<&'static str>,
}

impl Reader<'_> {
    /// Adds the comments before the token that begins at `start`.
    fn comments(&mut self, start: usize) {
        for comment in comments(self.text, self.end..start) {
            let kind = match comment.is_line {
                true => LexemeKind::LineComment,
                false => LexemeKind::BlockComment,
            };
            let text = &self.text[comment.span.clone()];
            let end = comment.span.start + text.trim_end().len();
            self.push(kind, comment.span.start..end);
        }
    }

    fn push(&mut self, kind: LexemeKind, span: Range<usize>) {
        let gap = &self.text[self.end..span.start];
        let newlines = gap.matches('\n').count();
        if let Some((line, _)) = gap.split_once('\n') {
            let newline = if line.ends_with('\r') { "\r\n" } else { "\n" };
            self.newline.get_or_insert(newline);
        }
        self.end = span.end;
        work::count(1);
        self.lexemes.push(Lexeme {
            kind,
            start: span.start,
            text: &self.text[span],
            newlines,
            is_padded: newlines == 0 && gap.len() > 1,
        });
    }
}
