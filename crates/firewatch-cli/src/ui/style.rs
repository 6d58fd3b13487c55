//! Colours and styles.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
pub use firewatch_ron::{visible, visible_lines};
use firewatch_sim::Status;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// No style.
pub const PLAIN: Style = Style::new();
/// Titles.
pub const BOLD: Style = Style::new().bold();
/// Secondary text.
pub const DIM: Style = Style::new().dimmed();
/// Good values.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Values between good and bad.
pub const WARNING: Style = AnsiColor::Yellow.on_default();
/// Bad values.
pub const BAD: Style = AnsiColor::Red.on_default();
/// The worst values.
pub const WORST: Style = AnsiColor::Magenta.on_default().bold();
/// Actions from outside the simulation.
pub const ACTION: Style = AnsiColor::Cyan.on_default();

/// Whether output is coloured.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Whether ANSI escapes are written.
    pub color: bool,
}

impl Palette {
    /// Returns the text in a style.
    pub fn paint(self, style: Style, text: impl Display) -> String {
        if self.color && style != PLAIN {
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }
}

/// Returns the style of a status.
pub fn status_style(status: Status) -> Style {
    match status {
        Status::Healthy => GOOD,
        Status::Degraded => WARNING,
        Status::Critical => BAD,
        Status::Down => WORST,
    }
}
