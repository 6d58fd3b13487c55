//! What can come next on a line.

use firewatch_scenario::ActionSpec;
use rustyline::completion::{Completer, Pair};
use rustyline::{Context, Helper, highlight::Highlighter, hint::Hinter, validate::Validator};

use super::command::{Words, split};

/// What the last word of the text before the cursor can become, and where that word begins.
pub fn complete(before: &str, words: &Words) -> (usize, Vec<Pair>) {
    let start = before.rfind(char::is_whitespace).map_or(0, |at| {
        at + before[at..].chars().next().map_or(0, char::len_utf8)
    });
    let (done, begun) = before.split_at(start);
    let done = split(done);
    let mut candidates = candidates(&done, begun, words);
    candidates.retain(|pair| pair.replacement.starts_with(begun));
    (start, candidates)
}

fn candidates(done: &[String], begun: &str, words: &Words) -> Vec<Pair> {
    let Some((first, behind)) = done.split_first() else {
        return words.first().map(whole).collect();
    };
    match (&**first, behind) {
        ("status" | "logs", []) => words.services().map(whole).collect(),
        ("help" | "?", []) => words.first().map(whole).collect(),
        (name, _) => match words.catalogue.find(name) {
            Some(action) if action.needs_target() && behind.is_empty() => {
                words.services().map(whole).collect()
            }
            Some(action) => parameters(action, behind, begun),
            None => Vec::new(),
        },
    }
}

/// Names of parameters that are not given yet, or values of one that is begun.
fn parameters(action: &ActionSpec, behind: &[String], begun: &str) -> Vec<Pair> {
    let parameters = action.parameters().iter();
    if let Some((name, _)) = begun.split_once('=') {
        let choices = parameters.filter(|parameter| parameter.name() == name);
        let choices = choices.flat_map(|parameter| parameter.choices());
        let pair = |choice: &String| Pair {
            display: choice.clone(),
            replacement: format!("{name}={choice} "),
        };
        return choices.map(pair).collect();
    }
    let is_given = |name: &str| {
        let mut given = behind.iter().filter_map(|word| word.split_once('='));
        given.any(|(given, _)| given == name)
    };
    let names = parameters.map(|parameter| parameter.name());
    let pair = |name: &str| Pair {
        display: format!("{name}="),
        replacement: format!("{name}="),
    };
    names.filter(|name| !is_given(name)).map(pair).collect()
}

/// A word that another one follows.
fn whole(word: &str) -> Pair {
    Pair {
        display: word.to_owned(),
        replacement: if word.contains(char::is_whitespace) {
            format!("\"{word}\" ")
        } else {
            format!("{word} ")
        },
    }
}

/// Completes lines of the editor.
pub struct Completion(pub Words);

impl Completer for Completion {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..at).unwrap_or(line);
        Ok(complete(before, &self.0))
    }
}

impl Hinter for Completion {
    type Hint = String;
}

impl Highlighter for Completion {}
impl Validator for Completion {}
impl Helper for Completion {}
