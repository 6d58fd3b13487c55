//! What another reader of RON may be given.

use super::brackets::{is_closing, is_opening};
use super::parser::Parser;
use super::text::unescape;
use super::token::{Token, TokenKind, each_token};
use super::{MAX_DEPTH, Number};
use crate::work;

/// Returns the value that a text holds, without the lists of extensions before it, for another reader of RON: which
/// extensions are on makes no difference here. `None` if the text has more than 64 brackets within each other, or
/// something that is RON but not read here: characters, bytes, ranges, numbers with a type, texts that go
/// on after a backslash, a `Some` without a parenthesis.
#[must_use]
pub fn body(text: &str) -> Option<&str> {
    let mut parser = Parser::new(text);
    parser.extensions();
    if !parser.slips.0.is_empty() {
        return None;
    }
    let tokens = &parser.tokens[parser.at..];
    let is_read = |token: &Token| match token.kind {
        TokenKind::Number => Number::read(&text[token.span.clone()]).is_some(),
        TokenKind::Text => unescape(&text[token.span.start + 1..token.span.end - 1]).is_ok(),
        TokenKind::OpenText | TokenKind::OpenComment => false,
        TokenKind::Quoted | TokenKind::Stray => false,
        _ => true,
    };
    let kinds = tokens.iter().map(|token| token.kind);
    let is_shallow = !is_too_deep(kinds);
    let is_read = is_shallow && tokens.iter().all(is_read) && !has_bare_some(text, tokens);
    is_read.then(|| &text[parser.span().start..])
}

/// Whether a `Some` has no parenthesis: the `ron` crate passes over that one and takes what follows.
fn has_bare_some(text: &str, tokens: &[Token]) -> bool {
    tokens.windows(2).any(|pair| {
        let is_some = pair[0].kind == TokenKind::Word && &text[pair[0].span.clone()] == "Some";
        is_some && pair[1].kind != TokenKind::Mark(b'(')
    })
}

/// Whether a text has more brackets within each other than are read: one in RON, or in JSON, which has the same
/// brackets and texts.
#[must_use]
pub fn is_nested_too_deep(text: &str) -> bool {
    is_too_deep(each_token(text).map(|token| token.kind))
}

fn is_too_deep(tokens: impl Iterator<Item = TokenKind>) -> bool {
    let mut depth = 0_usize;
    for kind in tokens {
        work::count(1);
        if is_opening(kind) {
            depth += 1;
        } else if is_closing(kind) {
            depth = depth.saturating_sub(1);
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}
