//! Numbers as they are read by people.

use firewatch_sim::SECONDS_PER_TICK;

/// A ratio: `12.5%`.
pub fn percent(ratio: f64) -> String {
    format!("{:.1}%", ratio * 100.0)
}

/// Seconds that a request takes: `0.35s`.
pub fn latency(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.2}s")
    } else {
        format!("{seconds:.0}s")
    }
}

/// Simulated seconds after so many ticks.
pub fn seconds(ticks: u64) -> i64 {
    i64::try_from(ticks)
        .unwrap_or(i64::MAX)
        .saturating_mul(SECONDS_PER_TICK)
}

/// Simulated time after so many ticks: `1:02:30`, hours first.
pub fn clock(ticks: u64) -> String {
    let seconds = seconds(ticks);
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}
