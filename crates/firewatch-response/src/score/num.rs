//! Extremes that keep the first of equals, as the formulas of rewards and grades are meant.

/// The larger of the two; the first where neither is, NaN included.
pub(crate) fn max(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// The smaller of the two; the first where neither is, NaN included.
pub(crate) fn min(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}
