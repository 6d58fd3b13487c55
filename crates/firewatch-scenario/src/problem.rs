//! What is wrong with a scenario file, where, and what would be right.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

/// One problem in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the scenario: `faults[1].speed`. Empty for the file as a whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The bytes of the text that are meant; `None` where there is no text to point at.
    pub span: Option<Range<usize>>,
    /// A few words beside the marked place; may be empty.
    pub label: String,
    /// What would be right, if that can be said.
    pub help: Option<String>,
}

/// All problems of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    /// Name of the file, as it was given.
    pub file: String,
    /// Its text; empty if it could not be read as text.
    pub text: String,
    /// The problems, in the order of their places in the text.
    pub problems: Vec<Problem>,
}

/// A [`Problem`] with its place as line and column, for machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocatedProblem<'a> {
    /// Name of the file.
    pub file: &'a str,
    /// First line that is meant, from 1; 0 if the problem has no place in the text.
    pub line: usize,
    /// First column, in characters, from 1; 0 if the problem has no place in the text.
    pub column: usize,
    /// Line just after which the place ends.
    pub end_line: usize,
    /// Column just behind the end.
    pub end_column: usize,
    /// Where in the scenario.
    pub path: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// A few words beside the place.
    pub label: &'a str,
    /// What would be right.
    pub help: Option<&'a str>,
}

impl Diagnostics {
    /// Problems of a file of which there is no text to show.
    #[must_use]
    pub fn without_text(file: &str, message: String, help: Option<String>) -> Self {
        let problem = Problem {
            path: String::new(),
            message,
            span: None,
            label: String::new(),
            help,
        };
        Self {
            file: file.to_owned(),
            text: String::new(),
            problems: vec![problem],
        }
    }

    /// The problems as a person reads them: each with file, line, column, the line itself with the
    /// place marked, and what would be right. With `color`, ANSI escapes are used.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut out = String::new();
        for problem in &self.problems {
            out.push_str(&renderer.render(&[self.group(problem)]));
            out.push_str("\n\n");
        }
        out
    }

    fn group<'a>(&'a self, problem: &'a Problem) -> annotate_snippets::Group<'a> {
        let title = Level::ERROR.primary_title(&*problem.message);
        let group = match &problem.span {
            Some(span) => {
                let label = (!problem.label.is_empty()).then_some(&*problem.label);
                let mark = AnnotationKind::Primary.span(span.clone()).label(label);
                title.element(
                    Snippet::source(&*self.text)
                        .path(&*self.file)
                        .annotation(mark),
                )
            }
            None => title.element(annotate_snippets::Origin::path(&*self.file)),
        };
        match &problem.help {
            Some(help) => group.element(Level::HELP.message(&**help)),
            None => group,
        }
    }

    /// The problems with lines and columns.
    pub fn located(&self) -> impl Iterator<Item = LocatedProblem<'_>> {
        self.problems.iter().map(|problem| {
            let place = |offset: usize| position(&self.text, offset);
            let span = problem.span.as_ref();
            let (line, column) = span.map_or((0, 0), |span| place(span.start));
            let (end_line, end_column) = span.map_or((0, 0), |span| place(span.end));
            LocatedProblem {
                file: &self.file,
                line,
                column,
                end_line,
                end_column,
                path: &problem.path,
                message: &problem.message,
                label: &problem.label,
                help: problem.help.as_deref(),
            }
        })
    }
}

/// Line and column, both from 1, of a byte of the text. Columns count characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// The candidate that somebody who wrote `name` most likely meant.
pub(crate) fn closest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // A third of the letters may differ: typos, not other words.
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `a`, `b` or `c`.
pub(crate) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What would be right instead of `name`: the closest candidate, else all if they are few.
pub(crate) fn instead_of<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    const FEW: usize = 16;
    if let Some(close) = closest(name, candidates.clone()) {
        return Some(format!("did you mean `{close}`?"));
    }
    let count = candidates.clone().into_iter().count();
    (1..=FEW)
        .contains(&count)
        .then(|| format!("there is {}", one_of(candidates)))
}
