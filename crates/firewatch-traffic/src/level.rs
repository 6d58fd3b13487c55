//! Pools of attempts of one number: in flight, given up, backing off. Each empties at the rate of one over its mean stay, by
//! implicit Euler steps: stable for any step, and right in equilibrium by Little's law.

/// Attempts that are told apart; further ones count as the last of these.
pub(crate) const LEVELS: usize = 5;

/// Stages that a fixed time is made of: a sum of exponential times varies by one over the root of their number.
pub(crate) const TIMEOUT_STAGES: usize = 4;
pub(crate) const BACKOFF_STAGES: usize = 2;

/// Fewer requests than that are none, so that what heals becomes empty.
pub(crate) const LEAST: f64 = 1e-12;

/// What is in flight, of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Level {
    pub(crate) good: f64,
    pub(crate) doomed: [f64; TIMEOUT_STAGES],
    pub(crate) backoff: [f64; BACKOFF_STAGES],
}

impl Level {
    #[inline]
    pub(crate) fn total(&self) -> f64 {
        self.good + self.doomed_total() + self.backing_off()
    }

    /// Returns the number of attempts that will time out.
    #[inline]
    pub(crate) fn doomed_total(&self) -> f64 {
        self.doomed.iter().sum()
    }

    /// Returns the number of requests between two attempts.
    #[inline]
    pub(crate) fn backing_off(&self) -> f64 {
        self.backoff.iter().sum()
    }

    /// Adds as many times what another one has in flight, and as many times what backs off.
    #[inline]
    pub(crate) fn add(&mut self, other: &Self, flying: f64, backing_off: f64) {
        self.good += flying * other.good;
        for (stage, other) in self.doomed.iter_mut().zip(other.doomed) {
            *stage += flying * other;
        }
        for (stage, other) in self.backoff.iter_mut().zip(other.backoff) {
            *stage += backing_off * other;
        }
    }
}

/// What stays of something. The last of it goes at once.
#[inline]
pub(crate) fn kept(all: f64, stays: f64) -> f64 {
    if all < LEAST { 0.0 } else { all * stays }
}

/// Lets time pass in stages, of each of which the share `stays` remains, and returns what leaves the last.
#[inline]
pub(crate) fn pass<const N: usize>(stages: &mut [f64; N], entering: f64, stays: f64) -> f64 {
    if entering <= 0.0 && stages.iter().sum::<f64>() <= 0.0 {
        return 0.0;
    }
    let mut next = entering;
    for stage in stages {
        let all = *stage + next;
        *stage = kept(all, stays);
        next = all - *stage;
    }
    next
}

#[inline]
pub(crate) fn last_level(retries: u32) -> usize {
    (retries as usize).min(LEVELS - 1)
}
