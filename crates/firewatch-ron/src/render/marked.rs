//! Problems with the line of the text, marked.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::code::Severity;
use crate::lines::Lines;
use crate::problem::{Diagnostics, Problem};
use crate::visible::{visible, visible_lines, visible_source};

/// Returns one problem as text.
pub(super) fn render(
    diagnostics: &Diagnostics,
    problem: &Problem,
    lines: &Lines,
    color: bool,
) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.render(&[Printed::new(diagnostics, problem, lines).group()])
}

/// A problem as it is printed: what is from the file, or names it, made visible.
struct Printed<'a> {
    severity: Severity,
    file: Cow<'a, str>,
    message: Cow<'a, str>,
    label: Cow<'a, str>,
    help: Option<Cow<'a, str>>,
    place: Option<Place>,
}

/// Where in the text a problem is.
enum Place {
    /// A line with a part of it marked.
    Marked {
        line: String,
        number: usize,
        mark: Range<usize>,
    },
    /// Line and column; the line is too long to be shown.
    At(usize, usize),
}

impl<'a> Printed<'a> {
    fn new(diagnostics: &'a Diagnostics, problem: &'a Problem, lines: &Lines<'a>) -> Self {
        let place = |span| Place::of(lines, span);
        Self {
            severity: problem.code.severity(),
            file: visible(&diagnostics.file),
            message: visible_lines(&problem.message),
            label: visible_lines(&problem.label),
            help: problem.help.as_deref().map(visible_lines),
            place: problem.span.as_ref().map(place),
        }
    }

    fn group(&self) -> annotate_snippets::Group<'_> {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(&*self.message);
        let group = match &self.place {
            Some(Place::At(line, column)) => {
                let origin = Origin::path(&*self.file).line(*line);
                title.element(origin.char_column(*column))
            }
            Some(Place::Marked { line, number, mark }) => {
                let label = (!self.label.is_empty()).then_some(&*self.label);
                let mark = AnnotationKind::Primary.span(mark.clone()).label(label);
                let snippet = Snippet::source(&**line).line_start(*number);
                title.element(snippet.path(&*self.file).annotation(mark))
            }
            None => title.element(Origin::path(&*self.file)),
        };
        match &self.help {
            Some(help) => group.element(Level::HELP.message(&**help)),
            None => group,
        }
    }
}

impl Place {
    fn of(lines: &Lines, span: &Range<usize>) -> Self {
        let line = lines.around(span);
        if line.text.len() > LONGEST_LINE {
            let (line, column) = lines.position(span.start);
            return Self::At(line, column);
        }
        let Range { start, end } = line.mark;
        let [before, marked, after] = [
            &line.text[..start],
            &line.text[start..end],
            &line.text[end..],
        ]
        .map(visible_source);
        let mark = before.len()..before.len() + marked.len();
        Self::Marked {
            line: [before, marked, after].concat(),
            number: line.number,
            mark,
        }
    }
}

/// Bytes of a line beyond which it is not shown: only where in it the problem is.
const LONGEST_LINE: usize = 10_000;
