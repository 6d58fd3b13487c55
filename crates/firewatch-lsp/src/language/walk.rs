//! Goes through the tokens of a text with the brackets that are open and what the language allows in them.

use std::ops::Range;

use firewatch_ron::{Token, TokenKind};
use firewatch_scenario::FileKind;

use super::schema::Spot;

/// A bracket that is open.
#[derive(Clone)]
pub struct Frame {
    /// `(`, `[` or `{`.
    pub bracket: u8,
    /// What it holds; the values of a call, if it is one.
    pub spot: Spot,
    /// Whether it is the parenthesis of a call.
    pub is_call: bool,
    /// The name of the field or key whose value is next.
    pub entry: Option<Range<usize>>,
    /// Values before the next one.
    pub index: usize,
    /// The first text that stands directly in it.
    pub first: Option<Range<usize>>,
    /// The names of all fields and keys so far.
    pub names: Vec<Range<usize>>,
}

impl Frame {
    /// Whether fields stand in it; else there are values in order, or nothing is known.
    #[must_use]
    pub fn has_fields(&self) -> bool {
        match self.is_call {
            true => self.spot.has_own_fields(),
            false => self.spot.fields().next().is_some(),
        }
    }
}

/// Returns the name of the action whose parameters stand innermost in these brackets, as it is written. The map of
/// the parameters may begin with a text of its own; the name begins the call, or the list that is one in JSON.
#[must_use]
pub fn action(frames: &[Frame]) -> Option<&Range<usize>> {
    let mut frames = frames.iter().rev();
    let call = frames.find(|frame| frame.is_call || frame.bracket == b'[')?;
    call.first.as_ref()
}

/// The state of going through a text.
pub struct Walk<'t> {
    text: &'t str,
    is_json: bool,
    file: Spot,
    tokens: &'t [Token],
    /// The next token.
    pub at: usize,
    /// Brackets that are open, outermost first.
    pub frames: Vec<Frame>,
    /// Wrong closing brackets whose meaning may still be looked for in what follows.
    repairs: usize,
}

/// Brackets within brackets that are followed.
const MAX_DEPTH: usize = 64;
/// Wrong closing brackets that are looked into; each looks at some thousands of tokens.
const MAX_REPAIRS: usize = 32;
/// Tokens after a wrong closing bracket that are looked at.
const FAR: usize = 4000;

impl<'t> Walk<'t> {
    /// Begins at the first token.
    #[must_use]
    pub fn new(text: &'t str, tokens: &'t [Token], kind: FileKind, is_json: bool) -> Self {
        Self {
            text,
            is_json,
            file: Spot::file(kind),
            tokens,
            at: 0,
            frames: Vec::new(),
            repairs: MAX_REPAIRS,
        }
    }

    /// Returns the next token.
    #[must_use]
    pub fn token(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Whether the next token names a field or a key.
    #[must_use]
    pub fn is_name(&self) -> bool {
        self.kind(self.at + 1) == Some(TokenKind::Mark(b':'))
    }

    /// Returns what the value that is next can be; `None` where a name has to stand.
    #[must_use]
    pub fn value(&self) -> Option<Spot> {
        let Some(frame) = self.frames.last() else {
            return Some(self.file.clone());
        };
        let entry = frame.entry.clone().map(|entry| self.plain(&entry));
        let spot = &frame.spot;
        let value = match (frame.bracket, entry) {
            (b'(', Some(field)) => spot.field(field),
            (b'(', None) if frame.is_call => spot.argument(frame.index),
            (b'(', None) => return spot.item(frame.index),
            (b'[', _) => spot.item(frame.index),
            (_, Some(key)) if self.is_json => {
                let member = spot.call(key).or_else(|| spot.field(key));
                member.or_else(|| spot.entry(key))
            }
            (_, Some(key)) => spot.entry(key),
            (_, None) => return None,
        };
        Some(value.unwrap_or_else(|| spot.unknown()))
    }

    /// Returns the text of a token without quotes; escapes stay.
    #[must_use]
    pub fn plain(&self, span: &Range<usize>) -> &'t str {
        self.text[span.clone()].trim_matches('"')
    }

    /// Goes one token on.
    pub fn step(&mut self) {
        let Some(token) = self.token() else { return };
        match token.kind {
            TokenKind::Mark(bracket @ (b'(' | b'[' | b'{')) => self.open(bracket),
            TokenKind::Mark(bracket @ (b')' | b']' | b'}')) => self.close(bracket),
            TokenKind::Mark(b',') => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.entry = None;
                    frame.index += 1;
                }
            }
            TokenKind::Word | TokenKind::Text | TokenKind::RawText(_) => self.text_or_word(token),
            _ => {}
        }
        self.at += 1;
    }

    fn text_or_word(&mut self, token: &Token) {
        let is_word = token.kind == TokenKind::Word;
        let is_name = self.is_name();
        if is_name && is_word && !self.is_json {
            self.leave_for_field();
        }
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        if is_name && (frame.bracket == b'{' || is_word && frame.bracket == b'(') {
            frame.entry = Some(token.span.clone());
            frame.names.push(token.span.clone());
        } else if !is_word && frame.first.is_none() {
            frame.first = Some(token.span.clone());
        }
    }

    /// A field in a list or a map belongs after it: its end is missing.
    fn leave_for_field(&mut self) {
        let is_in_struct = |frame: &Frame| frame.bracket == b'(' && !frame.is_call;
        if self
            .frames
            .last()
            .is_some_and(|frame| frame.bracket != b'(')
            && let Some(at) = self.frames.iter().rposition(is_in_struct)
        {
            self.frames.truncate(at + 1);
        }
    }

    fn open(&mut self, bracket: u8) {
        if self.frames.len() >= MAX_DEPTH {
            // Deeper than a file may go: nothing is known there.
            return;
        }
        let value = self.value().unwrap_or_else(|| self.file.unknown());
        let before = self.at.checked_sub(1).map(|at| &self.tokens[at]);
        let name = before.filter(|_| bracket == b'(' && !self.is_json);
        let name = name.filter(|before| before.kind == TokenKind::Word);
        let call = name.and_then(|name| value.call(&self.text[name.span.clone()]));
        self.frames.push(Frame {
            bracket,
            is_call: call.is_some(),
            spot: call.unwrap_or(value),
            entry: None,
            index: 0,
            first: None,
            names: Vec::new(),
        });
    }

    fn close(&mut self, bracket: u8) {
        let opening = opening(bracket);
        let Some(at) = self
            .frames
            .iter()
            .rposition(|frame| frame.bracket == opening)
        else {
            return;
        };
        let is_wrong = at + 1 != self.frames.len();
        if is_wrong && self.repairs > 0 {
            self.repairs -= 1;
            let open: Vec<u8> = self.frames.iter().map(|frame| frame.bracket).collect();
            // It is one too many if what follows matches better without it.
            if self.mismatches(&open) <= self.mismatches(&open[..at]) {
                return;
            }
        }
        self.frames.truncate(at);
    }

    /// Returns how many brackets find no match after the next token, with these open before it.
    fn mismatches(&self, open: &[u8]) -> usize {
        let mut open = open.to_vec();
        let mut mismatches = 0;
        let behind = self.tokens.iter().skip(self.at + 1);
        for token in behind.take(FAR) {
            match token.kind {
                TokenKind::Mark(bracket @ (b'(' | b'[' | b'{')) => open.push(bracket),
                TokenKind::Mark(bracket @ (b')' | b']' | b'}')) => {
                    if open.last() == Some(&opening(bracket)) {
                        open.pop();
                    } else {
                        mismatches += 1;
                    }
                }
                _ => {}
            }
        }
        mismatches + open.len()
    }
}

fn opening(closing: u8) -> u8 {
    match closing {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}
