#![doc = include_str!("../README.md")]

mod breaker;
mod fluid;
mod gamma;
mod knobs;
mod latency;
mod leg;
mod mesh;
mod outlook;
mod pace;
mod readings;
mod settings;
mod state;
mod step;
mod tally;
mod times;
mod waiting;

pub use knobs::{CallKnobs, Knobs, ServiceKnobs, UserKnobs};
pub use mesh::{Breaker, CallSpec, Mesh, MeshError, ServiceSpec, UserSpec};
pub use readings::{CallTraffic, ServiceTraffic, UserTraffic};
pub use state::State;
