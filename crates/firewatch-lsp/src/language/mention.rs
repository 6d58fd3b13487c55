//! The names that a file mentions, and where.

use std::borrow::Cow;
use std::ops::Range;

use firewatch_ron::{Kind, Token, TokenKind, parse};
use firewatch_scenario::FileKind;

use super::lexer::tokens;
use super::role::Role;
use super::walk::Walk;

/// A name in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What it names.
    pub role: Role,
    /// The name.
    pub name: String,
    /// Its bytes, with its quotes.
    pub span: Range<usize>,
    /// Whether it makes the name, and does not only use it.
    pub is_declared: bool,
}

/// Returns all names that a file mentions, in order.
#[must_use]
pub fn mentions(text: &str, kind: FileKind, is_json: bool) -> Vec<Mention> {
    let tokens = tokens(text);
    let mut walk = Walk::new(text, &tokens, kind, is_json);
    let mut found = Vec::new();
    while let Some(token) = walk.token() {
        found.extend(mention(text, token, &walk));
        walk.step();
    }
    found
}

/// Returns what the next token names.
#[must_use]
pub fn mention(text: &str, token: &Token, walk: &Walk) -> Option<Mention> {
    let is_text = matches!(token.kind, TokenKind::Text | TokenKind::RawText(_));
    if !is_text && token.kind != TokenKind::Word {
        return None;
    }
    let is_key = walk.is_name();
    let frame = walk.frames.last()?;
    if is_key && frame.bracket != b'{' {
        return None;
    }
    let (role, is_declared) = if is_key {
        let role = Role::of_key(&frame.spot)?;
        (role, role.is_declared(&frame.spot, true))
    } else {
        let spot = walk.value()?;
        let role = Role::of_value(&spot)?;
        (role, role.is_declared(&spot, false))
    };
    if !is_text && role != Role::FaultKind {
        return None;
    }
    Some(Mention {
        role,
        name: name_of(text, token).into_owned(),
        span: token.span.clone(),
        is_declared,
    })
}

/// Returns the name that a text or a word stands for.
fn name_of<'t>(text: &'t str, token: &Token) -> Cow<'t, str> {
    let raw = &text[token.span.clone()];
    let inside = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inside {
        Some(inside) if !inside.contains('\\') => inside.into(),
        None if token.kind == TokenKind::Word => raw.into(),
        _ => match parse(raw).value.map(|value| value.kind) {
            Some(Kind::Text(name)) => name.into(),
            _ => raw.into(),
        },
    }
}

/// Returns a name as a text in quotes; `None` if it has characters that no name has.
#[must_use]
pub fn quoted(name: &str) -> Option<String> {
    if name.chars().any(char::is_control) {
        return None;
    }
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
    Some(format!("\"{escaped}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, role: Role) -> Vec<String> {
        let found = mentions(text, FileKind::Scenario, text.starts_with('{'));
        let found = found.into_iter().filter(|mention| mention.role == role);
        found.map(|mention| mention.name).collect()
    }

    #[test]
    fn services_are_found_wherever_they_stand() {
        let text = r#"Scenario(
            name: "no", services: {"a": (calls: ["b", (to: "c", fallback: "d")]), "e": ()},
            users: [(name: "u", service: "f", rps: 1)],
            faults: [Fault(kind: oom, service: "g", metrics: {"no": 1})],
            absent_services: ["h"], red_herrings: ["i"], user_facing: ["j"], root_cause: "k",
            prompt_injection: "l", adversarial_logs: [(service: "m", line: "no")],
            timeline: [(tick: 1, do: halt("n")), (tick: 2, do: inject((kind: oom, service: "o"))),
                (tick: 2, do: turn_calls("p", "q", {"retries": 1})), (tick: 3, do: action("no", "r", {"no": "no"}))],
            expect: [at_tick(3, status("s", critical)), always(metric("t", "no", le(1)))],
            goals: [goal("v", "no", one_of(["no"]))],
            sweep: (speed: {"w": [1.0]}, metric: {"x": {"no": [1.0]}}),
        )"#;
        let expected: Vec<String> = "abcdefghijklmnopqrstvwx"
            .chars()
            .map(String::from)
            .collect();
        assert_eq!(names(text, Role::Service), expected);
        assert_eq!(names(text, Role::Users), ["u"]);
        assert_eq!(names(text, Role::FaultKind), ["oom", "oom"]);
    }

    #[test]
    fn json_is_read_alike() {
        let text = r#"{"name": "no", "services": {"a": {"calls": ["b", {"to": "c"}]}},
            "faults": [{"kind": "oom", "service": "d"}],
            "timeline": [{"tick": 1, "do": {"halt": "e"}}, {"tick": 1, "do": {"action": ["no", "f", {"no": 1}]}}],
            "expect": [{"at_tick": [3, {"status": ["g", "critical"]}]}, {"always": "all_healthy"}]}"#;
        assert_eq!(
            names(text, Role::Service),
            ["a", "b", "c", "d", "e", "f", "g"]
        );
        assert_eq!(names(text, Role::FaultKind), ["oom"]);
    }

    #[test]
    fn what_is_missing_elsewhere_hides_no_name() {
        for text in [
            r#"Scenario(services: ["a", "b" faults: [(service: "c")])"#,
            "Scenario(services: [\"a\", \"b\"],\n faults: [(service: \"c\"],\n)",
            "Scenario(name: \"x,\n services: [\"a\", \"b\"], faults: [(service: \"c\")])",
            "Scenario(services: {\"a\": (), \"b\": (calls: [)}, faults: [(service: \"c\")])",
        ] {
            assert_eq!(names(text, Role::Service), ["a", "b", "c"], "{text}");
        }
    }

    #[test]
    fn names_are_quoted_as_they_are_read() {
        for name in ["a", "a b", "a\"b", "a\\b", "é🔥"] {
            let text = quoted(name).unwrap_or_default();
            let token = Token {
                kind: TokenKind::Text,
                span: 0..text.len(),
            };
            assert_eq!(name_of(&text, &token), name);
        }
        assert_eq!(quoted("a\nb"), None);
    }
}
