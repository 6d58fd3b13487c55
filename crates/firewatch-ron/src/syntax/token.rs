//! From characters to tokens.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// One of `( ) [ ] { } : ,`.
    Mark(u8),
    /// Letters, digits and `_`, not beginning with a digit.
    Word,
    /// What begins as a number does; whether it is one is seen later.
    Number,
    /// Text in double quotes, with escapes.
    Text,
    /// `r"..."` or `r#"..."#`, with the number of its `#` on one side.
    RawText(usize),
    /// Text whose closing quote is missing: up to the end of its first line.
    OpenText,
    /// `/*` whose `*/` is missing: up to the end of its first line.
    OpenComment,
    /// Something in single quotes, or only the first of them.
    Quoted,
    /// A character that begins nothing.
    Stray,
    /// The end of the text.
    End,
}

/// A piece of a text that the syntax does not divide.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// The white space of RON.
fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'..='\r' | '\u{85}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}'
    )
}

fn begins_word(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The tokens of the text; the last is [`TokenKind::End`].
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next();
        let is_end = token.kind == TokenKind::End;
        tokens.push(token);
        if is_end {
            return tokens;
        }
    }
}

/// The tokens of the text up to its end, each read when it is asked for.
pub fn each_token(text: &str) -> impl Iterator<Item = Token> {
    let mut lexer = Lexer { text, at: 0 };
    let tokens = std::iter::repeat_with(move || lexer.next());
    tokens.take_while(|token| token.kind != TokenKind::End)
}

/// A comment, which stands between tokens.
pub struct Comment {
    /// Its bytes in the text, without the line's end.
    pub span: Range<usize>,
    /// Whether it goes to the end of its line.
    pub is_line: bool,
}

/// Returns the comments between two tokens; `gap` is what stands between them.
pub fn comments(text: &str, gap: Range<usize>) -> Vec<Comment> {
    let mut lexer = Lexer {
        text: &text[..gap.end],
        at: gap.start,
    };
    let mut comments = Vec::new();
    loop {
        lexer.skip_while(is_space);
        let start = lexer.at;
        let is_line = lexer.rest().starts_with("//");
        if is_line {
            lexer.skip_while(|c| c != '\n');
        } else if !lexer.skip_block_comment() {
            return comments;
        }
        let span = start..lexer.at;
        comments.push(Comment { span, is_line });
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_while(&mut self, condition: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !condition(c)).unwrap_or(rest.len());
    }

    fn skip_line(&mut self) {
        self.skip_while(|c| c != '\n');
        if self.text[..self.at].ends_with('\r') {
            self.at -= 1;
        }
    }

    fn next(&mut self) -> Token {
        // A comment without an end is a token; everything else between tokens is skipped.
        let open_comment = self.skip_space();
        let start = open_comment.unwrap_or(self.at);
        let kind = match open_comment {
            Some(_) => TokenKind::OpenComment,
            None => self.kind(),
        };
        let span = start..self.at;
        if matches!(kind, TokenKind::OpenText | TokenKind::OpenComment) {
            // Nothing after it can be read.
            self.at = self.text.len();
        }
        Token { kind, span }
    }

    /// Skips white space and comments. Where a comment has no end: its start.
    fn skip_space(&mut self) -> Option<usize> {
        loop {
            self.skip_while(is_space);
            if self.rest().starts_with("//") {
                self.skip_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                let start = self.at;
                if !self.skip_block_comment() {
                    self.at = start;
                    self.skip_line();
                    return Some(start);
                }
            } else {
                return None;
            }
        }
    }

    /// Skips a block comment, which may hold others. Returns whether it has an end.
    fn skip_block_comment(&mut self) -> bool {
        let mut depth = 0_usize;
        let bytes = self.text.as_bytes();
        while let Some(pair) = bytes.get(self.at..self.at + 2) {
            match pair {
                b"/*" => depth += 1,
                b"*/" => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return true;
            }
        }
        false
    }

    fn kind(&mut self) -> TokenKind {
        let rest = self.rest();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else {
            return TokenKind::End;
        };
        let second = chars.next();
        match first {
            '(' | ')' | '[' | ']' | '{' | '}' | ':' | ',' => {
                self.at += 1;
                TokenKind::Mark(rest.as_bytes()[0])
            }
            '"' => self.text(),
            '\'' => self.quoted(),
            'r' if is_raw_text(rest) => self.raw_text(),
            _ if begins_word(first) => {
                self.skip_while(continues_word);
                TokenKind::Word
            }
            _ if is_number(first, second) => {
                self.number();
                TokenKind::Number
            }
            _ => {
                self.at += first.len_utf8();
                TokenKind::Stray
            }
        }
    }

    fn text(&mut self) -> TokenKind {
        let start = self.at;
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices().skip(1) {
            match c {
                '"' if !escaped => {
                    self.at += offset + 1;
                    return TokenKind::Text;
                }
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        self.open_text(start)
    }

    fn raw_text(&mut self) -> TokenKind {
        let start = self.at;
        let rest = self.rest();
        let hashes = hashes(&rest[1..]);
        let end = format!("\"{}", "#".repeat(hashes));
        let content = 1 + hashes + 1;
        match rest[content..].find(&end) {
            Some(length) => {
                self.at += content + length + end.len();
                TokenKind::RawText(hashes)
            }
            None => self.open_text(start),
        }
    }

    fn open_text(&mut self, start: usize) -> TokenKind {
        self.at = start;
        self.skip_line();
        TokenKind::OpenText
    }

    /// `'...'` if it ends on the same line.
    fn quoted(&mut self) -> TokenKind {
        let inside = &self.rest()[1..];
        let length = inside.find(['\'', '\n']);
        self.at += match length {
            Some(length) if inside[length..].starts_with('\'') => length + 2,
            _ => 1,
        };
        TokenKind::Quoted
    }

    /// All that could belong to a number, so that a wrong one is shown whole.
    fn number(&mut self) {
        let start = self.at;
        // A sign, or the first digit.
        self.at += 1;
        self.skip_while(|c| continues_word(c) || c == '.');
        let has_exponent = |text: &str| {
            let text = text.trim_start_matches(['+', '-']);
            text.ends_with(['e', 'E']) && !text.starts_with("0x")
        };
        if has_exponent(&self.text[start..self.at]) && self.rest().starts_with(['+', '-']) {
            self.at += 1;
            self.skip_while(continues_word);
        }
    }
}

fn hashes(text: &str) -> usize {
    text.len() - text.trim_start_matches('#').len()
}

fn is_raw_text(rest: &str) -> bool {
    rest[1..].trim_start_matches('#').starts_with('"')
}

fn is_number(first: char, second: Option<char>) -> bool {
    match first {
        '0'..='9' => true,
        '+' | '-' => second.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.'),
        '.' => second.is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

/// What is written here instead of a character that means something elsewhere.
pub(super) fn instead_of(stray: &str) -> &'static str {
    match stray {
        "<" | ">" | "=" | "!" => {
            "comparisons are written `lt(1)`, `le(1)`, `gt(1)`, `ge(1)`, `eq(1)`, `ne(1)`"
        }
        "#" | "-" => "a comment begins with `//`",
        "“" | "”" | "„" | "‘" | "’" | "«" | "»" | "`" => {
            "text stands in straight double quotes: `\"...\"`"
        }
        _ => "",
    }
}
