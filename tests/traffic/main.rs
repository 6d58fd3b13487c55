//! The fluid model of traffic: as true as a request-level simulation, and lawful whatever it is given.
//!
//! `FIREWATCH_TRAFFIC=DIR cargo test --release -p firewatch-tests --test traffic` compares with the cases of another folder.

mod cases;
mod compare;
mod hand;
mod laws;
mod meshes;
