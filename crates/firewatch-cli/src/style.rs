//! Colours, and text from files made fit for a terminal.

use std::fmt::Display;
use std::path::Path;

use anstyle::{AnsiColor, Style};
pub use firewatch_ron::{visible, visible_lines};
use firewatch_sim::Status;

/// A path as it is told, fit for a terminal.
pub fn path_text(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

/// No style.
pub const PLAIN: Style = Style::new();
/// Titles.
pub const BOLD: Style = Style::new().bold();
/// What is there for reference.
pub const DIM: Style = Style::new().dimmed();
/// What is well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What is on its way.
pub const FAIR: Style = AnsiColor::Yellow.on_default();
/// What is bad.
pub const BAD: Style = AnsiColor::Red.on_default();
/// What could not be worse.
pub const WORST: Style = AnsiColor::Magenta.on_default().bold();
/// What somebody did from outside.
pub const DEED: Style = AnsiColor::Cyan.on_default();

/// Whether and how to colour.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Whether ANSI escapes are written.
    pub color: bool,
}

impl Palette {
    /// The text in that style.
    pub fn paint(self, style: Style, text: impl Display) -> String {
        if self.color && style != PLAIN {
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }
}

/// The style of a status.
pub fn of_status(status: Status) -> Style {
    match status {
        Status::Healthy => GOOD,
        Status::Degraded => FAIR,
        Status::Critical => BAD,
        Status::Down => WORST,
    }
}
