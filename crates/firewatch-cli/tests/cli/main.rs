//! The command as a process: what it prints, where, and the code that it ends with.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod codes;
mod commands;
mod forms;
mod output;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod tool;
