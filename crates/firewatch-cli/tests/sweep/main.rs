//! `firewatch sweep` as a process: grids, formats, shards, and resuming.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod axes;
mod formats;
mod grid;
mod rejections;
mod resume;
mod runbook;
mod shards;
#[path = "../support/mod.rs"]
mod support;
mod tool;
