//! A grid of runs: what varies, and by which values.

use std::collections::BTreeSet;
use std::fmt;

use firewatch_sim::FaultKind;

/// Most values that a grid may list, besides seeds.
pub const MAX_SWEEP_VALUES: usize = 10_000;
/// Most runs that a grid may have.
pub const MAX_SWEEP_RUNS: u64 = 1_000_000_000_000;
/// Most ticks times services of all runs of a sweep together.
pub const MAX_SWEEP_SERVICE_TICKS: u64 = 1_000_000_000_000_000;

/// A grid: each seed with each speed, each level, each kind, each start, each value of a metric and each halting tick. Empty,
/// it is one run: the scenario as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// The seeds; none stands for the scenario's own.
    pub seeds: Vec<Seeds>,
    /// Speeds of faults.
    pub speed: Vec<Axis<f64>>,
    /// Levels of faults, in the physics of traffic.
    pub level: Vec<Axis<f64>>,
    /// Kinds of faults.
    pub kind: Vec<Axis<FaultKind>>,
    /// Ticks done when faults begin.
    pub start: Vec<Axis<u64>>,
    /// Metrics that services have at the start; in the physics of traffic also numbers of services, of calls and of groups
    /// of users, by the names of their fields.
    pub metric: Vec<MetricAxis>,
    /// When services with faults are halted, instead of when the timeline says.
    pub halt: Vec<Axis<Halt>>,
}

impl Sweep {
    /// Whether nothing varies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Number of runs, for a scenario that has one seed of its own.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.seed_count().saturating_mul(self.settings())
    }

    /// Number of seeds.
    pub(crate) fn seed_count(&self) -> u64 {
        match self.seeds.as_slice() {
            [] => 1,
            seeds => seeds.iter().map(|s| s.count).fold(0, u64::saturating_add),
        }
    }

    /// Number of runs with the same seed.
    pub(crate) fn settings(&self) -> u64 {
        self.lengths()
            .fold(1, |product, length| product.saturating_mul(length as u64))
    }

    /// Number of values of each axis.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = usize> {
        let speeds = self.speed.iter().map(|axis| axis.values.len());
        let levels = self.level.iter().map(|axis| axis.values.len());
        let kinds = self.kind.iter().map(|axis| axis.values.len());
        let halts = self.halt.iter().map(|axis| axis.values.len());
        let starts = self.start.iter().map(|axis| axis.values.len());
        let metrics = self.metric.iter().map(|axis| axis.values.len());
        { speeds.chain(levels).chain(kinds) }
            .chain(starts)
            .chain(metrics)
            .chain(halts)
    }
}

/// Something that varies.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis<T> {
    /// The service whose faults it is about; `None` for all faults, and then there is no other axis of
    /// the same sort.
    pub service: Option<String>,
    /// Its values, each once.
    pub values: Vec<T>,
}

/// A metric that varies.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricAxis {
    /// The service; in the physics of traffic also a group of users, or calls as `web -> search`.
    pub service: String,
    /// The metric: a number, or a truth value as 0 or 1.
    pub metric: String,
    /// Its values, each once.
    pub values: Vec<f64>,
}

/// The caller and the callee of calls that are written `web -> search`.
pub(crate) fn caller_and_callee(owner: &str) -> Option<(&str, &str)> {
    owner.split_once(" -> ")
}

/// Seeds in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// The first.
    pub first: u64,
    /// How many; at least 1, and the last is a `u64`.
    pub count: u64,
}

impl Seeds {
    /// One seed.
    #[must_use]
    pub fn one(seed: u64) -> Self {
        Self {
            first: seed,
            count: 1,
        }
    }

    /// The last seed.
    #[must_use]
    pub fn last(self) -> u64 {
        self.first.saturating_add(self.count.saturating_sub(1))
    }
}

/// When the faults of a service are halted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Halt {
    /// Once that number of ticks is done: the next is the first that sees it.
    At(u64),
    /// Not at all.
    Never,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(tick) => write!(f, "{tick}"),
            Self::Never => f.write_str("never"),
        }
    }
}

/// What lies between two numbers, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The last number is not a part of it.
    Excluded,
    /// The last number is a part of it, if a step meets it.
    Included,
}

/// Why numbers in steps are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRange {
    /// The step does not lead upwards.
    Step,
    /// No number lies in it.
    Empty,
    /// More than [`MAX_SWEEP_VALUES`] lie in it.
    TooMany,
}

impl fmt::Display for BadRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step => f.write_str("the step must be a number above 0"),
            Self::Empty => f.write_str("no value lies in it: the end must be above the beginning"),
            Self::TooMany => {
                write!(f, "more than {MAX_SWEEP_VALUES} values lie in it")
            }
        }
    }
}

/// `first`, `first + step`, `first + 2 * step` and so on, up to the last number. A step that misses the
/// last number by no more than rounding meets it.
///
/// ```
/// use firewatch_scenario::{End, steps};
///
/// assert_eq!(steps(0.5, 2.0, 0.5, End::Excluded).unwrap(), [0.5, 1.0, 1.5]);
/// assert_eq!(steps(0.5, 2.0, 0.5, End::Included).unwrap(), [0.5, 1.0, 1.5, 2.0]);
/// // In numbers of the machine the third step ends below 1.
/// assert_eq!(steps(0.7, 1.0, 0.1, End::Excluded).unwrap().len(), 3);
/// ```
///
/// # Errors
/// The step is not above 0, no number lies in it, or too many do.
pub fn steps(first: f64, last: f64, step: f64, end: End) -> Result<Vec<f64>, BadRange> {
    if step <= 0.0 || !step.is_finite() {
        return Err(BadRange::Step);
    }
    let exact = (last - first) / step;
    let near = exact.round();
    let is_met = (exact - near).abs() <= 1e-9 * near.abs().max(1.0);
    let count = match end {
        End::Excluded if is_met => near,
        End::Excluded => exact.ceil(),
        End::Included if is_met => near + 1.0,
        End::Included => exact.floor() + 1.0,
    };
    let count = checked_count(count)?;
    // 0.1 and two steps of 0.1 are meant to be the 0.3 that somebody would type.
    let places = decimals(first).max(decimals(step));
    let value = |i| {
        let value = first + f64::from(i) * step;
        format!("{value:.places$}").parse().unwrap_or(value)
    };
    Ok((0..count).map(value).collect())
}

/// Decimal places that the number is written with.
fn decimals(number: f64) -> usize {
    let text = number.to_string();
    text.split_once('.').map_or(0, |(_, places)| places.len())
}

/// As [`steps`], for whole numbers.
///
/// # Errors
/// As [`steps`].
pub fn whole_steps(first: u64, last: u64, step: u64, end: End) -> Result<Vec<u64>, BadRange> {
    if step == 0 {
        return Err(BadRange::Step);
    }
    let Some(distance) = last.checked_sub(first) else {
        return Err(BadRange::Empty);
    };
    let count = match end {
        End::Excluded => distance.div_ceil(step),
        End::Included => (distance / step).saturating_add(1),
    };
    let count = checked_count(count as f64)?;
    Ok((0..u64::from(count)).map(|i| first + i * step).collect())
}

/// Returns a count of values as a whole number, if it is within the limit.
fn checked_count(count: f64) -> Result<u32, BadRange> {
    if count > MAX_SWEEP_VALUES as f64 {
        Err(BadRange::TooMany)
    } else if count >= 1.0 {
        // Small, whole and positive.
        Ok(count as u32)
    } else {
        Err(BadRange::Empty)
    }
}

/// The first value that comes again.
pub(crate) fn again<T: Copy, K: Ord>(values: &[T], key: impl Fn(T) -> K) -> Option<usize> {
    let mut seen = BTreeSet::new();
    values.iter().position(|value| !seen.insert(key(*value)))
}

/// The first entry of which a seed is in another one before it.
pub(crate) fn seeds_again(seeds: &[Seeds]) -> Option<usize> {
    let mut order: Vec<usize> = (0..seeds.len()).collect();
    order.sort_by_key(|&index| seeds[index].first);
    let overlaps = order.windows(2).filter_map(|pair| {
        let (before, behind) = (seeds[pair[0]], seeds[pair[1]]);
        (behind.first <= before.last()).then(|| pair[0].max(pair[1]))
    });
    overlaps.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_as_a_person_counts_them() {
        let count =
            |first, last, step, end| steps(first, last, step, end).map(|values| values.len());
        // With what rounding makes of it: 2.9999999999999996, 3.0000000000000004, 5.999999999999999.
        assert_eq!(count(0.0, 0.3, 0.1, End::Excluded), Ok(3));
        assert_eq!(
            steps(0.1, 0.5, 0.1, End::Included),
            Ok(vec![0.1, 0.2, 0.3, 0.4, 0.5])
        );
        assert_eq!(
            steps(-1.0, 1e-7, 0.5, End::Included),
            Ok(vec![-1.0, -0.5, 0.0])
        );
        assert_eq!(count(0.7, 1.0, 0.1, End::Excluded), Ok(3));
        assert_eq!(count(0.1, 0.7, 0.1, End::Excluded), Ok(6));
        assert_eq!(count(0.1, 0.7, 0.1, End::Included), Ok(7));
        // A step that misses the end.
        assert_eq!(count(0.0, 1.0, 0.3, End::Excluded), Ok(4));
        assert_eq!(count(0.0, 1.0, 0.3, End::Included), Ok(4));
        assert_eq!(count(1.0, 1.0, 0.5, End::Included), Ok(1));
        assert_eq!(count(1.0, 1.0, 0.5, End::Excluded), Err(BadRange::Empty));
        assert_eq!(count(2.0, 1.0, 0.5, End::Included), Err(BadRange::Empty));
        assert_eq!(count(0.0, 1.0, 0.0, End::Excluded), Err(BadRange::Step));
        assert_eq!(count(0.0, 1.0, -0.1, End::Excluded), Err(BadRange::Step));
        assert_eq!(
            count(0.0, 1.0, f64::NAN, End::Excluded),
            Err(BadRange::Step)
        );
        assert_eq!(
            count(0.0, f64::NAN, 0.5, End::Excluded),
            Err(BadRange::Empty)
        );
        assert_eq!(count(0.0, 1e9, 0.1, End::Excluded), Err(BadRange::TooMany));
    }

    #[test]
    fn whole_steps_are_exact() {
        let values = |first, last, step, end| whole_steps(first, last, step, end);
        assert_eq!(values(4, 20, 4, End::Excluded), Ok(vec![4, 8, 12, 16]));
        assert_eq!(values(4, 20, 4, End::Included), Ok(vec![4, 8, 12, 16, 20]));
        assert_eq!(values(4, 19, 4, End::Included), Ok(vec![4, 8, 12, 16]));
        assert_eq!(values(4, 4, 1, End::Excluded), Err(BadRange::Empty));
        assert_eq!(values(5, 4, 1, End::Included), Err(BadRange::Empty));
        assert_eq!(values(5, 9, 0, End::Included), Err(BadRange::Step));
        assert_eq!(
            values(0, u64::MAX, 1, End::Included),
            Err(BadRange::TooMany)
        );
        let top = values(u64::MAX - 1, u64::MAX, 1, End::Included);
        assert_eq!(top, Ok(vec![u64::MAX - 1, u64::MAX]));
    }

    #[test]
    fn seeds_that_come_again_are_found() {
        let seeds = |first, count| Seeds { first, count };
        assert_eq!(seeds_again(&[seeds(5, 5), seeds(0, 5), seeds(10, 1)]), None);
        assert_eq!(seeds_again(&[seeds(5, 5), seeds(0, 6)]), Some(1));
        assert_eq!(
            seeds_again(&[seeds(0, 10), seeds(20, 1), seeds(3, 1)]),
            Some(2)
        );
        let top = [seeds(u64::MAX, 1), seeds(0, u64::MAX)];
        assert_eq!(seeds_again(&top), None);
    }
}
