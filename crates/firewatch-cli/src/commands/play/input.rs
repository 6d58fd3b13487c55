//! Reads lines from a terminal or a pipe.

use std::io::{self, BufRead, ErrorKind, IsTerminal, Read, Write};

use rustyline::Editor;
use rustyline::config::{CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;

use super::complete::Completion;
use super::vocabulary::Vocabulary;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::visible;

/// Maximum bytes of a line.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// A line with content.
pub struct InputLine {
    /// Trimmed text; `None` if it is not UTF-8.
    pub text: Option<String>,
    /// Number of the line, from 1; `None` at a terminal.
    pub number: Option<u64>,
}

/// A line before it is checked.
struct RawLine {
    bytes: Vec<u8>,
    number: Option<u64>,
}

/// The source of lines.
pub enum LineReader {
    /// A terminal.
    Editor(Box<Editor<Completion, MemHistory>>),
    /// Any other input, with the number of the last line.
    Plain(u64),
}

impl LineReader {
    /// Opens an editor if both standard input and standard output are terminals.
    ///
    /// # Errors
    /// The terminal can't be used.
    pub fn new(words: &Vocabulary) -> Result<Self, Failure> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Ok(Self::Plain(0));
        }
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .auto_add_history(true)
            .build();
        let history = MemHistory::with_config(&config);
        let mut editor =
            Editor::with_history(config, history).map_err(|error| unreadable(&error))?;
        editor.set_helper(Some(Completion(words.clone())));
        Ok(Self::Editor(Box::new(editor)))
    }

    /// Reads the next line with content; `None` at the end of the input.
    ///
    /// # Errors
    /// The input can't be read, or the output can't be written.
    pub fn next(&mut self, prompt: &str, out: &mut Output) -> Result<Option<InputLine>, Failure> {
        out.flush()?;
        loop {
            let Some(RawLine { bytes, number }) = self.read(prompt)? else {
                writeln!(
                    out,
                    "{}",
                    if self.is_plain() {
                        prompt.trim_end()
                    } else {
                        ""
                    }
                )?;
                return Ok(None);
            };
            let said = String::from_utf8_lossy(&bytes);
            let said = said.trim();
            if said.is_empty() || said.starts_with('#') {
                continue;
            }
            if self.is_plain() {
                // Echoed, so that the output reads like a session at a terminal.
                writeln!(out, "{prompt}{}", visible(said))?;
            }
            let text = str::from_utf8(&bytes).ok();
            let text = text.map(|text| text.trim().to_owned());
            return Ok(Some(InputLine { text, number }));
        }
    }

    fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    fn read(&mut self, prompt: &str) -> Result<Option<RawLine>, Failure> {
        let typed = |bytes| RawLine {
            bytes,
            number: None,
        };
        match self {
            Self::Editor(editor) => loop {
                match editor.readline(prompt) {
                    Ok(line) => return Ok(Some(typed(line.into_bytes()))),
                    Err(ReadlineError::Eof) => return Ok(None),
                    // Ctrl-C discards the line; a resized window is no input.
                    Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => {}
                    // The editor does not return the bytes: any invalid UTF-8 stands for them.
                    Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                        return Ok(Some(typed(vec![0xff])));
                    }
                    Err(error) => return Err(unreadable(&error)),
                }
            },
            Self::Plain(number) => {
                let mut bytes = Vec::new();
                let mut input = io::stdin().lock().take(MAX_LINE_BYTES);
                let read = input.read_until(b'\n', &mut bytes);
                if read.map_err(|error| unreadable(&error))? == 0 {
                    return Ok(None);
                }
                if input.limit() == 0 && !bytes.ends_with(b"\n") {
                    let message = format!("a line is longer than {MAX_LINE_BYTES} bytes");
                    return Err(Failure::Usage(message, None));
                }
                *number += 1;
                let number = Some(*number);
                Ok(Some(RawLine { bytes, number }))
            }
        }
    }
}

fn unreadable(error: &impl std::fmt::Display) -> Failure {
    Failure::Internal(format!("the standard input can't be read: {error}"))
}
