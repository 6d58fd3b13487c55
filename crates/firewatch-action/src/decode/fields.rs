//! Values in parentheses: structs with named fields, and calls with arguments.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use super::describe::{describe, example_of, without_quotes};
use super::{Decoder, join};
use crate::codes;
use firewatch_ron::{Expr, Group, Item, Kind, MAX_PROBLEMS, Name, closest, listed, shown, suggest};

impl Decoder {
    /// The named fields of `(a: 1, b: 2)` or of `Name(a: 1, b: 2)`; `what` has them, and the example shows how.
    pub(super) fn fields<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &str,
        [what, name, example]: [&str; 3],
    ) -> Option<Fields<'a>> {
        let is_named = matches!(&expr.kind, Kind::Group(group) if group.name.is_some());
        let written = match is_named {
            true => example,
            false => &example[example.find('(').unwrap_or(0)..],
        };
        let example = example_of(example, path);
        let Kind::Group(group) = &expr.kind else {
            self.mismatch(expr, path, &format!("{what}: `{example}`"));
            return None;
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
        let head = group.name.as_ref().map_or(&expr.span, |name| &name.span);
        if path.is_empty() {
            self.mark(HEAD, head.clone());
        }
        Some(Fields {
            what: what.to_owned(),
            head,
            items: &group.items,
        })
    }

    /// The name and the arguments of `name` or `name(1, 2)`.
    pub(super) fn call<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &str,
        expected: &str,
    ) -> Option<Call<'a>> {
        let (name, name_span, items): (&str, _, &[Item]) = match &expr.kind {
            Kind::Word(name) => (name, expr.span.clone(), &[]),
            Kind::Group(Group {
                name: Some(Name { text, span }),
                items,
            }) => (text, span.clone(), items),
            _ => {
                let is_word = |text: &str| text.chars().all(|c| c == '_' || c.is_alphanumeric());
                let help = without_quotes(expr, is_word);
                self.mismatch_with(expr, path, expected, help);
                return None;
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

    /// Notes fields of the file that are not there, unless they seem to be; `instead` would do, too.
    pub fn missing(&mut self, what: &str, names: &[&str], instead: &str) {
        let place = self.place(HEAD).or_else(|| self.place(""));
        let missing: Vec<&str> = { names.iter().copied() }
            .filter(|name| !self.is_broken(name))
            .collect();
        self.note_missing("", what, &missing, instead, place);
        names.iter().for_each(|name| self.mark_broken(name));
    }

    fn note_missing(
        &mut self,
        path: &str,
        what: &str,
        missing: &[&str],
        instead: &str,
        place: Option<Range<usize>>,
    ) {
        if self.partial || missing.is_empty() {
            return;
        }
        if self.is_full() {
            return self.omit();
        }
        let fields = listed(missing.iter().copied(), "and");
        let (path, noun, label) = match missing {
            [only] => (join(path, only), "field", format!("no {fields} here")),
            _ => (join(path, "@missing"), "fields", String::new()),
        };
        let message = format!("{what} needs the {noun} {fields}{instead}");
        self.problem_at(codes::MISSING_FIELD, &path, place, message, &label, None);
    }
}

/// Where fields of the file are shown to be missing.
const HEAD: &str = "@head";

/// A name with arguments, as in `at_tick(3, all_healthy)`.
#[derive(Clone)]
pub(super) struct Call<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// Where the name stands.
    pub(super) name_span: Range<usize>,
    items: &'a [Item<'a>],
    span: Range<usize>,
    has_parentheses: bool,
}

impl<'a> Call<'a> {
    /// The values, if there are as many as there may be; the signature shows how the call is written.
    pub(super) fn arguments(
        &self,
        decoder: &mut Decoder,
        path: &str,
        counts: RangeInclusive<usize>,
        signature: &str,
    ) -> Option<Vec<&'a Expr<'a>>> {
        let (place, message, label) =
            if *counts.end() == 0 && self.items.is_empty() && self.has_parentheses {
                let message = format!("`{}` has no parentheses", self.name);
                (self.span.clone(), message, String::new())
            } else if let Some(named) = self.items.iter().find_map(|item| item.name.as_ref()) {
                let message = format!("the values of `{}` have no names", self.name);
                let label = format!("leave out `{}:`", shown(named.text));
                (named.span.clone(), message, label)
            } else if counts.contains(&self.items.len()) {
                return Some(self.items.iter().map(|item| &item.value).collect());
            } else {
                // A value that could not be read may have been several.
                let is_broken = |item: &Item| matches!(item.value.kind, Kind::Broken);
                if self.items.iter().any(is_broken) || decoder.is_near_slip(&self.span) {
                    decoder.mark_broken(path);
                    return None;
                }
                let takes = match (*counts.start(), *counts.end()) {
                    (0, 0) => "no value".to_owned(),
                    (1, 1) => "1 value".to_owned(),
                    (least, most) if least == most => format!("{most} values"),
                    (least, most) if least + 1 == most => format!("{least} or {most} values"),
                    (least, most) => format!("{least} to {most} values"),
                };
                let got = match self.items.len() {
                    0 => "none".to_owned(),
                    count => count.to_string(),
                };
                let message = format!("`{}` takes {takes}, not {got}", self.name);
                (self.span.clone(), message, String::new())
            };
        let help = Some(format!("write `{signature}`"));
        decoder.problem(codes::WRONG_ARGUMENTS, path, place, message, &label, help);
        None
    }
}

/// The fields of a struct.
pub(super) struct Fields<'a> {
    what: String,
    /// Where something that is missing is shown to be so.
    head: &'a Range<usize>,
    items: &'a [Item<'a>],
}

impl<'a> Fields<'a> {
    fn names(&self) -> impl Iterator<Item = &'a Name<'a>> + use<'a> {
        self.items.iter().filter_map(|item| item.name.as_ref())
    }

    pub(super) fn find(&self, name: &str) -> Option<&'a Expr<'a>> {
        let is_named = |item: &&Item| item.name.as_ref().is_some_and(|n| n.text == name);
        self.items.iter().find(is_named).map(|item| &item.value)
    }

    /// Notes what is missing, and every field that is none of the known ones.
    pub(super) fn finish(
        &self,
        decoder: &mut Decoder,
        path: &str,
        known: &[&str],
        missing: &[&str],
    ) {
        let unknown: Vec<&Name> = { self.names() }
            .filter(|field| !known.contains(&field.text))
            .collect();
        if !decoder.is_full() {
            self.mark_absent(decoder, path, known, &unknown);
        }
        let missing: Vec<&str> = { missing.iter().copied() }
            .filter(|name| !decoder.is_broken(&join(path, name)))
            .collect();
        decoder.note_missing(path, &self.what, &missing, "", Some(self.head.clone()));
        missing
            .iter()
            .for_each(|name| decoder.mark_broken(&join(path, name)));
        for field in unknown {
            let name = field.text;
            if decoder.is_near_slip(&field.span) {
                continue;
            }
            if decoder.is_full() {
                decoder.omit();
            } else {
                let message = format!("{} has no field `{}`", self.what, shown(name));
                let help = suggest(name, "fields", known.iter().copied());
                let path = join(path, &shown(name));
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

    /// What is not there may be there without its name, or under another one: then that is the one problem to tell.
    fn mark_absent(&self, decoder: &mut Decoder, path: &str, known: &[&str], unknown: &[&Name]) {
        let is_nameless = self.items.iter().any(|item| item.name.is_none());
        for name in known.iter().filter(|name| self.find(name).is_none()) {
            // Of many unknown names the first are looked at.
            let mut unknown = unknown.iter().take(MAX_PROBLEMS);
            if is_nameless || unknown.any(|field| closest(field.text, [*name]).is_some()) {
                decoder.mark_broken(&join(path, name));
            }
        }
    }
}
