//! Where results go: the standard output, or a file that is written whole or not at all.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use firewatch_ron::steers_terminal;
use firewatch_scenario::Diagnostics;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{Color, Format, PlainFormat, RowFormat};
use crate::failure::{Exit, Failure};
use crate::pending::Pending;
use crate::style::{BAD, BOLD, Palette, visible_lines};

/// Runs of fewer ticks than this are over before a bar could be read.
const LONG_WORK: u64 = 200_000;
const BUFFER_BYTES: usize = 1 << 16;

/// Whom results are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A reader: what writes it makes texts from outside visible, and colours them.
    Text,
    /// A program: texts are as they are, unless they go to a terminal.
    Data,
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json | Format::Jsonl | Format::Csv => Self::Data,
        }
    }
}

impl From<PlainFormat> for Form {
    fn from(format: PlainFormat) -> Self {
        match format {
            PlainFormat::Text => Self::Text,
            PlainFormat::Json => Self::Data,
        }
    }
}

impl From<RowFormat> for Form {
    fn from(_: RowFormat) -> Self {
        Self::Data
    }
}

/// What the process was given to write to.
pub struct Console {
    color: Color,
    bar: ProgressBar,
    /// The highest exit code that is known to apply.
    known: Cell<Exit>,
}

impl Console {
    /// The process's own streams.
    pub fn new(color: Color) -> Self {
        Self {
            color,
            bar: ProgressBar::hidden(),
            known: Cell::new(Exit::Well),
        }
    }

    /// Notes an exit code that applies, even if nothing more can be written. To be called as soon as it is
    /// known, before what is told about it is written.
    pub fn raise(&self, exit: Exit) {
        self.known.set(self.known.get().max(exit));
    }

    /// The highest exit code that is known to apply.
    pub fn known(&self) -> Exit {
        self.known.get()
    }

    /// The results, buffered: to the file if there is one, else to the standard output.
    ///
    /// # Errors
    /// A file that can't be made.
    pub fn results(&self, file: Option<&Path>, form: impl Into<Form>) -> Result<Output, Failure> {
        let sink = match file {
            Some(target) => Sink::File(Pending::new(target, "--out")?),
            None if form.into() == Form::Data && io::stdout().is_terminal() => {
                Sink::DataOnTerminal(io::stdout())
            }
            None => Sink::Stdout(io::stdout()),
        };
        let automatic = match sink {
            Sink::File(_) | Sink::DataOnTerminal(_) => false,
            Sink::Stdout(_) => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
        };
        Ok(Output {
            palette: self.palette(automatic),
            sink,
            buffer: Vec::new(),
            bar: self.bar.clone(),
        })
    }

    fn palette(&self, automatic: bool) -> Palette {
        Palette {
            color: match self.color {
                Color::Auto => automatic,
                Color::Always => true,
                Color::Never => false,
            },
        }
    }

    fn error_palette(&self) -> Palette {
        self.palette(AutoStream::choice(&io::stderr()) != ColorChoice::Never)
    }

    /// Shows a bar on a terminal if `total` is much; `written` says whether results are written all
    /// the time, in which case they are the progress that one sees on a terminal.
    pub fn progress(&self, total: u64, written: bool) -> ProgressBar {
        let unseen = total < LONG_WORK || (written && io::stdout().is_terminal());
        if !unseen && io::stderr().is_terminal() {
            let colored = self.error_palette().color;
            self.bar.set_style(bar_style(colored));
            self.bar.set_length(total);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.clone()
    }

    /// Prints problems of a file.
    pub fn diagnostics(&self, problems: &Diagnostics) {
        self.complain(&problems.render(self.error_palette().color));
    }

    /// Prints why a command stopped.
    pub fn error(&self, failure: &Failure) {
        let palette = self.error_palette();
        let head = palette.paint(BAD.bold(), "error");
        self.complain(&format!("{head}{} {failure}\n", palette.paint(BOLD, ":")));
    }

    /// Prints a note.
    pub fn note(&self, text: impl Display) {
        let head = self.error_palette().paint(BOLD, "note:");
        self.complain(&format!("{head} {}\n", visible_lines(&text.to_string())));
    }

    fn complain(&self, text: &str) {
        // Where the standard error is closed there is nobody to tell.
        self.bar.suspend(|| {
            let _ = io::stderr().write_all(text.as_bytes());
        });
    }
}

fn bar_style(colored: bool) -> ProgressStyle {
    let bar = if colored { "{bar:32.cyan}" } else { "{bar:32}" };
    let template = format!("{bar} {{percent:>3}}% of {{human_len}} ticks, {{eta}} left");
    ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

enum Sink {
    Stdout(io::Stdout),
    /// Nothing in it may steer the terminal.
    DataOnTerminal(io::Stdout),
    File(Pending),
}

/// Results on their way.
pub struct Output {
    /// How to colour what is written.
    pub palette: Palette,
    sink: Sink,
    buffer: Vec<u8>,
    bar: ProgressBar,
}

impl Output {
    /// Ends the output: what is left is written, a file gets its name.
    ///
    /// # Errors
    /// Something can't be written.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        match self.sink {
            Sink::Stdout(_) | Sink::DataOnTerminal(_) => Ok(()),
            Sink::File(pending) => pending.keep(),
        }
    }

    /// Ends the output where something went wrong: what was written to the standard output stays, a
    /// file is not touched. Returns the name of that file.
    ///
    /// # Errors
    /// Something can't be written.
    pub fn abandon(mut self) -> Result<Option<PathBuf>, Failure> {
        match self.sink {
            Sink::Stdout(_) | Sink::DataOnTerminal(_) => {
                self.flush().map(|()| None).map_err(Failure::from)
            }
            Sink::File(pending) => Ok(Some(pending.target().to_owned())),
        }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let (sink, buffer) = (&mut self.sink, &self.buffer);
        let written = self.bar.suspend(|| match sink {
            Sink::Stdout(stdout) => stdout.write_all(buffer),
            // What is written in one piece ends with a whole character, and so does the buffer.
            Sink::DataOnTerminal(stdout) => {
                stdout.write_all(without_steering(&String::from_utf8_lossy(buffer)).as_bytes())
            }
            Sink::File(pending) => pending.write_all(buffer),
        });
        self.buffer.clear();
        written
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        match &mut self.sink {
            Sink::Stdout(stdout) | Sink::DataOnTerminal(stdout) => stdout.flush(),
            Sink::File(pending) => pending.flush(),
        }
    }
}

/// Data with each character that steers a terminal as `\uXXXX`, two of them where it takes two units of UTF-16.
/// In JSON this stands for the same text: such characters are nowhere but in strings. Line ends stay.
fn without_steering(data: &str) -> Cow<'_, str> {
    let is_escaped = |c: char| c != '\n' && steers_terminal(c);
    if !data.contains(is_escaped) {
        return Cow::Borrowed(data);
    }
    let mut safe = String::with_capacity(data.len());
    for c in data.chars() {
        if is_escaped(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::without_steering;

    #[test]
    fn data_on_a_terminal_steers_nothing_and_json_means_the_same() -> Result<(), serde_json::Error>
    {
        let text = "\u{1b}]0;x\u{7}\u{7f}\u{9b}2J\u{202e}\u{200b}\u{e0041}\\\u{7f} é\n\r\t";
        let json = serde_json::to_string_pretty(&[text])?;
        let safe = without_steering(&json);
        let steers = |c: char| c != '\n' && firewatch_ron::steers_terminal(c);
        assert!(json.contains(steers) && !safe.contains(steers), "{safe:?}");
        let [read]: [String; 1] = serde_json::from_str(&safe)?;
        assert_eq!(read, text);
        assert_eq!(
            without_steering("a,\u{1b}[2J\r\u{e0041},é\n"),
            "a,\\u001b[2J\\u000d\\udb40\\udc41,é\n"
        );
        assert_eq!(without_steering("{\"a\": \"é\"}\n"), "{\"a\": \"é\"}\n");
        Ok(())
    }
}
