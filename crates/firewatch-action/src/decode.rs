//! From the parsed text to typed values: every problem on the way is noted, none stops the rest. Types say what they
//! consist of with serde.

mod asked;
mod describe;
mod fields;
mod json;
mod read;
mod refused;
mod signature;
mod tree;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use firewatch_ron::{Code, Expr, MAX_PROBLEMS, Problem};
use firewatch_sim::FaultKinds;

use crate::codes;
pub(crate) use asked::{
    CALL_OR, DECIMALS, EITHER, Expected, LIST_OR, MAP_OR, MAX_DECIMALS, POSITIVE, RAW, TEXT_OR,
    bounds,
};
pub(crate) use json::in_json;
pub use read::read;
use refused::Refused;
pub use signature::{Language, Misplaced, Signature};

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
    /// The text is in JSON, where words are texts and calls are objects with one key.
    is_json: bool,
    /// The text has syntax errors: what seems to be missing may just not have been understood.
    pub partial: bool,
    /// Some service's name could not be read: what seems to be unknown may be that one.
    pub lacks_names: bool,
    /// Kinds of fault that a file can name.
    pub fault_kinds: FaultKinds,
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
    let mut path = path.to_owned();
    add_field(&mut path, field);
    path
}

fn add_field(path: &mut String, field: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(field);
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
    /// Notes of a text in JSON, of which the syntax is right.
    fn of_json() -> Self {
        Self {
            is_json: true,
            ..Self::default()
        }
    }

    /// What is written so in RON, as it is written in the text.
    fn written(&self, in_ron: &str) -> String {
        match self.is_json {
            true => in_json(in_ron),
            false => in_ron.to_owned(),
        }
    }

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

    /// The first problem.
    ///
    /// # Errors
    /// There is one.
    pub fn nothing_wrong(self) -> Result<(), String> {
        let first = self.finish().into_iter().next();
        first.map_or(Ok(()), |problem| Err(problem.message))
    }

    /// Counts a problem that is not shown.
    fn omit(&mut self) {
        self.omitted += 1;
    }

    fn note(&mut self, problem: Problem) {
        if self.is_full() {
            self.omit();
        } else {
            self.problems.push(problem);
        }
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
        self.problem_at(code, path, Some(place), message, label, help);
    }

    /// As [`Decoder::problem`], where the place may not be known.
    fn problem_at(
        &mut self,
        code: Code,
        path: &str,
        place: Option<Range<usize>>,
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
            span: place,
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

    /// Where the path stands in the text.
    pub fn place(&self, path: &str) -> Option<Range<usize>> {
        self.spans.get(path).cloned()
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
}

/// The path of an entry of a map.
pub fn key_path(path: &str, key: &str) -> String {
    format!("{path}[{key:?}]")
}
