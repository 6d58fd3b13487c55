//! Text in quotes.

use std::ops::Range;

/// A wrong escape sequence: where in the text, and what is wrong.
pub(super) struct WrongEscape {
    pub(super) place: Range<usize>,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// Text with its escape sequences replaced.
pub(super) fn unescape(escaped: &str) -> Result<String, WrongEscape> {
    let mut plain = String::with_capacity(escaped.len());
    let mut at = 0;
    while let Some(length) = escaped[at..].find('\\') {
        plain.push_str(&escaped[at..at + length]);
        at += length;
        let (c, length) =
            escape(&escaped[at..]).map_err(|(length, message, help)| WrongEscape {
                place: at..at + length,
                message,
                help,
            })?;
        plain.push(c);
        at += length;
    }
    plain.push_str(&escaped[at..]);
    Ok(plain)
}

type Wrong = (usize, String, &'static str);

/// The character of an escape sequence and its length.
fn escape(text: &str) -> Result<(char, usize), Wrong> {
    let letter = text[1..].chars().next().unwrap_or('\\');
    let plain = match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        '\\' | '"' | '\'' => letter,
        'x' => return hexadecimal(text, &text[2..], 2, 2),
        'u' => return unicode(text),
        _ => {
            let length = 1 + letter.len_utf8();
            let sequence = text[..length]
                .escape_debug()
                .to_string()
                .replace("\\\\", "\\");
            let message = format!("unknown escape sequence `{sequence}`");
            return Err((length, message, "a backslash itself is written `\\\\`"));
        }
    };
    Ok((plain, 2))
}

/// `\u{1F525}`.
fn unicode(text: &str) -> Result<(char, usize), Wrong> {
    const HELP: &str = "it is written with 1 to 6 hexadecimal digits: `\\u{1F525}`";
    let wrong = || (2, "`\\u` needs `{...}` behind it".to_owned(), HELP);
    let inside = text[2..].strip_prefix('{').ok_or_else(wrong)?;
    let length = inside.find('}').ok_or_else(wrong)?;
    if length > 6 {
        let message = "this escape sequence has too many digits".to_owned();
        return Err((3 + length + 1, message, HELP));
    }
    let (c, _) = hexadecimal(text, &inside[..length], length.max(1), 3 + length + 1)?;
    Ok((c, 3 + length + 1))
}

/// The character that the first `count` hexadecimal digits stand for, and the length with the `\x`.
fn hexadecimal(
    text: &str,
    digits: &str,
    count: usize,
    length: usize,
) -> Result<(char, usize), Wrong> {
    const HELP: &str = "`\\x41` takes two hexadecimal digits up to 7F, `\\u{1F525}` one to six";
    let digits = digits
        .get(..count)
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let is_short = text.starts_with("\\x");
    code.filter(|&code| !is_short || code < 0x80)
        .and_then(char::from_u32)
        .map(|c| (c, if is_short { 4 } else { length }))
        .ok_or_else(|| {
            (
                length,
                "this escape sequence is no character".to_owned(),
                HELP,
            )
        })
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_are_replaced() {
        let plain = unescape(r#"a\n\r\t\0\\\"\'\x41\u{1F525}é\u{e9}"#).ok();
        assert_eq!(plain.as_deref(), Some("a\n\r\t\0\\\"'A\u{1F525}éé"));
    }

    #[test]
    fn wrong_escapes_have_a_place_on_characters() {
        for (text, place) in [
            (r"ab\q", 2..4),
            (r"ab\é", 2..5),
            (r"\x4", 0..2),
            (r"\xé0", 0..2),
            (r"\xff", 0..2),
            (r"\u41", 0..2),
            (r"\u{41", 0..2),
            (r"\u{}", 0..4),
            (r"\u{d800}", 0..8),
            (r"\u{1234567}", 0..11),
            (r"\u{+1}", 0..6),
            (r"\u{é}", 0..6),
        ] {
            let wrong = unescape(text).err().unwrap();
            assert_eq!(wrong.place, place, "{text}");
            assert!(text.get(wrong.place).is_some(), "{text}");
        }
    }
}
