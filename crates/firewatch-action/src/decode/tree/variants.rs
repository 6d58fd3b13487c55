//! Words, calls, and values in one of several forms.

use firewatch_ron::Kind;
use serde::de::{Deserializer, Visitor};

use super::access::{CallAccess, Form};
use super::named::Variant;
use super::node::{Node, Reading};
use super::placeholder::Placeholder;
use crate::codes;
use crate::decode::Refused;
use crate::decode::asked::{CALL_OR, EITHER, Expected, LIST_OR, MAP_OR, TEXT_OR};
use crate::decode::describe::{plural, without_article};

impl Node<'_, '_> {
    /// A word out of a list.
    pub(super) fn word<'de, V: Visitor<'de>>(
        mut self,
        one: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if !self.is_readable() {
            return Placeholder.deserialize_enum(one, words, visitor);
        }
        let Reading { notes, path, .. } = &mut *self.reading;
        let noun = without_article(one);
        let names = [noun, &plural(noun)];
        // A host may have registered others.
        let word = if noun == "fault kind" {
            notes.fault_kind(self.expr, path, names)
        } else {
            notes.word_of(codes::UNKNOWN_WORD, self.expr, path, names, words)
        };
        match word {
            Some(word) => visitor.visit_enum(Variant::of(word, Placeholder)),
            None => {
                self.reading.failed = true;
                Placeholder.deserialize_enum(one, words, visitor)
            }
        }
    }

    /// One of the forms that a value can have.
    pub(super) fn choose<'de, V: Visitor<'de>>(
        mut self,
        union: &str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let is_json = self.reading.notes.is_json;
        let form = match (&self.expr.kind, union) {
            (Kind::Map(_), MAP_OR) => "map",
            (Kind::Text(_), TEXT_OR) => "text",
            (Kind::List(_), LIST_OR) => "list",
            (Kind::Group(group), CALL_OR | EITHER) if group.name.is_some() => "call",
            (Kind::Word(word), CALL_OR | EITHER) if names.contains(word) => "call",
            (Kind::Text(word), EITHER) if is_json && names.contains(&&**word) => "call",
            (Kind::Map(entries), CALL_OR | EITHER) if is_json => match entries.first() {
                Some((key, _))
                    if self
                        .reading
                        .notes
                        .word(key)
                        .is_some_and(|key| names.contains(&key)) =>
                {
                    "call"
                }
                _ => "plain",
            },
            _ => "plain",
        };
        // One within another is told of as the other.
        if union != LIST_OR {
            let expected = Expected(&visitor);
            self.union.names = names;
            self.union.expected = expected.to_string();
            self.union.list = format!("{expected:#}");
        }
        self.union.before = match union {
            MAP_OR if self.union.expected.is_empty() => "a map `{\"name\": ...}` or ",
            TEXT_OR => "text in quotes or ",
            _ => "",
        };
        visitor.visit_enum(Variant::of(form, Form(self)))
    }

    /// A word, or a call.
    pub(super) fn call<'de, V: Visitor<'de>>(
        mut self,
        of: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if !self.is_readable() {
            return Placeholder.deserialize_enum(of, variants, visitor);
        }
        let Self { reading, expr, .. } = self;
        let Reading {
            notes,
            path,
            language,
            ..
        } = &mut *reading;
        let expected = Expected(&visitor).to_string();
        let call = notes.call(expr, path, &expected);
        if let Some(call) = &call
            && !variants.contains(&call.name)
        {
            let misplaced = (language.misplaced)(of, call.name);
            if let Some((code, message, help)) = misplaced {
                let place = expr.span.clone();
                notes.problem(code, path, place, message, "", Some(help));
            } else {
                let noun = expected.split([':', ',']).next().unwrap_or_default();
                let noun = without_article(noun);
                let known: Vec<&str> = { variants.iter() }
                    .copied()
                    .filter(|name| !language.unmentioned.contains(&(of, name)))
                    .take_while(|_| !notes.is_full())
                    .collect();
                notes.unknown_word(call, path, [noun, &plural(noun)], &known);
            }
        }
        match call.filter(|call| variants.contains(&call.name)) {
            Some(call) => visitor.visit_enum(Variant {
                name: call.name,
                content: CallAccess::new(reading, call.content(expr), call, of),
            }),
            None => {
                reading.failed = true;
                Placeholder.deserialize_enum(of, variants, visitor)
            }
        }
    }
}
