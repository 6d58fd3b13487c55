//! The whole state of an environment as plain data, to build one from and as a snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::world::blueprint::{Blueprint, FaultBlueprint, ServiceBlueprint};
use crate::world::environment::{Clock, Engine, Impact, ImpactMode, LogScript, SloBudget};
use crate::world::error::SimError;
use crate::world::fault::{FaultKind, FaultKinds};
use crate::world::topology::Topology;
use crate::world::traffic::{FaultCourse, TrafficBlueprint, TrafficState};
use crate::world::value::Value;

/// An environment at some moment. One at tick 0 is what an incident starts from.
///
/// A state that was written and read again is the same to the bit, and a field that is not known is
/// refused. In JSON that takes `serde_json` with its feature `float_roundtrip`: without it some
/// numbers are read as a neighbour of the one that was written, and a restored run diverges.
///
/// ```
/// // serde_json = { version = "1", features = ["float_roundtrip"] }
/// use firewatch_sim::{EnvironmentState, SloBudget};
///
/// # fn main() -> Result<(), serde_json::Error> {
/// // One of the numbers that are read as another one without the feature.
/// let remaining = 100.767_133_157_722_67;
/// let state = EnvironmentState::new(SloBudget { remaining, burn_per_tick: 1.5 });
/// let text = serde_json::to_string(&state)?;
/// assert_eq!(serde_json::from_str::<EnvironmentState>(&text)?, state);
///
/// let misspelt = text.replace("\"clock\"", "\"clok\"");
/// assert!(serde_json::from_str::<EnvironmentState>(&misspelt).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentState {
    /// Which rules order the tick.
    #[serde(default)]
    pub engine: Engine,
    /// What counts as impact on customers.
    #[serde(default)]
    pub impact_mode: ImpactMode,
    /// Simulated time.
    #[serde(default)]
    pub clock: Clock,
    /// Budget left and burn per tick.
    pub slo_budget: SloBudget,
    /// Impact so far.
    #[serde(default)]
    pub impact: Impact,
    /// The services in order; the order in which sums over services run.
    pub services: Vec<ServiceState>,
    /// Each caller with what it calls, in order. Cycles, self edges, duplicates and names that are
    /// no service are allowed.
    #[serde(default)]
    pub dependencies: Vec<(String, Vec<String>)>,
    /// Services with static, harmless degradation.
    #[serde(default)]
    pub red_herrings: Vec<String>,
    /// The service that is named as the cause; the first fault's if absent.
    #[serde(default)]
    pub root_cause: Option<String>,
    /// The faults in list order.
    #[serde(default)]
    pub faults: Vec<FaultState>,
    /// What is planted in the logs.
    #[serde(default)]
    pub log_script: LogScript,
    /// The traffic; if and only if the engine is that of traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<TrafficState>,
}

/// A service at some moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceState {
    /// Its name.
    pub name: String,
    /// Its metrics. One that is not given has its default, or is absent if it is optional.
    #[serde(default)]
    pub metrics: BTreeMap<String, Value>,
}

/// A fault at some moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultState {
    /// What is wrong.
    pub kind: FaultKind,
    /// Name of the service; it need not be in the mesh.
    pub service: String,
    /// How fast it develops, 0 or more.
    pub speed: f64,
    /// Whether it has been stopped.
    #[serde(default)]
    pub halted: bool,
    /// Ticks done when it was halted.
    #[serde(default)]
    pub halted_at_tick: Option<u64>,
    /// Ticks during which it was active.
    #[serde(default)]
    pub progression_tick: u64,
    /// How it goes over time; only in an environment with traffic, where `None` is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<FaultCourse>,
}

impl FaultState {
    /// A fault that has not acted yet.
    pub fn new(kind: FaultKind, service: impl Into<String>, speed: f64) -> Self {
        Self {
            kind,
            service: service.into(),
            speed,
            halted: false,
            halted_at_tick: None,
            progression_tick: 0,
            course: None,
        }
    }
}

/// Spawns an environment with its services and faults, of kinds that the world knows (see
/// [`register_fault_kinds`](crate::register_fault_kinds)).
///
/// # Errors
/// As [`EnvironmentState::blueprint`] and [`Blueprint::spawn`]. Nothing is left in the world then.
pub fn spawn_environment(world: &mut World, state: &EnvironmentState) -> Result<Entity, SimError> {
    state.blueprint()?.spawn(world)
}

impl EnvironmentState {
    /// An environment at tick 0 with no services and no faults, to be filled in.
    #[must_use]
    pub fn new(slo_budget: SloBudget) -> Self {
        Self {
            engine: Engine::default(),
            impact_mode: ImpactMode::default(),
            clock: Clock::default(),
            slo_budget,
            impact: Impact::default(),
            services: Vec::new(),
            dependencies: Vec::new(),
            red_herrings: Vec::new(),
            root_cause: None,
            faults: Vec::new(),
            log_script: LogScript::default(),
            traffic: None,
        }
    }

    /// Returns the blueprint, with names resolved.
    ///
    /// # Errors
    /// As [`Topology::new`]; [`SimError::Speed`]; [`SimError::SingleFault`]; [`SimError::ClassicCourse`]; as
    /// [`TrafficBlueprint::new`]; and as [`crate::write_metric`] for each metric.
    pub fn blueprint(&self) -> Result<Blueprint, SimError> {
        let afflicted = self.faults.iter().map(|fault| fault.service.as_str());
        let (topology, mentions) = Topology::with_mentions(
            self.services.iter().map(|service| service.name.as_str()),
            self.dependencies
                .iter()
                .map(|(caller, callees)| (caller.as_str(), callees.iter().map(String::as_str))),
            self.red_herrings.iter().map(String::as_str),
            afflicted.chain(self.root_cause.as_deref()),
        )?;
        let planned = self.faults.iter().zip(&mentions);
        let faults: Vec<_> = planned.map(|(fault, &target)| fault.plan(target)).collect();
        let service = |service: &ServiceState| ServiceBlueprint {
            metrics: service.metrics.clone(),
            ..ServiceBlueprint::default()
        };
        let traffic = match &self.traffic {
            Some(traffic) => Some(self.traffic_blueprint(traffic, &topology, &faults)?),
            None if self.faults.iter().any(|fault| fault.course.is_some()) => {
                return Err(SimError::ClassicCourse);
            }
            None => None,
        };
        let blueprint = Blueprint {
            engine: self.engine,
            impact_mode: self.impact_mode,
            clock: self.clock,
            slo_budget: self.slo_budget,
            impact: self.impact,
            // The last node is that of the root cause, if it is named.
            root_cause: mentions.get(faults.len()).or(mentions.first()).copied(),
            topology: Arc::new(topology),
            services: self.services.iter().map(service).collect(),
            faults,
            fault_kinds: FaultKinds::default(),
            log_script: self.log_script.clone(),
            traffic,
        };
        blueprint.check()?;
        Ok(blueprint)
    }

    fn traffic_blueprint(
        &self,
        traffic: &TrafficState,
        topology: &Topology,
        faults: &[FaultBlueprint],
    ) -> Result<TrafficBlueprint, SimError> {
        let usual = FaultCourse::default();
        let courses = self
            .faults
            .iter()
            .map(|fault| fault.course.as_ref().unwrap_or(&usual));
        let courses = courses
            .zip(faults)
            .map(|(course, fault)| (fault.kind, fault.target, course));
        TrafficBlueprint::new(traffic, topology, courses)
    }
}

impl FaultState {
    /// The fault with its service as a node of a topology.
    pub(crate) fn plan(&self, target: usize) -> FaultBlueprint {
        FaultBlueprint {
            kind: self.kind,
            target,
            speed: self.speed,
            halted: self.halted,
            halted_at_tick: self.halted_at_tick,
            progression_tick: self.progression_tick,
        }
    }
}
