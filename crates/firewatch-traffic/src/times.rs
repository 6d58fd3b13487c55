//! Times of two kinds: the usual ones and the slow ones, each a gamma distribution.
//!
//! A call that only some requests make, an attempt that timed out before another one, an optional call that was given up:
//! one distribution with the mean and variance of both kinds together would have too long a tail, and would put times where
//! there are none.

use crate::gamma::Gamma;

/// Kinds whose distance makes up less of the variance than this are one.
const APART: f64 = 0.1;

#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Times {
    pub(crate) usual: Gamma,
    pub(crate) slow: Gamma,
    /// Share of the slow ones.
    pub(crate) share: f64,
}

impl From<Gamma> for Times {
    fn from(usual: Gamma) -> Self {
        Self {
            usual,
            slow: usual,
            share: 0.0,
        }
    }
}

/// Some times, and how many of all they are.
type Part = (f64, Gamma);

fn merged(a: Part, b: Part) -> Part {
    let count = a.0 + b.0;
    if count <= 0.0 {
        return (0.0, a.1);
    }
    (count, a.1.or(b.1, b.0 / count))
}

impl Times {
    /// No time at all.
    pub(crate) const NONE: Self = Self {
        usual: Gamma::NONE,
        slow: Gamma::NONE,
        share: 0.0,
    };

    /// Sorts parts into two kinds: where the distance of both makes up most of the variance.
    fn of(mut parts: [Part; 4]) -> Self {
        for last in 1..parts.len() {
            let mut at = last;
            while at > 0 && parts[at].1.mean < parts[at - 1].1.mean {
                parts.swap(at, at - 1);
                at -= 1;
            }
        }
        let [a, b, c, d] = parts;
        let count = a.0 + b.0 + c.0 + d.0;
        let sum = |part: Part| part.0 * part.1.mean;
        let all = sum(a) + sum(b) + sum(c) + sum(d);
        // What the distance of both kinds makes up of the variance, times the square of the count.
        let between = |below: f64, below_sum: f64| {
            let apart = below_sum * (count - below) - (all - below_sum) * below;
            let weight = below * (count - below);
            if weight > 1e-15 * count * count {
                apart * apart / weight
            } else {
                0.0
            }
        };
        let first = between(a.0, sum(a));
        let second = between(a.0 + b.0, sum(a) + sum(b));
        let third = between(count - d.0, all - sum(d));
        let (usual, slow, best) = if first >= second && first >= third {
            (a, merged(b, merged(c, d)), first)
        } else if second >= third {
            (merged(a, b), merged(c, d), second)
        } else {
            (merged(merged(a, b), c), d, third)
        };
        let both = merged(usual, slow);
        if both.0 <= 0.0 || best <= APART * both.1.variance * count * count {
            return Self::from(both.1);
        }
        Self {
            usual: usual.1,
            slow: slow.1,
            // Never above 1, as it could be of the other sum.
            share: slow.0 / both.0,
        }
    }

    fn parts(&self) -> [Part; 2] {
        [(1.0 - self.share, self.usual), (self.share, self.slow)]
    }

    /// Both kinds together.
    #[inline]
    pub(crate) fn all(&self) -> Gamma {
        if self.share <= 0.0 {
            self.usual
        } else {
            self.usual.or(self.slow, self.share)
        }
    }

    #[inline]
    pub(crate) fn mean(&self) -> f64 {
        self.usual.mean + self.share * (self.slow.mean - self.usual.mean)
    }

    /// After another time, of one kind.
    #[inline]
    pub(crate) fn after(&self, time: Gamma) -> Self {
        Self {
            usual: self.usual.plus(time),
            slow: self.slow.plus(time),
            share: self.share,
        }
    }

    /// The sum of two independent times.
    #[inline]
    pub(crate) fn plus(&self, other: &Self) -> Self {
        if other.share <= 0.0 {
            return self.after(other.usual);
        }
        if self.share <= 0.0 {
            return other.after(self.usual);
        }
        let [(a, usual), (b, slow)] = self.parts();
        let [(c, other_usual), (d, other_slow)] = other.parts();
        Self::of([
            (a * c, usual.plus(other_usual)),
            (a * d, usual.plus(other_slow)),
            (b * c, slow.plus(other_usual)),
            (b * d, slow.plus(other_slow)),
        ])
    }

    /// One of two times: this one, or with the probability `share` the other.
    #[inline]
    pub(crate) fn or(&self, other: &Self, share: f64) -> Self {
        if share <= 0.0 {
            return *self;
        }
        if share >= 1.0 {
            return *other;
        }
        let [(a, usual), (b, slow)] = self.parts();
        let [(c, other_usual), (d, other_slow)] = other.parts();
        let rest = 1.0 - share;
        Self::of([
            (a * rest, usual),
            (b * rest, slow),
            (c * share, other_usual),
            (d * share, other_slow),
        ])
    }

    /// The same, where no time is below `least`: that part of it is no chance.
    #[inline]
    pub(crate) fn within_above(&self, least: f64, time: f64) -> (f64, Self) {
        if least <= 0.0 {
            return self.within(time);
        }
        let above = self.after(Gamma::new(-least, 0.0));
        let (share, within) = above.within(time - least);
        (share, within.after(Gamma::new(least, 0.0)))
    }

    /// Returns the probability of at most `time`, and what is.
    #[inline]
    pub(crate) fn within(&self, time: f64) -> (f64, Self) {
        let (usual_share, usual) = cut(self.usual, time);
        if self.share <= 0.0 {
            return (usual_share, Self::from(usual));
        }
        let (slow_share, slow) = cut(self.slow, time);
        let (a, b) = ((1.0 - self.share) * usual_share, self.share * slow_share);
        if a + b <= 0.0 {
            return (0.0, Self::from(usual));
        }
        let share = b / (a + b);
        (a + b, Self { usual, slow, share })
    }
}

/// Returns the probability of at most `time`, and what is.
#[inline]
fn cut(all: Gamma, time: f64) -> (f64, Gamma) {
    let (share, mean) = all.within(time);
    // Of what is cut off, no more than the spread of equally likely times is left.
    let variance = if share < 0.999 {
        all.variance.min(time * time / 12.0)
    } else {
        all.variance
    };
    (share, Gamma::new(mean, variance))
}
