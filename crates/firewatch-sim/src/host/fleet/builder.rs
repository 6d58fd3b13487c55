//! Building a fleet: its threads, the size of its worlds, and a host's systems and resources in each.

use bevy_ecs::prelude::*;

use super::Fleet;
use super::part::NewPart;
use super::pool::Pool;
use super::shard::Shard;
use crate::world::blueprint::Blueprint;
use crate::world::copy::EnvironmentCopy;
use crate::world::error::SimError;
use crate::world::fault::{FaultKinds, register_fault_kinds};

/// Default of the fewest environments in a world.
const SHARD_MIN: usize = 64;

impl Fleet {
    /// Returns a builder, to set the number of threads and worlds and a host's systems.
    ///
    /// ```
    /// # use firewatch_sim::{EnvironmentState, Fleet, SimError, SloBudget};
    /// use firewatch_sim::bevy_ecs::prelude::*;
    /// use firewatch_sim::{Clock, TickSet};
    ///
    /// #[derive(Component)]
    /// #[component(storage = "SparseSet")]
    /// struct Night;
    ///
    /// fn fall(mut commands: Commands, environments: Query<(Entity, &Clock), Without<Night>>) {
    ///     for (environment, clock) in &environments {
    ///         if clock.tick >= 20 {
    ///             commands.entity(environment).insert(Night);
    ///         }
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), SimError> {
    /// # let state = EnvironmentState::new(SloBudget { remaining: 30.0, burn_per_tick: 1.5 });
    /// # let blueprint = state.blueprint()?;
    /// let builder = Fleet::builder().threads(2).install(|schedule, _world| {
    ///     schedule.add_systems(fall.after(TickSet::Impact));
    /// });
    /// let mut fleet = builder.build(vec![blueprint; 100])?;
    /// fleet.tick_many(25);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder<'a>() -> FleetBuilder<'a> {
        FleetBuilder::new()
    }

    /// A fleet of these environments, stepped by `threads` threads; see [`FleetBuilder::build`].
    ///
    /// # Errors
    /// As [`FleetBuilder::build`].
    pub fn new(
        blueprints: impl IntoIterator<Item = Blueprint>,
        threads: usize,
    ) -> Result<Self, SimError> {
        Self::builder().threads(threads).build(blueprints)
    }

    /// The same with `shard_size` environments a world; see [`FleetBuilder::shard_size`].
    ///
    /// # Errors
    /// As [`FleetBuilder::build`].
    pub fn with_shard_size(
        blueprints: impl IntoIterator<Item = Blueprint>,
        threads: usize,
        shard_size: usize,
    ) -> Result<Self, SimError> {
        let builder = Self::builder().threads(threads).shard_size(shard_size);
        builder.build(blueprints)
    }
}

/// Adds a host's systems and resources to the schedule and the world of each part.
type Install<'a> = Box<dyn FnMut(&mut Schedule, &mut World) + 'a>;

/// Builds a fleet; see [`Fleet::builder`].
#[must_use]
pub struct FleetBuilder<'a> {
    threads: usize,
    shard_size: Option<usize>,
    fault_kinds: FaultKinds,
    installs: Vec<Install<'a>>,
}

impl<'a> FleetBuilder<'a> {
    pub(super) fn new() -> Self {
        Self {
            threads: 1,
            shard_size: None,
            fault_kinds: FaultKinds::default(),
            installs: Vec::new(),
        }
    }

    /// Sets the number of threads that step the fleet, the caller's included (0 counts as 1; default 1). No
    /// more are used than there are worlds. It changes nothing in the results.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets the number of environments per world (0 counts as 1). It changes nothing in the results.
    ///
    /// By default there are as many worlds as threads, but none of fewer than 64 environments and none of more
    /// than [`Fleet::SHARD_SIZE`].
    pub fn shard_size(mut self, shard_size: usize) -> Self {
        self.shard_size = Some(shard_size.max(1));
        self
    }

    /// Registers kinds of fault in each world, so that restored environments and injected faults can be of these
    /// kinds. Those of blueprints are registered anyway.
    pub fn fault_kinds(mut self, fault_kinds: FaultKinds) -> Self {
        self.fault_kinds = fault_kinds;
        self
    }

    /// Calls a function for the schedule and the world of each part before any environment is there: it adds
    /// the host's systems and resources. Functions are called in the order in which they were given.
    ///
    /// A system runs in every tick of its world, for all environments in it, also where only
    /// [some of them tick](crate::FleetPart::tick_picked). Its results must not depend on which
    /// environments share the world. Components that it gives to services and faults stay there when an
    /// environment is [reset](Fleet::reset). They should be in sparse sets: a table component moves rows, which
    /// costs speed, though no result changes.
    pub fn install(mut self, install: impl FnMut(&mut Schedule, &mut World) + 'a) -> Self {
        self.installs.push(Box::new(install));
        self
    }

    /// Builds the fleet of these environments. The blueprints are taken one at a time, so they need not all be
    /// in memory at once.
    ///
    /// # Errors
    /// As [`Blueprint::spawn`]; [`SimError::Threads`] if the threads can't be started; [`SimError::Schedule`]
    /// if a host's systems conflict with those of the engine.
    pub fn build(
        mut self,
        blueprints: impl IntoIterator<Item = Blueprint>,
    ) -> Result<Fleet, SimError> {
        let blueprints = blueprints.into_iter();
        let shard_size = self.shard_size_for(blueprints.size_hint());
        let mut shards: Vec<Shard> = Vec::new();
        for blueprint in blueprints {
            let last = shards.last_mut();
            match last.filter(|shard| shard.environments.len() < shard_size) {
                Some(shard) => shard.push(&blueprint)?,
                None => {
                    let mut shard = self.shard()?;
                    shard.push(&blueprint)?;
                    shards.push(shard);
                }
            }
        }
        let len = shards.iter().map(|shard| shard.environments.len()).sum();
        Ok(Fleet {
            pool: Pool::new(shards, self.threads)?,
            len,
            shard_size,
            copy: EnvironmentCopy::default(),
        })
    }

    /// Builds a fleet of `len` environments whose parts are filled by its threads: `fill` adds the environments
    /// of a part in order, with what there is for it in `own`.
    ///
    /// # Errors
    /// That of the first part for which `fill` has one; [`SimError::Threads`]; [`SimError::Schedule`];
    /// [`SimError::BufferLength`] if a part gets more or fewer environments than belong to it.
    pub fn fill<T: Send, E: From<SimError> + Send>(
        mut self,
        len: usize,
        own: impl Iterator<Item = T> + Send,
        fill: impl Fn(&mut NewPart, T) -> Result<(), E> + Sync,
    ) -> Result<Fleet, E> {
        let shard_size = self.shard_size_for((len, Some(len)));
        let parts = len.div_ceil(shard_size);
        let range = |part: usize| part * shard_size..len.min((part + 1) * shard_size);
        let shards: Result<_, SimError> = (0..parts).map(|_| self.shard()).collect();
        let mut pool = Pool::new(shards?, self.threads)?;
        pool.for_each(own, |part, shard, own| {
            fill(&mut NewPart::new(range(part), shard), own)
        })?;
        for part in 0..parts {
            let filled = pool.shard(part).environments.len();
            SimError::check_length("the environments of a part", filled, range(part).len())?;
        }
        Ok(Fleet {
            pool,
            len,
            shard_size,
            copy: EnvironmentCopy::default(),
        })
    }

    /// Returns the number of environments in each world, for bounds on their total number.
    fn shard_size_for(&self, (at_least, at_most): (usize, Option<usize>)) -> usize {
        if let Some(shard_size) = self.shard_size {
            return shard_size;
        }
        let shard_size = match at_most {
            Some(count) if count == at_least => count.div_ceil(self.threads.max(1)),
            _ => Fleet::SHARD_SIZE,
        };
        shard_size.clamp(SHARD_MIN, Fleet::SHARD_SIZE)
    }

    /// A world with what the host adds.
    fn shard(&mut self) -> Result<Shard, SimError> {
        let mut shard = Shard::new();
        register_fault_kinds(&mut shard.world, &self.fault_kinds)?;
        for install in &mut self.installs {
            shard.install(install)?;
        }
        Ok(shard)
    }
}
