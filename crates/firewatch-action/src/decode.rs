//! From the parsed text to typed values: every problem on the way is noted, none stops the rest.

mod describe;
mod engine;
mod fields;
mod json;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::str::FromStr;

use firewatch_sim::FaultKinds;

use describe::{article, describe, in_quotes, without_quotes};
pub use fields::{Call, Fields};

use crate::codes;
use firewatch_ron::Code;
use firewatch_ron::work;
use firewatch_ron::{Expr, Kind};
use firewatch_ron::{MAX_PROBLEMS, Problem, choices, closest, shown, suggest};

/// Characters that a key may have. Keys are a part of the paths of everything below them.
pub const MAX_KEY: usize = 200;

/// Notes problems, and where in the text each path of the scenario stands.
#[derive(Default)]
pub struct Decoder {
    problems: Vec<Problem>,
    /// Problems beyond [`MAX_PROBLEMS`].
    omitted: usize,
    /// Where the syntax is wrong, and the lines of that.
    slips: Vec<Range<usize>>,
    slip_lines: Vec<Range<usize>>,
    spans: BTreeMap<String, Range<usize>>,
    broken: BTreeSet<String>,
    /// The text has syntax errors: what seems to be missing may just not have been understood.
    pub partial: bool,
    /// Some service's name could not be read: what seems to be unknown may be that one.
    pub lacks_names: bool,
    /// Kinds of fault that a file can name.
    pub fault_kinds: FaultKinds,
    /// Speed of a fault that gives none.
    pub default_speed: f64,
    /// Metrics that a file of actions declares.
    pub(crate) own_metrics: BTreeSet<String>,
    /// Parameters of the action that is being read, and the number of each.
    pub(crate) parameters: BTreeMap<String, usize>,
}

/// A type that a value of the text can be read as. `None` means that a problem was noted.
pub trait Decode: Sized {
    /// Reads it; `path` is where it stands in the file: `faults[1].speed`.
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self>;
}

/// What takes the place of an element that could not be read, so that the others keep theirs.
pub trait Placeholder {
    /// The value.
    fn placeholder() -> Self;
}

fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// An entry of a map.
pub struct Entry<'a> {
    /// The key.
    pub key: &'a str,
    /// Where the key stands.
    place: Range<usize>,
    value: &'a Expr<'a>,
}

/// The path of a field.
pub fn join(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

/// Where a segment of a path may begin.
const SEPARATORS: [char; 3] = ['.', '[', '@'];

/// The path and everything around it, from the inside out.
fn with_parents(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        path.rfind(SEPARATORS).map(|end| &path[..end])
    })
}

impl Decoder {
    /// Notes that begin with what is wrong with the syntax of the text.
    pub fn after(syntax: Vec<Problem>, text: &str) -> Self {
        let line_of = |problem: &Problem| {
            let place = problem.span.clone()?;
            let start = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
            let end = text[place.end..]
                .find('\n')
                .map_or(text.len(), |at| place.end + at);
            Some(start..end)
        };
        Self {
            partial: !syntax.is_empty(),
            slips: syntax
                .iter()
                .filter_map(|problem| problem.span.clone())
                .collect(),
            slip_lines: syntax.iter().filter_map(line_of).collect(),
            problems: syntax,
            ..Self::default()
        }
    }

    /// Whether something in a line of the place could not be parsed: what seems to be wrong with its
    /// structure most likely follows from that.
    fn is_near_slip(&self, place: &Range<usize>) -> bool {
        self.slip_lines.iter().any(|line| touch(line, place))
    }

    /// Whether anything is wrong.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Whether no further problem will be shown.
    pub fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// The problems in the order of their places, and how many others there are.
    pub fn finish(self) -> Vec<Problem> {
        let (mut problems, mut omitted) = (self.problems, self.omitted);
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| (span.start, span.end)));
        omitted += problems.len().saturating_sub(MAX_PROBLEMS);
        problems.truncate(MAX_PROBLEMS);
        if omitted > 0 {
            let message = match omitted {
                1 => "1 more problem is not shown".to_owned(),
                _ => format!("{omitted} more problems are not shown"),
            };
            problems.push(Problem {
                code: codes::NOT_SHOWN,
                path: String::new(),
                message,
                span: None,
                label: String::new(),
                help: None,
            });
        }
        problems
    }

    /// Counts a problem that is not shown.
    pub fn omit(&mut self) {
        self.omitted += 1;
    }

    fn note(&mut self, problem: Problem) {
        if self.is_full() {
            self.omit();
        } else {
            self.problems.push(problem);
        }
    }

    /// Reads a value and notes where it stands.
    pub fn value<T: Decode>(&mut self, expr: &Expr, path: &str) -> Option<T> {
        work::count(1);
        self.mark(path, expr.span.clone());
        let value = match &expr.kind {
            // Already reported by the parser.
            Kind::Broken => None,
            Kind::Nothing => self.mismatch(expr, path, "a value"),
            _ => T::decode(self, expr, path),
        };
        if value.is_none() {
            self.mark_broken(path);
        }
        value
    }

    /// Reads the value of an entry of a map, and notes where its key stands.
    pub fn entry<T: Decode>(&mut self, entry: &Entry, path: &str) -> Option<T> {
        self.mark(&format!("{path}@key"), entry.place.clone());
        self.value(entry.value, path)
    }

    /// Notes where a path stands.
    pub fn mark(&mut self, path: &str, place: Range<usize>) {
        self.spans.insert(path.to_owned(), place);
    }

    /// What stands at the path could not be read: nothing more is said about it.
    pub fn mark_broken(&mut self, path: &str) {
        self.broken.insert(path.to_owned());
    }

    /// Notes a problem at a place of the text.
    pub fn problem(
        &mut self,
        code: Code,
        path: &str,
        place: Range<usize>,
        message: String,
        label: &str,
        help: Option<String>,
    ) {
        if !self.is_full() {
            self.mark_broken(path);
        }
        self.note(Problem {
            code,
            path: path.to_owned(),
            message,
            span: Some(place),
            label: label.to_owned(),
            help,
        });
    }

    /// Notes a problem of meaning at a path, unless that path could not be read properly.
    pub fn report(
        &mut self,
        code: Code,
        path: &str,
        message: String,
        label: &str,
        help: Option<String>,
    ) {
        self.report_with(code, path, message, label, || help);
    }

    /// As [`Decoder::report`], with help that takes some work.
    pub fn report_with(
        &mut self,
        code: Code,
        path: &str,
        message: String,
        label: &str,
        help: impl FnOnce() -> Option<String>,
    ) {
        if with_parents(path).any(|path| self.is_broken(path)) {
            return;
        }
        let help = if self.is_full() { None } else { help() };
        self.note(Problem {
            code,
            path: path.to_owned(),
            message,
            span: with_parents(path).find_map(|path| self.spans.get(path).cloned()),
            label: label.to_owned(),
            help,
        });
    }

    /// Whether the path stands in the text.
    pub fn has_place(&self, path: &str) -> bool {
        self.spans.contains_key(path)
    }

    /// Whether that path could not be read properly.
    pub fn is_broken(&self, path: &str) -> bool {
        self.broken.contains(path)
    }

    /// Whether the path, or something in it, could not be read properly.
    pub fn is_broken_within(&self, path: &str) -> bool {
        let behind = self.broken.range(path.to_owned()..);
        let mut rests = behind.map_while(|broken| broken.strip_prefix(path));
        rests.any(|rest| rest.is_empty() || rest.starts_with(SEPARATORS))
    }

    /// Notes that the value is not what it should be.
    pub fn mismatch<T>(&mut self, expr: &Expr, path: &str, expected: &str) -> Option<T> {
        self.mismatch_with(expr, path, expected, None)
    }

    /// As [`Decoder::mismatch`], with what would be right.
    pub fn mismatch_with<T>(
        &mut self,
        expr: &Expr,
        path: &str,
        expected: &str,
        help: Option<String>,
    ) -> Option<T> {
        // What the parser could not read was reported by it.
        let is_at_slip = self.slips.iter().any(|slip| touch(slip, &expr.span));
        if matches!(expr.kind, Kind::Broken) || is_at_slip {
            self.mark_broken(path);
            return None;
        }
        if self.is_full() {
            self.omit();
            return None;
        }
        let subject = if path.is_empty() {
            "a file must hold".to_owned()
        } else {
            format!("`{path}` must be")
        };
        let message = format!("{subject} {expected}, not {}", describe(expr));
        let help = match expr.kind {
            Kind::Some(_) => Some("leave out `Some(...)`".to_owned()),
            _ => help,
        };
        // The label is for a glance: the details are in the message.
        let short = expected.split([':', ',', '`']).next().unwrap_or(expected);
        let label = format!("expected {}", short.trim_end());
        self.problem(
            codes::WRONG_TYPE,
            path,
            expr.span.clone(),
            message,
            &label,
            help,
        );
        None
    }

    /// The entries of `{"a": 1, "b": 2}`; a key that comes twice is noted.
    pub fn entries<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &str,
        what: &str,
    ) -> Option<Vec<Entry<'a>>> {
        let Kind::Map(map) = &expr.kind else {
            return self.mismatch(expr, path, what);
        };
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        for (key, value) in map {
            let place = key.span.clone();
            let text: &str = match &key.kind {
                Kind::Text(text) => text,
                Kind::Broken => {
                    self.mark_broken(path);
                    continue;
                }
                _ if self.is_near_slip(&place) => {
                    self.mark_broken(path);
                    continue;
                }
                _ => {
                    let message = format!(
                        "a key in `{path}` must be text in quotes, not {}",
                        describe(key)
                    );
                    let help = in_quotes(key);
                    self.problem(
                        codes::WRONG_TYPE,
                        path,
                        place,
                        message,
                        "expected text in quotes",
                        help,
                    );
                    continue;
                }
            };
            if text.chars().nth(MAX_KEY).is_some() {
                let message = format!("a key in `{path}` has more than {MAX_KEY} characters");
                self.problem(codes::TOO_LONG, path, place, message, "too long", None);
            } else if seen.insert(text) {
                entries.push(Entry {
                    key: text,
                    place,
                    value,
                });
            } else {
                let message = format!("`{}` is given twice in `{path}`", shown(text));
                // The first entry was read: what it says is still checked.
                let path = key_path(path, text) + "@again";
                self.problem(codes::DUPLICATE, &path, place, message, "given again", None);
            }
        }
        Some(entries)
    }

    /// A word out of a list: `critical`. `kind` names one of them and all of them: `status` and
    /// `statuses`.
    pub fn word<T: FromStr>(
        &mut self,
        expr: &Expr,
        path: &str,
        nouns: [&str; 2],
        words: &[&str],
    ) -> Option<T> {
        self.word_of(codes::UNKNOWN_WORD, expr, path, nouns, words, |word| {
            word.parse().ok()
        })
    }

    /// As [`Decoder::word`], where only `read` tells what the words stand for.
    pub(crate) fn word_of<T>(
        &mut self,
        code: Code,
        expr: &Expr,
        path: &str,
        [one, all]: [&str; 2],
        words: &[&str],
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let expected = format!("{} {one}", article(one));
        if self.is_full() && !matches!(expr.kind, Kind::Word(_)) {
            return self.mismatch(expr, path, &expected);
        }
        match &expr.kind {
            Kind::Word(word) => read(word).or_else(|| {
                self.unknown(code, expr.span.clone(), path, [one, all], word, words);
                None
            }),
            Kind::Text(text) => {
                let help = match closest(text, words.iter().copied()) {
                    _ if words.contains(&&**text) => {
                        Some(format!("leave out the quotes: `{text}`"))
                    }
                    Some(close) => Some(format!("did you mean `{close}`, without quotes?")),
                    None => choices(all, words.iter().copied())
                        .map(|choices| format!("{choices}, without quotes")),
                };
                self.mismatch_with(expr, path, &expected, help)
            }
            _ => {
                let help = choices(all, words.iter().copied());
                self.mismatch_with(expr, path, &expected, help)
            }
        }
    }

    /// Notes that the name of a call is none of the known ones.
    pub fn unknown_word(&mut self, call: &Call, path: &str, names: [&str; 2], known: &[&str]) {
        let place = call.name_span.clone();
        self.unknown(codes::UNKNOWN_WORD, place, path, names, call.name, known);
    }

    /// Notes that a name is none of the known ones.
    pub fn unknown(
        &mut self,
        code: Code,
        place: Range<usize>,
        path: &str,
        [one, all]: [&str; 2],
        name: &str,
        known: &[&str],
    ) {
        // What is not shown needs no suggestion: to look for one takes its time.
        if self.is_full() {
            return self.omit();
        }
        let message = format!("unknown {one} `{}`", shown(name));
        let help = suggest(name, all, known.iter().copied());
        self.problem(code, path, place, message, "", help);
    }
}

/// The path of an entry of a map.
pub fn key_path(path: &str, key: &str) -> String {
    format!("{path}[{key:?}]")
}

/// The value that a text holds, as far as it could be read; `what` and `example` show an empty file what
/// it lacks. Faults in it are of the given kinds.
pub fn read<T: Decode>(
    text: &str,
    what: &str,
    example: &str,
    fault_kinds: &FaultKinds,
) -> (Option<T>, Decoder) {
    let parsed = firewatch_ron::parse(text);
    let mut notes = Decoder::after(parsed.problems, text);
    notes.fault_kinds.clone_from(fault_kinds);
    let value = match &parsed.value {
        Some(expr) => notes.value::<T>(expr, ""),
        None => {
            if !notes.has_problems() {
                let message = format!("the file has no {what} in it");
                let help = Some(format!("begin with `{example}`"));
                notes.problem(codes::NO_CONTENT, "", 0..0, message, "", help);
            }
            None
        }
    };
    (value, notes)
}
