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

use proptest::prelude::*;

/// `PROPTEST_CASES=N` tries more or fewer than the number that is quick in a debug build.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 48;
    }
    config
}
