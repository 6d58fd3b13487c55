//! Copying one environment of a fleet over another.

use super::Fleet;
use crate::world::error::SimError;
use crate::world::fault::fault_kinds;

impl Fleet {
    /// Replaces the environment `to` by a copy of `from`, which goes on from the same state, to the bit. It is the same as
    /// restoring a [snapshot](Self::snapshot) there, and much faster where both have as many services and faults.
    ///
    /// What a host added to the environment (components) is not copied, and a paused one is copied as one that runs. The
    /// components that every service has are not marked as changed.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`]; [`SimError::FaultKind`] where the part of `to` has another kind of fault of the
    /// same name. Nothing is changed then.
    pub fn fork(&mut self, from: usize, to: usize) -> Result<(), SimError> {
        let (source, target) = (self.locate(from)?, self.locate(to)?);
        if from == to {
            return Ok(());
        }
        if self.fork_in_place(source, target) {
            return Ok(());
        }
        let kinds = fault_kinds(&self.pool.shard(source.0).world);
        let blueprint = self.snapshot(from)?.blueprint()?;
        self.reset(to, &blueprint.with_fault_kinds(kinds))
    }

    /// Copies component by component, if that can be done.
    fn fork_in_place(
        &mut self,
        (shard, slot): (usize, usize),
        (target, place): (usize, usize),
    ) -> bool {
        let Self { pool, copy, .. } = self;
        pool.shard_mut(shard).copy_out(slot, copy) && pool.shard_mut(target).copy_in(place, copy)
    }
}
