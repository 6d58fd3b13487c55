//! Many incidents at once, stepped together.

mod builder;
mod change;
mod events;
mod fork;
mod helpers;
mod part;
mod pool;
mod read;
mod settings;
mod shard;
mod summary;

use std::convert::Infallible;

use crate::world::copy::EnvironmentCopy;
use crate::world::error::SimError;

pub use builder::FleetBuilder;
pub use part::{FleetPart, NewPart};
use pool::Pool;
pub use settings::MetricSetting;
pub use summary::EnvironmentSummary;

/// Environments in worlds of up to 2,048 each, ticked by the threads of a pool.
///
/// Every environment goes through the same bits as in a [`crate::Simulation`], whatever the number of
/// threads, its neighbours and its place in the fleet.
pub struct Fleet {
    pool: Pool,
    len: usize,
    /// Environments a shard; only the last one may have fewer.
    shard_size: usize,
    /// The environment that was copied last; kept, so that copying allocates little.
    copy: EnvironmentCopy,
}

impl Fleet {
    /// Default of the most environments in a world. Each world has a schedule of its own, which every tick of a
    /// large fleet loads from memory: that cost is shared by the environments of the world.
    pub const SHARD_SIZE: usize = 2048;

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
    ///
    /// # Panics
    /// If work on a part of this fleet has panicked before: its state may be inconsistent.
    pub fn tick(&mut self) {
        self.tick_many(1);
    }

    /// Runs `ticks` ticks of every environment. This is faster than calling [`Fleet::tick`] for each, because
    /// each shard does all its ticks while it is in the cache.
    ///
    /// # Panics
    /// As [`Fleet::tick`].
    pub fn tick_many(&mut self, ticks: u64) {
        let all = std::iter::repeat(());
        let Ok(()) = self.pool.for_each(all, |_, shard, ()| {
            shard.tick(ticks);
            Ok::<(), Infallible>(())
        });
    }

    /// One tick of these environments; the others stay as they are. One that is named twice has one.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`]; nothing has happened then.
    ///
    /// # Panics
    /// As [`Fleet::tick`].
    pub fn tick_picked(&mut self, environments: &[usize]) -> Result<(), SimError> {
        for &environment in environments {
            self.locate(environment)?;
        }
        let size = self.shard_size;
        self.pool
            .for_each(std::iter::repeat(()), |index, shard, ()| {
                let picked = environments.iter().filter(|&&one| one / size == index);
                shard.tick_picked(picked.map(|one| one % size));
                Ok(())
            })
    }

    /// Environments of a [`FleetPart`]; only the last one may have fewer.
    #[must_use]
    pub fn part_size(&self) -> usize {
        self.shard_size
    }

    /// Calls `work` for each part of the fleet with its item of `own`, on the fleet's threads. Ticking a part
    /// and then reading and changing its environments is faster than doing each for the whole fleet,
    /// because the part is still in the cache.
    ///
    /// Parts are independent of one another: `work` is called for several at once, in any order. Parts
    /// beyond the end of `own` are left out.
    ///
    /// ```
    /// # use firewatch_sim::{EnvironmentState, Fleet, SimError, SloBudget};
    /// # fn main() -> Result<(), SimError> {
    /// # let state = EnvironmentState::new(SloBudget { remaining: 30.0, burn_per_tick: 1.5 });
    /// # let blueprint = state.blueprint()?;
    /// let mut fleet = Fleet::with_shard_size(vec![blueprint; 5], 2, 2)?;
    /// let mut ticks = [0; 5];
    /// let own = ticks.chunks_mut(fleet.part_size());
    /// fleet.try_for_each_part(own, |part, ticks| {
    ///     part.tick();
    ///     let first = part.range().start;
    ///     part.read_all(|index, view| ticks[index - first] = view.clock().tick);
    ///     Ok::<(), SimError>(())
    /// })?;
    /// assert_eq!(ticks, [1; 5]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// That of the first part for which `work` has one; the other parts are worked on nevertheless.
    ///
    /// # Panics
    /// If `work` does, in this call or in an earlier one.
    pub fn try_for_each_part<T: Send, E: Send>(
        &mut self,
        own: impl Iterator<Item = T> + Send,
        work: impl Fn(&mut FleetPart, T) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        let shard_size = self.shard_size;
        self.pool.for_each(own, |index, shard, own| {
            work(&mut FleetPart::new(index * shard_size, shard), own)
        })
    }

    /// The shard of an environment, and its slot there.
    fn locate(&self, environment: usize) -> Result<(usize, usize), SimError> {
        if environment >= self.len {
            return Err(SimError::UnknownEnvironment {
                index: environment,
                environments: self.len,
            });
        }
        Ok((environment / self.shard_size, environment % self.shard_size))
    }
}
