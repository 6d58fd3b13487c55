//! What sort of file a text is.

use crate::load;
use crate::syntax::{TokenKind, first_tokens};

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
        let [name, bracket] = first_tokens(text);
        match &text[name.span] {
            _ if bracket.kind != TokenKind::Mark(b'(') => Self::Scenario,
            "Runbook" => Self::Runbook,
            "Actions" => Self::Actions,
            _ => Self::Scenario,
        }
    }
}
