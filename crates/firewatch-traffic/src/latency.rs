//! Latencies of answers within a tick: a mixture of gamma distributions, gathered by their means.

use crate::gamma::Gamma;
use crate::mixture::Quantile;

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

    /// Returns a quantile of the answers; 0 without any.
    pub(crate) fn quantile(&self, quantile: Quantile) -> f64 {
        let part = |bin: &Bin| {
            if bin.count <= 0.0 {
                return (0.0, Gamma::NONE);
            }
            let mean = bin.sum / bin.count;
            let variance = (bin.squares / bin.count - mean * mean).max(0.0);
            (bin.count, Gamma::new(mean, variance))
        };
        quantile
            .of(&self.bins.each_ref().map(part))
            .min(self.most_s)
    }
}
