//! Values in parentheses: structs with named fields, and calls with arguments.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Decode, Decoder, describe, join, without_quotes};
use crate::codes;
use firewatch_ron::{Expr, Group, Item, Kind, Name};
use firewatch_ron::{closest, listed, shown, suggest};

impl Decoder {
    /// The named fields of `(a: 1, b: 2)` or of `Name(a: 1, b: 2)`; the example shows the name.
    pub fn fields<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &'a str,
        what: &'static str,
        example: &str,
    ) -> Option<Fields<'a>> {
        let (name, fields) = example.split_at(example.find('(').unwrap_or(0));
        let is_named = matches!(&expr.kind, Kind::Group(group) if group.name.is_some());
        let written = if is_named { example } else { fields };
        // Only the scenario itself is written with its name.
        let example = if path.is_empty() { example } else { fields };
        let expected = format!("{what}: `{example}`");
        let Kind::Group(group) = &expr.kind else {
            return self.mismatch(expr, path, &expected);
        };
        if let Some(other) = group.name.as_ref().filter(|other| other.text != name) {
            let help = format!("write `{example}`");
            let message = format!("{what} is not called `{}`", shown(other.text));
            self.problem(
                codes::WRONG_NAME,
                path,
                other.span.clone(),
                message,
                "",
                Some(help),
            );
            return None;
        }
        let mut seen = BTreeSet::new();
        for field in group.items.iter().filter_map(|item| item.name.as_ref()) {
            if !seen.insert(field.text) {
                let field_name = shown(field.text);
                let path = format!("{}@again", join(path, &field_name));
                let message = format!("field `{field_name}` is given twice");
                self.problem(
                    codes::DUPLICATE,
                    &path,
                    field.span.clone(),
                    message,
                    "given again",
                    None,
                );
            }
        }
        let nameless =
            |item: &&Item| item.name.is_none() && !matches!(item.value.kind, Kind::Broken);
        if let Some(item) = group.items.iter().find(nameless).filter(|_| !self.partial) {
            let message = format!(
                "{what} consists of fields, not of {}",
                describe(&item.value)
            );
            let place = item.value.span.clone();
            let path = join(path, "@nameless");
            let help = format!("give each value its name, as in `{written}`");
            self.problem(
                codes::UNNAMED_FIELD,
                &path,
                place,
                message,
                "expected `field: value`",
                Some(help),
            );
        }
        Some(Fields {
            path,
            what,
            head: group.name.as_ref().map_or(&expr.span, |name| &name.span),
            items: &group.items,
            asked: Vec::new(),
        })
    }

    /// The name and the arguments of `name` or `name(1, 2)`.
    pub fn call<'a>(&mut self, expr: &'a Expr<'a>, path: &str, expected: &str) -> Option<Call<'a>> {
        let (name, name_span, items): (&str, _, &[Item]) = match &expr.kind {
            Kind::Word(name) => (name, expr.span.clone(), &[]),
            Kind::Group(Group {
                name: Some(Name { text, span }),
                items,
            }) => (text, span.clone(), items),
            _ => {
                let is_word = |text: &str| text.chars().all(|c| c == '_' || c.is_alphanumeric());
                let help = without_quotes(expr, is_word);
                return self.mismatch_with(expr, path, expected, help);
            }
        };
        Some(Call {
            name,
            name_span,
            items,
            span: expr.span.clone(),
            has_parentheses: matches!(expr.kind, Kind::Group(_)),
        })
    }
}

/// A name with arguments, as in `at_tick(3, all_healthy)`.
pub struct Call<'a> {
    /// The name.
    pub name: &'a str,
    /// Where the name stands.
    pub name_span: Range<usize>,
    items: &'a [Item<'a>],
    span: Range<usize>,
    has_parentheses: bool,
}

impl<'a> Call<'a> {
    /// How many arguments there are.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// The arguments, if there are as many as the signature (`name(first, second)`) shows.
    pub fn arguments<const N: usize>(
        &self,
        decoder: &mut Decoder,
        path: &str,
        signature: &str,
    ) -> Option<[&'a Expr<'a>; N]> {
        let help = Some(format!("write `{signature}`"));
        if N == 0 && self.items.is_empty() && self.has_parentheses {
            let message = format!("`{}` has no parentheses", self.name);
            decoder.problem(
                codes::WRONG_ARGUMENTS,
                path,
                self.span.clone(),
                message,
                "",
                help,
            );
            return None;
        }
        if let Some(named) = self.items.iter().find_map(|item| item.name.as_ref()) {
            let (call, name) = (self.name, shown(named.text));
            let message = format!("the values of `{call}` have no names");
            let label = format!("leave out `{name}:`");
            decoder.problem(
                codes::WRONG_ARGUMENTS,
                path,
                named.span.clone(),
                message,
                &label,
                help,
            );
            return None;
        }
        let values: Vec<&Expr> = self.items.iter().map(|item| &item.value).collect();
        values.try_into().ok().or_else(|| {
            // A value that could not be read may have been several.
            let is_broken = |item: &Item| matches!(item.value.kind, Kind::Broken);
            if self.items.iter().any(is_broken) || decoder.is_near_slip(&self.span) {
                decoder.mark_broken(path);
                return None;
            }
            let takes = match N {
                0 => "no value".to_owned(),
                1 => "1 value".to_owned(),
                _ => format!("{N} values"),
            };
            let got = match self.items.len() {
                0 => "none".to_owned(),
                count => count.to_string(),
            };
            let message = format!("`{}` takes {takes}, not {got}", self.name);
            decoder.problem(
                codes::WRONG_ARGUMENTS,
                path,
                self.span.clone(),
                message,
                "",
                help,
            );
            None
        })
    }
}

/// The fields of a struct: each is asked for once, what is left at the end is unknown.
pub struct Fields<'a> {
    path: &'a str,
    what: &'static str,
    /// Where something that is missing is shown to be so.
    head: &'a Range<usize>,
    items: &'a [Item<'a>],
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    fn names(&self) -> impl Iterator<Item = &'a Name<'a>> + use<'a> {
        self.items.iter().filter_map(|item| item.name.as_ref())
    }

    fn find(&mut self, name: &'static str) -> Option<&'a Expr<'a>> {
        self.asked.push(name);
        let is_named = |item: &&Item| item.name.as_ref().is_some_and(|n| n.text == name);
        self.items.iter().find(is_named).map(|item| &item.value)
    }

    /// Whether the field is given.
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|field| field.text == name)
    }

    /// A field that may be left out. `None` is like leaving it out.
    pub fn optional<T: Decode>(&mut self, decoder: &mut Decoder, name: &'static str) -> Option<T> {
        let expr = self.find(name)?;
        let path = join(self.path, name);
        match &expr.kind {
            Kind::Nothing => None,
            // It is never needed, but it is no mistake either.
            Kind::Some(inner) => decoder.value(inner, &path),
            _ => decoder.value(expr, &path),
        }
    }

    /// A field that must be there.
    pub fn required<T: Decode>(&mut self, decoder: &mut Decoder, name: &'static str) -> Option<T> {
        let path = join(self.path, name);
        if let Some(expr) = self.find(name) {
            return decoder.value(expr, &path);
        }
        self.note_missing(decoder, &[name], "");
        None
    }

    /// Notes those of the fields that are not there; `instead` would do, too.
    pub fn note_missing(&self, decoder: &mut Decoder, names: &[&str], instead: &str) {
        let mut missing = Vec::new();
        let nameless = self.items.iter().any(|item| item.name.is_none());
        for name in names {
            let path = join(self.path, name);
            if self.has(name) {
                continue;
            }
            decoder.mark_broken(&path);
            // It may be there under another name: then that is the one problem to tell.
            let misspelt = self
                .names()
                .any(|field| closest(field.text, [*name]).is_some());
            if !(decoder.partial || misspelt || nameless) {
                missing.push(*name);
            }
        }
        if decoder.is_full() && !missing.is_empty() {
            return decoder.omit();
        }
        let path = match missing.as_slice() {
            [] => return,
            [only] => join(self.path, only),
            _ => join(self.path, "@missing"),
        };
        let fields = listed(missing.iter().copied(), "and");
        let noun = if missing.len() == 1 {
            "field"
        } else {
            "fields"
        };
        let message = format!("{} needs the {noun} {fields}{instead}", self.what);
        let label = if missing.len() == 1 {
            format!("no {fields} here")
        } else {
            String::new()
        };
        decoder.problem(
            codes::MISSING_FIELD,
            &path,
            self.head.clone(),
            message,
            &label,
            None,
        );
    }

    /// Notes every field that nobody asked for.
    pub fn finish(self, decoder: &mut Decoder) {
        for field in self.names() {
            let name = field.text;
            if self.asked.contains(&name) || decoder.is_near_slip(&field.span) {
                continue;
            }
            if decoder.is_full() {
                decoder.omit();
            } else {
                let message = format!("{} has no field `{}`", self.what, shown(name));
                let help = suggest(name, "fields", self.asked.iter().copied());
                let path = join(self.path, &shown(name));
                decoder.problem(
                    codes::UNKNOWN_FIELD,
                    &path,
                    field.span.clone(),
                    message,
                    "unknown field",
                    help,
                );
            }
        }
    }
}
