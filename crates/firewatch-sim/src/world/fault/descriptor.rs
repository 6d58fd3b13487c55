//! What a kind of fault is: all that the engine knows of it, in one value.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::context::{EvidenceContext, FaultContext, LogLine};
use super::growth::Growth;
use crate::world::fault_kind::{FaultKind, FaultKindError};
use crate::world::log_template::LogTemplate;

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
    /// What happens in a tick as data, after the physics.
    pub(super) growths: Vec<Growth>,
    pub(super) fills_memory: bool,
    pub(super) cascades: bool,
    pub(super) recovers: bool,
    pub(super) preceding_change: Option<PrecedingChange>,
    evidence: Option<FaultEvidence>,
    /// Evidence as data.
    pub(super) lines: Vec<LogLine>,
    /// What the service's program writes in a tick in which the fault is active, in the standard texts; where
    /// empty, the evidence stands for it.
    symptoms: &'static [LogTemplate],
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
            growths: Vec::new(),
            fills_memory: false,
            cascades: true,
            recovers: true,
            preceding_change: None,
            evidence: None,
            lines: Vec::new(),
            symptoms: &[],
        }
    }

    /// Sets the lines of the standard texts.
    pub(super) const fn with_symptoms(mut self, symptoms: &'static [LogTemplate]) -> Self {
        self.symptoms = symptoms;
        self
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

    /// Excludes the kind from the engine's recovery: a system of the host heals services instead.
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

    /// Sets the log lines that an operator finds in the log of the fault's service while the fault is active.
    ///
    /// In the standard texts they get times of the tick, in their order; in the reference's texts they keep their
    /// own, and only the first fault of an environment leaves any, on the root cause. They should tell what the
    /// service's program sees, not what is wrong with it or what would help.
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

    /// What it does in a tick; `None` if it does nothing by itself, or only what the growths say.
    pub(super) fn physics(&self) -> Option<FaultPhysics> {
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

    /// The lines that the standard texts have of it; empty where they have its evidence.
    pub(crate) fn symptoms(&self) -> &'static [LogTemplate] {
        self.symptoms
    }

    /// The log lines that it leaves; none where the log looks as without it.
    pub(crate) fn evidence(&self, fault: &EvidenceContext) -> Vec<LogLine> {
        match self.evidence {
            Some(evidence) => evidence(fault),
            None => self.lines.clone(),
        }
    }

    /// Whether both are data, and the same. Functions can't be compared.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let Self {
            kind,
            about,
            physics: None,
            growths,
            fills_memory,
            cascades,
            recovers,
            preceding_change,
            evidence: None,
            lines,
            symptoms: [],
        } = self
        else {
            return false;
        };
        other.physics.is_none()
            && other.evidence.is_none()
            && other.symptoms.is_empty()
            && (kind, about) == (&other.kind, &other.about)
            && growths == &other.growths
            && *fills_memory == other.fills_memory
            && *cascades == other.cascades
            && *recovers == other.recovers
            && *preceding_change == other.preceding_change
            && lines == &other.lines
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

/// Reads two numbers in brackets: an array would be in parentheses in RON.
fn pair<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[i64; 2], D::Error> {
    let numbers = Vec::deserialize(deserializer)?;
    let pair = <[i64; 2]>::try_from(numbers);
    pair.map_err(|numbers| {
        let count = numbers.len();
        D::Error::custom(format!(
            "ages are two numbers, the least and the greatest, not {count}"
        ))
    })
}

fn list<S: Serializer>(pair: &[i64; 2], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(pair)
}

/// A change of the service from which its fault came. Its age is drawn when a scenario is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "a change: `deployment(ages: [60, 3600])`"
)]
pub enum PrecedingChange {
    /// A deployment: the service has another commit.
    Deployment {
        /// Least and greatest age at the start, seconds.
        #[serde(deserialize_with = "pair")]
        #[serde(serialize_with = "list")]
        #[cfg_attr(feature = "schema", schemars(inner(range(min = 0, max = MAX_AGE_SECONDS))))]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s")))]
        ages: [i64; 2],
    },
    /// A configuration change: the service has the next revision.
    Configuration {
        /// Least and greatest age at the start, seconds.
        #[serde(deserialize_with = "pair")]
        #[serde(serialize_with = "list")]
        #[cfg_attr(feature = "schema", schemars(inner(range(min = 0, max = MAX_AGE_SECONDS))))]
        #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s")))]
        ages: [i64; 2],
    },
}
