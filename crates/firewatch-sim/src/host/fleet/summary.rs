//! The summary of an environment of a fleet.

use crate::world::environment::{Clock, Impact, SloBudget};

/// The clock, the impact and the SLO budget of an environment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvironmentSummary {
    /// Ticks done and simulated seconds.
    pub clock: Clock,
    /// Bad customer minutes and time to mitigate.
    pub impact: Impact,
    /// Budget left and burn per tick.
    pub slo_budget: SloBudget,
}
