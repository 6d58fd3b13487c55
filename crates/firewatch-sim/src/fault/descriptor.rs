//! What a kind of fault is: all that the engine knows of it, in one value.

use std::borrow::Cow;

use bevy_ecs::prelude::*;

use super::kind::{FaultKind, FaultKindError};
use crate::environment::Environment;
use crate::service::{Profile, RequestQueue, Runtime, Traffic, Uptime, Vitals};
use crate::topology::Topology;

/// What a fault does to its service in a tick in which it is active.
pub type FaultPhysics = fn(&mut FaultContext);

/// The log lines that a fault leaves in the log of its service.
pub type FaultEvidence = fn(&EvidenceContext) -> Vec<LogLine>;

/// Age that the change before a fault has at most, seconds: 68 years.
const MAX_AGE_SECONDS: i64 = i32::MAX as i64;

/// A kind of fault: its name, what it does, what precedes it, what it leaves, how it recovers.
///
/// One without [physics](Self::with_physics) does nothing by itself: a host's system in
/// [`TickSet::FaultPhysics`](crate::TickSet::FaultPhysics) can act for it.
///
/// ```
/// use firewatch_sim::{FaultKindDescriptor, FaultKindError, FaultKinds};
///
/// # fn main() -> Result<(), FaultKindError> {
/// let disk_full = FaultKindDescriptor::new("disk_full", "Writes fail once the disk is full.")?
///     .with_physics(|fault| {
///         let errors = fault.vitals.http_server_error_rate + 0.1 * fault.speed;
///         fault.vitals.http_server_error_rate = errors.min(1.0);
///     });
/// let mut kinds = FaultKinds::default();
/// let kind = kinds.register(disk_full)?;
/// assert_eq!(kind.name(), "disk_full");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FaultKindDescriptor {
    kind: FaultKind,
    about: Cow<'static, str>,
    physics: Option<FaultPhysics>,
    fills_memory: bool,
    cascades: bool,
    recovers: bool,
    preceding_change: Option<PrecedingChange>,
    evidence: Option<FaultEvidence>,
}

impl FaultKindDescriptor {
    /// A kind that does nothing in a tick, cascades, recovers, and leaves no evidence; `about` says in a
    /// sentence what it is.
    ///
    /// # Errors
    /// As [`FaultKind::new`].
    pub fn new(name: &str, about: impl Into<Cow<'static, str>>) -> Result<Self, FaultKindError> {
        Ok(Self::of(FaultKind::new(name)?, about.into()))
    }

    pub(super) const fn of(kind: FaultKind, about: Cow<'static, str>) -> Self {
        Self {
            kind,
            about,
            physics: None,
            fills_memory: false,
            cascades: true,
            recovers: true,
            preceding_change: None,
            evidence: None,
        }
    }

    /// Sets what the fault does in a tick in which it is active, before errors cascade.
    #[must_use]
    pub const fn with_physics(mut self, physics: FaultPhysics) -> Self {
        self.physics = Some(physics);
        self
    }

    /// Has recovery free the memory of the service.
    #[must_use]
    pub const fn filling_memory(mut self) -> Self {
        self.fills_memory = true;
        self
    }

    /// Keeps the errors of the service from the services that call it, as far as they come from this fault.
    #[must_use]
    pub const fn without_cascade(mut self) -> Self {
        self.cascades = false;
        self
    }

    /// Has nothing recover from a halted fault of this kind: a host's system does what is to be done.
    #[must_use]
    pub const fn without_recovery(mut self) -> Self {
        self.recovers = false;
        self
    }

    /// Sets the change that precedes the fault.
    #[must_use]
    pub const fn with_preceding_change(mut self, change: PrecedingChange) -> Self {
        self.preceding_change = Some(change);
        self
    }

    /// Sets the log lines that an operator finds in the log of the root cause while this fault is the first
    /// of its environment.
    #[must_use]
    pub const fn with_evidence(mut self, evidence: FaultEvidence) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// Its name.
    #[must_use]
    pub const fn kind(&self) -> FaultKind {
        self.kind
    }

    /// What it is, in a sentence.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// What it does in a tick; `None` if it does nothing by itself.
    #[must_use]
    pub const fn physics(&self) -> Option<FaultPhysics> {
        self.physics
    }

    /// Whether it fills memory, so that recovery frees it.
    #[must_use]
    pub const fn fills_memory(&self) -> bool {
        self.fills_memory
    }

    /// Whether its errors spread to the services that call its own.
    #[must_use]
    pub const fn cascades(&self) -> bool {
        self.cascades
    }

    /// Whether services recover once it is halted.
    #[must_use]
    pub const fn recovers(&self) -> bool {
        self.recovers
    }

    /// The change that precedes it.
    #[must_use]
    pub const fn preceding_change(&self) -> Option<PrecedingChange> {
        self.preceding_change
    }

    /// The log lines that it leaves.
    #[must_use]
    pub const fn evidence(&self) -> Option<FaultEvidence> {
        self.evidence
    }

    /// Whether its numbers can be.
    pub(super) fn check(&self) -> Result<(), FaultKindError> {
        let Some(change) = self.preceding_change else {
            return Ok(());
        };
        let (PrecedingChange::Deployment { ages } | PrecedingChange::Configuration { ages }) =
            change;
        let [min, max] = ages;
        if 0 <= min && min <= max && max <= MAX_AGE_SECONDS {
            return Ok(());
        }
        let kind = self.kind;
        Err(FaultKindError::Ages { kind, min, max })
    }
}

/// A change of the service from which its fault came. Its age is drawn when a scenario is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrecedingChange {
    /// A deployment: the service has another commit.
    Deployment {
        /// Least and greatest age at the start, seconds.
        ages: [i64; 2],
    },
    /// A configuration change: the service has the next revision.
    Configuration {
        /// Least and greatest age at the start, seconds.
        ages: [i64; 2],
    },
}

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
    pub profile: &'a Profile,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Time of day, `02:10:11`; the date is the same for all lines.
    pub time: &'static str,
    /// Level: `INFO`, `WARN`, `ERROR`.
    pub level: &'static str,
    /// What it says.
    pub message: String,
}

impl LogLine {
    /// A line of that time of day and level.
    pub fn new(time: &'static str, level: &'static str, message: impl Into<String>) -> Self {
        Self {
            time,
            level,
            message: message.into(),
        }
    }
}
