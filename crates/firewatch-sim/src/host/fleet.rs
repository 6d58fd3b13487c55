//! Many incidents at once, stepped together.

mod builder;
mod events;
mod helpers;
mod part;
mod pool;
mod shard;
mod summary;

use std::convert::Infallible;

use crate::host::change::EnvironmentMut;
use crate::host::intervene::Intervention;
use crate::host::observe::Observation;
use crate::host::view::EnvironmentRef;
use crate::world::blueprint::Blueprint;
use crate::world::error::SimError;
use crate::world::state::{EnvironmentState, FaultState};
use crate::world::value::Value;

pub use builder::FleetBuilder;
pub use part::{FleetPart, NewPart};
use pool::Pool;
pub use summary::EnvironmentSummary;

/// Environments in worlds of up to a few thousand each, stepped by threads of the fleet's own.
///
/// Every environment goes through the same bits as in a [`crate::Simulation`], whatever the number of
/// threads, its neighbours and its place in the fleet.
pub struct Fleet {
    pool: Pool,
    len: usize,
    /// Environments a shard; only the last one may have fewer.
    shard_size: usize,
}

/// Environments that share a world at least, unless somebody says otherwise.
const SHARD_MIN: usize = 64;

impl Fleet {
    /// Environments that share a world at most, if nothing else is said. Each world brings a schedule of its own,
    /// which is to be fetched from memory at every tick of a large fleet: that is spread over so many.
    pub const SHARD_SIZE: usize = 2048;

    /// A fleet to be built: how many threads and worlds it has, and what a host adds to each world.
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
    /// If work on a part of this fleet has panicked before: what it left may be between two states.
    pub fn tick(&mut self) {
        self.tick_many(1);
    }

    /// `ticks` ticks of every environment; quicker than as many calls of [`Fleet::tick`], because each
    /// shard does all its ticks while it is in the cache.
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
            self.place(environment)?;
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

    /// Hands each part of the fleet with what there is for it in `own` to `work`, on the fleet's threads.
    /// Ticking a part and then reading and changing its environments is quicker than going through the
    /// whole fleet for each of these: what the tick has touched is still in the cache.
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

    fn place(&self, environment: usize) -> Result<(usize, usize), SimError> {
        if environment >= self.len {
            return Err(SimError::UnknownEnvironment {
                index: environment,
                environments: self.len,
            });
        }
        Ok((environment / self.shard_size, environment % self.shard_size))
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

    /// Does something to one environment.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as what is done; nothing is changed then.
    pub fn intervene(
        &mut self,
        environment: usize,
        intervention: &Intervention,
    ) -> Result<(), SimError> {
        self.change(environment, |environment| {
            environment.intervene(intervention)
        })?
    }

    /// Changes one environment, in as many ways as needed: it is looked up once.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn change<T>(
        &mut self,
        environment: usize,
        change: impl FnOnce(&mut EnvironmentMut) -> T,
    ) -> Result<T, SimError> {
        let (shard, slot) = self.place(environment)?;
        self.pool.shard_mut(shard).change(slot, change)
    }

    /// One environment, to be changed.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn environment_mut(&mut self, environment: usize) -> Result<EnvironmentMut<'_>, SimError> {
        let (shard, slot) = self.place(environment)?;
        self.pool.shard_mut(shard).environment_mut(slot)
    }

    /// Does something to each environment whose place in `mask` is true.
    ///
    /// # Errors
    /// [`SimError::BufferLength`] for the mask, and as what is done for the first environment to which
    /// it can't be done; nothing is changed in any of them then.
    pub fn intervene_masked(
        &mut self,
        mask: &[bool],
        intervention: &Intervention,
    ) -> Result<(), SimError> {
        SimError::check_length("the mask", mask.len(), self.len)?;
        for environment in picked(mask) {
            let (shard, slot) = self.place(environment)?;
            self.pool.shard(shard).check(slot, intervention)?;
        }
        picked(mask).try_for_each(|environment| self.intervene(environment, intervention))
    }

    /// Halts a fault of one environment; see [`crate::halt_fault`].
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], [`SimError::UnknownFault`].
    pub fn halt_fault(&mut self, environment: usize, index: usize) -> Result<(), SimError> {
        self.intervene(environment, &Intervention::HaltFault(index))
    }

    /// Adds a fault to one environment; see [`crate::inject_fault`].
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as [`crate::inject_fault`].
    pub fn inject_fault(&mut self, environment: usize, fault: &FaultState) -> Result<(), SimError> {
        self.intervene(environment, &Intervention::InjectFault(fault))
    }

    /// Sets a metric of a service of one environment; see [`crate::set_metric`].
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as [`crate::set_metric`].
    pub fn set_metric(
        &mut self,
        environment: usize,
        service: &str,
        metric: &str,
        value: &Value,
    ) -> Result<(), SimError> {
        let set = Intervention::SetMetric {
            service,
            metric,
            value,
        };
        self.intervene(environment, &set)
    }

    /// How one environment stands.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`]; [`SimError::NoEnvironment`] if a system of the host's has despawned it.
    pub fn summary(&self, environment: usize) -> Result<EnvironmentSummary, SimError> {
        let (shard, slot) = self.place(environment)?;
        self.pool.shard(shard).summary(slot)
    }

    /// How every environment stands, in order.
    ///
    /// # Errors
    /// [`SimError::BufferLength`] if there are not as many `summaries` as environments;
    /// [`SimError::NoEnvironment`] if a system of the host's has despawned one.
    pub fn standings_into(&self, summaries: &mut [EnvironmentSummary]) -> Result<(), SimError> {
        SimError::check_length("standings", summaries.len(), self.len)?;
        for (shard, summaries) in summaries.chunks_mut(self.shard_size).enumerate() {
            let shard = self.pool.shard(shard);
            for (slot, summary) in summaries.iter_mut().enumerate() {
                *summary = shard.summary(slot)?;
            }
        }
        Ok(())
    }

    /// Notes of every environment whether it is done, by a rule that is given its index and how it
    /// stands. The flags are a mask for [`Fleet::reset_masked`].
    ///
    /// ```
    /// # use firewatch_sim::{EnvironmentState, Fleet, SimError, SloBudget};
    /// # fn main() -> Result<(), SimError> {
    /// # let state = EnvironmentState::new(SloBudget { remaining: 30.0, burn_per_tick: 1.5 });
    /// # let blueprint = state.blueprint()?;
    /// let mut fleet = Fleet::new(vec![blueprint.clone(); 3], 1)?;
    /// let mut done = [false; 3];
    /// fleet.tick_many(20);
    /// fleet.done_into(&mut done, |_, summary| {
    ///     summary.clock.tick >= 20 || summary.slo_budget.is_breached()
    /// })?;
    /// assert_eq!(done, [true; 3]);
    /// fleet.reset_masked(&done, |_| blueprint.clone())?;
    /// assert_eq!(fleet.summary(2)?.clock.tick, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`SimError::BufferLength`] if there are not as many flags as environments.
    pub fn done_into(
        &self,
        done: &mut [bool],
        mut rule: impl FnMut(usize, &EnvironmentSummary) -> bool,
    ) -> Result<(), SimError> {
        SimError::check_length("done flags", done.len(), self.len)?;
        for (index, done) in done.iter_mut().enumerate() {
            *done = rule(index, &self.summary(index)?);
        }
        Ok(())
    }

    /// Writes the chosen metrics of all services of all environments into the caller's buffer, in the
    /// [shape](Observation::shape) environments, services, metrics.
    ///
    /// `mask` has the shape environments, services: true where there is such a service. Where there is
    /// none, and where a service does not have a metric, the value is 0. Truth values are 0 or 1, a
    /// status is 0 (healthy) to 3 (down); numbers are rounded to the nearest `f32`. Allocates nothing
    /// from the second call on.
    ///
    /// # Errors
    /// [`SimError::BufferLength`]; nothing is written then. [`SimError::ObservationTooSmall`]; what is
    /// in the buffers then is left open.
    pub fn observe_into(
        &mut self,
        observation: &Observation,
        values: &mut [f32],
        mask: &mut [bool],
    ) -> Result<(), SimError> {
        let [environments, services, metrics] = observation.shape(self.len);
        SimError::check_length("values", values.len(), environments * services * metrics)?;
        SimError::check_length("the mask", mask.len(), environments * services)?;
        let (mut values, mut mask) = (values, mask);
        for shard in 0..self.len.div_ceil(self.shard_size) {
            let first = shard * self.shard_size;
            let count = self.shard_size.min(self.len - first);
            let (shard_values, rest) = values.split_at_mut(count * services * metrics);
            let (shard_mask, rest_of_mask) = mask.split_at_mut(count * services);
            (values, mask) = (rest, rest_of_mask);
            let shard = self.pool.shard_mut(shard);
            shard.observe(first, observation, shard_values, shard_mask)?;
        }
        Ok(())
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
    /// [`SimError::BufferLength`] for the mask, and as [`Fleet::reset`]; environments before the one that failed have been reset.
    pub fn reset_masked(
        &mut self,
        mask: &[bool],
        mut blueprint: impl FnMut(usize) -> Blueprint,
    ) -> Result<(), SimError> {
        SimError::check_length("the mask", mask.len(), self.len)?;
        picked(mask).try_for_each(|environment| self.reset(environment, &blueprint(environment)))
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

/// Indices of what a mask picks.
fn picked(mask: &[bool]) -> impl Iterator<Item = usize> {
    let picked = mask.iter().enumerate().filter(|(_, picked)| **picked);
    picked.map(|(index, _)| index)
}
