//! `firewatch sweep` as a process: grids, forms, pieces, and going on after a stop.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod answered;
mod forms;
mod grid;
mod pieces;
mod refusals;
mod resume;
#[path = "../support/mod.rs"]
mod support;
mod tool;
