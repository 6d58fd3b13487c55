//! The ranges of what enters the traffic of an environment. They keep every result finite.

use crate::world::error::SimError;

/// The largest amount of anything: seconds, requests per second, requests that wait.
pub(super) const MOST: f64 = 1e9;
/// Most instances of a service, and most workers of an instance.
pub(super) const MOST_INSTANCES: f64 = 1e6;
/// The least and the largest factor on work or rates, where 0 is none.
pub(super) const FACTORS: [f64; 2] = [1e-3, 1e6];

/// Checks that a number is between two, both included.
pub(super) fn check_within(
    what: &'static str,
    given: f64,
    [min, max]: [f64; 2],
) -> Result<(), SimError> {
    if (min..=max).contains(&given) {
        return Ok(());
    }
    if !given.is_finite() {
        return Err(SimError::NotFinite {
            metric: what.to_owned(),
        });
    }
    Err(SimError::OutOfRange {
        what,
        allowed: format!("{min} to {max}"),
        given,
    })
}

/// Checks a share.
pub(super) fn check_share(what: &'static str, given: f64) -> Result<(), SimError> {
    check_within(what, given, [0.0, 1.0])
}

/// Checks an amount of something.
pub(super) fn check_amount(what: &'static str, given: f64) -> Result<(), SimError> {
    check_within(what, given, [0.0, MOST])
}

/// Checks an amount, if one is given.
pub(super) fn check_optional(what: &'static str, given: Option<f64>) -> Result<(), SimError> {
    given.map_or(Ok(()), |given| check_amount(what, given))
}
