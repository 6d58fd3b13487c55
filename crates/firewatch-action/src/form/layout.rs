//! Where the lines of a written file break. A text in RON comes here without a space, and leaves as a person would
//! have written it.

use std::iter::Peekable;

use firewatch_ron::{Token, TokenKind, each_token};

/// Columns of a line that is not broken.
const WIDTH: usize = 100;
const INDENT: usize = 4;

/// The text with spaces, on one line.
pub(super) fn line(compact: &str) -> String {
    let mut line = String::new();
    item(compact).append_line(&mut line);
    line
}

/// The text on lines: its fields have one each. What stands in a field and has parts of its own has a line for each
/// part, and so has everything that is too long for one line.
pub(super) fn lines(compact: &str) -> String {
    let mut lines = String::new();
    item(compact).append(&mut lines, 0, 0);
    lines.push('\n');
    lines
}

/// A value, with the name of its field or call.
struct Item<'a> {
    /// What stands before its brackets; all of it without any.
    head: String,
    brackets: Option<Brackets<'a>>,
    /// Columns that it takes on one line.
    width: usize,
}

struct Brackets<'a> {
    open: &'a str,
    close: &'a str,
    items: Vec<Item<'a>>,
    /// Whether it is a call, whose brackets stand next to those of its values.
    is_call: bool,
}

fn item(compact: &str) -> Item<'_> {
    Item::read(compact, &mut each_token(compact).peekable())
}

impl<'a> Item<'a> {
    fn read(text: &'a str, tokens: &mut Peekable<impl Iterator<Item = Token>>) -> Self {
        let (mut head, mut brackets) = (String::new(), None);
        let ends = |token: &Token| matches!(token.kind, TokenKind::Mark(b',' | b')' | b']' | b'}'));
        let mut is_some = false;
        while let Some(token) = tokens.next_if(|token| !ends(token)) {
            let piece = &text[token.span];
            match token.kind {
                TokenKind::Mark(b':') => head.push_str(": "),
                // `Some` is never needed in a file.
                TokenKind::Mark(b'(') if head == "Some" || head.ends_with(": Some") => {
                    head.truncate(head.len() - "Some".len());
                    is_some = true;
                }
                TokenKind::Mark(_) => {
                    let is_call = !head.is_empty() && !head.ends_with(' ');
                    brackets = Some(Brackets::read(text, tokens, piece, is_call));
                }
                _ => head.push_str(piece),
            }
        }
        if is_some {
            tokens.next();
        }
        let inside = brackets.as_ref().map_or(0, Brackets::width);
        Self {
            width: head.chars().count() + inside,
            head,
            brackets,
        }
    }

    fn append_line(&self, out: &mut String) {
        out.push_str(&self.head);
        let Some(brackets) = &self.brackets else {
            return;
        };
        let space = if brackets.has_space() { " " } else { "" };
        out.push_str(brackets.open);
        out.push_str(space);
        for (index, item) in brackets.items.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            item.append_line(out);
        }
        out.push_str(space);
        out.push_str(brackets.close);
    }

    /// Appends the value to a line that has `before` columns, and indents further lines by `indent`.
    fn append(&self, out: &mut String, before: usize, indent: usize) {
        let brackets = match &self.brackets {
            Some(brackets) if !self.fits(brackets, before, indent) => brackets,
            _ => return self.append_line(out),
        };
        out.push_str(&self.head);
        out.push_str(brackets.open);
        if brackets.is_call && indent > 0 {
            let mut before = before + self.head.chars().count() + 1;
            for (index, item) in brackets.items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                item.append(out, before, indent);
                let begin = out.rfind('\n').map_or(0, |end| end + 1);
                before = out[begin..].chars().count() + 2;
            }
        } else {
            let inner = indent + INDENT;
            for item in &brackets.items {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', inner));
                item.append(out, inner, inner);
                out.push(',');
            }
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push_str(brackets.close);
    }

    /// Returns whether the value and a comma fit on one line.
    fn fits(&self, brackets: &Brackets<'_>, before: usize, indent: usize) -> bool {
        let has_parts = brackets.items.iter().any(|item| item.brackets.is_some());
        match indent {
            _ if brackets.items.is_empty() => true,
            0 => false,
            INDENT if has_parts => false,
            _ => before + self.width < WIDTH,
        }
    }
}

impl<'a> Brackets<'a> {
    fn read(
        text: &'a str,
        tokens: &mut Peekable<impl Iterator<Item = Token>>,
        open: &'a str,
        is_call: bool,
    ) -> Self {
        let mut items = Vec::new();
        let close = loop {
            match tokens.peek().map(|token| token.kind) {
                None => break "",
                Some(TokenKind::Mark(b')' | b']' | b'}')) => {
                    break tokens.next().map_or("", |token| &text[token.span]);
                }
                Some(TokenKind::Mark(b',')) => {
                    tokens.next();
                }
                Some(_) => items.push(Item::read(text, &mut *tokens)),
            }
        };
        Self {
            open,
            close,
            items,
            is_call,
        }
    }

    fn width(&self) -> usize {
        let separators = 2 * self.items.len().saturating_sub(1);
        let items: usize = self.items.iter().map(|item| item.width).sum();
        let spaces = 2 * usize::from(self.has_space());
        self.open.len() + self.close.len() + spaces + separators + items
    }

    /// Returns whether a space stands within each bracket on one line: in maps, as the formatter writes them.
    fn has_space(&self) -> bool {
        self.open == "{" && !self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_things_stand_on_one_line_and_long_ones_are_broken() {
        let names = |count| vec!["\"a-service\""; count].join(",");
        let compact = format!(
            r#"Scenario(name:"a: (b), c",services:[{}],red_herrings:[{}],faults:[(kind:oom,service:"a",metrics:{{"x":1.0}})],sweep:(seeds:range(0,9)),adversarial_logs:[])"#,
            names(2),
            names(9),
        );
        let long = names(9).replace(',', ",\n        ");
        let expected = format!(
            r#"Scenario(
    name: "a: (b), c",
    services: ["a-service", "a-service"],
    red_herrings: [
        {long},
    ],
    faults: [
        (kind: oom, service: "a", metrics: {{ "x": 1.0 }}),
    ],
    sweep: (
        seeds: range(0, 9),
    ),
    adversarial_logs: [],
)
"#
        );
        assert_eq!(lines(&compact), expected);
        assert_eq!(
            line("at_end(metric(\"a\",\"b\",le(1)))"),
            "at_end(metric(\"a\", \"b\", le(1)))"
        );
    }

    #[test]
    fn a_broken_call_holds_on_to_its_lists() {
        let act = r#"action("restart_service","a-service-with-a-name")"#;
        let compact = format!("Runbook(steps:[when(all_healthy,[{act},{act}],[wait(1)])])");
        let act = act.replace(',', ", ");
        let expected = format!(
            "Runbook(
    steps: [
        when(all_healthy, [
            {act},
            {act},
        ], [wait(1)]),
    ],
)
"
        );
        assert_eq!(lines(&compact), expected);
    }
}
