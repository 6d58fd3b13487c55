//! A service's status over time in one line.

use firewatch_sim::Status;

use crate::ui::style::{DIM, Palette, status_style};
use crate::ui::table::Cell;

/// Maximum columns: with names and worst values beside it, a line fits into 100 columns.
const MAX_COLUMNS: u64 = 44;

/// Maximum columns where more than status and worst values stand beside it: a line fits into 80 columns.
const NARROW_COLUMNS: u64 = 20;

/// Returns the symbol of a status.
pub fn symbol(status: Status) -> char {
    match status {
        Status::Healthy => '▁',
        Status::Degraded => '▃',
        Status::Critical => '▅',
        Status::Down => '█',
    }
}

/// Formats the symbols of all statuses with their names.
pub fn legend(palette: Palette) -> String {
    let entries = Status::ALL.map(|status| {
        let symbol = palette.paint(status_style(status), symbol(status));
        format!("{symbol} {}", palette.paint(DIM, status))
    });
    entries.join("  ")
}

/// A status over time. Each column shows the worst status of its ticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparkline {
    samples: u64,
    most_columns: u64,
    seen: u64,
    columns: Vec<Status>,
}

impl Sparkline {
    /// Creates a sparkline for a number of samples.
    pub fn new(samples: u64) -> Self {
        Self {
            samples,
            most_columns: MAX_COLUMNS,
            seen: 0,
            columns: Vec::new(),
        }
    }

    /// Creates a narrow sparkline for a number of samples.
    pub fn narrow(samples: u64) -> Self {
        Self {
            most_columns: NARROW_COLUMNS,
            ..Self::new(samples)
        }
    }

    /// Adds the next sample.
    pub fn push(&mut self, status: Status) {
        let column = self.seen * self.samples.min(self.most_columns) / self.samples;
        self.seen += 1;
        let is_started = self.columns.len() as u64 > column;
        match self.columns.last_mut() {
            Some(last) if is_started => *last = status.max(*last),
            _ => self.columns.push(status),
        }
    }

    /// Returns the number of columns so far.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Returns the line as a table cell.
    pub fn cell(&self, palette: Palette) -> Cell {
        let same = |a: &Status, b: &Status| a == b;
        let painted = self.columns.chunk_by(same).map(|chunk| {
            let symbols: String = chunk.iter().copied().map(symbol).collect();
            palette.paint(status_style(chunk[0]), symbols)
        });
        Cell::painted(painted.collect(), self.columns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(samples: u64, bad: u64) -> String {
        let mut sparkline = Sparkline::new(samples);
        for sample in 0..samples {
            let is_bad = sample == bad;
            sparkline.push(if is_bad {
                Status::Down
            } else {
                Status::Healthy
            });
        }
        sparkline.columns.into_iter().map(symbol).collect()
    }

    #[test]
    fn a_short_run_has_a_column_a_moment() {
        assert_eq!(line(5, 3), "▁▁▁█▁");
    }

    #[test]
    fn a_long_run_keeps_its_worst_moment() {
        for bad in 0..1000 {
            let line = line(1000, bad);
            assert_eq!(line.chars().count(), 44);
            assert_eq!(line.matches('█').count(), 1, "{bad}");
        }
    }
}
