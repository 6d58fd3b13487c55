//! How actions of the answer were judged.

use firewatch_action::ActionOutcome;
use serde::{Deserialize, Serialize};

/// How an action of the answer was judged. Under the standard profile no step tells it before the incident is over: a
/// policy that knew would learn from the verdict, not from the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ActionVerdict {
    /// The tick after which it was done.
    pub tick: u64,
    /// Whether it remedied nothing.
    pub wrong: bool,
    /// Index of the fault that it halted, in the environment's list.
    pub halted: Option<usize>,
}

impl ActionVerdict {
    pub(crate) fn new(tick: u64, outcome: &ActionOutcome) -> Self {
        Self {
            tick,
            wrong: outcome.wrong,
            halted: outcome.halted.map(|fault| fault.index),
        }
    }
}
