//! What holds for every mesh, every set of faults and whatever is done to them.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

mod faults;
mod fingerprints;
mod incidents;
mod numbers;
mod refusals;
mod snapshots;
mod totals;
mod watch;
mod worlds;
mod zone;

use firewatch_tests::property;
use proptest::test_runner::Config;

/// As many cases as are quick in a debug build.
fn config() -> Config {
    property(48)
}
