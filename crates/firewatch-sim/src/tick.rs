//! What a tick does: the schedule with its one list of steps, and a file for each rule.

pub(crate) mod cascade;
pub(crate) mod clock;
pub(crate) mod conditions;
pub(crate) mod derive_status;
pub(crate) mod fault_physics;
pub(crate) mod impact;
pub(crate) mod mesh;
pub(crate) mod pipeline;
pub(crate) mod recovery;
pub(crate) mod schedule;
pub(crate) mod ticking;
pub(crate) mod traffic;
