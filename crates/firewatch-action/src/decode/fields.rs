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
        let (name_given, parts) = match &expr.kind {
            Kind::Group(group) => (group.name.as_ref(), parts_of(&group.items)),
            Kind::Map(entries) if self.is_json => (None, parts_of_json(entries)),
            _ => {
                self.mismatch(expr, path, &format!("{what}: `{example}`"));
                return None;
            }
        };
        if let Some(other) = name_given.filter(|other| other.text != name) {
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
        for field in parts.iter().filter_map(|part| part.name.as_ref()) {
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
            |part: &&Part| part.name.is_none() && !matches!(part.value.kind, Kind::Broken);
        if let Some(part) = parts.iter().find(nameless).filter(|_| !self.partial) {
            let message = format!("{what} consists of fields, not of {}", describe(part.value));
            let place = part.value.span.clone();
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
        let head = name_given.map_or(&expr.span, |name| &name.span);
        if path.is_empty() {
            self.mark(HEAD, head.clone());
        }
        Some(Fields {
            what: what.to_owned(),
            head,
            parts,
        })
    }

    /// The name and the arguments of `name` or `name(1, 2)`.
    pub(super) fn call<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &str,
        expected: &str,
    ) -> Option<Call<'a>> {
        let (name, name_span, values) = match &expr.kind {
            Kind::Group(Group {
                name: Some(Name { text, span }),
                items,
            }) => (*text, span.clone(), Values::Items(items)),
            Kind::Map(entries) if self.is_json && entries.len() == 1 => {
                let (key, value) = &entries[0];
                match self.word(key) {
                    Some(name) => (name, key.span.clone(), Values::Json(value)),
                    None => {
                        self.mismatch(expr, path, expected);
                        return None;
                    }
                }
            }
            _ => match self.word(expr) {
                Some(name) => (name, expr.span.clone(), Values::None),
                None => {
                    let is_word =
                        |text: &str| text.chars().all(|c| c == '_' || c.is_alphanumeric());
                    let help = without_quotes(expr, is_word);
                    self.mismatch_with(expr, path, expected, help);
                    return None;
                }
            },
        };
        Some(Call {
            name,
            name_span,
            values,
            span: expr.span.clone(),
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

/// The arguments of a call.
#[derive(Clone, Copy)]
enum Values<'a> {
    /// Nothing: the name is a word.
    None,
    /// Values in parentheses.
    Items(&'a [Item<'a>]),
    /// The value of the key in JSON: the one value of the call, or the list of them.
    Json(&'a Expr<'a>),
}

/// A name with arguments, as in `at_tick(3, all_healthy)`; in JSON `{"at_tick": [3, "all_healthy"]}`.
#[derive(Clone)]
pub(super) struct Call<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// Where the name stands.
    pub(super) name_span: Range<usize>,
    values: Values<'a>,
    span: Range<usize>,
}

impl<'a> Call<'a> {
    /// Where the fields of a call stand that has fields.
    pub(super) fn content(&self, whole: &'a Expr<'a>) -> &'a Expr<'a> {
        match self.values {
            Values::Json(value) => value,
            Values::None | Values::Items(_) => whole,
        }
    }

    /// The values, up to a maximum number.
    fn list(&self, most: usize) -> Vec<&'a Expr<'a>> {
        match self.values {
            Values::None => Vec::new(),
            Values::Items(items) => items.iter().map(|item| &item.value).collect(),
            Values::Json(value) => match &value.kind {
                Kind::List(items) if most > 1 => items.iter().collect(),
                Kind::Word("null") if most == 0 => Vec::new(),
                _ => vec![value],
            },
        }
    }

    /// Whether a call with fields is a word alone; notes it if so. The signature shows how the call is written.
    pub(super) fn refuses_word(&self, decoder: &mut Decoder, path: &str, signature: &str) -> bool {
        let is_word = matches!(self.values, Values::None);
        if is_word && decoder.is_near_slip(&self.span) {
            decoder.mark_broken(path);
        } else if is_word {
            let message = format!("`{}` takes fields, not none", self.name);
            let help = Some(decoder.written(&format!("write `{signature}`")));
            let place = self.span.clone();
            decoder.problem(codes::WRONG_ARGUMENTS, path, place, message, "", help);
        }
        is_word
    }

    /// The values, if there are as many as there may be; the signature shows how the call is written.
    pub(super) fn arguments(
        &self,
        decoder: &mut Decoder,
        path: &str,
        counts: RangeInclusive<usize>,
        signature: &str,
    ) -> Option<Vec<&'a Expr<'a>>> {
        let items = match self.values {
            Values::Items(items) => items,
            Values::None | Values::Json(_) => &[],
        };
        let values = self.list(*counts.end());
        let has_parentheses = matches!(self.values, Values::Items(_));
        let (place, message, label) = if *counts.end() == 0 && values.is_empty() && has_parentheses
        {
            let message = format!("`{}` has no parentheses", self.name);
            (self.span.clone(), message, String::new())
        } else if let Some(named) = items.iter().find_map(|item| item.name.as_ref()) {
            let message = format!("the values of `{}` have no names", self.name);
            let label = format!("leave out `{}:`", shown(named.text));
            (named.span.clone(), message, label)
        } else if counts.contains(&values.len()) {
            return Some(values);
        } else {
            // A value that could not be read may have been several.
            let is_broken = |value: &&Expr| matches!(value.kind, Kind::Broken);
            if values.iter().any(is_broken) || decoder.is_near_slip(&self.span) {
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
            let got = match values.len() {
                0 => "none".to_owned(),
                count => count.to_string(),
            };
            let message = format!("`{}` takes {takes}, not {got}", self.name);
            (self.span.clone(), message, String::new())
        };
        let help = Some(decoder.written(&format!("write `{signature}`")));
        decoder.problem(codes::WRONG_ARGUMENTS, path, place, message, &label, help);
        None
    }
}

/// A part of a struct: a field, or a value without a name.
struct Part<'a> {
    name: Option<Name<'a>>,
    value: &'a Expr<'a>,
}

fn parts_of<'a>(items: &'a [Item<'a>]) -> Vec<Part<'a>> {
    let part = |item: &'a Item<'a>| Part {
        name: item.name.clone(),
        value: &item.value,
    };
    items.iter().map(part).collect()
}

/// The fields of an object in JSON.
fn parts_of_json<'a>(entries: &'a [(Expr<'a>, Expr<'a>)]) -> Vec<Part<'a>> {
    let part = |(key, value): &'a (Expr<'a>, Expr<'a>)| match &key.kind {
        Kind::Text(text) => Some(Part {
            name: Some(Name {
                text,
                span: key.span.clone(),
            }),
            value,
        }),
        // A key with an escape that RON does not have.
        _ => None,
    };
    entries.iter().filter_map(part).collect()
}

/// The fields of a struct.
pub(super) struct Fields<'a> {
    what: String,
    /// Where something that is missing is shown to be so.
    head: &'a Range<usize>,
    parts: Vec<Part<'a>>,
}

impl<'a> Fields<'a> {
    fn names(&self) -> impl Iterator<Item = &Name<'a>> {
        self.parts.iter().filter_map(|part| part.name.as_ref())
    }

    pub(super) fn find(&self, name: &str) -> Option<&'a Expr<'a>> {
        let is_named = |part: &&Part| part.name.as_ref().is_some_and(|n| n.text == name);
        self.parts.iter().find(is_named).map(|part| part.value)
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
                let fields = known.iter().filter(|field| !field.starts_with('$'));
                let help = suggest(name, "fields", fields.copied());
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
        let is_nameless = self.parts.iter().any(|part| part.name.is_none());
        for name in known.iter().filter(|name| self.find(name).is_none()) {
            // Of many unknown names the first are looked at.
            let mut unknown = unknown.iter().take(MAX_PROBLEMS);
            if is_nameless || unknown.any(|field| closest(field.text, [*name]).is_some()) {
                decoder.mark_broken(&join(path, name));
            }
        }
    }
}
