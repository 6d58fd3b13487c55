//! Environments: entities that hold one incident each.

use std::str::FromStr;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::world::ownership::disband;
use crate::world::rows::RowRanges;
use crate::world::status::UnknownName;
use crate::world::topology::Topology;

/// Simulated seconds that a tick takes.
pub const SECONDS_PER_TICK: i64 = 30;

/// Which rules order the tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Any number of faults, each halted for itself.
    #[default]
    MultiFault,
    /// The older path: one fault; the cascade follows the recovery and never stops flowing from the
    /// root cause; no metastable loop and no crash-loop back-off.
    SingleFault,
    /// The traffic physics: load runs down the call graph, latency and errors come back up, and faults turn
    /// knobs. An environment of it has [traffic](crate::TrafficBlueprint), and no other has any.
    Traffic,
}

impl Engine {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::MultiFault, Self::SingleFault, Self::Traffic];

    /// Those of the classic physics.
    pub const CLASSIC: [Self; 2] = [Self::MultiFault, Self::SingleFault];

    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MultiFault => "multi_fault",
            Self::SingleFault => "single_fault",
            Self::Traffic => "traffic",
        }
    }

    /// Whether its rules are those of the classic physics.
    #[must_use]
    pub fn is_classic(self) -> bool {
        self != Self::Traffic
    }
}

impl FromStr for Engine {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|engine| engine.name() == name)
            .ok_or(UnknownName)
    }
}

/// What counts as impact on customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImpactMode {
    /// Errors and latency of services that are not healthy.
    #[default]
    Standard,
    /// Age of data: [`crate::Pipeline::data_freshness_lag_seconds`].
    Freshness,
}

impl ImpactMode {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Standard, Self::Freshness];

    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Freshness => "freshness",
        }
    }
}

impl FromStr for ImpactMode {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.name() == name)
            .ok_or(UnknownName)
    }
}

/// One incident: its rules and the shape of its mesh.
///
/// The same entity has a [`Clock`], a [`SloBudget`], an [`Impact`] and a [`LogScript`], and the lists of its
/// [`Services`](crate::Services) and [`Faults`](crate::Faults). Those are despawned with it; an environment that
/// loses a part otherwise is [`Damaged`](crate::Damaged).
#[derive(Component, Debug)]
#[component(on_remove = disband)]
pub struct Environment {
    pub(crate) topology: Arc<Topology>,
    pub(crate) rows: RowRanges,
    root_cause: RootCause,
    pub(crate) engine: Engine,
    pub(crate) impact_mode: ImpactMode,
}

/// A node of the topology, in the mesh or outside; `u32::MAX` is none.
#[derive(Clone, Copy, Debug)]
struct RootCause(u32);

impl Environment {
    /// One whose rows are not known yet.
    pub(crate) fn new(topology: Arc<Topology>, engine: Engine, impact_mode: ImpactMode) -> Self {
        Self {
            topology,
            rows: RowRanges::default(),
            root_cause: RootCause(u32::MAX),
            engine,
            impact_mode,
        }
    }

    /// Node of the root cause in the topology, in the mesh or outside.
    pub(crate) fn root_cause_node(&self) -> Option<usize> {
        let RootCause(node) = self.root_cause;
        (node != u32::MAX).then_some(node as usize)
    }

    pub(crate) fn set_root_cause(&mut self, node: Option<usize>) {
        let node = node.and_then(|node| u32::try_from(node).ok());
        self.root_cause = RootCause(node.unwrap_or(u32::MAX));
    }

    /// The shape of the mesh.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Name of the root cause; it need not be a service of the mesh.
    #[must_use]
    pub fn root_cause(&self) -> Option<&str> {
        self.root_cause_node().map(|node| self.topology.name(node))
    }

    /// Index of the root-cause service, if it is in the mesh.
    #[must_use]
    pub fn root_cause_service(&self) -> Option<usize> {
        self.root_cause_node()
            .filter(|&node| node < self.topology.service_count())
    }

    /// Which rules order the tick.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// What counts as impact on customers.
    #[must_use]
    pub fn impact_mode(&self) -> ImpactMode {
        self.impact_mode
    }
}

/// Simulated time.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Ticks done.
    pub tick: u64,
    /// Simulated seconds since the start.
    pub sim_time_seconds: i64,
}

/// What is left of the service-level objective's error budget.
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SloBudget {
    /// Budget left, in the unit of the burn; never below 0.
    pub remaining: f64,
    /// Budget that a tick costs in which every service is unhealthy.
    pub burn_per_tick: f64,
}

impl SloBudget {
    /// Whether the budget is used up.
    #[must_use]
    pub fn is_breached(&self) -> bool {
        self.remaining <= 0.0
    }
}

/// What the incident has cost customers, and when that ended.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Impact {
    /// Bad customer minutes of the last tick.
    pub bcm_delta: f64,
    /// Bad customer minutes so far.
    pub bad_customer_minutes: f64,
    /// Ticks without impact in a row.
    pub zero_streak: u64,
    /// The tick at which the incident counts as mitigated; kept once it is known.
    pub mttm_achieved_tick: Option<u64>,
}

/// Whose wording logs have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogTexts {
    /// The lines of the last tick, with its metrics: what each service's program writes, and no cause or remedy.
    #[default]
    Standard,
    /// The reference's lines to the byte: fixed times, and those of the first fault on the root cause.
    Reference,
}

impl LogTexts {
    /// Whether they are the standard ones.
    fn are_standard(&self) -> bool {
        *self == Self::Standard
    }
}

/// What logs are made of besides the state: whose wording, a seed, and what is planted in them.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogScript {
    /// Whose wording.
    #[serde(skip_serializing_if = "LogTexts::are_standard")]
    pub texts: LogTexts,
    /// Seed of the ordinary lines of standard texts.
    #[serde(skip_serializing_if = "is_zero")]
    pub seed: u64,
    /// The service whose log names itself as the culprit and asks to be restarted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_injection_service: Option<String>,
    /// Lines put in the middle of a log; in the reference's texts the first of a service counts, and only in an
    /// otherwise healthy log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adversarial: Vec<AdversarialLine>,
}

fn is_zero(seed: &u64) -> bool {
    *seed == 0
}

/// A line planted in a service's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdversarialLine {
    /// The service.
    pub service: String,
    /// The line.
    pub line: String,
}
