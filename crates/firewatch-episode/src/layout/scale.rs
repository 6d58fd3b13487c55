//! How a value becomes a number from 0 to 1.

use firewatch_sim::{Metric, MetricKind};

/// How a value becomes a number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// By its range, cut off at both ends.
    Linear { min: f32, range: f32 },
    /// For what has no end: this value becomes 1/2.
    Saturating { half: f32 },
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
            return Self::Linear {
                min: in_single(min),
                range: in_single(max - min),
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

    pub(super) fn saturating(half: f64) -> Self {
        Self::Saturating {
            half: in_single(half),
        }
    }

    #[inline]
    pub(super) fn apply(self, value: f32) -> f32 {
        match self {
            Self::Linear { min, range } => {
                let scaled = (value - min) / range;
                if scaled > 0.0 {
                    if scaled < 1.0 { scaled } else { 1.0 }
                } else {
                    0.0
                }
            }
            Self::Saturating { half } if value > 0.0 => value / (value + half),
            Self::Saturating { .. } => 0.0,
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
