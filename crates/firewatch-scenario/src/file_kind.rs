//! What sort of file a text is.

use firewatch_ron as load;
use firewatch_ron::{TokenKind, each_token};

/// The sorts of file that Firewatch reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A [`crate::Scenario`].
    Scenario,
    /// A [`crate::Runbook`].
    Runbook,
    /// Actions, for a [`crate::OwnActions`].
    Actions,
}

impl FileKind {
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
            _ => Self::Scenario,
        }
    }
}
