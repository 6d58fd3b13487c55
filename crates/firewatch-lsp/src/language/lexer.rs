//! Tokens of a text that may end, or go wrong, anywhere.

use firewatch_ron::{Token, TokenKind, each_token};

/// Texts and comments without an end after which reading goes on: each may be searched for its end up to the end of the
/// file.
const MAX_RESTARTS: usize = 64;

/// Returns the tokens of a text. Where a text in quotes or a comment has no end, it ends with its line.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    for _ in 0..MAX_RESTARTS {
        let start = at;
        at = text.len();
        for token in each_token(&text[start..]) {
            let mut token = shifted(token, start);
            if is_swallowed(text, &token) {
                let line = text[token.span.clone()].find('\n').unwrap_or_default();
                token.span.end = token.span.start + line;
                token.kind = TokenKind::OpenText;
            }
            let is_open = matches!(token.kind, TokenKind::OpenText | TokenKind::OpenComment);
            let end = token.span.end;
            found.push(token);
            if is_open {
                at = end;
                break;
            }
        }
        if at == text.len() {
            break;
        }
    }
    found
}

/// Returns a token that was found in the part of a text that begins there.
#[must_use]
pub fn shifted(token: Token, start: usize) -> Token {
    Token {
        kind: token.kind,
        span: token.span.start + start..token.span.end + start,
    }
}

/// Whether a text ends where another one seems to begin: then its own end is missing in its first line.
fn is_swallowed(text: &str, token: &Token) -> bool {
    let behind = text[token.span.end..].chars().next();
    token.kind == TokenKind::Text
        && behind.is_some_and(|c| c == '_' || c.is_alphanumeric())
        && text[token.span.clone()].contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        let tokens = tokens(text);
        { tokens.into_iter() }
            .map(|token| (token.kind, &text[token.span]))
            .collect()
    }

    #[test]
    fn a_text_without_an_end_ends_with_its_line() {
        use TokenKind::{Mark, OpenText, Text, Word};
        let expected = [
            (Word, "a"),
            (Mark(b':'), ":"),
            (OpenText, "\"x"),
            (Word, "b"),
            (Mark(b':'), ":"),
        ];
        assert_eq!(kinds("a: \"x\nb:"), expected);
        // The quote of the next text would end it.
        let found = kinds("a: \"x\nb: \"y\"");
        assert_eq!(
            found[2..].to_vec(),
            [
                (OpenText, "\"x"),
                (Word, "b"),
                (Mark(b':'), ":"),
                (Text, "\"y\""),
            ]
        );
    }
}
