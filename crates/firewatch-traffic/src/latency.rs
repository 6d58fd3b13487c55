//! Latencies of answers within a tick: a mixture of gamma distributions, gathered by their means.

use crate::gamma::Gamma;

/// Bins; each is an eighth of a power of ten wide, from 0.1 ms on.
const BINS: usize = 64;
const BINS_PER_DECADE: f64 = 8.0;
const LEAST_S: f64 = 1e-4;

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
        let decades = libm::log10(time.mean.max(LEAST_S) / LEAST_S);
        let bin = &mut self.bins[((decades * BINS_PER_DECADE) as usize).min(BINS - 1)];
        bin.count += count;
        bin.sum += count * time.mean;
        bin.squares += count * (time.variance + time.mean * time.mean);
        self.most_s = self.most_s.max(most_s);
    }

    /// Returns the time that a share of the answers took at most, where `z` is that share's standard normal quantile; 0
    /// without answers. A mixture's quantile lies between those of its parts.
    pub(crate) fn quantile(&self, share: f64, z: f64) -> f64 {
        let mut parts = [(0.0, Gamma::default()); BINS];
        let mut used = 0;
        let (mut low, mut high, mut count) = (f64::MAX, 0.0_f64, 0.0);
        for bin in self.bins.iter().filter(|bin| bin.count > 0.0) {
            let mean = bin.sum / bin.count;
            let time = Gamma::new(mean, (bin.squares / bin.count - mean * mean).max(0.0));
            let quantile = time.quantile(z);
            (low, high) = (low.min(quantile), high.max(quantile));
            parts[used] = (bin.count, time);
            used += 1;
            count += bin.count;
        }
        if used == 0 {
            return 0.0;
        }
        let above = (1.0 - share) * count;
        // Within a hundredth of the quantile is far closer than the mixture is to the truth.
        for _ in 0..24 {
            if high - low <= 0.01 * high {
                break;
            }
            let middle = low + (high - low) / 2.0;
            let tail: f64 = { parts[..used].iter() }
                .map(|(count, time)| count * time.tail(middle))
                .sum();
            if tail > above {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low + (high - low) / 2.0).min(self.most_s)
    }
}
