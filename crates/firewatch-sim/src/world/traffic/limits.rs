//! The ranges of what enters the traffic of an environment. They keep every result finite.

use firewatch_traffic::CallKnobs;

use crate::world::error::SimError;

/// The largest amount of anything: seconds, requests per second, requests that wait.
pub(super) const MOST: f64 = 1e9;
/// Most instances of a service, and most workers of an instance.
pub(super) const MOST_INSTANCES: f64 = 1e6;
/// Most attempts after the first.
const MOST_RETRIES: f64 = 100.0;
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

/// Checks the knobs of a call.
pub(super) fn check_call_knobs(knobs: &CallKnobs) -> Result<(), SimError> {
    check_optional("timeout_s", knobs.timeout_s)?;
    check_optional("backoff_s", knobs.backoff_s)?;
    check_retries(knobs.retries.unwrap_or(0))?;
    check_share("share", knobs.share.unwrap_or(0.0))?;
    check_share("error_ratio", knobs.error_ratio)?;
    check_amount("added_latency_s", knobs.added_latency_s)?;
    check_share("unreachable_ratio", knobs.unreachable_ratio)
}

/// Checks a number of attempts after the first.
pub(super) fn check_retries(retries: u32) -> Result<(), SimError> {
    check_within("retries", f64::from(retries), [0.0, MOST_RETRIES])
}
