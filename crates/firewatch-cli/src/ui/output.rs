//! The streams of the process: results, diagnostics and progress.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use firewatch_ron::steers_terminal;
use firewatch_scenario::Diagnostics;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::pending::PendingFile;
use crate::ui::style::{BAD, BOLD, Color, Palette, visible_lines};

/// Ticks below which a run ends before a progress bar could be read.
const LONG_WORK: u64 = 200_000;
/// Columns of an output that is no terminal.
pub const WIDTH: usize = 80;
const BUFFER_BYTES: usize = 1 << 16;

/// The reader of the results.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A person: the writer escapes control characters in names and colours the text.
    Text,
    /// A program: text is written unchanged, except to a terminal.
    Data,
}

/// The streams of the process, and the exit code so far.
pub struct Console {
    color: Color,
    bar: ProgressBar,
    /// The highest exit code so far.
    exit: Cell<Exit>,
}

impl Console {
    /// Returns the console of this process.
    pub fn new(color: Color) -> Self {
        Self {
            color,
            bar: ProgressBar::hidden(),
            exit: Cell::new(Exit::Passed),
        }
    }

    /// Raises the exit code. Call it as soon as the outcome is known: writing about it may fail.
    pub fn raise_exit(&self, exit: Exit) {
        self.exit.set(self.exit.get().max(exit));
    }

    /// Returns the highest exit code so far.
    pub fn exit_so_far(&self) -> Exit {
        self.exit.get()
    }

    /// Returns a buffered output to the file, or to the standard output without one.
    ///
    /// # Errors
    /// The file can't be created.
    pub fn results(&self, file: Option<&Path>, form: impl Into<Form>) -> Result<Output, Failure> {
        let sink = match file {
            Some(target) => Sink::File(PendingFile::new(target, "--out")?),
            None if form.into() == Form::Data && io::stdout().is_terminal() => {
                Sink::DataOnTerminal(io::stdout())
            }
            None => Sink::Stdout(io::stdout()),
        };
        let automatic = match sink {
            Sink::File(_) | Sink::DataOnTerminal(_) => false,
            Sink::Stdout(_) => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
        };
        let columns = match sink {
            Sink::Stdout(_) => terminal_columns().unwrap_or(WIDTH),
            Sink::File(_) | Sink::DataOnTerminal(_) => WIDTH,
        };
        Ok(Output {
            palette: self.palette(automatic),
            columns,
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

    /// Returns a progress bar of `total` ticks. It is visible on a terminal if the work is long; `written`
    /// says that results are written continuously, which on a terminal show the progress themselves.
    pub fn progress_bar(&self, total: u64, written: bool) -> ProgressBar {
        let unseen = total < LONG_WORK || (written && io::stdout().is_terminal());
        if !unseen && io::stderr().is_terminal() {
            let colored = self.error_palette().color;
            self.bar.set_style(bar_style(colored));
            self.bar.set_length(total);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.clone()
    }

    /// Prints the problems of a file.
    pub fn report_diagnostics(&self, problems: &Diagnostics) {
        self.report_error(&problems.render(self.error_palette().color));
    }

    /// Prints the reason why a command stopped.
    pub fn report_failure(&self, failure: &Failure) {
        let palette = self.error_palette();
        let head = palette.paint(BAD.bold(), "error");
        self.report_error(&format!("{head}{} {failure}\n", palette.paint(BOLD, ":")));
    }

    /// Prints a note.
    pub fn report_note(&self, text: impl Display) {
        let head = self.error_palette().paint(BOLD, "note:");
        self.report_error(&format!("{head} {}\n", visible_lines(&text.to_string())));
    }

    fn report_error(&self, text: &str) {
        // If the standard error is closed, there is no place left to report to.
        self.bar.suspend(|| {
            let _ = io::stderr().write_all(text.as_bytes());
        });
    }
}

/// Returns the columns of the terminal that the standard output is, if it is one.
fn terminal_columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(usize::from(width.0))
}

fn bar_style(colored: bool) -> ProgressStyle {
    let bar = if colored { "{bar:32.cyan}" } else { "{bar:32}" };
    let template = format!("{bar} {{percent:>3}}% of {{human_len}} ticks, {{eta}} left");
    ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

enum Sink {
    Stdout(io::Stdout),
    /// A terminal: control characters in the data are escaped.
    DataOnTerminal(io::Stdout),
    File(PendingFile),
}

/// Buffered results.
pub struct Output {
    /// The colours of this output.
    pub palette: Palette,
    /// The columns that text is to fit: the terminal's, or 80.
    pub columns: usize,
    sink: Sink,
    buffer: Vec<u8>,
    bar: ProgressBar,
}

impl Output {
    /// Fits text into a number of columns, if one is given.
    pub fn fit(&mut self, columns: Option<u16>) {
        self.columns = columns.map_or(self.columns, usize::from);
    }

    /// Writes a value as indented JSON, with a line break after it.
    ///
    /// # Errors
    /// The output can't be written.
    pub fn write_json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut *self, value)?;
        Ok(writeln!(self)?)
    }

    /// Writes the rest of the buffer and gives a file its final name.
    ///
    /// # Errors
    /// The output can't be written.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        match self.sink {
            Sink::Stdout(_) | Sink::DataOnTerminal(_) => Ok(()),
            Sink::File(pending) => pending.commit(),
        }
    }

    /// Ends the output after a failure: the standard output keeps what was written, a file is discarded.
    /// Returns the name of that file.
    ///
    /// # Errors
    /// The output can't be written.
    pub fn abandon(mut self) -> Result<Option<PathBuf>, Failure> {
        match self.sink {
            Sink::Stdout(_) | Sink::DataOnTerminal(_) => {
                self.flush().map(|()| None).map_err(Failure::from)
            }
            Sink::File(pending) => Ok(Some(pending.target().to_owned())),
        }
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        let (sink, buffer) = (&mut self.sink, &self.buffer);
        let written = self.bar.suspend(|| match sink {
            Sink::Stdout(stdout) => stdout.write_all(buffer),
            // Every write ends with a whole character, so the buffer does too.
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
            self.write_buffer()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_buffer()?;
        match &mut self.sink {
            Sink::Stdout(stdout) | Sink::DataOnTerminal(stdout) => stdout.flush(),
            Sink::File(pending) => pending.flush(),
        }
    }
}

/// Escapes each character that controls a terminal as `\uXXXX` (two escapes above U+FFFF), except line ends.
/// JSON keeps its meaning: such characters occur only in its strings.
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
