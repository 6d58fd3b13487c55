//! What sort of file a text is.

use firewatch_action::form::is_json;
use firewatch_ron as load;
use firewatch_ron::{TokenKind, each_token};

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

    /// What a file of that name seems to be: of one in JSON, the names of its fields say so.
    #[must_use]
    pub fn of_file(name: &str, text: &str) -> Self {
        if !is_json(name) {
            return Self::of(text);
        }
        let (mut has_name, mut has_actions) = (false, false);
        for key in keys(load::without_mark(text)) {
            match key {
                "\"steps\"" => return Self::Runbook,
                "\"kinds\"" => return Self::FaultKinds,
                "\"name\"" => has_name = true,
                "\"rules\"" | "\"actions\"" | "\"amend\"" => has_actions = true,
                _ => {}
            }
        }
        match has_actions && !has_name {
            true => Self::Actions,
            false => Self::Scenario,
        }
    }

    /// What a text seems to be: the name before its first bracket says so. What has another name, or none,
    /// counts as a scenario.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = load::without_mark(text);
        let mut tokens = each_token(text);
        let mut name = tokens.next();
        // Lists of extensions, `#![enable(...)]`, come before it.
        while name
            .as_ref()
            .is_some_and(|token| &text[token.span.clone()] == "#")
        {
            let mut behind = tokens
                .by_ref()
                .skip_while(|token| token.kind != TokenKind::Mark(b']'));
            behind.next();
            name = tokens.next();
        }
        let is_named = tokens
            .next()
            .is_some_and(|token| token.kind == TokenKind::Mark(b'('));
        match name.filter(|_| is_named).map(|name| &text[name.span]) {
            Some("Runbook") => Self::Runbook,
            Some("Actions") => Self::Actions,
            Some("FaultKinds") => Self::FaultKinds,
            _ => Self::Scenario,
        }
    }
}

/// The names of the fields of a text in JSON, in quotes.
fn keys(text: &str) -> impl Iterator<Item = &str> {
    let mut tokens = each_token(text).peekable();
    let mut depth = 0_usize;
    std::iter::from_fn(move || {
        loop {
            let token = tokens.next()?;
            match token.kind {
                TokenKind::Mark(b'{' | b'[') => depth += 1,
                TokenKind::Mark(b'}' | b']') => depth = depth.saturating_sub(1),
                TokenKind::Text if depth == 1 => {
                    let next = tokens.peek().map(|token| token.kind);
                    if next == Some(TokenKind::Mark(b':')) {
                        return Some(&text[token.span]);
                    }
                }
                _ => {}
            }
        }
    })
}
