//! The command as a process: its output and its exit codes.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod codes;
mod commands;
mod formats;
mod help;
mod output;
#[path = "../support/mod.rs"]
mod support;
mod text_report;
mod tool;
mod traffic;
mod views;
mod vocabulary;
