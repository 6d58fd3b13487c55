//! Completes lines of the prompt.

use firewatch_action::ActionSpec;
use firewatch_ron::steers_terminal;
use rustyline::completion::{Completer, Pair};
use rustyline::{Context, Helper, highlight::Highlighter, hint::Hinter, validate::Validator};

use super::parse::split;
use super::vocabulary::{DO, Vocabulary};

/// Returns the start of the last word before the cursor and its completions. The editor prints candidates
/// unchanged, so names that control the terminal are excluded.
pub fn complete(before: &str, words: &Vocabulary) -> (usize, Vec<Pair>) {
    let start = before.rfind(char::is_whitespace).map_or(0, |at| {
        at + before[at..].chars().next().map_or(0, char::len_utf8)
    });
    let (done, partial) = before.split_at(start);
    let done = split(done);
    let mut candidates = candidates(&done, partial, words);
    let is_safe = |pair: &Pair| !pair.replacement.contains(steers_terminal);
    candidates.retain(|pair| pair.replacement.starts_with(partial) && is_safe(pair));
    (start, candidates)
}

fn candidates(done: &[String], partial: &str, words: &Vocabulary) -> Vec<Pair> {
    let Some((first, rest)) = done.split_first() else {
        return words.first().map(whole).collect();
    };
    match (&**first, rest) {
        (DO, []) => words.actions().map(whole).collect(),
        (DO, [name, rest @ ..]) => of_action(name, rest, partial, words),
        ("status" | "logs", []) => words.services().map(whole).collect(),
        ("help" | "?", []) => words.first().map(whole).collect(),
        (name, _) => of_action(name, rest, partial, words),
    }
}

/// Returns the completions after the name of an action.
fn of_action(name: &str, rest: &[String], partial: &str, words: &Vocabulary) -> Vec<Pair> {
    match words.catalogue.find(name) {
        Some(action) if action.needs_target() && rest.is_empty() => {
            words.services().map(whole).collect()
        }
        Some(action) => parameters(action, rest, partial),
        None => Vec::new(),
    }
}

/// Returns the names of the remaining parameters, or the values of the one being typed.
fn parameters(action: &ActionSpec, rest: &[String], partial: &str) -> Vec<Pair> {
    let parameters = action.parameters().iter();
    if let Some((name, _)) = partial.split_once('=') {
        let choices = parameters.filter(|parameter| parameter.name() == name);
        let choices = choices.flat_map(|parameter| parameter.choices());
        let pair = |choice: &String| Pair {
            display: choice.clone(),
            replacement: format!("{name}={choice} "),
        };
        return choices.map(pair).collect();
    }
    let is_given = |name: &str| {
        let mut given = rest.iter().filter_map(|word| word.split_once('='));
        given.any(|(given, _)| given == name)
    };
    let names = parameters.map(|parameter| parameter.name());
    let pair = |name: &str| Pair {
        display: format!("{name}="),
        replacement: format!("{name}="),
    };
    names.filter(|name| !is_given(name)).map(pair).collect()
}

/// Returns a completion that ends the word.
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

/// The completer of the line editor.
pub struct Completion(pub Vocabulary);

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

#[cfg(test)]
mod tests {
    use firewatch_action::{ActionCatalogue, Profile};

    use super::*;

    /// Returns the completed lines.
    fn completed(before: &str) -> Vec<String> {
        completed_of(before, &["auth-service", "db-proxy", "two words"])
    }

    fn completed_of(before: &str, services: &[&str]) -> Vec<String> {
        let words = Vocabulary {
            catalogue: std::sync::Arc::new(ActionCatalogue::built_in(Profile::Standard).clone()),
            services: services.iter().map(|&name| name.to_owned()).collect(),
        };
        let (start, pairs) = complete(before, &words);
        let whole = |pair: Pair| format!("{}{}", &before[..start], pair.replacement);
        pairs.into_iter().map(whole).collect()
    }

    #[test]
    fn first_come_commands_then_actions_by_category() {
        let all = completed("");
        let at = |word: &str| all.iter().position(|name| name.trim() == word);
        assert_eq!(at("wait"), Some(0));
        assert_eq!(at("quit"), Some(8));
        assert_eq!(at("fetch_logs"), Some(10));
        assert!(at("fetch_logs") < at("restart_service"), "{all:?}");
        assert!(at("restart_service") < at("declare_resolved"), "{all:?}");
        assert_eq!(all.iter().filter(|name| *name == "wait ").count(), 1);
        assert_eq!(completed("stat"), ["status "]);
        assert_eq!(completed("xyz"), [""; 0]);
    }

    #[test]
    fn a_service_follows_what_takes_one() {
        let services = ["auth-service ", "db-proxy ", "\"two words\" "];
        for word in ["status", "logs", "restart_service"] {
            assert_eq!(
                completed(&format!("{word} ")),
                services.map(|s| format!("{word} {s}"))
            );
        }
        assert_eq!(
            completed("restart_service au"),
            ["restart_service auth-service "]
        );
        assert_eq!(completed("restart_service auth-service "), [""; 0]);
        assert_eq!(
            completed("do restart_service au"),
            ["do restart_service auth-service "]
        );
        assert_eq!(completed("do escal"), ["do escalate "]);
        assert_eq!(completed("do statu"), [""; 0]);
        assert_eq!(completed("escalate "), [""; 0]);
        assert_eq!(completed("help declare"), ["help declare_resolved "]);
    }

    #[test]
    fn names_that_steer_the_terminal_are_not_offered() {
        let services = [
            "s\u{1b}]0;pwn\u{7}\u{202e}x",
            "s\u{9b}2J",
            "s\u{200b}",
            "safe",
        ];
        for before in [
            "status ",
            "logs s",
            "restart_service ",
            "do restart_service s",
        ] {
            let word = before.rsplit_once(' ').map_or("", |(words, _)| words);
            assert_eq!(completed_of(before, &services), [format!("{word} safe ")]);
        }
    }

    #[test]
    fn a_parameter_follows_the_service_and_its_choices_the_parameter() {
        assert_eq!(
            completed("set_log_level db-proxy "),
            ["set_log_level db-proxy level="]
        );
        assert_eq!(
            completed("set_log_level db-proxy level=W"),
            ["set_log_level db-proxy level=WARN "]
        );
        assert_eq!(completed("set_log_level db-proxy level=").len(), 4);
        assert_eq!(
            completed("set_log_level \"two words\" l"),
            ["set_log_level \"two words\" level="]
        );
        assert_eq!(completed("set_log_level db-proxy level=WARN "), [""; 0]);
    }
}
