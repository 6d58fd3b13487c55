//! Events of a fleet.

use super::Fleet;
use crate::host::events::EnvironmentEvent;

impl Fleet {
    /// Makes ticks tell what happens; see [`crate::install_events`].
    pub fn install_events(&mut self) {
        for shard in 0..self.len.div_ceil(self.shard_size) {
            self.pool.shard_mut(shard).install_events();
        }
    }

    /// Takes the events of the last tick and of the one before, but for those that were taken before, with the
    /// index of their environment: environment by environment, the earlier ones first. Empty without
    /// [`Fleet::install_events`].
    pub fn drain_events(&mut self) -> Vec<(usize, EnvironmentEvent)> {
        let mut events = Vec::new();
        for shard in 0..self.len.div_ceil(self.shard_size) {
            let first = shard * self.shard_size;
            let of_shard = self.pool.shard_mut(shard).drain_events();
            events.extend(
                of_shard
                    .into_iter()
                    .map(|(slot, event)| (first + slot, event)),
            );
        }
        events
    }
}
