//! What stands at a place of a text, and what can be written there.

use std::ops::Range;

use firewatch_ron::{Token, TokenKind, each_token};
use firewatch_scenario::FileKind;

use super::lexer::{shifted, tokens};
use super::role::Role;
use super::schema::Spot;
use super::walk::{Frame, Walk};

/// What can be written at a place.
pub enum Slot {
    /// A value.
    Value(Spot),
    /// The name of a field of this, in parentheses.
    Field(Spot),
    /// A key of this map.
    Key(Spot),
}

/// A place where something is being written.
pub struct Cursor {
    /// What can be written.
    pub slot: Slot,
    /// What is there already, without quotes.
    pub span: Range<usize>,
    /// Whether it is within quotes.
    pub in_quotes: bool,
    /// Whether a colon follows: a name that is there is changed.
    pub has_colon: bool,
    /// The brackets around it, outermost first.
    pub frames: Vec<Frame>,
    /// Names of fields and keys that the innermost bracket has, before the place and after it.
    pub names: Vec<Range<usize>>,
}

impl Cursor {
    /// Finds what can be written at a byte; `None` in a comment, a number or a text of several lines.
    #[must_use]
    pub fn at(text: &str, offset: usize, kind: FileKind, is_json: bool) -> Option<Self> {
        let offset = text.floor_char_boundary(offset);
        if is_in_text_of_lines(text, offset) {
            return None;
        }
        let (tokens, at) = tokens_around(text, offset)?;
        let mut walk = Walk::new(text, &tokens, kind, is_json);
        while walk.at < at {
            walk.step();
        }
        let token = &tokens[at];
        let in_quotes = matches!(token.kind, TokenKind::Text | TokenKind::RawText(_));
        let has_colon = walk.is_name();
        let frames = walk.frames.clone();
        let slot = slot(&walk, has_colon)?;
        let span = match in_quotes {
            true => inside(text, &token.span),
            false => token.span.clone(),
        };
        let names = names(walk, &span);
        Some(Self {
            slot,
            span,
            in_quotes,
            has_colon,
            frames,
            names,
        })
    }

    /// Returns what is named there.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match &self.slot {
            Slot::Value(spot) => Role::of_value(spot),
            Slot::Key(spot) => Role::of_key(spot),
            Slot::Field(_) => None,
        }
    }
}

fn slot(walk: &Walk, has_colon: bool) -> Option<Slot> {
    let Some(frame) = walk.frames.last() else {
        return walk.value().map(Slot::Value);
    };
    let has_name = frame.entry.is_some() && !has_colon;
    match frame.bracket {
        b'{' if !has_name => Some(Slot::Key(frame.spot.clone())),
        b'(' if !has_name && frame.has_fields() => Some(Slot::Field(frame.spot.clone())),
        _ => walk.value().map(Slot::Value),
    }
}

/// The names that the innermost bracket has, but not the one at the place.
fn names(mut walk: Walk, place: &Range<usize>) -> Vec<Range<usize>> {
    // Of the rest of a large bracket only the beginning is looked at.
    const FAR: usize = 10_000;
    let depth = walk.frames.len();
    let mut names = Vec::new();
    for _ in 0..FAR {
        let Some(frame) = walk.frames.get(depth.wrapping_sub(1)) else {
            break;
        };
        if walk.frames.len() == depth {
            names.clone_from(&frame.names);
        }
        if walk.token().is_none() {
            break;
        }
        walk.step();
    }
    names.retain(|name| name.end < place.start || place.end < name.start);
    names
}

/// Returns the tokens of a text in which something is written at a byte, and which of them that is; one without a
/// length, if there is none yet.
fn tokens_around(text: &str, offset: usize) -> Option<(Vec<Token>, usize)> {
    let mut before = tokens(&text[..offset]);
    let mut end = offset;
    let mut token = Token {
        kind: TokenKind::Word,
        span: offset..offset,
    };
    match before.last() {
        Some(last) if last.span.end == offset => match last.kind {
            TokenKind::OpenComment | TokenKind::Number => return None,
            TokenKind::Word | TokenKind::Stray | TokenKind::Quoted => {
                token = last.clone();
                token.kind = TokenKind::Word;
                before.pop();
                end = end_of_word(text, offset);
            }
            TokenKind::OpenText => {
                token = last.clone();
                token.kind = TokenKind::Text;
                before.pop();
                end = end_of_text(text, offset);
            }
            _ => end = end_of_word(text, offset),
        },
        last => {
            let gap = last.map_or(0, |last| last.span.end);
            if is_in_comment(&text[gap..offset]) {
                return None;
            }
            end = end_of_word(text, end);
        }
    }
    token.span.end = end;
    let at = before.len();
    before.push(token);
    before.extend(each_token(&text[end..]).map(|token| shifted(token, end)));
    Some((before, at))
}

fn is_of_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn end_of_word(text: &str, offset: usize) -> usize {
    let rest = &text[offset..];
    offset + rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())
}

/// Where a text in quotes ends of which the place is within: at its quote, if only a name is before it.
fn end_of_text(text: &str, offset: usize) -> usize {
    let rest = &text[offset..];
    let is_of_name = |c: char| is_of_word(c) || matches!(c, '-' | '.' | '/' | ' ');
    let name = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
    match rest[name..].starts_with('"') {
        true => offset + name + 1,
        false => end_of_word(text, offset),
    }
}

/// What is between the quotes of a text, the last of which may be missing.
fn inside(text: &str, span: &Range<usize>) -> Range<usize> {
    let raw = &text[span.clone()];
    let start = raw.find('"').map_or(0, |quote| quote + 1);
    let end = match raw.get(start..).is_some_and(|rest| rest.ends_with('"')) {
        true => raw.len() - 1,
        false => raw.len(),
    };
    span.start + start..span.start + end
}

/// Whether a text in quotes began in an earlier line: nothing is named there.
fn is_in_text_of_lines(text: &str, offset: usize) -> bool {
    let mut around = tokens(text)
        .into_iter()
        .filter(|token| token.span.start < offset);
    around.any(|token| {
        let is_text = matches!(token.kind, TokenKind::Text | TokenKind::RawText(_));
        is_text && offset < token.span.end && text[token.span.start..offset].contains('\n')
    })
}

/// Whether the end of what is between two tokens, white space and comments, is within a comment.
fn is_in_comment(gap: &str) -> bool {
    let line = gap.rsplit('\n').next().unwrap_or_default();
    let block = line.rfind("*/").map_or(0, |end| end + 2);
    line[block..].contains("//")
}
