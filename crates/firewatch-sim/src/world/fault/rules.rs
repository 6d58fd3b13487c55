//! A kind of fault as data: what a file can say of one.

use serde::{Deserialize, Serialize};

use super::context::LogLine;
use super::descriptor::{FaultKindDescriptor, PrecedingChange};
use super::growth::MetricGrowth;
use crate::world::fault_kind::{FaultKind, FaultKindError};

/// A kind of fault as plain data, to be read from a file and [registered](crate::FaultKinds::register).
///
/// ```
/// use firewatch_sim::{FaultKindDescriptor, FaultKindRules, FaultKinds};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let text = r#"{
///     "kind": "dns_outage",
///     "about": "Names stop resolving as caches run out.",
///     "per_tick": [{"metric": "http_server_error_rate", "add": 0.15, "max": 0.9}],
///     "evidence": [{"time": "02:04:10", "level": "WARN", "message": "zone transfer refused"}]
/// }"#;
/// let rules: FaultKindRules = serde_json::from_str(text)?;
/// let mut kinds = FaultKinds::default();
/// kinds.register(FaultKindDescriptor::try_from(rules)?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    expecting = "a kind of fault: `FaultKindRules(kind: \"...\", about: \"...\")`"
)]
pub struct FaultKindRules {
    /// Its name.
    pub kind: FaultKind,
    /// What it is, in a sentence.
    pub about: String,
    /// What happens to metrics of the service in each tick in which the fault is active, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = Self::MAX_PARTS)))]
    pub per_tick: Vec<MetricGrowth>,
    /// Whether it fills memory, so that recovery frees it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fills_memory: bool,
    /// Whether its errors spread to the services that call its own.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub cascades: bool,
    /// Whether services recover once it is halted.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub recovers: bool,
    /// The change that precedes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preceding_change: Option<PrecedingChange>,
    /// The log lines that an operator finds in the log of its service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = Self::MAX_PARTS)))]
    pub evidence: Vec<LogLine>,
}

impl FaultKindRules {
    /// Changes in a tick, and lines of a log, that a kind from a file has at most.
    pub const MAX_PARTS: usize = 100;
}

fn yes() -> bool {
    true
}

impl TryFrom<FaultKindRules> for FaultKindDescriptor {
    type Error = FaultKindError;

    /// # Errors
    /// [`FaultKindError::Metric`], [`FaultKindError::Growth`]; what else can be wrong is told when the kind is
    /// registered.
    fn try_from(rules: FaultKindRules) -> Result<Self, FaultKindError> {
        let growths = rules.per_tick.into_iter().map(MetricGrowth::resolve);
        let mut descriptor = Self::of(rules.kind, rules.about.into());
        descriptor.growths = growths.collect::<Result<_, _>>()?;
        descriptor.lines = rules.evidence;
        descriptor.fills_memory = rules.fills_memory;
        descriptor.cascades = rules.cascades;
        descriptor.recovers = rules.recovers;
        descriptor.preceding_change = rules.preceding_change;
        Ok(descriptor)
    }
}
