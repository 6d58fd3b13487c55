//! Brackets: what is between them, and which of them is missing where they do not match.

use std::ops::Range;

use super::parser::{Opener, Parser};
use super::token::{TokenKind, instead_of};
use super::{MAX_DEPTH, line_of};
use crate::problem::shown;
use crate::work;

/// What is wrong with a closing bracket.
#[derive(Clone, Copy)]
pub(super) enum BracketRepair {
    /// The one that closes the open bracket is missing before it.
    Missing,
    /// It is there in its place.
    Mistaken,
    /// It is one too many.
    Superfluous,
}

pub(super) fn closing(bracket: u8) -> u8 {
    match bracket {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

pub(super) fn is_closing(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Mark(b')' | b']' | b'}'))
}

pub(super) fn is_opening(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Mark(b'(' | b'[' | b'{'))
}

pub(super) fn begins_value(kind: TokenKind) -> bool {
    use TokenKind::{Number, Quoted, RawText, Text, Word};
    is_opening(kind) || matches!(kind, Word | Number | Text | RawText(_) | Quoted)
}

/// Brackets that are open. Each goes in and out once, however many a closing one passes over.
#[derive(Default)]
struct Nesting {
    /// Their sorts, outermost first.
    open: Vec<usize>,
    /// Where those of each sort are among them.
    places: [Vec<usize>; 3],
}

impl Nesting {
    fn sort(bracket: u8) -> usize {
        match bracket {
            b'(' | b')' => 0,
            b'[' | b']' => 1,
            _ => 2,
        }
    }

    fn open(&mut self, bracket: u8) {
        let sort = Self::sort(bracket);
        self.places[sort].push(self.open.len());
        self.open.push(sort);
    }

    /// Closes the innermost bracket of that sort and all within it; how many find no match by that.
    fn close(&mut self, bracket: u8) -> usize {
        let Some(&at) = self.places[Self::sort(bracket)].last() else {
            return 1;
        };
        let within = self.open.len() - at - 1;
        for sort in self.open.drain(at..) {
            work::count(1);
            self.places[sort].pop();
        }
        within
    }
}

impl Parser<'_> {
    /// The bracket that is open ends here, though nothing closes it.
    pub(super) fn not_closed_before(&mut self, place: Range<usize>) {
        let Some(Opener {
            bracket,
            place: open,
            ..
        }) = self.open.last()
        else {
            return;
        };
        let (close, bracket) = (char::from(closing(*bracket)), char::from(*bracket));
        let line = line_of(self.text, open.start);
        let message = format!("the `{bracket}` in line {line} is not closed");
        let label = format!("expected `{close}` before this");
        self.slips.note(place, message, &label, None);
    }

    /// The items between the bracket that is next and the one that closes it, with commas between
    /// them, and whether it is closed. Without an item, the bracket counts as closed.
    pub(super) fn sequence<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> (Vec<T>, bool) {
        let (mut items, place) = (Vec::new(), self.span());
        let TokenKind::Mark(bracket) = self.kind() else {
            return (items, true);
        };
        if self.open.len() >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} brackets within each other");
            self.slips.note(place, message, "", None);
            self.is_too_deep = true;
            self.stop();
            return (items, false);
        }
        self.open.push(Opener {
            bracket,
            has_fields: false,
            place,
        });
        self.advance();
        let is_closed = loop {
            if self.slips.are_many() {
                self.stop();
            }
            match self.kind() {
                TokenKind::Mark(mark) if mark == closing(bracket) => {
                    self.advance();
                    break true;
                }
                TokenKind::End => {
                    self.never_closed();
                    break false;
                }
                kind if is_closing(kind) => match self.wrong_closing() {
                    BracketRepair::Missing => break false,
                    BracketRepair::Mistaken => {
                        self.advance();
                        break true;
                    }
                    BracketRepair::Superfluous => {
                        self.advance();
                        self.separator();
                    }
                },
                TokenKind::Mark(b',') => {
                    let message = "nothing stands before this comma".to_owned();
                    self.slips
                        .note(self.span(), message, "expected a value", None);
                    self.advance();
                }
                _ => match item(self) {
                    Some(item) => {
                        items.push(item);
                        self.separator();
                    }
                    None => break false,
                },
            }
        };
        self.open.pop();
        (items, is_closed)
    }

    /// Notes the innermost bracket that is open at the end of the text; the others go without saying.
    pub(super) fn never_closed(&mut self) {
        if !self.has_stopped
            && let Some(Opener { bracket, place, .. }) = self.open.last()
        {
            let close = char::from(closing(*bracket));
            let message = format!("this `{}` is never closed", char::from(*bracket));
            let help = Some(format!("a `{close}` is missing"));
            self.slips.note(place.clone(), message, "", help);
            self.stop();
        }
    }

    /// Notes a closing bracket of another kind than the open one's. What makes the rest of the text
    /// match best is what most likely went wrong.
    pub(super) fn wrong_closing(&mut self) -> BracketRepair {
        let span = self.span();
        let last = self.slips.0.last().and_then(|slip| slip.span.as_ref());
        if last == Some(&span) {
            // Already noted further in.
            return BracketRepair::Missing;
        }
        let open: Vec<u8> = self.open.iter().map(|opener| opener.bracket).collect();
        let outer = &open[..open.len().saturating_sub(1)];
        let behind = self.at + 1;
        let mends = [
            (self.mismatches(self.at, outer), BracketRepair::Missing),
            (self.mismatches(behind, outer), BracketRepair::Mistaken),
            (self.mismatches(behind, &open), BracketRepair::Superfluous),
        ];
        let best = mends.iter().min_by_key(|(mismatches, _)| *mismatches);
        let mend = best.map_or(BracketRepair::Superfluous, |(_, mend)| *mend);
        let mark = self.slice(&span);
        match (mend, self.open.last()) {
            (BracketRepair::Missing, _) => self.not_closed_before(span),
            (BracketRepair::Mistaken, Some(Opener { bracket, place, .. })) => {
                let line = line_of(self.text, place.start);
                let (bracket, close) = (char::from(*bracket), char::from(closing(*bracket)));
                let message = format!("`{mark}` can't close the `{bracket}` in line {line}");
                let label = format!("expected `{close}`");
                self.slips.note(span, message, &label, None);
            }
            _ => {
                let message = format!("this `{mark}` closes nothing");
                self.slips.note(span, message, "", None);
            }
        }
        mend
    }

    /// How many brackets find no match from that token on, with these open before it. Only what
    /// follows soon is looked at.
    pub(super) fn mismatches(&self, from: usize, open: &[u8]) -> usize {
        const FAR: usize = 10_000;
        let mut nesting = Nesting::default();
        open.iter().for_each(|&bracket| nesting.open(bracket));
        let mut mismatches = 0;
        for token in self.tokens[from..].iter().take(FAR) {
            work::count(1);
            match token.kind {
                TokenKind::Mark(mark) if is_opening(token.kind) => nesting.open(mark),
                TokenKind::Mark(mark) if is_closing(token.kind) => {
                    mismatches += nesting.close(mark);
                }
                TokenKind::End => mismatches += nesting.open.len(),
                _ => {}
            }
        }
        mismatches
    }

    /// The comma after an item, which the last one may have or not.
    pub(super) fn separator(&mut self) {
        if self.is_lost {
            self.is_lost = false;
            self.skip_item();
        }
        let kind = self.kind();
        if kind == TokenKind::Mark(b',') {
            return self.advance();
        }
        if kind == TokenKind::End || is_closing(kind) || self.is_behind_unclosed() {
            return;
        }
        let end = self.previous_end();
        if self.ends_a_text_of_lines() {
            let text = &self.tokens[self.at - 1].span;
            let line = line_of(self.text, text.start);
            let message = "a comma is missing, or the end of a text before".to_owned();
            let help = format!(
                "the text that ends here begins in line {line}: is its `\"` missing there?"
            );
            self.slips.note(end..end, message, "", Some(help));
            self.stop();
        } else if matches!(kind, TokenKind::OpenText | TokenKind::OpenComment) {
            self.unclosed();
        } else if self.is_quote_in_text() {
            let message = "a comma is missing, or a backslash before a quote".to_owned();
            let help = "a quote inside text is written `\\\"`".to_owned();
            self.slips.note(end..end, message, "", Some(help));
            self.skip_item();
            self.separator();
        } else if begins_value(kind) {
            let message = "a comma is missing".to_owned();
            self.slips.note(end..end, message, "expected `,`", None);
        } else {
            let span = self.span();
            let stray = self.slice(&span);
            let message = format!("unexpected `{}`", shown(stray));
            let help = Some(instead_of(stray).to_owned()).filter(|help| !help.is_empty());
            let label = "expected `,` or a closing bracket";
            self.slips.note(span, message, label, help);
            self.advance();
            // It may stand for the comma: `;`.
            if !begins_value(self.kind()) {
                self.skip_item();
                self.separator();
            }
        }
    }

    /// Whether something follows that can't belong to what is in the open bracket: that it is not
    /// closed is said once, when the next item is looked at or was.
    fn is_behind_unclosed(&self) -> bool {
        let is_field =
            self.kind() == TokenKind::Word && self.second().kind == TokenKind::Mark(b':');
        let bracket = self.open.last().map(|opener| opener.bracket);
        let last = self.slips.0.last().and_then(|slip| slip.span.as_ref());
        last == Some(&self.span())
            || self.is_behind_fields()
            || is_field && (bracket == Some(b'[') || bracket == Some(b'{') && self.is_in_new_line())
    }

    /// Whether a value without a name follows fields in a line of its own, and no comma is between.
    pub(super) fn is_behind_fields(&self) -> bool {
        let has_fields = self.open.last().is_some_and(|opener| opener.has_fields);
        let last = self.at.checked_sub(1).map(|at| self.tokens[at].kind);
        has_fields
            && is_opening(self.kind())
            && last != Some(TokenKind::Mark(b','))
            && self.is_in_new_line()
    }

    /// Whether the next token is not in the line of the last one.
    fn is_in_new_line(&self) -> bool {
        self.text[self.previous_end()..self.span().start].contains('\n')
    }

    /// Whether a word begins right where a text ended: the text was to go on.
    fn is_quote_in_text(&self) -> bool {
        let last = &self.tokens[self.at.saturating_sub(1)];
        last.kind == TokenKind::Text
            && self.kind() == TokenKind::Word
            && last.span.end == self.span().start
    }

    /// Whether the last token is text over several lines: then its end may be the beginning of
    /// another text.
    pub(super) fn ends_a_text_of_lines(&self) -> bool {
        let last = &self.tokens[self.at.saturating_sub(1)];
        last.kind == TokenKind::Text && self.slice(&last.span).contains('\n')
    }

    /// Skips to the comma or the bracket that ends the item.
    pub(super) fn skip_item(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                TokenKind::End => return,
                TokenKind::Mark(b',') if depth == 0 => return,
                kind if is_closing(kind) && depth == 0 => return,
                kind if is_closing(kind) => depth -= 1,
                kind if is_opening(kind) => depth += 1,
                _ => {}
            }
            self.advance();
        }
    }
}
