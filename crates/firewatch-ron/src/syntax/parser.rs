//! The state of the parser: the next token, the brackets that are open and what is wrong so far.

use std::ops::Range;

use super::SyntaxErrors;
use super::token::{Token, TokenKind, tokens};
use crate::work;

/// A bracket that is open.
pub(super) struct Opener {
    pub(super) bracket: u8,
    /// There are fields in it.
    pub(super) has_fields: bool,
    pub(super) place: Range<usize>,
}

/// The state of reading a text.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) at: usize,
    /// The brackets that are open, outermost first.
    pub(super) open: Vec<Opener>,
    pub(super) slips: SyntaxErrors,
    /// Something that could not be read was noted: skip what is left of it.
    pub(super) is_lost: bool,
    /// The rest of the text is given up.
    pub(super) has_stopped: bool,
    /// There are more brackets within each other than are read.
    pub(super) is_too_deep: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: tokens(text),
            at: 0,
            open: Vec::new(),
            slips: SyntaxErrors::default(),
            is_lost: false,
            has_stopped: false,
            is_too_deep: false,
        }
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.tokens[self.at].kind
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.tokens[self.at].span.clone()
    }

    /// Returns the token after the next one; the end of the text follows itself.
    pub(super) fn second(&self) -> &Token {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)]
    }

    pub(super) fn slice(&self, span: &Range<usize>) -> &'a str {
        &self.text[span.clone()]
    }

    /// Goes on to the next token; stays at the end.
    pub(super) fn advance(&mut self) {
        work::count(1);
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    /// Where the last token ended.
    pub(super) fn previous_end(&self) -> usize {
        self.at
            .checked_sub(1)
            .map_or(0, |at| self.tokens[at].span.end)
    }

    pub(super) fn is_stray(&self, token: &Token, c: &str) -> bool {
        token.kind == TokenKind::Stray && self.slice(&token.span) == c
    }

    /// Gives the rest of the text up: what would be noted there only follows from what was.
    pub(super) fn stop(&mut self) {
        self.at = self.tokens.len() - 1;
        self.has_stopped = true;
    }

    /// Notes that a value can't be read; what is left of it is skipped.
    pub(super) fn unreadable(
        &mut self,
        span: Range<usize>,
        message: String,
        label: &str,
        help: &str,
    ) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.slips.note(span, message, label, help);
        self.is_lost = true;
    }
}
