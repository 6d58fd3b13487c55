//! The alerts that a score has observed.

use firewatch_scenario::AlertName;
use firewatch_sim::EnvironmentRef;

use super::Score;
use super::alert::{ALERT_NAMES, Alert};

impl Score {
    /// Whether an alert of that name, or any alert, fires about a service.
    #[must_use]
    pub fn fires(&self, view: &EnvironmentRef, service: usize, name: Option<AlertName>) -> bool {
        let mut firing = self.state.firing(view, service).into_iter().flatten();
        firing.any(|firing| name.is_none_or(|name| firing.name == name))
    }

    /// Returns which alerts of each service fire, in the order of [`ALERT_NAMES`]: the same as [`alerts`](Self::alerts), as
    /// last observed.
    pub fn alert_flags(&self) -> impl Iterator<Item = [bool; ALERT_NAMES.len()]> {
        self.alert_bits()
            .map(|bits| std::array::from_fn(|alert| bits >> alert & 1 == 1))
    }

    /// Returns the alerts of each service that fire as a number, as last observed: a bit for each alert, the first of
    /// [`ALERT_NAMES`] in the lowest.
    pub fn alert_bits(&self) -> impl Iterator<Item = u8> {
        self.state.records.iter().map(|record| record.alerts.bits())
    }

    /// The alerts that fire, in order; their ids come from the seed.
    #[must_use]
    pub fn alerts(&self, view: &EnvironmentRef, seed: u64) -> Vec<Alert> {
        self.state.alerts(view, seed)
    }
}
