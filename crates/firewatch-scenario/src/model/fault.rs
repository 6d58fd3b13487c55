//! Faults of a scenario.

use std::num::NonZeroU64;

use firewatch_action::Metrics;
use firewatch_sim::{FaultKind, FaultShape, FaultState};

/// A fault on a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong: one of [`Scenario::fault_kinds`](crate::Scenario::fault_kinds).
    pub kind: FaultKind,
    /// The service.
    pub service: String,
    /// How fast it develops, 0 to 100.
    pub speed: f64,
    /// Ticks done when it begins.
    pub start_tick: u64,
    /// Ticks that it lasts; `None` lasts until it is halted. No field of the classic physics.
    pub for_ticks: Option<NonZeroU64>,
    /// How severe it becomes, 0 (not at all) to 1. No field of the classic physics.
    pub level: Option<f64>,
    /// How it reaches its level. No field of the classic physics.
    pub shape: Option<FaultShape>,
    /// Metrics that its service has at the start because of it.
    pub metrics: Metrics,
    /// Whether the service is meant not to be in the mesh.
    pub absent: bool,
}

impl Fault {
    /// A fault of that kind on a service, of speed 1, from the first tick on.
    #[must_use]
    pub fn new(kind: FaultKind, service: impl Into<String>) -> Self {
        Self {
            kind,
            service: service.into(),
            speed: 1.0,
            start_tick: 0,
            for_ticks: None,
            level: None,
            shape: None,
            metrics: Metrics::new(),
            absent: false,
        }
    }

    /// The fault as the engine takes it, at its beginning.
    #[must_use]
    pub fn state(&self) -> FaultState {
        FaultState::new(self.kind, &self.service, self.speed)
    }
}
