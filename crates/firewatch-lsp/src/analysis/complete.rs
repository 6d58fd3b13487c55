//! What can be written at a place.

use std::ops::Range;

use firewatch_scenario::FileKind;
use serde_json::Value as Json;

use super::about;
use super::file::SourceFile;
use super::vocabulary::{Known, Vocabulary};
use crate::language::cursor::{Cursor, Slot};
use crate::language::mention::quoted;
use crate::language::role::Role;
use crate::language::schema::{Choice, Spot};
use crate::language::walk::action;
use crate::text::Edit;

/// What sort of thing is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferKind {
    /// A field or a key.
    Field,
    /// A call.
    Call,
    /// A word.
    Word,
    /// A name.
    Name,
}

/// Something that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it is called.
    pub label: String,
    /// What sort of thing it is.
    pub kind: OfferKind,
    /// A few words about it.
    pub detail: String,
    /// What it means, as Markdown.
    pub about: String,
    /// What is written, with `$1` and `$0` where something is left to be filled in.
    pub edit: Edit,
}

/// Returns what can be written at a byte of a file.
#[must_use]
pub fn complete(file: &SourceFile, offset: usize, vocabulary: &Vocabulary) -> Vec<Offer> {
    let Some(cursor) = Cursor::at(file.text(), offset, file.kind, file.is_json) else {
        return Vec::new();
    };
    let writer = Writer {
        file,
        vocabulary,
        cursor: &cursor,
    };
    if cursor.frames.is_empty() && !file.is_json {
        return writer.files();
    }
    match &cursor.slot {
        Slot::Field(spot) if !cursor.in_quotes => writer.fields(spot),
        Slot::Field(_) => Vec::new(),
        Slot::Key(spot) => writer.keys(spot),
        Slot::Value(spot) => writer.values(spot),
    }
}

/// What is said of a field that can't be left out.
const REQUIRED: &str = "required";

struct Writer<'a> {
    file: &'a SourceFile,
    vocabulary: &'a Vocabulary<'a>,
    cursor: &'a Cursor,
}

impl Writer<'_> {
    fn offer(
        &self,
        label: &str,
        kind: OfferKind,
        detail: &str,
        about: String,
        text: String,
    ) -> Offer {
        Offer {
            label: label.to_owned(),
            kind,
            detail: detail.to_owned(),
            about,
            edit: Edit {
                span: self.cursor.span.clone(),
                text,
            },
        }
    }

    /// The names that a file begins with.
    fn files(&self) -> Vec<Offer> {
        let offer = |kind: FileKind| {
            let text = format!("{}(\n    $0\n)", kind.name());
            self.offer(
                kind.name(),
                OfferKind::Call,
                kind.a_file(),
                String::new(),
                text,
            )
        };
        FileKind::ALL.map(offer).into()
    }

    fn text_of(&self, span: &Range<usize>) -> &str {
        self.file.text()[span.clone()].trim_matches('"')
    }

    fn is_given(&self, name: &str) -> bool {
        let mut names = self.cursor.names.iter();
        names.any(|given| self.text_of(given) == name)
    }

    /// The fields that are not there yet.
    fn fields(&self, spot: &Spot) -> Vec<Offer> {
        let required: Vec<&str> = spot.required().collect();
        let fields = spot.fields().filter(|field| !self.is_given(field.name));
        let mut fields: Vec<Offer> = fields
            .map(|field| {
                let value = spot.value_of(&field);
                let text = match (self.cursor.has_colon, &value) {
                    (true, _) | (_, None) => field.name.to_owned(),
                    (false, Some(value)) => format!("{}: {}", field.name, self.beginning(value, 0)),
                };
                let detail = match required.contains(&field.name) {
                    true => REQUIRED,
                    false => "field",
                };
                let about = about::member(field.name, field.about, value.as_ref());
                self.offer(field.name, OfferKind::Field, detail, about, text)
            })
            .collect();
        fields.sort_by_key(|offer| offer.detail != REQUIRED);
        fields
    }

    /// The keys of a map: those that are known, and the names that can be keys.
    fn keys(&self, spot: &Spot) -> Vec<Offer> {
        let is_json = self.file.is_json;
        let fields = spot.fields().filter(|field| !self.is_given(field.name));
        let calls = spot
            .calls()
            .filter(|_| is_json && self.cursor.names.is_empty());
        let mut offers: Vec<Offer> = fields
            .chain(calls)
            .map(|field| {
                let value = spot.value_of(&field);
                let text = self.key(field.name, value.as_ref());
                let about = about::member(field.name, field.about, value.as_ref());
                self.offer(field.name, OfferKind::Field, "key", about, text)
            })
            .collect();
        let Some(role) = self.cursor.role() else {
            return offers;
        };
        let value = spot.entry("");
        for known in self.known(role, spot) {
            let name = &*known.name;
            if !self.is_given(name) && !offers.iter().any(|offer| offer.label == *name) {
                let text = self.key(name, value.as_ref());
                offers.push(self.offer(name, OfferKind::Name, &known.detail, known.about, text));
            }
        }
        offers
    }

    fn key(&self, name: &str, value: Option<&Spot>) -> String {
        if self.cursor.in_quotes {
            return escaped(name);
        }
        let name = quoted(name).unwrap_or_default();
        match (self.cursor.has_colon, value) {
            (true, _) => name,
            (false, None) => format!("{}: $0", snippet_text(&name)),
            (false, Some(value)) => {
                format!("{}: {}", snippet_text(&name), self.beginning(value, 0))
            }
        }
    }

    fn values(&self, spot: &Spot) -> Vec<Offer> {
        let mut offers = Vec::new();
        let (in_quotes, is_json) = (self.cursor.in_quotes, self.file.is_json);
        if !in_quotes || is_json {
            let words = spot.words().into_iter().map(|word| self.word(&word, spot));
            offers.extend(words);
        }
        if !in_quotes {
            offers.extend(spot.calls().map(|call| self.call(&call, spot)));
            offers.extend(self.group(spot));
        }
        let Some(role) = self.cursor.role().filter(|_| self.takes_names(spot)) else {
            return offers;
        };
        for known in self.known(role, spot) {
            let name = &*known.name;
            if offers.iter().any(|offer| offer.label == *name) {
                continue;
            }
            let is_word = role == Role::FaultKind && !is_json;
            let text = match in_quotes {
                _ if is_word => name.to_owned(),
                true => escaped(name),
                false => snippet_text(&quoted(name).unwrap_or_default()),
            };
            if !(is_word && in_quotes) {
                offers.push(self.offer(name, OfferKind::Name, &known.detail, known.about, text));
            }
        }
        offers
    }

    fn takes_names(&self, spot: &Spot) -> bool {
        spot.allows("string") || !spot.words().is_empty()
    }

    fn word(&self, word: &Choice, spot: &Spot) -> Offer {
        let is_bare = !self.file.is_json || matches!(word.name, "true" | "false");
        let text = match self.cursor.in_quotes || is_bare {
            true => word.name.to_owned(),
            false => format!("\"{}\"", word.name),
        };
        let about = match self.cursor.role() {
            Some(Role::FaultKind) => self.vocabulary.about_kind(word.name),
            _ => None,
        };
        let about = about.unwrap_or_else(|| about::member(word.name, word.about, None));
        self.offer(word.name, OfferKind::Word, spot.member, about, text)
    }

    fn call(&self, call: &Choice, spot: &Spot) -> Offer {
        let values = spot.call(call.name);
        let arguments = self.arguments(call, values.as_ref());
        let text = match self.file.is_json {
            true => format!("{{\"{}\": {arguments}}}", call.name),
            false => format!("{}({arguments})", call.name),
        };
        let about = about::member(call.name, call.about, None);
        self.offer(call.name, OfferKind::Call, spot.member, about, text)
    }

    /// The values of a call that can't be left out, each to be filled in.
    fn arguments(&self, call: &Choice, values: Option<&Spot>) -> String {
        let Some(values) = values else {
            return "$1".to_owned();
        };
        if values.has_own_fields() && !self.file.is_json {
            return self.required(values);
        }
        let schema = call.value.unwrap_or(&Json::Null);
        let is_several = schema["prefixItems"].is_array();
        let least = schema["minItems"].as_u64().filter(|_| is_several);
        let arguments =
            (0..least.unwrap_or(1) as usize).map(|index| match values.argument(index) {
                Some(value) => self.beginning(&value, index + 1),
                None => format!("${}", index + 1),
            });
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        match self.file.is_json && is_several {
            true => format!("[{arguments}]"),
            false => arguments,
        }
    }

    /// The fields that can't be left out, each with a place for its value.
    fn required(&self, spot: &Spot) -> String {
        let required: Vec<&str> = spot.required().collect();
        let fields = spot.fields().filter(|field| required.contains(&field.name));
        let fields = fields.zip(1..).map(|(field, number)| {
            let value = spot.value_of(&field);
            let value = value
                .map(|value| self.beginning(&value, number))
                .unwrap_or_default();
            match self.file.is_json {
                true => format!("\"{}\": {value}", field.name),
                false => format!("{}: {value}", field.name),
            }
        });
        fields.collect::<Vec<_>>().join(", ")
    }

    /// A value in parentheses with the fields that it has to have.
    fn group(&self, spot: &Spot) -> Option<Offer> {
        spot.fields().next().filter(|_| !spot.is_map())?;
        let fields = self.required(spot);
        let (label, text) = match self.file.is_json {
            true => ("{ }", format!("{{{fields}$0}}")),
            false => ("( )", format!("({fields}$0)")),
        };
        Some(self.offer(label, OfferKind::Call, spot.member, String::new(), text))
    }

    /// How a value begins and ends, with the place of that number where it is filled in.
    fn beginning(&self, value: &Spot, number: usize) -> String {
        let has_choices = !value.words().is_empty() || value.calls().next().is_some();
        let has_fields = value.fields().next().is_some();
        let [open, close] = if has_choices {
            ["", ""]
        } else if value.is_map() && !value.allows("array") {
            ["{", "}"]
        } else if value.allows("array") && !value.is_map() {
            ["[", "]"]
        } else if has_fields && !value.allows("string") {
            if self.file.is_json {
                ["{", "}"]
            } else {
                ["(", ")"]
            }
        } else if value.allows("string") && !value.allows("number") && !has_fields {
            ["\"", "\""]
        } else {
            ["", ""]
        };
        format!("{open}${number}{close}")
    }

    /// The names that can stand there. What makes a service can name one of the catalogue.
    fn known(&self, role: Role, spot: &Spot) -> Vec<Known<'_>> {
        let is_declaration = role.is_declared(spot, matches!(self.cursor.slot, Slot::Key(_)));
        if role == Role::Service && is_declaration {
            return self.vocabulary.catalogue();
        }
        if is_declaration {
            return Vec::new();
        }
        let action = action(&self.cursor.frames).map(|span| self.text_of(span));
        self.vocabulary.known(role, action)
    }
}

/// A name as it stands within quotes.
fn escaped(name: &str) -> String {
    let quoted = quoted(name).unwrap_or_default();
    let inside = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    snippet_text(inside.unwrap_or_default())
}

/// A text in which nothing is left to be filled in.
fn snippet_text(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('$', "\\$")
        .replace('}', "\\}")
}

/// Returns what an edit writes where nothing can be filled in: the places for it are left out.
#[must_use]
pub fn without_places(snippet: &str) -> String {
    let mut plain = String::new();
    let mut chars = snippet.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            '$' => while chars.next_if(char::is_ascii_digit).is_some() {},
            _ => plain.push(c),
        }
    }
    plain
}
