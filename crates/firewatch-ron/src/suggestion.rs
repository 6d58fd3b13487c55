//! What an editor can write instead of what is wrong: the replacement that a problem's help offers.

use std::ops::Range;

use crate::problem::Problem;

/// A replacement of a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The bytes of the text that are replaced.
    pub span: Range<usize>,
    /// What stands there instead, with its quotes.
    pub text: String,
}

/// How help begins that offers what to write, and whether that stands in the quotes of what it replaces.
const OFFERS: [(&str, bool); 4] = [
    ("did you mean `", true),
    ("leave out the quotes: `", false),
    ("put it in quotes: `", false),
    ("write `\"", false),
];

impl Problem {
    /// Returns what the help offers to write at the place of the problem; the text is the one that the problem was
    /// found in. What is shown in short, or with escapes, is not offered.
    #[must_use]
    pub fn suggestion(&self, text: &str) -> Option<Suggestion> {
        let (help, span) = (self.help.as_deref()?, self.span.clone()?);
        let wrong = text.get(span.clone()).filter(|wrong| !wrong.is_empty())?;
        let (begin, is_name) = OFFERS.iter().find(|(begin, _)| help.starts_with(begin))?;
        let begin = begin.find('`')? + 1;
        let (offered, rest) = help[begin..].split_once('`')?;
        if offered.is_empty() || offered.ends_with("...") || offered.contains('\\') {
            return None;
        }
        let is_quoted = *is_name && wrong.starts_with('"') && !rest.contains("without quotes");
        let text = match is_quoted {
            true => format!("\"{offered}\""),
            false => offered.to_owned(),
        };
        Some(Suggestion { span, text })
    }
}

#[cfg(test)]
mod tests {
    use super::Suggestion;
    use crate::{Problem, codes, suggest};

    fn offered(text: &str, help: Option<String>) -> Option<String> {
        let problem = Problem {
            code: codes::SYNTAX,
            path: String::new(),
            message: String::new(),
            span: Some(0..text.len()),
            label: String::new(),
            help,
        };
        let suggestion = problem.suggestion(text);
        suggestion.map(|Suggestion { span, text: new }| {
            assert_eq!(span, 0..text.len());
            new
        })
    }

    #[test]
    fn what_suggest_says_is_offered() {
        let long = "x".repeat(61);
        let services = ["auth-service", "cache", "a\\b_name", &long];
        let help = |name| suggest(name, "services", services);
        for (text, name, expected) in [
            ("\"auth-servce\"", "auth-servce", Some("\"auth-service\"")),
            ("auth-servce", "auth-servce", Some("auth-service")),
            // Only listed, and not shown as they are.
            ("\"warp\"", "warp", None),
            ("\"a/b_name\"", "a/b_name", None),
            ("\"xx\"", &long[1..], None),
        ] {
            assert_eq!(offered(text, help(name)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn quotes_are_left_out_or_put_where_the_help_says() {
        for (text, help, expected) in [
            ("\"eazy\"", "did you mean `easy`, without quotes?", "easy"),
            ("\"easy\"", "leave out the quotes: `easy`", "easy"),
            ("cache", "put it in quotes: `\"cache\"`", "\"cache\""),
            ("db-proxy", "write `\"db-proxy\"`", "\"db-proxy\""),
        ] {
            let found = offered(text, Some(help.to_owned()));
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        assert_eq!(offered("x", Some("write `y(...)`".to_owned())), None);
        assert_eq!(offered("", Some("did you mean `y`?".to_owned())), None);
        assert_eq!(offered("x", None), None);
    }
}
