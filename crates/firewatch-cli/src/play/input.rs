//! Where lines come from: a person at a terminal, or a pipe.

use std::io::{self, BufRead, ErrorKind, IsTerminal, Read, Write};

use rustyline::Editor;
use rustyline::config::{CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;

use super::complete::Completion;
use super::words::Words;
use crate::failure::Failure;
use crate::output::Output;
use crate::style::visible;

/// More is no line that somebody typed.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// A line that says something.
pub struct Line {
    /// What it says, without space around it; `None` if it is not UTF-8.
    pub text: Option<String>,
    /// Its number, from 1, where somebody might look for it.
    pub number: Option<u64>,
}

/// A line as it was read.
struct Raw {
    bytes: Vec<u8>,
    number: Option<u64>,
}

/// Where lines come from.
pub enum Input {
    /// A terminal.
    Editor(Box<Editor<Completion, MemHistory>>),
    /// Anything else, with the number of the last line.
    Plain(u64),
}

impl Input {
    /// An editor if a person is at both ends.
    ///
    /// # Errors
    /// The terminal can't be used.
    pub fn new(words: &Words) -> Result<Self, Failure> {
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

    /// The next line that says something; `None` at the end of the input.
    ///
    /// # Errors
    /// The input can't be read, or the output be written.
    pub fn next(&mut self, prompt: &str, out: &mut Output) -> Result<Option<Line>, Failure> {
        out.flush()?;
        loop {
            let Some(Raw { bytes, number }) = self.read(prompt)? else {
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
                // So that the output reads as a session does.
                writeln!(out, "{prompt}{}", visible(said))?;
            }
            let text = str::from_utf8(&bytes).ok();
            let text = text.map(|text| text.trim().to_owned());
            return Ok(Some(Line { text, number }));
        }
    }

    fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    fn read(&mut self, prompt: &str) -> Result<Option<Raw>, Failure> {
        let typed = |bytes| Raw {
            bytes,
            number: None,
        };
        match self {
            Self::Editor(editor) => loop {
                match editor.readline(prompt) {
                    Ok(line) => return Ok(Some(typed(line.into_bytes()))),
                    Err(ReadlineError::Eof) => return Ok(None),
                    // Ctrl-C takes the line back; a new size of the window is no line.
                    Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => {}
                    // The editor does not say what was typed: any bytes that are not UTF-8 stand for it.
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
                    let message = format!("a line has more than {MAX_LINE_BYTES} bytes");
                    return Err(Failure::Usage(message, None));
                }
                *number += 1;
                let number = Some(*number);
                Ok(Some(Raw { bytes, number }))
            }
        }
    }
}

fn unreadable(error: &impl std::fmt::Display) -> Failure {
    Failure::Internal(format!("the standard input can't be read: {error}"))
}
