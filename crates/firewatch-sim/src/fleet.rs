//! Many incidents at once, stepped together.

mod pool;
mod shard;

use crate::blueprint::Blueprint;
use crate::error::SimError;
use crate::intervene;
use crate::state::{EnvironmentState, FaultState};
use crate::value::Value;
use crate::view::EnvironmentRef;

use pool::Pool;
use shard::{SHARD_ENVIRONMENTS, Shard};

/// Environments in worlds of a few hundred each, stepped by threads of the fleet's own.
///
/// Every environment goes through the same bits as in a [`crate::Simulation`], whatever the number of
/// threads, its neighbours and its place in the fleet.
pub struct Fleet {
    pool: Pool,
    len: usize,
}

impl Fleet {
    /// A fleet of these environments, stepped by `threads` threads, the caller's included (0 counts
    /// as 1). The blueprints are taken one at a time, so they need not all be in memory at once.
    ///
    /// # Errors
    /// As [`Blueprint::spawn`]; [`SimError::Threads`] if the threads can't be started.
    pub fn new(
        blueprints: impl IntoIterator<Item = Blueprint>,
        threads: usize,
    ) -> Result<Self, SimError> {
        let mut shards: Vec<Shard> = Vec::new();
        let mut len = 0;
        for blueprint in blueprints {
            if len % SHARD_ENVIRONMENTS == 0 {
                shards.push(Shard::new());
            }
            if let Some(shard) = shards.last_mut() {
                shard.push(&blueprint)?;
            }
            len += 1;
        }
        let pool =
            Pool::new(shards, threads).map_err(|error| SimError::Threads(error.to_string()))?;
        Ok(Self { pool, len })
    }

    /// Number of environments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no environment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One tick of every environment.
    pub fn tick(&mut self) {
        self.pool.tick(1);
    }

    /// `ticks` ticks of every environment; quicker than as many calls of [`Fleet::tick`], because each
    /// shard does all its ticks while it is in the cache.
    pub fn tick_many(&mut self, ticks: u64) {
        self.pool.tick(ticks);
    }

    fn place(&self, environment: usize) -> Result<(usize, usize), SimError> {
        if environment >= self.len {
            return Err(SimError::UnknownEnvironment {
                index: environment,
                environments: self.len,
            });
        }
        Ok((
            environment / SHARD_ENVIRONMENTS,
            environment % SHARD_ENVIRONMENTS,
        ))
    }

    /// Reads one environment.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn read<T>(
        &self,
        environment: usize,
        read: impl FnOnce(&EnvironmentRef) -> T,
    ) -> Result<T, SimError> {
        let (shard, slot) = self.place(environment)?;
        let shard = self.pool.shard(shard);
        let view = EnvironmentRef::new(&shard.world, shard.environments[slot])?;
        Ok(read(&view))
    }

    /// Halts a fault of one environment; see [`crate::halt_fault`].
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], [`SimError::UnknownFault`].
    pub fn halt_fault(&mut self, environment: usize, index: usize) -> Result<(), SimError> {
        let (shard, slot) = self.place(environment)?;
        let shard = &mut *self.pool.shard_mut(shard);
        intervene::halt_fault(&mut shard.world, shard.environments[slot], index)
    }

    /// Adds a fault to one environment; see [`crate::inject_fault`].
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as [`crate::inject_fault`].
    pub fn inject_fault(&mut self, environment: usize, fault: &FaultState) -> Result<(), SimError> {
        let (shard, slot) = self.place(environment)?;
        self.pool.shard_mut(shard).inject_fault(slot, fault)
    }

    /// Sets a metric of a service of one environment; see [`crate::set_metric`].
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as [`crate::set_metric`].
    pub fn set_metric(
        &mut self,
        environment: usize,
        service: &str,
        name: &str,
        value: &Value,
    ) -> Result<(), SimError> {
        let (shard, slot) = self.place(environment)?;
        let shard = &mut *self.pool.shard_mut(shard);
        intervene::set_metric(
            &mut shard.world,
            shard.environments[slot],
            service,
            name,
            value,
        )
    }

    /// Puts another environment in the place of one; the others are not touched. Quickest where it
    /// has as many services and faults as the one before, and neither has optional metrics.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as [`Blueprint::spawn`]; nothing is changed then.
    pub fn reset(&mut self, environment: usize, blueprint: &Blueprint) -> Result<(), SimError> {
        let (shard, slot) = self.place(environment)?;
        self.pool.shard_mut(shard).reset(slot, blueprint)
    }

    /// Resets each environment whose place in `mask` is true to the blueprint that `blueprint` gives
    /// for its index.
    ///
    /// # Errors
    /// As [`Fleet::reset`]; environments before the one that failed have been reset.
    pub fn reset_masked(
        &mut self,
        mask: &[bool],
        mut blueprint: impl FnMut(usize) -> Blueprint,
    ) -> Result<(), SimError> {
        for (environment, _) in mask.iter().enumerate().filter(|(_, reset)| **reset) {
            self.reset(environment, &blueprint(environment))?;
        }
        Ok(())
    }

    /// The whole state of one environment as plain data.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn snapshot(&self, environment: usize) -> Result<EnvironmentState, SimError> {
        self.read(environment, |view| view.capture())
    }

    /// Goes on with one environment from a snapshot, of this or any other.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as [`crate::spawn_environment`]; nothing is changed then.
    pub fn restore(
        &mut self,
        environment: usize,
        state: &EnvironmentState,
    ) -> Result<(), SimError> {
        self.reset(environment, &state.blueprint()?)
    }

    /// A fingerprint of the state of one environment; see [`EnvironmentRef::state_hash`].
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn state_hash(&self, environment: usize) -> Result<u64, SimError> {
        self.read(environment, |view| view.state_hash())
    }
}
