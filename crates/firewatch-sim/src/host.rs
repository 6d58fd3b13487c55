//! What a host does with it: simulations, fleets, views, changes, observations, events.

pub(crate) mod capture;
pub(crate) mod change;
pub(crate) mod events;
pub(crate) mod fleet;
pub(crate) mod hash;
pub(crate) mod intervene;
pub(crate) mod known;
pub(crate) mod logs;
pub(crate) mod observe;
pub(crate) mod pause;
#[cfg(feature = "bevy_app")]
pub(crate) mod plugin;
pub(crate) mod reader;
pub(crate) mod simulation;
pub(crate) mod traffic;
pub(crate) mod turn;
pub(crate) mod value_rows;
pub(crate) mod view;
