#![doc = include_str!("../README.md")]

mod knobs;
mod mesh;
mod readings;
mod state;

pub use knobs::{CallKnobs, Knobs, ServiceKnobs, UserKnobs};
pub use mesh::{Breaker, CallSpec, Mesh, MeshError, ServiceSpec, UserSpec};
pub use readings::{CallTraffic, ServiceTraffic, UserTraffic};
pub use state::State;
