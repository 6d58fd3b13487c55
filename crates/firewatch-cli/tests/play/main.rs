//! `firewatch play` as a process: sessions, saved runbooks, rejected arguments.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod debrief;
mod rejections;
mod saved;
mod session;
#[path = "../support/mod.rs"]
mod support;
mod tool;
