//! Whatever a file holds, loading it ends in something that can be used or in problems that can be shown.
//! The test `mutated_files_load_or_are_refused` asks the same without a fuzzer.
//!
//! From `crates/firewatch-scenario`, with `scenarios/` and `tests/fixtures/malformed/` as a corpus to
//! begin with (the address sanitizer does not link with link-time optimization):
//!
//! `CARGO_PROFILE_RELEASE_LTO=off RUSTC_BOOTSTRAP=1 cargo fuzz run load -- -dict=fuzz/words.dict`

#![no_main]

// Shared with the test as a file: a package that is published may not need one that is not.
#[path = "../../../tests/support/load.rs"]
mod load;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    load::load_any(bytes);
});
