//! Episodes: how they begin, go on and end, and that a batch of them is the same as each alone.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose episode is refused fails"
)]

mod batch;
mod branch;
mod course;
mod customers;
mod failing;
mod random;
mod start;
mod state;
mod timeline;
mod verdicts;
mod worth;
