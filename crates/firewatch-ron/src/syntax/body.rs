//! What another reader of RON may be given.

use std::ops::Range;

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
    let mut depth = 0;
    let is_shallow = !{ tokens.iter() }.any(|token| deepens(&mut depth, token.kind));
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

/// The first bracket of a text that is within more brackets than are read, if there is one: of a text in RON, or in
/// JSON, which has the same brackets and texts.
#[must_use]
pub fn too_deep(text: &str) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    each_token(text).find_map(|token| deepens(&mut depth, token.kind).then_some(token.span))
}

/// Goes one token on: whether there are too many brackets then.
fn deepens(depth: &mut usize, kind: TokenKind) -> bool {
    work::count(1);
    if is_opening(kind) {
        *depth += 1;
    } else if is_closing(kind) {
        *depth = depth.saturating_sub(1);
    }
    *depth > MAX_DEPTH
}
