//! Numbers with units for people.

use std::fmt::Display;

use firewatch_sim::SECONDS_PER_TICK;

/// Formats a ratio as a percentage: `12.5%`.
pub fn percent(ratio: f64) -> String {
    format!("{:.1}%", ratio * 100.0)
}

/// Formats a duration in seconds: `0.35s`.
pub fn latency(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.2}s")
    } else {
        format!("{seconds:.0}s")
    }
}

/// Formats the 99th percentile of the latency of users; a dash where nobody was served.
pub fn p99(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "–".to_owned(), latency)
}

/// Returns the simulated seconds of a number of ticks.
pub fn seconds(ticks: u64) -> i64 {
    i64::try_from(ticks)
        .unwrap_or(i64::MAX)
        .saturating_mul(SECONDS_PER_TICK)
}

/// Formats the simulated time of a number of ticks: `1:02:30`, hours first.
pub fn clock(ticks: u64) -> String {
    let seconds = seconds(ticks);
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Formats a count with its noun: `1 file`, `2 files`.
pub fn count<N: Display + From<u8> + PartialEq>(number: N, what: &str) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{number} {what}{plural}")
}
