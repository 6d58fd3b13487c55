//! How properties are tried.

use proptest::test_runner::{Config, FileFailurePersistence};

/// So many cases, or as many as `PROPTEST_CASES` says. A case that fails is noted beside its test, in
/// `*.proptest-regressions`: committed, it is tried again before any other.
#[must_use]
pub fn property(cases: u32) -> Config {
    let mut config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    let beside = FileFailurePersistence::WithSource("proptest-regressions");
    config.failure_persistence = Some(Box::new(beside));
    config
}
