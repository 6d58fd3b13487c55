//! The fluid model of traffic: as true as a request-level simulation, and lawful whatever it is given.
//!
//! `FIREWATCH_TRAFFIC=DIR cargo test --release -p firewatch-tests --test traffic` compares with the cases of another folder.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a case that can't be read, or a mesh that is none, fails its test"
)]

mod breakers;
mod caches;
mod cases;
mod compare;
mod hand;
mod knobs;
mod laws;
mod meshes;
mod messages;
mod settled;
