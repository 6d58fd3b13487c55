//! Latencies of answers within a tick: a mixture of gamma distributions, gathered by their means.

use crate::gamma::Gamma;

/// Bins; each is half of an octave wide, from 0.1 ms on: 2 to the power of -13 s.
const BINS: usize = 56;
const LEAST_S: f64 = 1.0 / 8192.0;
/// Bits of a number below its exponent and the first bit after the point.
const HALF_OCTAVE: u32 = 51;

/// Answers whose mean latency is in the same bin.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: f64,
    sum: f64,
    squares: f64,
}

/// The answers of a tick.
#[derive(Debug, Clone)]
pub(crate) struct Latencies {
    bins: [Bin; BINS],
    /// No answer took longer.
    most_s: f64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            bins: [Bin::default(); BINS],
            most_s: 0.0,
        }
    }
}

impl Latencies {
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn add(&mut self, count: f64, time: Gamma, most_s: f64) {
        if count <= 0.0 {
            return;
        }
        let half_octaves = |time_s: f64| time_s.to_bits() >> HALF_OCTAVE;
        let index = half_octaves(time.mean.max(LEAST_S)) - half_octaves(LEAST_S);
        let bin = &mut self.bins[(index as usize).min(BINS - 1)];
        bin.count += count;
        bin.sum += count * time.mean;
        bin.squares += count * (time.variance + time.mean * time.mean);
        self.most_s = self.most_s.max(most_s);
    }

    /// Returns the time that a share of the answers took at most, where `z` is that share's standard normal quantile; 0
    /// without answers. A mixture's quantile lies between those of its parts.
    pub(crate) fn quantile(&self, share: f64, z: f64) -> f64 {
        let count: f64 = self.bins.iter().map(|bin| bin.count).sum();
        let least = least_part(share, count);
        let mut parts = [(0.0, Gamma::default()); BINS];
        let mut used = 0;
        for bin in self.bins.iter().filter(|bin| bin.count > least) {
            let mean = bin.sum / bin.count;
            let time = Gamma::new(mean, (bin.squares / bin.count - mean * mean).max(0.0));
            parts[used] = (bin.count, time);
            used += 1;
        }
        let time_s = mixture_quantile(&parts[..used], share, count, z);
        time_s.min(self.most_s)
    }
}

/// Parts that have no more of the `count` move the quantile of a share by less than it is found within.
fn least_part(share: f64, count: f64) -> f64 {
    1e-3 * count * share.min(1.0 - share)
}

/// Returns the time that a share of `count` times takes at most, where `z` is that share's standard normal quantile; 0
/// without parts. Each part has its count. A mixture's quantile lies between those of its parts.
pub(crate) fn mixture_quantile(parts: &[(f64, Gamma)], share: f64, count: f64, z: f64) -> f64 {
    let (least, above) = (least_part(share, count), (1.0 - share) * count);
    let (mut low, mut high) = (f64::MAX, 0.0_f64);
    for (_, time) in parts.iter().filter(|(part, _)| *part > least) {
        let quantile = time.quantile(z);
        (low, high) = (low.min(quantile), high.max(quantile));
    }
    if low > high {
        return 0.0;
    }
    let over = |time_s: f64| {
        let tails = parts.iter().map(|(part, time)| part * time.tail(time_s));
        tails.sum::<f64>() - above
    };
    root(over, low, high)
}

/// Finds where a falling function crosses zero between two places, within a hundredth: by false position, where the end
/// that stays counts half (the Illinois algorithm).
fn root(falling: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    // Within a hundredth is far closer than the mixture is to the truth.
    let is_found = |low: f64, high: f64| high - low <= 0.01 * high;
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
