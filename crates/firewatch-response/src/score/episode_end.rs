//! Why the answer to an incident ended.

use serde::{Deserialize, Serialize};

/// Why the answer to an incident ended. Where several hold, the first in this order is named; where an incident that
/// is declared resolved is played on, that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpisodeEnd {
    /// The SLO budget is used up.
    BudgetUsedUp,
    /// The ticks of the incident are done.
    OutOfTicks,
    /// The incident was declared resolved.
    Declared,
}
