//! What a kind of fault is given: to act in a tick, and to leave evidence.

use std::borrow::Cow;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::world::environment::Environment;
use crate::world::service::{RequestQueue, Runtime, ServiceInfo, Traffic, Uptime, Vitals};
use crate::world::topology::Topology;

/// What a fault works on in a tick.
pub struct FaultContext<'a> {
    /// How fast the fault develops: 1 is the pace of an easy incident.
    pub speed: f64,
    /// Ticks during which the fault was active, this one included.
    pub progression_tick: u64,
    /// The service's error rate, latency and memory.
    pub vitals: &'a mut Vitals,
    /// What else faults change of the service.
    pub runtime: &'a mut Runtime,
    /// Time since the start of the service's process.
    pub uptime: &'a mut Uptime,
    pub(crate) environment: &'a Environment,
    /// All services of the environment, in order.
    pub(crate) services: &'a [Entity],
    pub(crate) service: Entity,
    /// Request queues; `None` where the world has none.
    pub(crate) queues: Option<Query<'a, 'a, &'static mut RequestQueue>>,
    pub(crate) traffic: &'a Query<'a, 'a, &'static Traffic>,
}

impl FaultContext<'_> {
    /// The environment of the fault.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.environment
    }

    /// The service of the fault.
    #[must_use]
    pub fn service(&self) -> Entity {
        self.service
    }
}

/// What the evidence of a fault is made of.
pub struct EvidenceContext<'a> {
    /// Name of the service whose log it is.
    pub service: &'a str,
    /// The service's error rate, latency, memory and status.
    pub vitals: &'a Vitals,
    /// What else faults change of the service.
    pub runtime: &'a Runtime,
    /// Version, commit, load.
    pub info: &'a ServiceInfo,
    pub(crate) index: usize,
    pub(crate) topology: &'a Topology,
}

impl EvidenceContext<'_> {
    /// Names of what the service calls, in order.
    #[must_use]
    pub fn callees(&self) -> Vec<&str> {
        self.topology.callees(self.index)
    }
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    expecting = "a line: `LogLine(time: \"02:00:00\", level: \"ERROR\", message: \"...\")`"
)]
pub struct LogLine {
    /// Time of day in the reference's texts, `02:10:11`; the date is the same for all lines. In the standard texts
    /// the line gets a time of the tick.
    pub time: Cow<'static, str>,
    /// Level: `INFO`, `WARN`, `ERROR`.
    pub level: Cow<'static, str>,
    /// What it says.
    pub message: String,
}

impl LogLine {
    /// A line of that time of day and level.
    pub fn new(
        time: impl Into<Cow<'static, str>>,
        level: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            time: time.into(),
            level: level.into(),
            message: message.into(),
        }
    }
}
