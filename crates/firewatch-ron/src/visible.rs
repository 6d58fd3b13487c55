//! Text from outside, made fit for a terminal. Everything that prints such text uses these functions.

use std::borrow::Cow;

/// Whether a character would steer the terminal or hide from the reader rather than be seen: control
/// characters, line separators, characters that turn the direction of writing, and those without width.
///
/// Accents and other combining marks are no such characters: they change how a letter looks.
#[must_use]
pub fn steers_terminal(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, vowel separators.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
            // Zero-width spaces and joiners, direction marks, separators of lines, embeddings,
            // invisible operators, isolates, deprecated format characters.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Variation selectors, byte-order mark, interlinear annotations.
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            // Shorthand and musical controls, tags, variation selectors.
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The first character of a name that a reader does not see as what it is: one that [steers the
/// terminal](steers_terminal), or white space that looks like a plain space or a line end.
pub(crate) fn hidden_in(name: &str) -> Option<char> {
    name.chars()
        .find(|&c| steers_terminal(c) || (c.is_whitespace() && c != ' '))
}

/// Text from outside with each character that [steers the terminal](steers_terminal) as an escape. A line
/// end is one too: `\n`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, steers_terminal)
}

/// As [`visible`], but text of several lines stays one.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c != '\n' && steers_terminal(c))
}

#[cfg(any(test, feature = "diagnostics"))]
/// As [`visible`], but with one character in the place of another, and tabs as they are: for a line of a
/// file, in which columns count characters.
pub(crate) fn visible_source(line: &str) -> Cow<'_, str> {
    let is_replaced = |c: char| c != '\t' && steers_terminal(c);
    if !line.contains(is_replaced) {
        return Cow::Borrowed(line);
    }
    let characters = line.chars();
    let visible = characters.map(|c| if is_replaced(c) { picture(c) } else { c });
    Cow::Owned(visible.collect())
}

#[cfg(any(test, feature = "diagnostics"))]
/// The picture of a control character; of what has none, that of an unknown character.
fn picture(c: char) -> char {
    match c {
        '\u{7f}' => '\u{2421}',
        '\0'..'\u{20}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        _ => '\u{fffd}',
    }
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::new();
    for c in text.chars() {
        if is_escaped(c) {
            visible.extend(c.escape_default());
        } else {
            visible.push(c);
        }
    }
    Cow::Owned(visible)
}

#[cfg(test)]
mod tests {
    use super::{visible, visible_lines, visible_source};

    #[test]
    fn what_steers_or_hides_is_escaped() {
        let hostile = [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2028}',
            '\u{2066}',
            '\u{2060}',
            '\u{feff}',
            '\u{e0041}',
        ];
        for c in hostile {
            let text = format!("a{c}b");
            assert_eq!(visible(&text), format!("a{}b", c.escape_default()));
        }
    }

    #[test]
    fn text_that_is_seen_stays() {
        let text = "naïve e\u{301} 日本語 \u{a0}Ω 🔥 \\u{1b}";
        assert_eq!(visible(text), text);
    }

    #[test]
    fn lines_and_tabs_stay_where_they_belong() {
        assert_eq!(visible_lines("a\n\tb"), "a\n\\tb");
        assert_eq!(
            visible_source("\ta\u{1b}\u{7f}\u{85}\u{200d}b"),
            "\ta\u{241b}\u{2421}\u{fffd}\u{fffd}b"
        );
    }
}
