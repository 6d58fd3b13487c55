//! What can come next on a line.

use firewatch_action::ActionSpec;
use firewatch_ron::steers_terminal;
use rustyline::completion::{Completer, Pair};
use rustyline::{Context, Helper, highlight::Highlighter, hint::Hinter, validate::Validator};

use super::command::split;
use super::words::{DO, Words};

/// What the last word of the text before the cursor can become, and where that word begins. The editor
/// writes candidates as they are: names that would steer the terminal are not among them.
pub fn complete(before: &str, words: &Words) -> (usize, Vec<Pair>) {
    let start = before.rfind(char::is_whitespace).map_or(0, |at| {
        at + before[at..].chars().next().map_or(0, char::len_utf8)
    });
    let (done, begun) = before.split_at(start);
    let done = split(done);
    let mut candidates = candidates(&done, begun, words);
    let is_safe = |pair: &Pair| !pair.replacement.contains(steers_terminal);
    candidates.retain(|pair| pair.replacement.starts_with(begun) && is_safe(pair));
    (start, candidates)
}

fn candidates(done: &[String], begun: &str, words: &Words) -> Vec<Pair> {
    let Some((first, behind)) = done.split_first() else {
        return words.first().map(whole).collect();
    };
    match (&**first, behind) {
        (DO, []) => words.actions().map(whole).collect(),
        (DO, [name, behind @ ..]) => of_action(name, behind, begun, words),
        ("status" | "logs", []) => words.services().map(whole).collect(),
        ("help" | "?", []) => words.first().map(whole).collect(),
        (name, _) => of_action(name, behind, begun, words),
    }
}

/// What follows the name of an action.
fn of_action(name: &str, behind: &[String], begun: &str, words: &Words) -> Vec<Pair> {
    match words.catalogue.find(name) {
        Some(action) if action.needs_target() && behind.is_empty() => {
            words.services().map(whole).collect()
        }
        Some(action) => parameters(action, behind, begun),
        None => Vec::new(),
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

#[cfg(test)]
mod tests {
    use firewatch_action::{ActionCatalogue, Profile};

    use super::*;

    /// What a text before the cursor can become.
    fn completed(before: &str) -> Vec<String> {
        completed_of(before, &["auth-service", "db-proxy", "two words"])
    }

    fn completed_of(before: &str, services: &[&str]) -> Vec<String> {
        let words = Words {
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
