//! Times that are sums of many small ones, as gamma distributions with a given mean and variance.
//!
//! Tails and quantiles by the cube-root transformation (Wilson and Hilferty, "The distribution of chi-square", PNAS 17,
//! 1931): the cube root of a gamma variable is nearly normal.

/// A gamma distribution by its first two moments.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Gamma {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

/// No time is longer: that is more than any patience, and what is made of it stays finite.
pub(crate) const FOREVER_S: f64 = 1e12;

/// Shapes above this are points: a thousandth of the mean is less than any sub-step resolves.
const POINT_SHAPE: f64 = 1e6;

/// Spreads of the cube root from which on any time is more than eight standard deviations above.
const MOST_SPREAD: f64 = 100.0;

impl Gamma {
    pub(crate) const NONE: Self = Self {
        mean: 0.0,
        variance: 0.0,
    };

    /// Cut at [`FOREVER_S`]: where a service calls itself, times would be longer with each round.
    #[inline]
    pub(crate) fn new(mean: f64, variance: f64) -> Self {
        Self {
            mean: mean.min(FOREVER_S),
            variance: variance.min(FOREVER_S * FOREVER_S),
        }
    }

    /// The sum of two independent times.
    #[inline]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self::new(self.mean + other.mean, self.variance + other.variance)
    }

    /// One of two times: this one, or with the probability `share` the other.
    #[inline]
    pub(crate) fn or(self, other: Self, share: f64) -> Self {
        let apart = other.mean - self.mean;
        Self::new(
            self.mean + share * apart,
            self.variance
                + share * (other.variance - self.variance)
                + share * (1.0 - share) * apart * apart,
        )
    }

    /// Whether it is as good as a point.
    #[inline]
    fn is_point(self) -> bool {
        self.mean * self.mean >= POINT_SHAPE * self.variance
    }

    /// Returns the variance of the cube root in units of the mean's, a ninth of one over the shape.
    #[inline]
    fn spread(self) -> f64 {
        self.variance / (9.0 * self.mean * self.mean)
    }

    /// Finds where a time is.
    #[inline]
    fn place(self, time: f64) -> Place {
        if self.mean <= 0.0 {
            return Place::Above;
        }
        if time <= 0.0 {
            return Place::Below;
        }
        let apart = time - self.mean;
        if self.is_point() {
            return if apart < 0.0 {
                Place::Below
            } else {
                Place::Above
            };
        }
        // Eight standard deviations on either side need no function.
        let is_far = apart * apart > 64.0 * self.variance;
        if is_far && (apart < 0.0 || self.mean * self.mean > self.variance) {
            return if apart < 0.0 {
                Place::Below
            } else {
                Place::Above
            };
        }
        let spread = self.spread();
        // Nearly all of it is next to nothing. Its tail is 0 up to here, and then no number.
        if spread >= MOST_SPREAD || spread.is_nan() {
            return Place::Above;
        }
        let (root, deviation) = (cube_root(time / self.mean), spread.sqrt());
        let z = (root - (1.0 - spread)) / deviation;
        Place::Within(At {
            root,
            deviation,
            z,
            tail: normal_tail(z),
        })
    }

    /// Returns the distribution of its cube root, whose tails take few operations; `None` if no time is above 0.
    pub(crate) fn cube_root(self) -> Option<CubeRoot> {
        // Also what is so small that one over its root has no end.
        if self.mean < f64::MIN_POSITIVE {
            return None;
        }
        let per_root = 1.0 / cube_root(self.mean);
        if self.is_point() {
            return Some(CubeRoot {
                per_root,
                mean: 1.0,
                per_deviation: POINT,
            });
        }
        let spread = self.spread();
        // Nearly all of it is next to nothing.
        (spread < MOST_SPREAD).then(|| CubeRoot {
            per_root,
            mean: 1.0 - spread,
            per_deviation: 1.0 / spread.sqrt(),
        })
    }

    /// Returns the probability of at most `time`, and the mean of what is.
    ///
    /// Up to a time t, the mean of a gamma distribution of shape k is m (P - t f / k), with the probability P and the density
    /// f at t. That density is the normal one of the cube root.
    #[inline]
    pub(crate) fn within(self, time: f64) -> (f64, f64) {
        let at = match self.place(time) {
            Place::Above => return (1.0, self.mean),
            Place::Below => return (0.0, time),
            Place::Within(at) => at,
        };
        let share = 1.0 - at.tail;
        if share >= 1.0 {
            return (share, self.mean);
        }
        if share <= 1e-9 {
            return (0.0, time);
        }
        let density = at.tail * normal_slope(at.z);
        let mean = self.mean * (1.0 - 3.0 * at.deviation * at.root * density);
        // No density falls more slowly than that of the shape, a power.
        (
            share,
            mean.clamp(0.0, time / (1.0 + 9.0 * at.deviation * at.deviation)),
        )
    }
}

/// The cube root of a gamma variable, which is nearly normal.
#[derive(Clone, Copy)]
pub(crate) struct CubeRoot {
    /// One over the cube root of the variable's mean, in units of which the rest is.
    per_root: f64,
    mean: f64,
    per_deviation: f64,
}

/// One over the deviation of what has none.
const POINT: f64 = 1e9;

impl CubeRoot {
    /// Returns the quantile that is the standard normal distribution's at `z`.
    #[inline]
    pub(crate) fn quantile(self, z: f64) -> f64 {
        (self.mean + z / self.per_deviation).max(0.0) / self.per_root
    }

    /// Returns the probability of a larger root.
    #[inline]
    pub(crate) fn tail(self, root: f64) -> f64 {
        normal_tail((root * self.per_root - self.mean) * self.per_deviation)
    }
}

/// Where a time is in a distribution.
enum Place {
    /// All of it is below the time.
    Above,
    /// All of it is above the time.
    Below,
    Within(At),
}

struct At {
    /// Cube root of the time, and its standard deviation, in units of the mean's.
    root: f64,
    deviation: f64,
    /// The same place in the standard normal distribution.
    z: f64,
    /// The probability of more.
    tail: f64,
}

/// The cube root of a positive number: a guess from the exponent, within 6 %, and two steps of Halley's, each of which
/// cubes the error.
#[inline]
fn cube_root(number: f64) -> f64 {
    let mut root = f64::from_bits(number.to_bits() / 3 + 0x2a9f_7893_782d_a1ce);
    for _ in 0..2 {
        let cube = root * root * root;
        root *= (cube + 2.0 * number) / (2.0 * cube + number);
    }
    root
}

/// The upper tail of the normal distribution, within 2e-4 (Bowling, Khasawneh, Kaewkuekool and Cho, "A logistic
/// approximation to the cumulative normal distribution", 2009).
#[inline]
fn normal_tail(z: f64) -> f64 {
    if z > 8.0 {
        return 0.0;
    }
    if z < -8.0 {
        return 1.0;
    }
    1.0 / (1.0 + exponential(z * (1.5976 + 0.07056 * z * z)))
}

/// The normal density at `z`, as a share of what is below and for each of what is above: of the same approximation.
fn normal_slope(z: f64) -> f64 {
    1.5976 + 3.0 * 0.07056 * z * z
}

/// The exponential function within 2e-7, for exponents up to 700: two to a whole power, times Taylor's series up to the
/// sixth power for the rest, at most a half of ln 2.
#[inline]
fn exponential(exponent: f64) -> f64 {
    // Adding it leaves a whole number in the last bits of the sum.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let whole = exponent * std::f64::consts::LOG2_E + WHOLE;
    let rest = exponent - (whole - WHOLE) * std::f64::consts::LN_2;
    let square = rest * rest;
    let low = (1.0 + rest) + square * (0.5 + rest / 6.0);
    let high = 1.0 / 24.0 + rest / 120.0 + square / 720.0;
    let power = f64::from_bits(whole.to_bits().wrapping_add(1023) << 52);
    (low + square * square * high) * power
}

/// The mean of how far a standard normal variable is below `-z`, if it is, by `z` from 0 on in quarters: the density minus
/// `z` times the upper tail.
const SHORTFALL: [f64; 18] = [
    0.398942,
    0.286345,
    0.197797,
    0.131167,
    0.0833155,
    0.0505869,
    0.0293068,
    0.0161738,
    0.0084907,
    0.00423459,
    0.00200414,
    0.000899214,
    0.000382154,
    0.000153717,
    5.84809e-05,
    2.10309e-05,
    7.14526e-06,
    2.2924e-06,
];

/// The mean of how far a standard normal variable is below `-z`, if it is; within 0.003.
pub(crate) fn normal_shortfall(z: f64) -> f64 {
    let size = z.abs();
    // Below, it is as far as above and `-z` more.
    let other_side = if z < 0.0 { size } else { 0.0 };
    if size.is_nan() || size >= 4.0 {
        return other_side;
    }
    let at = size * 4.0;
    let index = at as usize;
    let (a, b) = (SHORTFALL[index], SHORTFALL[index + 1]);
    other_side + a + (at - index as f64) * (b - a)
}

/// Returns `base` to the power of a whole number.
#[inline]
pub(crate) fn power(base: f64, mut exponent: u32) -> f64 {
    let (mut square, mut product) = (base, 1.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            product *= square;
        }
        square *= square;
        exponent >>= 1;
    }
    product
}
