//! What sort of file a text is.

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
        let text = without_comments(text.strip_prefix('\u{feff}').unwrap_or(text));
        let begins = |name: &str| {
            text.strip_prefix(name)
                .is_some_and(|rest| without_comments(rest).starts_with('('))
        };
        if begins("Runbook") {
            Self::Runbook
        } else if begins("Actions") {
            Self::Actions
        } else {
            Self::Scenario
        }
    }
}

/// The text behind the blanks and comments that it begins with.
fn without_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let behind = if rest.starts_with("//") {
            rest.split_once('\n').map(|(_, rest)| rest)
        } else if let Some(inside) = rest.strip_prefix("/*") {
            behind_comment(inside)
        } else {
            return rest;
        };
        rest = behind.unwrap_or("").trim_start();
    }
}

/// The text behind the end of a comment that may have others in it.
fn behind_comment(inside: &str) -> Option<&str> {
    let mut depth = 1;
    let mut rest = inside;
    while depth > 0 {
        let mark = rest.find(['*', '/'])?;
        rest = &rest[mark..];
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            1
        };
        rest = &rest[step..];
    }
    Some(rest)
}
