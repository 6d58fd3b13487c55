//! From tokens to values.

use std::ops::Range;

use super::parser::Parser;
use super::text::unescape;
use super::token::{TokenKind, instead_of};
use super::{Expr, Kind, Name, Number, Parsed};
use crate::problem::shown;

/// Reads the text as far as it can be read.
pub fn parse(text: &str) -> Parsed<'_> {
    let mut parser = Parser::new(text);
    parser.extensions();
    let value = (parser.kind() != TokenKind::End).then(|| parser.value());
    // Behind what is no scenario at all it goes without saying.
    let is_group = |value: &Expr| matches!(value.kind, Kind::Group(_));
    let is_done = value.as_ref().is_some_and(is_group) && parser.slips.0.is_empty();
    if is_done && parser.kind() != TokenKind::End {
        let place = parser.span();
        let help = "a file holds one scenario and nothing else".to_owned();
        let message = "something stands behind the scenario".to_owned();
        parser.slips.note(place, message, "", Some(help));
    }
    Parsed {
        value: value.filter(|_| !parser.is_too_deep),
        problems: parser.slips.0,
    }
}

impl<'a> Parser<'a> {
    /// `#![enable(implicit_some)]`, which other readers of RON need for a scenario.
    pub(super) fn extensions(&mut self) {
        while self.is_stray(&self.tokens[self.at], "#") {
            let place = self.span();
            if !self.extension() {
                let message = "this is no list of extensions".to_owned();
                let help = "leave it out: none is needed here".to_owned();
                self.slips.note(place, message, "", Some(help));
                return self.stop();
            }
        }
    }

    pub(super) fn extension(&mut self) -> bool {
        const KNOWN: [&str; 3] = [
            "implicit_some",
            "unwrap_newtypes",
            "unwrap_variant_newtypes",
        ];
        for expected in ["#", "!", "[", "enable", "("] {
            if self.slice(&self.span()) != expected {
                return false;
            }
            self.advance();
        }
        while KNOWN.contains(&self.slice(&self.span())) {
            self.advance();
            if self.kind() != TokenKind::Mark(b',') {
                break;
            }
            self.advance();
        }
        for expected in [b')', b']'] {
            if self.kind() != TokenKind::Mark(expected) {
                return false;
            }
            self.advance();
        }
        true
    }

    pub(super) fn value(&mut self) -> Expr<'a> {
        let span = self.span();
        let raw = self.slice(&span);
        let kind = match self.kind() {
            TokenKind::Mark(b'(') => return self.group(None),
            TokenKind::Mark(b'[') => self.list(),
            TokenKind::Mark(b'{') => self.map(),
            TokenKind::Word => return self.word(),
            TokenKind::Number => self.number(&span),
            TokenKind::Text => {
                self.advance();
                self.text(&span)
            }
            TokenKind::RawText(hashes) => {
                self.advance();
                Kind::Text(raw[hashes + 2..raw.len() - hashes - 1].to_owned())
            }
            TokenKind::Quoted => {
                self.advance();
                let message = "single quotes enclose no text".to_owned();
                self.unreadable(
                    span.clone(),
                    message,
                    "",
                    "text stands in double quotes: `\"...\"`",
                );
                Kind::Broken
            }
            TokenKind::Stray => {
                self.advance();
                let message = format!("unexpected `{}`", shown(raw));
                self.unreadable(span.clone(), message, "expected a value", instead_of(raw));
                Kind::Broken
            }
            TokenKind::OpenText | TokenKind::OpenComment => {
                self.unclosed();
                Kind::Broken
            }
            // The bracket around it will be found unclosed.
            TokenKind::End => Kind::Broken,
            TokenKind::Mark(_) => {
                let message = format!("a value is missing before `{raw}`");
                self.unreadable(span.clone(), message, "expected a value", "");
                if self.open.is_empty() {
                    self.stop();
                }
                Kind::Broken
            }
        };
        Expr {
            span: span.start..self.previous_end().max(span.start),
            kind,
        }
    }

    /// Text or a comment without an end.
    pub(super) fn unclosed(&mut self) {
        let (what, end) = match self.kind() {
            TokenKind::OpenText => ("text", "\""),
            _ => ("comment", "*/"),
        };
        let message = format!("this {what} has no end");
        let help = Some(format!("close it with `{end}`"));
        self.slips.note(self.span(), message, "", help);
        self.stop();
    }

    pub(super) fn number(&mut self, span: &Range<usize>) -> Kind<'a> {
        self.advance();
        let raw = self.slice(span);
        match Number::read(raw) {
            Some(number) => Kind::Number(number),
            None => {
                let message = format!("`{}` is not a number", shown(raw));
                self.unreadable(span.clone(), message, "", "");
                Kind::Broken
            }
        }
    }

    pub(super) fn text(&mut self, span: &Range<usize>) -> Kind<'a> {
        let inside = span.start + 1..span.end - 1;
        match unescape(self.slice(&inside)) {
            Ok(text) => Kind::Text(text),
            Err(wrong) => {
                let place = inside.start + wrong.place.start..inside.start + wrong.place.end;
                let help = Some(wrong.help.to_owned());
                self.slips.note(place, wrong.message, "", help);
                Kind::Broken
            }
        }
    }

    pub(super) fn word(&mut self) -> Expr<'a> {
        let span = self.span();
        self.advance();
        if self.is_glued_to(span.end) {
            return self.hyphened(span.start);
        }
        let text = self.slice(&span);
        let name = Name {
            text,
            span: span.clone(),
        };
        let kind = match (text, self.kind()) {
            ("Some", TokenKind::Mark(b'(')) => return self.some(span.start),
            (_, TokenKind::Mark(b'(')) => return self.group(Some(name)),
            (_, TokenKind::Mark(b'{')) => {
                let message = format!("the fields of `{}` stand in braces", shown(text));
                let help = format!("write `{}(...)`, with parentheses", shown(text));
                self.unreadable(self.span(), message, "expected `(`", &help);
                Kind::Broken
            }
            ("true", _) => Kind::Bool(true),
            ("false", _) => Kind::Bool(false),
            ("None", _) => Kind::Nothing,
            ("inf" | "NaN", _) => Number::read(text).map_or(Kind::Broken, Kind::Number),
            _ => Kind::Word(text),
        };
        Expr { span, kind }
    }

    /// Whether the next token is a part of a name with hyphens whose beginning ended there.
    pub(super) fn is_glued_to(&self, end: usize) -> bool {
        let span = self.span();
        span.start == end
            && matches!(self.kind(), TokenKind::Number)
            && self.slice(&span).starts_with('-')
    }

    /// A name such as `api-gateway` without its quotes.
    pub(super) fn hyphened(&mut self, start: usize) -> Expr<'a> {
        while self.is_glued_to(self.previous_end()) {
            self.advance();
        }
        let span = start..self.previous_end();
        let name = shown(self.slice(&span));
        let message = format!("`{name}` needs quotes");
        let help = format!("write `\"{name}\"`");
        self.unreadable(span.clone(), message, "", &help);
        Expr {
            span,
            kind: Kind::Broken,
        }
    }
}
