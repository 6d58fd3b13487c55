//! The few operations on numbers that the rules of the simulation are written in.
//!
//! `f64::max` and `f64::min` leave the sign of a zero open and `f64::round` rounds halves away
//! from zero; results here must be the same bits on every platform, so each is spelled out.

/// Returns the larger number; the first where neither is, NaN included.
#[inline]
#[must_use]
pub fn max(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Returns the smaller number; the first where neither is, NaN included.
#[inline]
#[must_use]
pub fn min(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// Scatters neighbouring numbers by SplitMix64's output function, a bijection.
#[inline]
#[must_use]
pub fn split_mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Drops the fraction, toward zero. Values beyond 64 bits saturate, NaN becomes 0.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "dropping the fraction is the point"
)]
pub(crate) fn trunc(x: f64) -> i64 {
    x as i64
}

/// Whole percent of a ratio, fraction dropped.
pub(crate) fn percent(ratio: f64) -> i64 {
    trunc(ratio * 100.0)
}

/// The most places for which scaled mantissas fit the words that they are calculated in.
const MAX_EXACT_DIGITS: u32 = 14;

/// Returns the decimal with `digits` places that is nearest to the exact binary value of `x`, ties to
/// even, read back as the nearest `f64`. Infinities and NaN come back as they are.
#[inline]
#[must_use]
pub fn round_decimal(x: f64, digits: u32) -> f64 {
    // Fast path: if x * scale < 2^30 and at least 1e-6 away from a tie, the rounding error of the product
    // cannot change the result.
    const FEW: f64 = (1_u64 << 30) as f64;
    const FAR: f64 = 1e-6;
    if digits > MAX_EXACT_DIGITS {
        return round_printed(x, digits);
    }
    let scale = 10_u64.pow(digits) as f64;
    let units = x.abs() * scale;
    if units < FEW {
        let whole = trunc(units) as f64;
        let from_half = units - whole - 0.5;
        if from_half.abs() > FAR {
            // Added rather than branched on: which way it goes changes all the time.
            let rounded = whole + f64::from(u8::from(from_half > 0.0));
            return (rounded / scale).copysign(x);
        }
    }
    round_exactly(x, digits)
}

/// As [`round_decimal`], for any number of places.
#[cold]
fn round_printed(x: f64, digits: u32) -> f64 {
    /// No `f64` has more places after the point.
    const ALL_DIGITS: u32 = 1074;
    if digits >= ALL_DIGITS || !x.is_finite() {
        return x;
    }
    format!("{x:.*}", digits as usize).parse().unwrap_or(x)
}

/// As [`round_decimal`], for what is too close to halfway or too large to be rounded in one go.
#[cold]
fn round_exactly(x: f64, digits: u32) -> f64 {
    const EXACT: f64 = (1_u64 << 53) as f64;
    let bits = x.abs().to_bits();
    let exponent = (bits >> 52).cast_signed() - 1075;
    if exponent >= 0 || x == 0.0 {
        // No fraction to round, or not a number.
        return x;
    }
    let scale = 10_u64.pow(digits);
    // |x| * scale = product / 2^shift, exactly: 53 bits times at most 47.
    let mantissa = if bits >> 52 == 0 {
        bits << 1
    } else {
        (bits & ((1 << 52) - 1)) | (1 << 52)
    };
    let product = u128::from(mantissa) * u128::from(scale);
    let shift = exponent.unsigned_abs();
    if shift > 100 {
        return 0.0_f64.copysign(x);
    }
    // Whole units and a bit for the half below; what does not fit a word is far beyond EXACT.
    let halves = u64::try_from(product >> (shift - 1)).unwrap_or(u64::MAX);
    let (whole, half) = (halves >> 1, halves & 1 == 1);
    let more = u64::from(product.trailing_zeros()) < shift - 1;
    let units = whole + u64::from(half & (more | (whole & 1 == 1)));
    let rounded = units as f64;
    if rounded > EXACT {
        // The division below would round a second time; so large a value is rare enough to print.
        return round_printed(x, digits);
    }
    // Both sides are exact, so the one rounding of the division gives the nearest f64.
    (rounded / scale as f64).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_keep_the_first_of_equals() {
        assert!(max(0.0, -0.0).is_sign_positive());
        assert!(min(-0.0, 0.0).is_sign_negative());
        assert_eq!((max(1.0, 2.0), min(1.0, 2.0)), (2.0, 1.0));
    }

    #[test]
    fn rounding_follows_the_exact_binary_value() {
        // Expected values as Python's round() gives them.
        for (x, digits, expected) in [
            (2.675, 2, 2.67),
            (0.5, 0, 0.0),
            (1.5, 0, 2.0),
            (2.5, 0, 2.0),
            (0.125, 2, 0.12),
            (0.375, 2, 0.38),
            (-0.125, 2, -0.12),
            (420.0 / 890.0, 3, 0.472),
            (26500.0 / 420.0, 1, 63.1),
            (1e-300, 3, 0.0),
            (5e-324, 3, 0.0),
            (9_007_199_254_740_993.0, 3, 9_007_199_254_740_992.0),
            (4_503_599_627_370_495.5, 1, 4_503_599_627_370_495.5),
            (1e15 + 0.3, 1, 1_000_000_000_000_000.2),
            (8_796_093_022_207.999, 3, 8_796_093_022_207.999),
        ] {
            assert_eq!(round_decimal(x, digits), expected, "round({x}, {digits})");
            assert_eq!(round_exactly(x, digits), expected, "round({x}, {digits})");
        }
        // Both ways are the same, next to halves too.
        for n in -20_000_i32..20_000 {
            for x in [f64::from(n) / 20_000.0, f64::from(n) * 0.733_1].map(|x| [x, x.next_up()]) {
                for (x, digits) in x.into_iter().flat_map(|x| [1, 2, 4, 6].map(|d| (x, d))) {
                    let (quick, exact) = (round_decimal(x, digits), round_exactly(x, digits));
                    assert_eq!(quick.to_bits(), exact.to_bits(), "round({x}, {digits})");
                }
            }
        }
        assert!(round_decimal(f64::NAN, 1).is_nan());
        assert_eq!(round_decimal(f64::INFINITY, 1), f64::INFINITY);
    }

    #[test]
    fn every_number_can_be_rounded_to_any_number_of_places() {
        let least = f64::from_bits(1);
        let numbers = [
            0.0,
            -0.0,
            least,
            1e-300,
            1e-20,
            0.1,
            -2.5,
            1e15 + 0.3,
            1e22,
            f64::MAX,
            f64::MIN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        let digits = (0..=40).chain([64, 323, 1073, 1074, 1075, 65_535, 65_536, u32::MAX]);
        for digits in digits {
            for x in numbers {
                let rounded = round_decimal(x, digits);
                assert_eq!(rounded.is_nan(), x.is_nan(), "round({x}, {digits})");
                assert!(x.is_nan() || (rounded - x).abs() <= 0.5 || rounded == x);
                if digits >= 324 {
                    assert_eq!(rounded.to_bits(), x.to_bits(), "round({x}, {digits})");
                }
            }
        }
        // Expected values as Python's round() gives them.
        let x = 1.0 / 3.0;
        assert_eq!(round_decimal(x, 15), 0.333_333_333_333_333);
        assert_eq!(round_decimal(2.0 / 3.0, 16), 0.666_666_666_666_666_6);
        assert_eq!(round_decimal(1.234e-19, 20), 1.2e-19);
        assert_eq!(round_decimal(x, 20), x);
    }
}
