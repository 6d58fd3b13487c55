//! Whatever a file holds, loading it ends in a scenario that can be played or in problems that can
//! be shown.
//!
//! From `crates/firewatch-scenario`, with `scenarios/` and `tests/fixtures/malformed/` as a corpus to
//! begin with (the address sanitizer does not link with link-time optimization):
//!
//! `CARGO_PROFILE_RELEASE_LTO=off RUSTC_BOOTSTRAP=1 cargo fuzz run load -- -dict=fuzz/words.dict`

#![no_main]

use firewatch_scenario::{Playback, Scenario};
use libfuzzer_sys::fuzz_target;

/// Ticks that are played, and services up to which they are.
const TICKS: u64 = 50;
const SERVICES: usize = 200;

fuzz_target!(|bytes: &[u8]| {
    match Scenario::parse_bytes("fuzzed.ron", bytes.to_vec()) {
        Ok(scenario) => {
            check_round_trip(&scenario);
            play(&scenario);
        }
        Err(diagnostics) => {
            assert!(!diagnostics.problems.is_empty());
            for problem in &diagnostics.problems {
                let span = problem.span.clone().unwrap_or_default();
                assert!(diagnostics.text.get(span).is_some(), "{problem:?}");
            }
            for color in [false, true] {
                assert!(!diagnostics.render(color).is_empty());
            }
            assert_eq!(diagnostics.located().count(), diagnostics.problems.len());
        }
    }
});

/// What is written is read back as the same.
fn check_round_trip(scenario: &Scenario) {
    let text = scenario.to_string();
    let read = Scenario::parse("written.ron", &text);
    assert_eq!(read.as_ref(), Ok(scenario), "{text}");
    assert_eq!(scenario.problems(), []);
}

fn play(scenario: &Scenario) {
    if scenario.services.len() > SERVICES {
        return;
    }
    let mut playback = Playback::new(scenario);
    let played = playback.as_mut().map(|playback| {
        for _ in 0..TICKS {
            if !matches!(playback.tick(), Ok(true)) {
                break;
            }
        }
        playback.tick_count() == TICKS.min(scenario.ticks)
    });
    assert_eq!(played.ok(), Some(true), "{scenario}");
}
