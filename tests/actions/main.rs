//! Actions: every branch of every action against an interpreter of its own for the reference's tables,
//! the rules of both profiles, parameters, and files that add actions.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test whose fixtures are not as they should be fails"
)]

mod branches;
mod causes;
mod effects;
mod files;
mod incident;
mod profiles;
mod remedies;
mod table;
mod tasks;
