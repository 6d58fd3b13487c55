//! Where results go: the standard output, or a file that is written whole or not at all.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use firewatch_scenario::Diagnostics;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Color;
use crate::failure::{Exit, Failure};
use crate::pending::Pending;
use crate::style::{BAD, BOLD, Palette, visible_lines};

/// Runs of fewer ticks than this are over before a bar could be read.
const LONG_WORK: u64 = 200_000;
const BUFFER_BYTES: usize = 1 << 16;

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
    pub fn results(&self, file: Option<&Path>) -> Result<Output, Failure> {
        let sink = match file {
            Some(target) => Sink::File(Pending::new(target, "--out")?),
            None => Sink::Stdout(io::stdout()),
        };
        let automatic = match sink {
            Sink::File(_) => false,
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
            Sink::Stdout(_) => Ok(()),
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
            Sink::Stdout(_) => self.flush().map(|()| None).map_err(Failure::from),
            Sink::File(pending) => Ok(Some(pending.target().to_owned())),
        }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let (sink, buffer) = (&mut self.sink, &self.buffer);
        let written = self.bar.suspend(|| match sink {
            Sink::Stdout(stdout) => stdout.write_all(buffer),
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
            Sink::Stdout(stdout) => stdout.flush(),
            Sink::File(pending) => pending.flush(),
        }
    }
}
