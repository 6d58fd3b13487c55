//! The language: what is written is read back, it is RON, and what is drawn stays the same.

#![expect(clippy::unwrap_used, reason = "a test whose scenario is refused fails")]

mod drawn;
mod edits;
mod grids;
mod parts;
mod readers;
mod round_trip;
mod scenarios;
mod values;

use proptest::prelude::*;

/// At least so many cases; more with `PROPTEST_CASES`.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: default.cases.max(cases),
        failure_persistence: None,
        ..default
    }
}
