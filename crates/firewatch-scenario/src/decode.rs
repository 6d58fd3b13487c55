//! From the parsed text to typed values: every problem on the way is noted, none stops the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::str::FromStr;

use firewatch_sim::Value;
use ron2::ast::{Expr, NumberExpr, NumberKind, StructBody, StructField};

use crate::problem::{Problem, instead_of, one_of};

/// Notes problems, and where in the text each path of the scenario stands.
#[derive(Default)]
pub(crate) struct Decoder {
    pub(crate) problems: Vec<Problem>,
    spans: BTreeMap<String, Range<usize>>,
    broken: BTreeSet<String>,
    /// The text has syntax errors: what seems to be missing may just not have been understood.
    pub(crate) partial: bool,
    /// Speed of a fault that gives none.
    pub(crate) default_speed: f64,
}

/// A type that a value of the text can be read as. `None` means that a problem was noted.
pub(crate) trait Decode: Sized {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self>;
}

pub(crate) fn span(expr: &Expr) -> Range<usize> {
    expr.span().start_offset..expr.span().end_offset
}

impl Decoder {
    /// Reads a value and notes where it stands.
    pub(crate) fn value<T: Decode>(&mut self, expr: &Expr, path: &str) -> Option<T> {
        self.spans.insert(path.to_owned(), span(expr));
        match expr {
            // Already reported by the parser.
            Expr::Error(_) => {
                self.broken.insert(path.to_owned());
                None
            }
            // `Some(x)` is never needed, but it is no mistake either.
            Expr::Option(option) => match &option.value {
                Some(inner) => T::decode(self, &inner.expr, path),
                None => self.mismatch(expr, path, "a value"),
            },
            _ => T::decode(self, expr, path),
        }
    }

    /// Notes where a path stands; for keys and names, which are not values.
    pub(crate) fn mark(&mut self, path: &str, place: Range<usize>) {
        self.spans.insert(path.to_owned(), place);
    }

    /// Notes a problem at a place of the text.
    pub(crate) fn problem(
        &mut self,
        path: &str,
        place: Range<usize>,
        message: String,
        label: &str,
        help: Option<String>,
    ) {
        self.broken.insert(path.to_owned());
        let (path, label) = (path.to_owned(), label.to_owned());
        self.problems.push(Problem {
            path,
            message,
            span: Some(place),
            label,
            help,
        });
    }

    /// Notes a problem of meaning at a path, unless that path could not be read properly.
    pub(crate) fn report(
        &mut self,
        path: &str,
        message: String,
        label: &str,
        help: Option<String>,
    ) {
        let prefixes = self.broken.iter().any(|broken| {
            path.strip_prefix(broken.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '(', '@']))
        });
        if !prefixes {
            let span = self.place(path);
            let (path, label) = (path.to_owned(), label.to_owned());
            self.problems.push(Problem {
                path,
                message,
                span,
                label,
                help,
            });
        }
    }

    /// Whether the path stands in the text.
    pub(crate) fn has_place(&self, path: &str) -> bool {
        self.spans.contains_key(path)
    }

    /// Whether that path could not be read properly.
    pub(crate) fn is_broken(&self, path: &str) -> bool {
        self.broken.contains(path)
    }

    /// Where the path stands, or the nearest thing around it that has a place.
    fn place(&self, path: &str) -> Option<Range<usize>> {
        let mut path = path;
        loop {
            if let Some(span) = self.spans.get(path) {
                return Some(span.clone());
            }
            let end = path.rfind(['.', '[', '(', '@'])?;
            path = &path[..end];
        }
    }

    /// Notes that the value is not what it should be.
    pub(crate) fn mismatch<T>(&mut self, expr: &Expr, path: &str, expected: &str) -> Option<T> {
        let subject = if path.is_empty() {
            "the scenario".to_owned()
        } else {
            format!("`{path}`")
        };
        let message = format!("{subject} must be {expected}, not {}", describe(expr));
        self.problem(
            path,
            span(expr),
            message,
            &format!("expected {expected}"),
            None,
        );
        None
    }

    /// The named fields of `(a: 1, b: 2)` or of `Name(a: 1, b: 2)`.
    pub(crate) fn fields<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &'a str,
        what: &'static str,
        name: &str,
    ) -> Option<Fields<'a>> {
        let expected = format!("{what}: `(field: value, ...)`");
        let fields: &[StructField] = match expr {
            Expr::Unit(_) => &[],
            Expr::AnonStruct(anonymous) => &anonymous.fields,
            Expr::Struct(named) if named.name.name == name => match &named.body {
                Some(StructBody::Fields(fields)) => &fields.fields,
                Some(StructBody::Tuple(tuple)) if tuple.elements.is_empty() => &[],
                _ => return self.mismatch(expr, path, &expected),
            },
            _ => return self.mismatch(expr, path, &expected),
        };
        let mut seen = BTreeSet::new();
        for field in fields {
            let place = field.name.span.start_offset..field.name.span.end_offset;
            if !seen.insert(&field.name.name) {
                let message = format!("field `{}` is given twice", field.name.name);
                self.problem(
                    &join(path, &field.name.name),
                    place,
                    message,
                    "given again",
                    None,
                );
            }
        }
        Some(Fields {
            path,
            what,
            span: span(expr),
            fields,
            asked: Vec::new(),
        })
    }

    /// The entries of `{"a": 1, "b": 2}`, with the path of each; a key that comes twice is noted.
    pub(crate) fn entries<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &str,
        what: &str,
    ) -> Option<Vec<(String, String, &'a Expr<'a>)>> {
        let Expr::Map(map) = expr else {
            return self.mismatch(expr, path, what);
        };
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        for entry in &map.entries {
            let Expr::String(key) = &entry.key else {
                if !matches!(entry.key, Expr::Error(_)) {
                    let message = format!(
                        "a key in `{path}` must be text, not {}",
                        describe(&entry.key)
                    );
                    self.problem(path, span(&entry.key), message, "expected text", None);
                }
                continue;
            };
            let entry_path = format!("{path}[{:?}]", key.value);
            if seen.insert(&key.value) {
                self.mark(&format!("{entry_path}@key"), span(&entry.key));
                entries.push((key.value.clone(), entry_path, &entry.value));
            } else {
                let message = format!("`{}` is given twice in `{path}`", key.value);
                // The first entry was read: what it says is still checked.
                let entry_path = entry_path + "@again";
                self.problem(&entry_path, span(&entry.key), message, "given again", None);
            }
        }
        Some(entries)
    }

    /// The name and the arguments of `name` or `name(1, 2)`.
    pub(crate) fn call<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &str,
        expected: &str,
    ) -> Option<Call<'a>> {
        let Expr::Struct(named) = expr else {
            return self.mismatch(expr, path, expected);
        };
        let arguments = match &named.body {
            None => Vec::new(),
            Some(StructBody::Tuple(tuple)) => tuple.elements.iter().map(|e| &e.expr).collect(),
            Some(StructBody::Fields(_)) => return self.mismatch(expr, path, expected),
        };
        let name_span = named.name.span.start_offset..named.name.span.end_offset;
        Some(Call {
            name: &named.name.name,
            name_span,
            arguments,
            span: span(expr),
        })
    }

    /// A word out of a list: `critical`.
    pub(crate) fn word<T: FromStr>(
        &mut self,
        expr: &Expr,
        path: &str,
        what: &str,
        words: &[&str],
    ) -> Option<T> {
        let expected = format!("{what}: {}", one_of(words.iter().copied()));
        let word: &str = match expr {
            Expr::Struct(named) if named.body.is_none() => &named.name.name,
            // A word in quotes is a likely slip: say so by what is expected.
            _ => return self.mismatch(expr, path, &expected),
        };
        word.parse()
            .ok()
            .or_else(|| self.unknown(span(expr), path, what, word, words))
    }

    /// Notes that a name is none of the known ones.
    pub(crate) fn unknown<T>(
        &mut self,
        place: Range<usize>,
        path: &str,
        what: &str,
        name: &str,
        known: &[&str],
    ) -> Option<T> {
        let message = format!("unknown {} `{name}`", strip_article(what));
        self.problem(
            path,
            place,
            message,
            "",
            instead_of(name, known.iter().copied()),
        );
        None
    }
}

fn strip_article(what: &str) -> &str {
    what.strip_prefix("a ")
        .or_else(|| what.strip_prefix("an "))
        .unwrap_or(what)
}

pub(crate) fn join(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

/// A name with arguments, as in `at_tick(3, all_healthy)`.
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    pub(crate) name_span: Range<usize>,
    pub(crate) arguments: Vec<&'a Expr<'a>>,
    span: Range<usize>,
}

impl<'a> Call<'a> {
    /// The arguments, if there are as many as the signature (`name(first, second)`) shows.
    pub(crate) fn arguments<const N: usize>(
        &self,
        decoder: &mut Decoder,
        path: &str,
        signature: &str,
    ) -> Option<[&'a Expr<'a>; N]> {
        self.arguments.as_slice().try_into().ok().or_else(|| {
            let count = |n: usize| {
                if n == 1 {
                    "1 value".to_owned()
                } else {
                    format!("{n} values")
                }
            };
            let (takes, got) = (count(N), count(self.arguments.len()));
            let message = format!("`{}` takes {takes}, not {}", self.name, got);
            let help = Some(format!("write `{signature}`"));
            decoder.problem(path, self.span.clone(), message, "", help);
            None
        })
    }
}

/// The fields of a struct: each is asked for once, what is left at the end is unknown.
pub(crate) struct Fields<'a> {
    path: &'a str,
    what: &'static str,
    span: Range<usize>,
    fields: &'a [StructField<'a>],
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    fn find(&mut self, name: &'static str) -> Option<&'a Expr<'a>> {
        self.asked.push(name);
        self.fields
            .iter()
            .find(|field| field.name.name == name)
            .map(|field| &field.value)
    }

    /// A field that may be left out. `None` is like leaving it out.
    pub(crate) fn optional<T: Decode>(
        &mut self,
        decoder: &mut Decoder,
        name: &'static str,
    ) -> Option<T> {
        let expr = self.find(name)?;
        match expr {
            Expr::Option(option) if option.value.is_none() => None,
            _ => decoder.value(expr, &join(self.path, name)),
        }
    }

    /// A field that must be there.
    pub(crate) fn required<T: Decode>(
        &mut self,
        decoder: &mut Decoder,
        name: &'static str,
    ) -> Option<T> {
        self.required_or(decoder, name, "")
    }

    /// A field that must be there, unless there is something else instead.
    pub(crate) fn required_or<T: Decode>(
        &mut self,
        decoder: &mut Decoder,
        name: &'static str,
        instead: &str,
    ) -> Option<T> {
        let path = join(self.path, name);
        if let Some(expr) = self.find(name) {
            return decoder.value(expr, &path);
        }
        // It may be there under another name: then that is the one problem to tell.
        let misspelt = self
            .fields
            .iter()
            .any(|field| crate::problem::closest(&field.name.name, [name]).is_some());
        if decoder.partial || misspelt {
            decoder.mark(&path, self.span.clone());
            decoder.broken.insert(path);
        } else {
            let or = if instead.is_empty() {
                String::new()
            } else {
                format!(", or {instead}")
            };
            let message = format!("{} needs the field `{name}`{or}", self.what);
            decoder.problem(
                &path,
                self.span.clone(),
                message,
                &format!("no `{name}` here"),
                None,
            );
        }
        None
    }

    /// Notes every field that nobody asked for.
    pub(crate) fn finish(self, decoder: &mut Decoder) {
        for field in self.fields {
            let name: &str = &field.name.name;
            if !self.asked.contains(&name) {
                let place = field.name.span.start_offset..field.name.span.end_offset;
                let message = format!("{} has no field `{name}`", self.what);
                let help = instead_of(name, self.asked.iter().copied());
                decoder.problem(
                    &join(self.path, name),
                    place,
                    message,
                    "unknown field",
                    help,
                );
            }
        }
    }
}

/// What stands in the text, in words.
fn describe(expr: &Expr) -> String {
    match expr {
        Expr::Unit(_) => "`()`".to_owned(),
        Expr::Bool(b) => format!("`{}`", b.value),
        Expr::Char(_) => "a character".to_owned(),
        Expr::Byte(_) | Expr::Bytes(_) => "bytes".to_owned(),
        Expr::Number(number) => format!("the number `{}`", number.raw),
        Expr::String(_) => "text".to_owned(),
        Expr::Option(_) => "an option".to_owned(),
        Expr::Seq(_) => "a list `[...]`".to_owned(),
        Expr::Map(_) => "a map `{...}`".to_owned(),
        Expr::Tuple(_) => "a tuple".to_owned(),
        Expr::AnonStruct(_) => "a struct `(...)`".to_owned(),
        Expr::Struct(named) => format!("`{}`", named.name.name),
        Expr::Error(_) => "what can't be read".to_owned(),
    }
}

fn is_whole(number: &NumberExpr) -> bool {
    matches!(
        number.kind,
        NumberKind::Integer | NumberKind::NegativeInteger
    )
}

/// The digits without underscores, and their base.
fn whole(number: &NumberExpr) -> Option<i128> {
    let raw = number.raw.replace('_', "");
    let (negative, digits) = match raw.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, raw.strip_prefix('+').unwrap_or(&raw)),
    };
    let (digits, base) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        _ => (digits, 10),
    };
    let magnitude = i128::from_str_radix(digits, base).ok()?;
    Some(if negative { -magnitude } else { magnitude })
}

impl Decode for u64 {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        const EXPECTED: &str = "a whole number from 0 up";
        match expr {
            Expr::Number(number) if is_whole(number) => whole(number)
                .and_then(|n| Self::try_from(n).ok())
                .or_else(|| decoder.mismatch(expr, path, EXPECTED)),
            _ => decoder.mismatch(expr, path, EXPECTED),
        }
    }
}

impl Decode for f64 {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let Expr::Number(number) = expr else {
            return decoder.mismatch(expr, path, "a number");
        };
        let parsed = match number.kind {
            NumberKind::Integer | NumberKind::NegativeInteger => whole(number).map(|n| n as Self),
            NumberKind::Float => number.raw.replace('_', "").parse().ok(),
            NumberKind::SpecialFloat => None,
        };
        let finite = parsed.filter(|x: &Self| x.is_finite());
        finite.or_else(|| decoder.mismatch(expr, path, "a finite number"))
    }
}

impl Decode for bool {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        match expr {
            Expr::Bool(b) => Some(b.value),
            _ => decoder.mismatch(expr, path, "true or false"),
        }
    }
}

impl Decode for String {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        match expr {
            Expr::String(text) => Some(text.value.clone()),
            _ => decoder.mismatch(expr, path, "text in quotes"),
        }
    }
}

/// An element that can't be read is noted, and a stand-in takes its place in the list.
impl<T: Decode + StandIn> Decode for Vec<T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let Expr::Seq(list) = expr else {
            return decoder.mismatch(expr, path, "a list `[...]`");
        };
        let mut items = Self::new();
        for (index, item) in list.items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let item = decoder.value(&item.expr, &path);
            items.push(item.unwrap_or_else(|| {
                decoder.broken.insert(path);
                T::stand_in()
            }));
        }
        Some(items)
    }
}

/// What takes the place of an element that could not be read, so that the others keep theirs.
pub(crate) trait StandIn {
    fn stand_in() -> Self;
}

impl StandIn for String {
    fn stand_in() -> Self {
        Self::new()
    }
}

impl Decode for Value {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        match expr {
            Expr::Bool(b) => Some(Self::Bool(b.value)),
            Expr::String(text) => Some(Self::Text(text.value.clone())),
            Expr::Number(number) if is_whole(number) => match whole(number).map(i64::try_from) {
                Some(Ok(n)) => Some(Self::Int(n)),
                _ => decoder.mismatch(expr, path, "a number of at most 64 bits"),
            },
            Expr::Number(_) => f64::decode(decoder, expr, path).map(Self::Float),
            Expr::Seq(list) => {
                let items = list.items.iter().enumerate();
                let items =
                    items.map(|(i, item)| decoder.value(&item.expr, &format!("{path}[{i}]")));
                items.collect::<Option<_>>().map(Self::List)
            }
            Expr::Map(_) => BTreeMap::decode(decoder, expr, path).map(Self::Map),
            _ => decoder.mismatch(expr, path, "a number, true or false, text, a list or a map"),
        }
    }
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let entries = decoder.entries(expr, path, "a map `{\"name\": value}`")?;
        let mut map = Self::new();
        for (key, path, expr) in entries {
            if let Some(value) = decoder.value(expr, &path) {
                map.insert(key, value);
            }
        }
        Some(map)
    }
}
