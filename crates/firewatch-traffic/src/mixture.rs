//! Quantiles of mixtures of gamma distributions.

use crate::gamma::Gamma;

/// A part of a mixture that is less than this share of what is above or below a quantile moves it by less than it is
/// found within.
const NEGLIGIBLE: f64 = 1e-3;

/// A share of all, and the standard normal distribution's quantile of it.
#[derive(Clone, Copy)]
pub(crate) struct Quantile {
    share: f64,
    z: f64,
}

impl Quantile {
    pub(crate) const MEDIAN: Self = Self { share: 0.5, z: 0.0 };
    pub(crate) const P99: Self = Self {
        share: 0.99,
        z: 2.326_347_874_040_841,
    };

    /// Returns the time that this share of a mixture takes at most; 0 of nothing. Each part has its count.
    ///
    /// The search goes by the cube root of the time, of which tails are found with few operations.
    pub(crate) fn of<const N: usize>(self, parts: &[(f64, Gamma); N]) -> f64 {
        let count: f64 = parts.iter().map(|(count, _)| count).sum();
        let above = (1.0 - self.share) * count;
        let least = NEGLIGIBLE * above.min(self.share * count);
        let mut roots = [None; N];
        let (mut low, mut high) = (f64::MAX, 0.0_f64);
        for (place, (count, time)) in roots.iter_mut().zip(parts) {
            if *count > least {
                let root = time.cube_root();
                // A mixture's quantile lies between those of its parts.
                let quantile = root.map_or(0.0, |root| root.quantile(self.z));
                (low, high) = (low.min(quantile), high.max(quantile));
                *place = root.map(|root| (*count, root));
            }
        }
        if low > high {
            return 0.0;
        }
        let over = |root: f64| {
            let tails = roots.iter().flatten();
            let tails = tails.map(|(count, time)| count * time.tail(root));
            tails.sum::<f64>() - above
        };
        let root = crossing(over, low, high);
        root * root * root
    }
}

/// Finds where a falling function crosses zero between two places, within a third of a hundredth: by false position, where
/// the end that stays counts half (the Illinois algorithm).
fn crossing(falling: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    // Its cube is within a hundredth: far closer than the mixture is to the truth.
    let is_found = |low: f64, high: f64| high - low <= 0.0033 * high;
    if is_found(low, high) {
        return low + (high - low) / 2.0;
    }
    let (mut at_low, mut at_high) = (falling(low).max(0.0), falling(high).min(0.0));
    for _ in 0..24 {
        let share = if at_low > at_high {
            at_low / (at_low - at_high)
        } else {
            0.5
        };
        let middle = low + (high - low) * share.clamp(0.05, 0.95);
        let value = falling(middle);
        if value > 0.0 {
            (low, at_low, at_high) = (middle, value, at_high / 2.0);
        } else {
            (high, at_high, at_low) = (middle, value, at_low / 2.0);
        }
        if is_found(low, high) {
            break;
        }
    }
    low + (high - low) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An exponential time, of which a share `1 - e^(-t / mean)` takes at most t, alone and beside one of another mean.
    #[test]
    fn quantiles_are_those_of_the_parts_together() {
        let exponential = |mean: f64| Gamma::new(mean, mean * mean);
        let near = |found: f64, wanted: f64| {
            assert!((found / wanted - 1.0).abs() < 0.03, "{found}, not {wanted}");
        };
        let alone = [(7.0, exponential(0.1)), (0.0, Gamma::NONE)];
        near(Quantile::P99.of(&alone), 0.1 * 100.0_f64.ln());
        near(Quantile::MEDIAN.of(&alone), 0.1 * 2.0_f64.ln());
        let both = [(0.95, exponential(0.01)), (0.05, exponential(1.0))];
        near(Quantile::P99.of(&both), 5.0_f64.ln());
        assert_eq!(Quantile::P99.of(&[(0.0, Gamma::NONE)]), 0.0);
        // Points, and times of nobody beside them.
        let points = [
            (98.0, Gamma::new(0.5, 0.0)),
            (2.0, Gamma::new(3.0, 0.0)),
            (1e-9, exponential(9.0)),
        ];
        near(Quantile::MEDIAN.of(&points), 0.5);
        near(Quantile::P99.of(&points), 3.0);
    }
}
