//! Messages over the standard input and output.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::thread::{self, JoinHandle};

use lsp_server::{Connection, Message};

/// Most bytes of a message: many times those of the largest file that is read.
const MAX_MESSAGE_BYTES: u64 = 1 << 26;

/// What carries the messages of a connection until one of its ends is closed.
pub struct Wire {
    reader: JoinHandle<io::Result<()>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Wire {
    /// Connects the standard input and output.
    pub fn stdio() -> (Connection, Self) {
        let (connection, Connection { sender, receiver }) = Connection::memory();
        let reader = thread::spawn(move || {
            let mut input = io::stdin().lock();
            while let Some(message) = read(&mut input)? {
                let is_last =
                    matches!(&message, Message::Notification(note) if note.method == "exit");
                if sender.send(message).is_err() || is_last {
                    break;
                }
            }
            Ok(())
        });
        let writer = thread::spawn(move || {
            let mut output = io::stdout().lock();
            { receiver.into_iter() }.try_for_each(|message| message.write(&mut output))
        });
        (connection, Self { reader, writer })
    }

    /// Waits until all answers are written. The connection has to be dropped before.
    ///
    /// # Errors
    /// What was sent is no message, or the answers could not be written.
    pub fn join(self) -> io::Result<()> {
        let panicked = |_| Err(io::Error::other("a thread of the server has panicked"));
        self.writer.join().unwrap_or_else(panicked)?;
        self.reader.join().unwrap_or_else(panicked)
    }
}

/// Reads a message; `None` at the end of the input.
fn read(input: &mut impl BufRead) -> io::Result<Option<Message>> {
    let Some(length) = read_header(input)? else {
        return Ok(None);
    };
    if length > MAX_MESSAGE_BYTES {
        let why = format!("a message of {length} bytes: no more than {MAX_MESSAGE_BYTES} are read");
        return Err(invalid(why));
    }
    // Not reserved: what is announced need not come.
    let mut bytes = Vec::new();
    if input.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let text = String::from_utf8(bytes).map_err(|why| invalid(why.to_string()))?;
    let message = serde_json::from_str(&without_halves(&text));
    message
        .map(Some)
        .map_err(|why| invalid(format!("malformed message: {why}")))
}

/// Reads the lines before a message, and returns its length in bytes; `None` at the end of the input.
fn read_header(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    const MAX_LINE_BYTES: u64 = 1 << 12;
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.take(MAX_LINE_BYTES).read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let malformed = || invalid(format!("malformed header: {line:?}"));
        let field = line.strip_suffix("\r\n").ok_or_else(malformed)?;
        if field.is_empty() {
            let missing = || invalid("a header without Content-Length".to_owned());
            return length.ok_or_else(missing).map(Some);
        }
        let (name, value) = field.split_once(':').ok_or_else(malformed)?;
        if name.eq_ignore_ascii_case("Content-Length") {
            length = Some(value.trim().parse().map_err(|_| malformed())?);
        }
    }
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Replaces the escapes of half a character in JSON, which an editor sends when somebody deletes the other half and
/// which no text can hold.
fn without_halves(json: &str) -> Cow<'_, str> {
    let mut whole = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = json[at..].find('\\') {
        at += found;
        let unit = unit(json, at);
        let is_pair = matches!(unit, Some(0xD800..0xDC00))
            && matches!(self::unit(json, at + 6), Some(0xDC00..0xE000));
        match unit {
            _ if is_pair => at += 12,
            Some(0xD800..0xE000) => {
                whole.push_str(&json[kept..at]);
                whole.push('\u{FFFD}');
                at += 6;
                kept = at;
            }
            Some(_) => at += 6,
            // The backslash and what it escapes.
            None => at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    if kept == 0 {
        return Cow::Borrowed(json);
    }
    whole.push_str(&json[kept..]);
    Cow::Owned(whole)
}

/// Returns the UTF-16 unit that an escape at a byte stands for.
fn unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    let are_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| are_hex)
}

#[cfg(test)]
mod tests {
    use super::{read, without_halves};

    #[test]
    fn only_halves_of_characters_are_replaced() {
        for (json, whole) in [
            (r#""\ud83d""#, "\"\u{FFFD}\""),
            (
                r#""\ude00\ud83d\ud83d\uDE00""#,
                "\"\u{FFFD}\u{FFFD}\\ud83d\\uDE00\"",
            ),
            (r#""\\ud83d \n\u00e9""#, r#""\\ud83d \n\u00e9""#),
            (r#""\ud83"#, r#""\ud83"#),
            ("\"\\é\\", "\"\\é\\"),
        ] {
            assert_eq!(without_halves(json), whole);
        }
    }

    #[test]
    fn a_length_that_nothing_has_is_an_error() {
        let read = |text: &str| read(&mut text.as_bytes()).map_err(|why| why.to_string());
        assert!(read("").is_ok_and(|message| message.is_none()));
        let note = "content-length: 17\r\n\r\n{\"method\": \"exit\"}";
        assert!(read(&note.replace("17", "18")).is_ok_and(|message| message.is_some()));
        for (text, why) in [
            (
                "Content-Length: 1000000000000\r\n\r\n",
                "1000000000000 bytes",
            ),
            ("Content-Length: 18446744073709551615\r\n\r\n", "bytes"),
            (
                "Content-Length: 18446744073709551616\r\n\r\n",
                "malformed header",
            ),
            ("Content-Length: -1\r\n\r\n", "malformed header"),
            ("Content-Length: 60000000\r\n\r\n{}", "end of file"),
            ("Other: 1\r\n\r\n{}", "without Content-Length"),
            ("Content-Length: 2\n\n{}", "malformed header"),
            ("Content-Length: 2\r\n\r\n{}", "malformed message"),
        ] {
            let told = read(text).map(|_| ()).expect_err(text);
            assert!(told.contains(why), "{text}: {told}");
        }
    }
}
