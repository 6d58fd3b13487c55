//! JSON arrays written entry by entry.

use std::io::Write;

use super::output::Output;
use crate::failure::Failure;

/// Begins the next entry of an array, on a line of its own.
pub fn separate(entries: &mut u64, out: &mut Output) -> Result<(), Failure> {
    *entries += 1;
    Ok(write!(out, "{}", if *entries == 1 { "\n" } else { ",\n" })?)
}
