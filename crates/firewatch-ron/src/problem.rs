//! What is wrong with a scenario file, where, and what would be right.

use std::ops::Range;

use serde::Serialize;

use crate::code::{Code, Severity};
use crate::lines::Lines;
use crate::visible::{hidden_in, visible};
use crate::work;

/// One problem in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which kind of problem it is.
    pub code: Code,
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

/// All problems of one file. Both its `Display` and its `Debug` are what a person reads: what ends up
/// under `?` or `unwrap` is as clear as what a command prints.
#[derive(Clone, PartialEq, Eq)]
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
    /// Column right after the end.
    pub end_column: usize,
    /// Whether the file can be used in spite of it.
    pub severity: Severity,
    /// Which kind of problem it is: `unknown-field`.
    pub code: Code,
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
    pub fn without_text(file: &str, code: Code, message: String, help: Option<String>) -> Self {
        let problem = Problem {
            code,
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

    /// The problems with lines and columns.
    pub fn located(&self) -> impl Iterator<Item = LocatedProblem<'_>> {
        let lines = Lines::of(&self.text);
        self.problems.iter().map(move |problem| {
            let place = |offset: usize| lines.position(offset);
            let span = problem.span.as_ref();
            let (line, column) = span.map_or((0, 0), |span| place(span.start));
            let (end_line, end_column) = span.map_or((0, 0), |span| place(span.end));
            LocatedProblem {
                file: &self.file,
                line,
                column,
                end_line,
                end_column,
                severity: problem.code.severity(),
                code: problem.code,
                path: &problem.path,
                message: &problem.message,
                label: &problem.label,
                help: problem.help.as_deref(),
            }
        })
    }
}

/// Problems that are shown of one file; of the others only their number.
pub const MAX_PROBLEMS: usize = 100;

/// Returns what to say of a name with a character that a reader does not see as what it is; `what` is what has the name.
#[must_use]
pub fn told_if_hidden(what: &str, name: &str) -> Option<String> {
    let hidden = u32::from(hidden_in(name)?);
    let name = shown(name);
    Some(format!(
        "the name of {what} has a character that can't be seen, U+{hidden:04X}: `{name}`"
    ))
}

/// A name out of a file as it can stand in a message: short, and visible.
pub fn shown(name: &str) -> String {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", visible(&name[..end])),
        None => visible(name).into_owned(),
    }
}

/// The candidate that somebody who wrote `name` most likely meant.
pub fn closest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    // Comparing takes its time: not with thousands, and not with what nobody typed.
    const LONGEST: usize = 80;
    const MOST: usize = 1000;
    // Pairs of letters that are compared for one name.
    const PAIRS: usize = 250_000;
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let (name, length) = (plain(name), name.chars().count());
    // A third of the letters may differ: typos, not other words.
    let allowed = length / 3;
    if allowed == 0 || length > LONGEST {
        return None;
    }
    let near = candidates
        .clone()
        .into_iter()
        .take(MOST)
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .take(PAIRS / (length * length))
        .inspect(|_| work::count(length))
        .map(|candidate| (strsim::osa_distance(&name, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate);
    near.or_else(|| {
        // `error_rate` is a part of only one metric's name.
        let has_part = |candidate: &&str| {
            let candidate = format!("_{}_", plain(candidate));
            length >= 5 && candidate.contains(&format!("_{name}_"))
        };
        let mut with_part = candidates.into_iter().take(MOST).filter(has_part);
        with_part.next().filter(|_| with_part.next().is_none())
    })
}

/// `a`, `b` and `c`.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let quoted: Vec<String> = names
        .into_iter()
        .map(|name| format!("`{}`", shown(name)))
        .collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// What would be right instead of `name`: the closest candidate, else all if they are few.
pub fn instead_of<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    suggest(name, "choices", candidates)
}

/// As [`instead_of`]; `what` names the candidates: `services`.
pub fn suggest<'a>(
    name: &str,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    meant(name, candidates.clone()).or_else(|| choices(what, candidates))
}

/// Asks whether one of the candidates is meant: the closest, or those of which the name is a part.
pub fn meant<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(close) = closest(name, candidates.clone()) {
        return Some(format!("did you mean `{}`?", shown(close)));
    }
    let longer = with_part(name, candidates);
    (!longer.is_empty()).then(|| format!("did you mean {}?", listed(longer, "or")))
}

/// Returns the candidates that have a word which begins as the name does: `restart_service` for `restart`. None if they
/// are too many to choose from.
fn with_part<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 3..=40;
    const MOST: usize = 1000;
    const FEW: usize = 6;
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let name = plain(name);
    // `errors` of `error_rate`.
    let stem = name.strip_suffix('s').unwrap_or(&name);
    if !LENGTHS.contains(&stem.len()) {
        return Vec::new();
    }
    let part = format!("_{stem}");
    let candidates = candidates.into_iter().take(MOST);
    let longer = candidates.filter(|candidate| format!("_{}", plain(candidate)).contains(&part));
    let longer: Vec<&str> = longer.take(FEW + 1).collect();
    if longer.len() > FEW {
        Vec::new()
    } else {
        longer
    }
}

/// All candidates, if they are few.
pub fn choices<'a>(
    what: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    const FEW: usize = 32;
    match candidates.clone().into_iter().take(FEW + 1).count() {
        0 => None,
        1 => Some(format!("the only choice is {}", listed(candidates, "and"))),
        2..=FEW => Some(format!("the {what} are {}", listed(candidates, "and"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostics, Problem, closest, instead_of, shown};

    #[test]
    fn only_what_may_be_meant_is_suggested() {
        let services = ["api-gateway", "auth-service", "db-proxy", "a"];
        for (name, meant) in [
            ("auth-servce", Some("auth-service")),
            ("Auth_Service", Some("auth-service")),
            ("gateway", Some("api-gateway")),
            ("dbproxy", Some("db-proxy")),
            ("cache", None),
            ("b", None),
            ("", None),
            ("payment-service", None),
        ] {
            assert_eq!(closest(name, services), meant, "{name}");
        }
        // A part of two names says nothing.
        assert_eq!(closest("latency", ["read_latency", "write_latency"]), None);
    }

    #[test]
    fn without_a_suggestion_the_choices_are_listed() {
        let help = |choices: &[&'static str]| instead_of("warp", choices.iter().copied());
        assert_eq!(help(&[]), None);
        assert_eq!(help(&["a"]).unwrap(), "the only choice is `a`");
        assert_eq!(
            help(&["a", "b", "c"]).unwrap(),
            "the choices are `a`, `b` and `c`"
        );
        assert_eq!(help(&["a"; 100]), None);
    }

    #[test]
    fn a_part_of_a_few_names_asks_for_one_of_them() {
        let actions = [
            "restart_service",
            "restart_pipeline",
            "rollback_deploy",
            "act",
        ];
        for (name, expected) in [
            (
                "restart",
                "did you mean `restart_service` or `restart_pipeline`?",
            ),
            ("Rollback", "did you mean `rollback_deploy`?"),
            ("deploys", "did you mean `rollback_deploy`?"),
            (
                "start",
                "the names are `restart_service`, `restart_pipeline`, `rollback_deploy` and `act`",
            ),
            (
                "re",
                "the names are `restart_service`, `restart_pipeline`, `rollback_deploy` and `act`",
            ),
        ] {
            let help = super::suggest(name, "names", actions);
            assert_eq!(help.as_deref(), Some(expected), "{name}");
        }
        let many: Vec<String> = (0..40).map(|n| format!("restart_number_{n}")).collect();
        assert_eq!(
            super::suggest("restart", "names", many.iter().map(String::as_str)),
            None
        );
    }

    #[test]
    fn what_is_quoted_from_a_file_is_visible_and_marked_where_it_is() {
        let text = "\u{1b}[2J\tname: \u{200b}warp\u{9b}\n";
        let start = text.find("warp").unwrap();
        let diagnostics = Diagnostics {
            file: "a\u{1b}]0;b\u{7}\n.ron".to_owned(),
            text: text.to_owned(),
            problems: vec![Problem {
                code: crate::codes::SYNTAX,
                path: String::new(),
                message: "bad\u{202e}".to_owned(),
                span: Some(start..start + 4),
                label: "here\u{1b}".to_owned(),
                help: Some("less \u{9b}2J".to_owned()),
            }],
        };
        let printed = diagnostics.render(false);
        assert!(!printed.contains(|c| c != '\n' && crate::steers_terminal(c)));
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines[0], "error: bad\\u{202e}");
        assert!(
            lines[1].ends_with("a\\u{1b}]0;b\\u{7}\\n.ron:1:13"),
            "{printed}"
        );
        let column = |line: &str, part| line.split(part).next().unwrap().chars().count();
        assert_eq!(
            column(lines[3], "warp"),
            column(lines[4], "^^^^ here\\u{1b}"),
            "{printed}"
        );
    }

    #[test]
    fn names_are_shown_in_short_and_without_control_characters() {
        assert_eq!(shown("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
        assert_eq!(shown(&"é".repeat(61)), "é".repeat(60) + "...");
    }
}
