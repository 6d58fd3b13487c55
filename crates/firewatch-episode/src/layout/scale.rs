//! How a value becomes a number from 0 to 1.

use firewatch_sim::{Metric, MetricKind};

/// How a value `v` becomes a number from 0 to 1: `(v - min) / (base + slope v)`, cut off at both ends.
///
/// It is one formula for both kinds of metrics, so that a row of different ones is normalised without a branch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    min: f32,
    base: f32,
    slope: f32,
}

/// The largest value of a range that is linear.
const WIDEST: f64 = 1_000.0;

impl Scale {
    pub(super) fn of(metric: &Metric) -> Self {
        let (min, max) = match metric.kind {
            MetricKind::Status => (0.0, 3.0),
            MetricKind::Bool => (0.0, 1.0),
            _ => (metric.min, metric.max),
        };
        if max <= WIDEST {
            return Self {
                min: in_single(min),
                base: in_single(max - min),
                slope: 0.0,
            };
        }
        let half = match (metric.unit, metric.kind) {
            ("s", MetricKind::Int) => 86_400.0,
            ("s", _) => 1.0,
            ("By", _) => (1_u64 << 30) as f64,
            ("{tick}", _) => 60.0,
            _ => 100.0,
        };
        Self::saturating(half)
    }

    /// For what has no end: 0 stays 0, and `half` becomes 1/2.
    pub(super) fn saturating(half: f64) -> Self {
        Self {
            min: 0.0,
            base: in_single(half),
            slope: 1.0,
        }
    }

    #[inline]
    pub(super) fn apply(self, value: f32) -> f32 {
        // Infinity over infinity would be no number.
        let value = if value > f32::MAX { f32::MAX } else { value };
        let scaled = (value - self.min) / (self.base + self.slope * value);
        match value > self.min {
            true if scaled < 1.0 => scaled,
            true => 1.0,
            false => 0.0,
        }
    }
}

/// The scales of a row of values, number by number: a processor applies them to several values at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scales {
    min: Vec<f32>,
    base: Vec<f32>,
    slope: Vec<f32>,
}

impl FromIterator<Scale> for Scales {
    fn from_iter<I: IntoIterator<Item = Scale>>(scales: I) -> Self {
        let mut all = Self::default();
        for Scale { min, base, slope } in scales {
            all.min.push(min);
            all.base.push(base);
            all.slope.push(slope);
        }
        all
    }
}

impl Scales {
    /// Normalises rows; without any scale they stay as they are.
    pub(super) fn apply(&self, rows: &mut [f32]) {
        if self.min.is_empty() {
            return;
        }
        for row in rows.chunks_exact_mut(self.min.len()) {
            let scales = self.min.iter().zip(&self.base).zip(&self.slope);
            for (value, ((&min, &base), &slope)) in row.iter_mut().zip(scales) {
                *value = Scale { min, base, slope }.apply(*value);
            }
        }
    }
}

/// Rounds to single precision, in which observations and rewards are given.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the caller's memory has single precision"
)]
pub(crate) fn in_single(value: f64) -> f32 {
    value as f32
}

pub(super) fn as_flag(flag: bool) -> f32 {
    f32::from(u8::from(flag))
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn whatever_is_scaled_is_from_0_to_1() {
        let linear = Scale {
            min: -1.0,
            base: 4.0,
            slope: 0.0,
        };
        let point = Scale {
            base: 0.0,
            ..linear
        };
        let open = Scale::saturating(2.0);
        for (value, in_linear, in_open) in [
            (-3.0, 0.0, 0.0),
            (1.0, 0.5, 1.0 / 3.0),
            (2.0, 0.75, 0.5),
            (9.0, 1.0, 9.0 / 11.0),
            (f32::INFINITY, 1.0, 1.0),
            (f32::NEG_INFINITY, 0.0, 0.0),
            (f32::NAN, 0.0, 0.0),
        ] {
            assert_eq!(linear.apply(value), in_linear, "{value}");
            assert_eq!(open.apply(value), in_open, "{value}");
            let at_point = point.apply(value);
            assert!(at_point == 0.0 || at_point == 1.0, "{value}: {at_point}");
        }
    }
}
