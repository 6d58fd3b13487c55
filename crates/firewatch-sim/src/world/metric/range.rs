//! Which numbers a metric can have.
//!
//! Two ranges: the one that makes sense, which an author's file is held to, and the wider one that every
//! way into the engine holds to. The wider one has room for all that the rules can make of numbers that
//! are in it, so that a snapshot of any tick can be restored, and nothing in it lets a rule reach infinity
//! or not-a-number, in double precision and in the single precision of an observation.

use crate::world::error::SimError;
use crate::world::number_text::exact_text;

/// The numbers that a metric can have.
#[derive(Clone, Copy)]
pub(super) struct Range {
    /// Smallest and largest value that makes sense.
    pub(super) min: f64,
    pub(super) max: f64,
    /// Smallest and largest value that the engine takes.
    floor: f64,
    ceiling: f64,
    /// Smallest value above 0 that the engine takes.
    pub(super) least_above_zero: f64,
}

/// The largest integer metric that makes sense: integers up to here are exact as `f64` too.
const MAX_INT: f64 = (1_u64 << 53) as f64;
/// No 64-bit integer is beyond these: counters saturate there.
const INT_BOUND: f64 = (1_u64 << 63) as f64;
const ANY: f64 = 1e15;
/// The largest number of any metric, finite in single precision too. What a rule adds in a tick is far
/// below half a unit in the last place of it, so that sums stop there.
const LARGEST: f64 = 1e38;
/// A rate of events is 0 or at least this: the longest queue takes less than [`LARGEST`] seconds then.
const LEAST_RATE: f64 = 1e-9;
/// The largest rate of events: over the least one it gives a ratio below [`LARGEST`].
const LARGEST_RATE: f64 = 1e28;

impl Range {
    /// Of what is not a number.
    pub(super) const NONE: Self = Self::new(0.0, 0.0, 0.0, 0.0);
    pub(super) const COUNT: Self = Self::new(0.0, MAX_INT, 0.0, INT_BOUND);
    /// Memory, in bytes. The reference takes limits below 0, from which use and utilization follow.
    pub(super) const BYTES: Self = Self::new(0.0, MAX_INT, -INT_BOUND, INT_BOUND);
    pub(super) const SHARE: Self = Self::new(0.0, 1.0, 0.0, 1.0);
    /// A share of the memory limit: use can be beyond a limit that was lowered, and the limit below 0.
    pub(super) const SHARE_OF_LIMIT: Self = Self::new(0.0, 1.0, -LARGEST, LARGEST);
    pub(super) const AMOUNT: Self = Self::new(0.0, ANY, 0.0, LARGEST);
    pub(super) const MULTIPLIER: Self = Self::new(0.0, 1000.0, 0.0, LARGEST);
    /// A tick, or any number below 0 for never.
    pub(super) const TICK: Self = Self::new(-1.0, MAX_INT, -INT_BOUND, INT_BOUND);
    /// Events per second: what a queue or another rate is divided by.
    pub(super) const EVENT_RATE: Self = Self {
        least_above_zero: LEAST_RATE,
        ..Self::new(0.0, ANY, 0.0, LARGEST_RATE)
    };

    const fn new(min: f64, max: f64, floor: f64, ceiling: f64) -> Self {
        Self {
            min,
            max,
            floor,
            ceiling,
            least_above_zero: 0.0,
        }
    }

    #[inline]
    pub(super) fn allows(self, number: f64) -> bool {
        let is_gap = 0.0 < number && number < self.least_above_zero;
        self.floor <= number && number <= self.ceiling && !is_gap
    }

    pub(super) fn nearest(self, number: f64) -> f64 {
        if 0.0 < number && number < self.least_above_zero {
            let is_upper = number >= self.least_above_zero / 2.0;
            return if is_upper { self.least_above_zero } else { 0.0 };
        }
        // Keeps a number that it allows to the bit, the negative zero too.
        match number {
            low if low < self.floor => self.floor,
            high if high > self.ceiling => self.ceiling,
            allowed => allowed,
        }
    }
}

/// Whether the metric of that name and range can have the number.
#[inline]
pub(super) fn check_number(range: Range, number: f64, name: &'static str) -> Result<(), SimError> {
    if range.allows(number) {
        return Ok(());
    }
    Err(refusal(range, number, name))
}

#[cold]
fn refusal(range: Range, number: f64, name: &'static str) -> SimError {
    if !number.is_finite() {
        return SimError::NotFinite {
            metric: name.to_owned(),
        };
    }
    let allowed = if number < range.floor {
        format!("at least {}", exact_text(range.floor))
    } else if number > range.ceiling {
        format!("at most {}", exact_text(range.ceiling))
    } else {
        format!("0 or at least {}", exact_text(range.least_above_zero))
    };
    SimError::OutOfRange {
        what: name,
        allowed,
        given: number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::metric::METRICS;

    #[test]
    fn the_nearest_number_is_allowed_and_no_allowed_one_is_moved() {
        let tried = [
            -1e300,
            -1e39,
            -1e38,
            -1.0,
            -1e-300,
            -0.0,
            0.0,
            1e-320,
            4e-10,
            6e-10,
            1e-9,
            0.5,
            1.0,
            2.0,
            1e15,
            1e28,
            2e28,
            1e38,
            1e39,
            f64::MAX,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        for metric in METRICS.iter().filter(|metric| metric.has_range()) {
            let Range { min, max, .. } = metric.range;
            assert!(metric.allows(min) && metric.allows(max), "{}", metric.name);
            assert!(!metric.allows(f64::NAN) && metric.nearest(f64::NAN).is_nan());
            for x in tried {
                let nearest = metric.nearest(x);
                assert!(metric.allows(nearest), "{}: {x} -> {nearest}", metric.name);
                if metric.allows(x) {
                    assert_eq!(nearest.to_bits(), x.to_bits(), "{}", metric.name);
                }
            }
        }
    }
}
