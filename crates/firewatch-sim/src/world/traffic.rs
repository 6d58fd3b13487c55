//! Traffic: users, their requests, and what faults turn of the mesh that serves them.

mod blueprint;
mod by_hand;
mod caches;
mod capture;
mod change;
mod checks;
mod component;
mod course;
mod effective;
mod knobs;
mod limits;
mod metrics;
mod objective;
mod state;

pub use blueprint::TrafficBlueprint;
pub(crate) use change::Checked;
pub use change::{CallKnob, ServiceKnob, TrafficChange, UserKnob};
pub(crate) use component::{Course, MeshTraffic, Turns};
pub use course::{FaultCourse, FaultRecovery, FaultShape};
pub use knobs::FaultKnobs;
pub use objective::Objective;
pub(crate) use objective::failed_share;
pub use state::{
    Autoscaling, CallState, IdleMetrics, InstancesState, RateStep, TrafficFlow,
    TrafficServiceState, TrafficState, UserGroupState,
};
