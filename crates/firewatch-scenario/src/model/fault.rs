//! Faults of a scenario.

use std::fmt;
use std::num::NonZeroU64;

use firewatch_action::Metrics;
use firewatch_sim::{FaultKind, FaultState};
use serde::{Deserialize, Serialize};

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

/// How a fault reaches its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "a shape: `step`, `ramp`, `flapping(on: 2, off: 1)` or `spike`"
)]
#[non_exhaustive]
pub enum FaultShape {
    /// It has its level from its first tick on.
    Step,
    /// It rises evenly to its level.
    Ramp,
    /// It comes and goes.
    Flapping {
        /// Ticks that it has its level, from 1.
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
        on: NonZeroU64,
        /// Ticks that it is away after that, from 1.
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
        off: NonZeroU64,
    },
    /// It rises to its level and falls again.
    Spike,
}

/// The shape as it stands in a file.
impl fmt::Display for FaultShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step => f.write_str("step"),
            Self::Ramp => f.write_str("ramp"),
            Self::Flapping { on, off } => write!(f, "flapping(on: {on}, off: {off})"),
            Self::Spike => f.write_str("spike"),
        }
    }
}
