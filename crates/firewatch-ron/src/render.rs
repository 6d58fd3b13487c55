//! Problems as a person reads them.

#[cfg(feature = "diagnostics")]
mod marked;
#[cfg(not(feature = "diagnostics"))]
mod plain;

use std::fmt;

use crate::lines::Lines;
use crate::problem::Diagnostics;

#[cfg(feature = "diagnostics")]
use marked::render;
#[cfg(not(feature = "diagnostics"))]
use plain::render;

impl Diagnostics {
    /// The problems as a person reads them: each with file, line, column, the line itself with the
    /// place marked, and what would be right. With `color`, ANSI escapes are used. Without the feature
    /// `diagnostics` the line is not shown, and there is no color.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let mut out = String::new();
        let lines = Lines::of(&self.text);
        for problem in &self.problems {
            out.push_str(&render(self, problem, &lines, color));
            out.push_str("\n\n");
        }
        out
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Diagnostics {}
