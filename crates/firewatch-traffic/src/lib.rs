#![doc = include_str!("../README.md")]

mod ages;
mod ahead;
mod attempt;
mod backlog;
mod breaker;
mod cache;
mod dominators;
mod fluid;
mod gamma;
mod gates;
mod knobs;
mod latency;
mod leg;
mod level;
mod mesh;
mod messages;
mod mixture;
mod outlook;
mod pace;
mod readings;
mod serve;
mod settings;
mod spared;
mod spec;
mod state;
mod step;
mod tally;
mod times;
mod waiting;

pub use knobs::{CallKnobs, Knobs, ServiceKnobs, UserKnobs, either};
pub use mesh::Mesh;
pub use readings::{CallTraffic, ServiceTraffic, UserTraffic};
pub use spec::{Breaker, Cache, CallSpec, MeshError, ServiceSpec, UserSpec};
pub use state::State;
