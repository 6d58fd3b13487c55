//! Lists, maps, and values in parentheses.

use super::parser::Parser;
use super::token::TokenKind;
use super::{Expr, Group, Item, Kind, Name};
use crate::problem::shown;

impl<'a> Parser<'a> {
    pub(super) fn some(&mut self, start: usize) -> Expr<'a> {
        let (mut items, _) = self.sequence(|parser| parser.item());
        let span = start..self.previous_end();
        let kind = match items.pop() {
            Some(Item { name: None, value }) if items.is_empty() => Kind::Some(Box::new(value)),
            _ => {
                let message = "`Some` takes one value".to_owned();
                self.unreadable(span.clone(), message, "", "`Some(...)` can be left out");
                Kind::Broken
            }
        };
        Expr { span, kind }
    }

    pub(super) fn group(&mut self, name: Option<Name<'a>>) -> Expr<'a> {
        let start = name
            .as_ref()
            .map_or(self.span().start, |name| name.span.start);
        let mut quoted = None;
        let (items, is_closed) = self.sequence(|parser| {
            let is_quoted =
                parser.kind() == TokenKind::Text && parser.second().kind == TokenKind::Mark(b':');
            if is_quoted && quoted.is_none() {
                quoted = Some(parser.span());
            }
            parser.item()
        });
        // Without its end it reaches to where the end was expected.
        let next = if is_closed { 0 } else { self.span().start };
        let span = start..self.previous_end().max(next);
        let Some(place) = quoted else {
            let kind = Kind::Group(Group { name, items });
            return Expr { span, kind };
        };
        let field = shown(self.slice(&(place.start + 1..place.end - 1)));
        let message = "names in quotes stand in braces `{...}`, not in parentheses".to_owned();
        let help = format!("if it is a field, leave out the quotes: `{field}: ...`");
        self.slips.note(place, message, "", Some(help));
        let kind = Kind::Broken;
        Expr { span, kind }
    }

    /// `value`, or `name: value`.
    pub(super) fn item(&mut self) -> Option<Item<'a>> {
        use TokenKind::{Mark, Number, Text, Word};
        let span = self.span();
        if self.is_behind_fields() {
            self.not_closed_before(span);
            return None;
        }
        let second = self.second().clone();
        let between = &self.text[span.end..second.span.start.max(span.end)];
        let is_beside = !between.is_empty() && !between.contains('\n');
        let name = Name {
            text: self.slice(&span),
            span: span.clone(),
        };
        let (kind, is_assigned) = (self.kind(), self.is_stray(&second, "="));
        match (kind, second.kind) {
            (Word, Mark(b':')) => {}
            (Word, _) if is_assigned => {
                let message = "`=` gives no value to a field".to_owned();
                let help = format!("write `{}: ...`", shown(name.text));
                self.slips
                    .note(second.span, message, "expected `:`", Some(help));
            }
            // Noted once for the group.
            (Text, Mark(b':')) => {}
            (Word, Word | Number | Text) if is_beside => {
                let message = format!("`:` is missing after `{}`", shown(name.text));
                let place = span.end..span.end;
                self.slips.note(place, message, "expected `:`", None);
            }
            _ => {
                let value = self.value();
                return Some(Item { name: None, value });
            }
        }
        if let Some(opener) = self.open.last_mut() {
            opener.has_fields = true;
        }
        self.advance();
        if is_assigned || self.kind() == Mark(b':') {
            self.advance();
        }
        let value = self.value();
        Some(Item {
            name: Some(name),
            value,
        })
    }

    pub(super) fn list(&mut self) -> Kind<'a> {
        let (items, _) = self.sequence(|parser| {
            if parser.kind() == TokenKind::Word && parser.second().kind == TokenKind::Mark(b':') {
                return parser.field_in_list();
            }
            Some(parser.value())
        });
        Kind::List(items)
    }

    /// A field where a list holds values: in a line of its own it belongs after the list.
    pub(super) fn field_in_list(&mut self) -> Option<Expr<'a>> {
        let span = self.span();
        let start = self.open.last().map_or(0, |opener| opener.place.start);
        if self.text[start..span.start].contains('\n') {
            self.not_closed_before(span);
            return None;
        }
        let message = "a list holds values, not fields".to_owned();
        let help = "fields stand in parentheses: `[(field: value, ...)]`".to_owned();
        self.slips.note(span.clone(), message, "", Some(help));
        self.skip_item();
        while self.kind() == TokenKind::Mark(b',') {
            self.advance();
            self.skip_item();
        }
        Some(Expr {
            span: span.start..self.previous_end(),
            kind: Kind::Broken,
        })
    }

    pub(super) fn map(&mut self) -> Kind<'a> {
        let (mut entries, is_closed) = self.sequence(|parser| {
            let key = parser.value();
            let is_colon = parser.kind() == TokenKind::Mark(b':');
            if is_colon || parser.is_stray(&parser.tokens[parser.at], "=") {
                if !is_colon {
                    let message = "`=` gives no value to a key".to_owned();
                    parser
                        .slips
                        .note(parser.span(), message, "expected `:`", None);
                }
                parser.advance();
                let value = parser.value();
                return Some((key, value));
            }
            let place = key.span.end..key.span.end;
            if !parser.is_lost {
                let message = "this key has no value".to_owned();
                let help = "a map holds `\"key\": value`";
                parser.unreadable(key.span.clone(), message, "expected `:` and a value", help);
            }
            let value = Expr {
                span: place,
                kind: Kind::Broken,
            };
            Some((key, value))
        });
        if !is_closed {
            // Words are no keys: these are fields of what stands around the map.
            let is_field = |(key, _): &&(Expr, Expr)| matches!(key.kind, Kind::Word(_));
            if let Some((field, _)) = entries.iter().find(is_field)
                && let Some(slip) = self.slips.0.last_mut().filter(|_| !self.has_stopped)
            {
                slip.span = Some(field.span.clone());
            }
            entries.retain(|(key, _)| !matches!(key.kind, Kind::Word(_)));
        }
        Kind::Map(entries)
    }
}
