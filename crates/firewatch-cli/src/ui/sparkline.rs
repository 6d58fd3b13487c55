//! A status or a number over time in one line.

use firewatch_sim::Status;

use crate::ui::style::{DIM, Palette, status_style};
use crate::ui::table::Cell;

/// Returns the symbol of a status.
pub fn symbol(status: Status) -> char {
    match status {
        Status::Healthy => '▁',
        Status::Degraded => '▃',
        Status::Critical => '▅',
        Status::Down => '█',
    }
}

/// Formats the symbols of all statuses with their names, and with a gap between them.
pub fn legend(gap: &str, palette: Palette) -> String {
    let entries = Status::ALL.map(|status| {
        let symbol = palette.paint(status_style(status), symbol(status));
        format!("{symbol} {}", palette.paint(DIM, status))
    });
    entries.join(gap)
}

/// Values over time. Each column shows the highest value of its ticks; the highest status is the worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparkline<T> {
    samples: u64,
    most_columns: u64,
    seen: u64,
    columns: Vec<T>,
}

impl<T: Copy + PartialOrd> Sparkline<T> {
    /// Creates a sparkline for a number of samples, with at most that many columns.
    pub fn new(samples: u64, most_columns: usize) -> Self {
        Self {
            samples: samples.max(1),
            most_columns: most_columns.max(1) as u64,
            seen: 0,
            columns: Vec::new(),
        }
    }

    /// Adds the next sample.
    pub fn push(&mut self, value: T) {
        let column = self.seen * self.samples.min(self.most_columns) / self.samples;
        self.seen += 1;
        let is_started = self.columns.len() as u64 > column;
        match self.columns.last_mut() {
            Some(last) if is_started => {
                if value > *last {
                    *last = value;
                }
            }
            _ => self.columns.push(value),
        }
    }

    /// Returns the number of columns so far.
    pub fn width(&self) -> usize {
        self.columns.len()
    }
}

impl Sparkline<Status> {
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

impl Sparkline<Option<f64>> {
    /// Returns the line as a table cell, on a scale from the lowest value to the highest; without a value, a space.
    pub fn cell(&self, lowest: f64, highest: f64) -> Cell {
        const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let level = |value: f64| {
            let share = (value - lowest) / (highest - lowest);
            // All values are equal, or the range has no end.
            let share = if share.is_finite() { share } else { 0.0 };
            LEVELS[((share * 8.0) as usize).min(7)]
        };
        let symbols = self.columns.iter().map(|value| value.map_or(' ', level));
        Cell::painted(symbols.collect(), self.columns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(samples: u64, bad: u64) -> String {
        let mut sparkline = Sparkline::new(samples, 44);
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

    #[test]
    fn numbers_take_the_whole_scale() {
        let mut sparkline = Sparkline::new(9, 44);
        for value in [None, Some(0.0), Some(0.5), Some(1.0), Some(-7.0)] {
            sparkline.push(value);
        }
        let lines = crate::ui::table::lines(&[vec![sparkline.cell(0.0, 1.0)]]);
        assert_eq!(lines, [" ▁▅█▁"]);
        let flat = crate::ui::table::lines(&[vec![sparkline.cell(1.0, 1.0)]]);
        assert_eq!(flat, [" ▁▁▁▁"]);
    }
}
