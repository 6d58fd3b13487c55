//! The course of a fault in traffic: how severe it is in each of its ticks, and how it leaves.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::knobs::{FaultKnobs, is_zero};
use super::limits::{check_amount, check_share};
use crate::world::error::SimError;
use crate::world::num;

/// Ticks in which a fault of speed 1 rises to its level as a ramp: five minutes.
const RAMP_TICKS: f64 = 10.0;

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
    /// It rises evenly to its level: in 10 ticks at speed 1.
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
    /// It rises to its level and falls again: it has its level in the tick at the middle of its time, in the two of an
    /// even number. One that lasts until it is halted rises as a ramp does, and falls as fast.
    Spike,
}

/// How what a fault has turned goes back once it is halted or its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "a recovery: `at_once`, `over_ticks(4)` or `with_restart`"
)]
#[non_exhaustive]
pub enum FaultRecovery {
    /// In the tick after.
    AtOnce,
    /// Evenly, over that number of ticks.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
    OverTicks(NonZeroU64),
    /// When the service is restarted.
    WithRestart,
}

/// How a fault of a traffic environment goes over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultCourse {
    /// Ticks that it lasts; `None` lasts until it is halted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_ticks: Option<NonZeroU64>,
    /// How severe it becomes, 0 (not at all) to 1.
    pub level: f64,
    /// How it reaches its level; as its kind does if `None`: a bad deployment as a ramp, everything else as a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<FaultShape>,
    /// What it turns, at level 1; what its kind turns if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knobs: Option<FaultKnobs>,
    /// How that goes back; if `None` at once, but memory that has leaked when the service is restarted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<FaultRecovery>,
    /// Names of the actions that end it, of a fault that says what it turns: the engine keeps them for those who act.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ended_by: Vec<String>,
    /// Memory that has leaked because of it since the last start of the service, as a share of the limit. 0 at the
    /// start.
    #[serde(skip_serializing_if = "is_zero")]
    pub leaked: f64,
    /// Whether a restart since its end has taken back what it had turned. False at the start.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_cleared: bool,
}

impl Default for FaultCourse {
    /// Of level 1, as its kind goes, until it is halted.
    fn default() -> Self {
        Self {
            for_ticks: None,
            level: 1.0,
            shape: None,
            knobs: None,
            recovery: None,
            ended_by: Vec::new(),
            leaked: 0.0,
            is_cleared: false,
        }
    }
}

impl FaultCourse {
    /// Whether its numbers can be.
    pub(crate) fn check(&self) -> Result<(), SimError> {
        check_share("level", self.level)?;
        check_amount("leaked", self.leaked)?;
        self.knobs.as_ref().map_or(Ok(()), FaultKnobs::check)
    }

    /// How severe it is in a tick of its time, counted from 1.
    pub(crate) fn strength(&self, usual: FaultShape, tick: u64, speed: f64) -> f64 {
        let shape = self.shape.unwrap_or(usual);
        self.level * shape.share(tick, self.for_ticks, speed)
    }

    /// The share of what it has turned that is left in the tick after so many since its end.
    pub(crate) fn left(&self, ticks_since: u64) -> f64 {
        match self.recovery {
            None | Some(FaultRecovery::AtOnce) => 0.0,
            Some(FaultRecovery::OverTicks(ticks)) => {
                let gone = (ticks_since as f64 + 1.0) / ticks.get() as f64;
                num::max(0.0, 1.0 - gone)
            }
            Some(FaultRecovery::WithRestart) => f64::from(u8::from(!self.is_cleared)),
        }
    }

    /// The share of the memory that has leaked since the last start which is in use then.
    pub(crate) fn memory_left(&self, ticks_since: u64) -> f64 {
        match self.recovery {
            None | Some(FaultRecovery::WithRestart) => 1.0,
            Some(_) => self.left(ticks_since),
        }
    }

    /// Whether its time is over after that number of ticks.
    pub(crate) fn is_over(&self, ticks: u64) -> bool {
        self.for_ticks
            .is_some_and(|for_ticks| ticks >= for_ticks.get())
    }
}

impl FaultShape {
    /// The share of its level, 0 to 1, that a fault has in a tick of its time, counted from 1.
    fn share(self, tick: u64, for_ticks: Option<NonZeroU64>, speed: f64) -> f64 {
        let ramp = tick as f64 * speed / RAMP_TICKS;
        match self {
            Self::Step => 1.0,
            Self::Ramp => num::min(1.0, ramp),
            Self::Flapping { on, off } => {
                // A sum beyond 64 bits is of a fault that never goes.
                let period = on.get().saturating_add(off.get());
                let is_on = (tick.saturating_sub(1) % period) < on.get();
                f64::from(u8::from(is_on))
            }
            Self::Spike => {
                let Some(ticks) = for_ticks else {
                    return num::max(0.0, 1.0 - (ramp - 1.0).abs());
                };
                // From 0 before the first tick to 0 after the last, 1 in the middle one or two.
                let ticks = ticks.get();
                let from_end = tick.min(ticks.saturating_add(1).saturating_sub(tick));
                from_end as f64 / ticks.div_ceil(2) as f64
            }
        }
    }
}
