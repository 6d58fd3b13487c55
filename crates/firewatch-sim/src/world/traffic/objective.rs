//! What users are promised, and how far it is missed.

use firewatch_traffic::UserTraffic;
use serde::{Deserialize, Serialize};

use crate::world::num;

/// Weight of slowness beside failures: users for whom 99 % of the answers take all their patience count as half lost.
const SLOWNESS_WEIGHT: f64 = 0.5;

/// What users are promised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Objective {
    /// Share of requests that are served, 0 to 1.
    pub served: f64,
    /// Seconds within which 99 % of them have their answer; half of the group's patience if `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_p99_s: Option<f64>,
}

impl Default for Objective {
    /// 99.9 % served, p99 within half of the patience.
    fn default() -> Self {
        Self {
            served: 0.999,
            latency_p99_s: None,
        }
    }
}

impl Objective {
    /// Seconds within which 99 % of the answers should come, of users with that patience.
    #[must_use]
    pub fn latency_bound_s(&self, patience_s: f64) -> f64 {
        self.latency_p99_s.unwrap_or(patience_s / 2.0)
    }

    /// How far users with that patience are from what they are promised, 0 (it is kept) to 1.5: the share that failed
    /// beyond what may fail, plus half of how far p99 is above its bound, 0 at the bound and 1 at the patience. Who fails
    /// and who waits are counted apart, so a minute can count for more than one.
    #[must_use]
    pub fn miss(&self, traffic: &UserTraffic, patience_s: f64) -> f64 {
        let bound = self.latency_bound_s(patience_s);
        let over = num::max(0.0, traffic.latency_p99_s - bound);
        // A bound at the patience leaves no room to be slow in.
        let room = patience_s - bound;
        let slowness = if room > 0.0 {
            num::min(1.0, over / room)
        } else {
            0.0
        };
        let failed = num::max(0.0, failed_share(traffic) - (1.0 - self.served));
        failed + SLOWNESS_WEIGHT * slowness
    }
}

/// The share of the requests that ended in the last tick which failed; 0 where none ended.
pub(crate) fn failed_share(traffic: &UserTraffic) -> f64 {
    if traffic.has_ended() {
        let ended = traffic.succeeded_rps + traffic.failed_rps;
        num::min(1.0, num::max(0.0, traffic.failed_rps / ended))
    } else {
        0.0
    }
}
