//! Batches as trainers use them: codes of actions, masks, the caller's memory, resets, copies.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test whose incident is refused fails"
)]

mod adversaries;
mod allocations;
mod codes;
mod columns;
mod forks;
mod own_kinds;
mod resets;
mod support;
mod users;
