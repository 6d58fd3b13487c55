//! Decides when an incident counts as mitigated.

use serde::{Deserialize, Serialize};

/// Counts quiet ticks. The engine's own rule, which is the reference's, may count an incident as mitigated
/// before it has hit anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mitigation {
    /// Ticks without impact in a row.
    streak: u64,
    /// Some tick had an impact.
    hit: bool,
    /// The tick at which the incident counted as mitigated.
    pub(crate) at: Option<u64>,
}

impl Mitigation {
    /// Observes a tick: whether it had no impact, and whether every fault is halted by now. The incident
    /// counts as mitigated after `quiet_ticks` ticks without impact; one that has hit nobody yet only if
    /// every fault is halted.
    pub(crate) fn observe(&mut self, quiet_ticks: u64, tick: u64, clear: bool, all_halted: bool) {
        if !clear {
            self.hit = true;
            self.streak = 0;
            return;
        }
        self.streak = self.streak.saturating_add(1);
        if self.at.is_none() && self.streak >= quiet_ticks && (self.hit || all_halted) {
            self.at = Some(tick.saturating_sub(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(ticks: &[(bool, bool)]) -> Option<u64> {
        let mut mitigation = Mitigation::default();
        for (tick, &(clear, halted)) in (1..).zip(ticks) {
            mitigation.observe(2, tick, clear, halted);
        }
        mitigation.at
    }

    #[test]
    fn an_incident_that_has_not_hit_anybody_is_not_mitigated() {
        let (quiet, hit) = ((true, false), (false, false));
        assert_eq!(after(&[quiet; 9]), None);
        assert_eq!(after(&[quiet, hit, quiet, hit, quiet]), None);
        assert_eq!(after(&[quiet, hit, quiet, quiet, hit]), Some(3));
        assert_eq!(after(&[quiet, quiet, (true, true)]), Some(2));
    }
}
