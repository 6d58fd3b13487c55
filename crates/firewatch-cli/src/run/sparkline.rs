//! A service's status over time in one line.

use firewatch_sim::Status;

use crate::style::{Palette, of_status};
use crate::table::Cell;

/// Widest sparkline: with names and worst values beside it, a line fits into a hundred columns.
const MAX_COLUMNS: u64 = 44;

/// The symbol of a status.
pub fn symbol(status: Status) -> char {
    match status {
        Status::Healthy => '▁',
        Status::Degraded => '▃',
        Status::Critical => '▅',
        Status::Down => '█',
    }
}

/// A status over time, of which each column keeps the worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sparkline {
    moments: u64,
    seen: u64,
    columns: Vec<Status>,
}

impl Sparkline {
    /// Room for so many moments.
    pub fn new(moments: u64) -> Self {
        Self {
            moments,
            seen: 0,
            columns: Vec::new(),
        }
    }

    /// Adds the next moment.
    pub fn push(&mut self, status: Status) {
        let column = self.seen * self.moments.min(MAX_COLUMNS) / self.moments;
        self.seen += 1;
        let begun = self.columns.len() as u64 > column;
        match self.columns.last_mut() {
            Some(last) if begun => *last = status.max(*last),
            _ => self.columns.push(status),
        }
    }

    /// Columns so far.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The line.
    pub fn cell(&self, palette: Palette) -> Cell {
        let same = |a: &Status, b: &Status| a == b;
        let painted = self.columns.chunk_by(same).map(|chunk| {
            let symbols: String = chunk.iter().copied().map(symbol).collect();
            palette.paint(of_status(chunk[0]), symbols)
        });
        Cell::painted(painted.collect(), self.columns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(moments: u64, bad: u64) -> String {
        let mut sparkline = Sparkline::new(moments);
        for moment in 0..moments {
            let is_bad = moment == bad;
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
