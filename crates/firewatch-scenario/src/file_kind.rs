//! What sort of file a text is.

use firewatch_action::form::is_json;
use firewatch_ron as load;
use firewatch_ron::{Token, TokenKind, each_token};

/// The sorts of file that Firewatch reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A [`crate::Scenario`].
    Scenario,
    /// A [`crate::Runbook`].
    Runbook,
    /// Actions, for a [`crate::CustomActions`].
    Actions,
    /// Kinds of fault: a [`crate::FaultKindFile`].
    FaultKinds,
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Scenario,
        Self::Runbook,
        Self::Actions,
        Self::FaultKinds,
    ];

    /// The name that a file in RON begins with.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scenario => "Scenario",
            Self::Runbook => "Runbook",
            Self::Actions => "Actions",
            Self::FaultKinds => "FaultKinds",
        }
    }

    /// What a file is, with its article.
    #[must_use]
    pub fn a_file(self) -> &'static str {
        match self {
            Self::Scenario => "a scenario",
            Self::Runbook => "a runbook",
            Self::Actions => "a file of actions",
            Self::FaultKinds => "a file of fault kinds",
        }
    }

    /// What a file of that name seems to be; what is none of Firewatch's counts as a scenario.
    #[must_use]
    pub fn of_file(name: &str, text: &str) -> Self {
        Self::found_in(name, text).unwrap_or(Self::Scenario)
    }

    /// What a text in RON seems to be; what is none of Firewatch's counts as a scenario.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::of_ron(load::without_mark(text)).unwrap_or(Self::Scenario)
    }

    /// The kind of a file of that name, whatever is wrong in it: the name before its first bracket says so, or else
    /// the names of its fields. `None` for a file of another program.
    #[must_use]
    pub fn found_in(name: &str, text: &str) -> Option<Self> {
        let text = load::without_mark(text);
        match is_json(name) {
            true => Self::of_fields(fields(text, |text, token| {
                (token.kind == TokenKind::Text).then(|| text[token.span.clone()].trim_matches('"'))
            })),
            false => Self::of_ron(text),
        }
    }

    fn of_ron(text: &str) -> Option<Self> {
        let mut tokens = each_token(text);
        let mut first = tokens.next()?;
        // Lists of extensions, `#![enable(...)]`, come first.
        while &text[first.span.clone()] == "#" {
            first = { tokens.by_ref() }
                .skip_while(|token| token.kind != TokenKind::Mark(b']'))
                .nth(1)?;
        }
        let name = &text[first.span];
        match first.kind {
            TokenKind::Word => Self::ALL.into_iter().find(|kind| kind.name() == name),
            TokenKind::Mark(b'(') => Self::of_fields(fields(text, |text, token| {
                (token.kind == TokenKind::Word).then(|| &text[token.span.clone()])
            })),
            _ => None,
        }
    }

    fn of_fields<'t>(fields: impl Iterator<Item = &'t str>) -> Option<Self> {
        let (mut has_name, mut has_actions, mut has_incident) = (false, false, false);
        for field in fields {
            match field {
                "steps" => return Some(Self::Runbook),
                "kinds" => return Some(Self::FaultKinds),
                "name" => has_name = true,
                "rules" | "actions" | "amend" => has_actions = true,
                "difficulty" | "ticks" | "services" | "faults" | "users" => has_incident = true,
                _ => {}
            }
        }
        match (has_incident, has_actions && !has_name) {
            (true, _) => Some(Self::Scenario),
            (false, true) => Some(Self::Actions),
            (false, false) => None,
        }
    }
}

/// The names of the outermost fields of a text; `name` returns that of a token that can be one.
fn fields<'t>(
    text: &'t str,
    name: fn(&'t str, &Token) -> Option<&'t str>,
) -> impl Iterator<Item = &'t str> {
    let mut tokens = each_token(text).peekable();
    let mut depth = 0_usize;
    std::iter::from_fn(move || {
        loop {
            let token = tokens.next()?;
            match token.kind {
                TokenKind::Mark(b'{' | b'[' | b'(') => depth += 1,
                TokenKind::Mark(b'}' | b']' | b')') => depth = depth.saturating_sub(1),
                _ if depth == 1 => {
                    let next = tokens.peek().map(|token| token.kind);
                    let found = name(text, &token);
                    if found.is_some() && next == Some(TokenKind::Mark(b':')) {
                        return found;
                    }
                }
                _ => {}
            }
        }
    })
}
