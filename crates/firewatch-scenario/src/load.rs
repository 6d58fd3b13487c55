//! From a file to a scenario, or to everything that is wrong with it.

use std::io::Read;
use std::path::Path;

use ron2::error::{Error as SyntaxError, ErrorKind};

use crate::check;
use crate::decode::Decoder;
use crate::generate;
use crate::model::Scenario;
use crate::problem::{Diagnostics, Problem};

/// Largest scenario file, bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// Every problem of the file at once: it can't be read, is larger than [`MAX_FILE_BYTES`], is not
    /// UTF-8, is not RON, or says something that is not a scenario or makes no sense.
    pub fn load(path: &Path) -> Result<Self, Diagnostics> {
        let name = path.display().to_string();
        let unreadable = |error: std::io::Error| {
            Diagnostics::without_text(&name, format!("can't be read: {error}"), None)
        };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(unreadable)?;
        // One byte more than allowed tells a large file from one that just fits.
        file.take(MAX_FILE_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        Self::parse_bytes(&name, bytes)
    }

    /// Reads a scenario from bytes; `file` is the name that problems are reported under.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse_bytes(file: &str, bytes: Vec<u8>) -> Result<Self, Diagnostics> {
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(file, &text),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let line = error.as_bytes()[..valid]
                    .iter()
                    .filter(|&&byte| byte == b'\n')
                    .count()
                    + 1;
                let message =
                    format!("not UTF-8: byte {valid}, in line {line}, starts no character");
                let help = Some("save the file as UTF-8".to_owned());
                Err(Diagnostics::without_text(file, message, help))
            }
        }
    }

    /// Reads a scenario from text; `file` is the name that problems are reported under.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        if text.len() > MAX_FILE_BYTES {
            let message = format!("too large: a scenario has at most {MAX_FILE_BYTES} bytes");
            return Err(Diagnostics::without_text(file, message, None));
        }
        // Editors on some systems put a byte-order mark before the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        parse_text(text).map_err(|mut problems| {
            problems
                .sort_by_key(|problem| problem.span.as_ref().map(|span| (span.start, span.end)));
            Diagnostics {
                file: file.to_owned(),
                text: text.to_owned(),
                problems,
            }
        })
    }

    /// Everything that is wrong with a scenario that was put together or changed in code.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut notes = Decoder::default();
        check::check(self, &mut notes);
        notes.problems
    }
}

fn parse_text(text: &str) -> Result<Scenario, Vec<Problem>> {
    let (document, errors) = ron2::ast::parse_document_lossy(text);
    let mut notes = Decoder::default();
    notes.problems = syntax_problems(text, &errors);
    notes.partial = !errors.is_empty();
    let Some(expr) = &document.value else {
        if notes.problems.is_empty() {
            let message = "the file has no scenario in it".to_owned();
            let help = Some("start with `Scenario(name: \"...\", ...)`".to_owned());
            notes.problem("", 0..0, message, "", help);
        }
        return Err(notes.problems);
    };
    let scenario = notes.value::<Scenario>(expr, "");
    let Some(mut scenario) = scenario.filter(|_| !notes.partial) else {
        return Err(notes.problems);
    };
    if scenario.generated {
        if !can_be_generated(&scenario, &mut notes) {
            return Err(notes.problems);
        }
        scenario = generate::expand(scenario);
    }
    check::check(&scenario, &mut notes);
    if notes.problems.is_empty() {
        Ok(scenario)
    } else {
        Err(notes.problems)
    }
}

/// Whether a scenario without services says what is needed to draw them, and nothing that is drawn.
fn can_be_generated(scenario: &Scenario, notes: &mut Decoder) -> bool {
    if notes.is_broken("services") || notes.is_broken("difficulty") {
        return false;
    }
    if scenario.difficulty.is_none() {
        let message = "a scenario needs `services`, or a `difficulty` to generate them from";
        notes.report("", message.to_owned(), "", None);
        return false;
    }
    let drawn = [
        ("faults", !scenario.faults.is_empty()),
        ("red_herrings", !scenario.red_herrings.is_empty()),
        ("prompt_injection", scenario.prompt_injection.is_some()),
        ("root_cause", scenario.root_cause.is_some()),
    ];
    let given = drawn.iter().filter(|(_, given)| *given);
    for (field, _) in given.clone() {
        let message = format!("`{field}` needs `services`");
        let help = "a scenario without `services` is generated whole from difficulty and seed";
        notes.report(field, message, "", Some(help.to_owned()));
    }
    given.count() == 0
}

/// The parser's errors. What only follows from an earlier one is left out.
fn syntax_problems(text: &str, errors: &[SyntaxError]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for error in errors {
        let span =
            error.span().start_offset.min(text.len())..error.span().end_offset.min(text.len());
        let same_place = |problem: &Problem| {
            problem.span.as_ref().is_some_and(|other| {
                span.start < other.end.max(other.start + 1) && other.start <= span.start
            })
        };
        let at_the_end = text[span.start..].trim().is_empty();
        let follows = at_the_end || matches!(error.kind(), ErrorKind::TrailingCharacters);
        if problems.iter().any(same_place) || (follows && !problems.is_empty()) {
            continue;
        }
        let (message, help) = explain(error.kind());
        problems.push(Problem {
            path: String::new(),
            message,
            span: Some(span),
            label: String::new(),
            help,
        });
    }
    problems
}

fn explain(kind: &ErrorKind) -> (String, Option<String>) {
    let (message, help) = match kind {
        ErrorKind::Expected { expected, .. }
            if expected.contains("comma") || expected.contains("closing") =>
        {
            (
                "expected `,` or a closing bracket".to_owned(),
                Some("entries are separated by commas"),
            )
        }
        ErrorKind::ExpectedStringEnd => (
            "this text has no end".to_owned(),
            Some("close it with `\"`"),
        ),
        ErrorKind::UnclosedBlockComment => (
            "this comment has no end".to_owned(),
            Some("close it with `*/`"),
        ),
        ErrorKind::TrailingCharacters => (
            "something stands behind the scenario".to_owned(),
            Some("a file holds one scenario and nothing else"),
        ),
        other => {
            let message = other.to_string();
            let mut letters = message.chars();
            let first = letters.next().into_iter().flat_map(char::to_lowercase);
            (first.chain(letters).collect(), None)
        }
    };
    (format!("not valid RON: {message}"), help.map(str::to_owned))
}
