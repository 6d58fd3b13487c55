//! The environments of a fleet that share a world.

use std::ops::Range;
use std::sync::RwLockWriteGuard;

use super::shard::Shard;
use crate::change::EnvironmentMut;
use crate::error::SimError;
use crate::view::EnvironmentRef;

/// Some neighbours in a fleet, to be read and changed; see [`Fleet::tick_parts`](super::Fleet::tick_parts).
///
/// Everywhere an environment goes by its index in the fleet.
pub struct FleetPart<'f> {
    first: usize,
    shard: RwLockWriteGuard<'f, Shard>,
}

impl<'f> FleetPart<'f> {
    pub(super) fn new(first: usize, shard: RwLockWriteGuard<'f, Shard>) -> Self {
        Self { first, shard }
    }

    /// Indices of its environments.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.first..self.first + self.shard.environments.len()
    }

    fn slot(&self, environment: usize) -> Result<usize, SimError> {
        let range = self.range();
        if range.contains(&environment) {
            return Ok(environment - self.first);
        }
        Err(SimError::UnknownEnvironment {
            index: environment,
            environments: range.end,
        })
    }

    /// Reads one environment.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`] for one that is not of this part.
    pub fn read<T>(
        &self,
        environment: usize,
        read: impl FnOnce(&EnvironmentRef) -> T,
    ) -> Result<T, SimError> {
        let entity = self.shard.environments[self.slot(environment)?];
        Ok(read(&EnvironmentRef::new(&self.shard.world, entity)?))
    }

    /// Reads every environment in order: quicker than one by one with [`read`](Self::read), because what
    /// they have in common is looked up once.
    pub fn read_all(&mut self, read: impl FnMut(usize, &EnvironmentRef)) {
        self.read_picked(|_| true, read);
    }

    /// As [`read_all`](Self::read_all), those environments whose index `picked` says yes to.
    pub fn read_picked(
        &mut self,
        picked: impl Fn(usize) -> bool,
        mut read: impl FnMut(usize, &EnvironmentRef),
    ) {
        let first = self.first;
        self.shard.read_picked(
            |slot| picked(first + slot),
            |slot, view| read(first + slot, view),
        );
    }

    /// Changes one environment, in as many ways as needed: it is looked up once.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`] for one that is not of this part.
    pub fn change<T>(
        &mut self,
        environment: usize,
        change: impl FnOnce(&mut EnvironmentMut) -> T,
    ) -> Result<T, SimError> {
        let slot = self.slot(environment)?;
        Ok(self.shard.change(slot, change))
    }

    /// Sets what is left of the error budget of each environment for whose index there is one; see
    /// [`crate::set_slo_budget`].
    ///
    /// # Errors
    /// [`SimError::NotFinite`]; environments before the one that failed have been set.
    pub fn set_slo_budgets(
        &mut self,
        mut remaining: impl FnMut(usize) -> Option<f64>,
    ) -> Result<(), SimError> {
        let first = self.first;
        self.shard.set_slo_budgets(|slot| remaining(first + slot))
    }
}
