//! Reading the environments of a fleet.

use super::Fleet;
use super::summary::EnvironmentSummary;
use crate::host::observe::Observation;
use crate::host::view::EnvironmentRef;
use crate::world::error::SimError;
use crate::world::state::EnvironmentState;

impl Fleet {
    /// Reads one environment.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn read<T>(
        &self,
        environment: usize,
        read: impl FnOnce(&EnvironmentRef) -> T,
    ) -> Result<T, SimError> {
        let (shard, slot) = self.locate(environment)?;
        let shard = self.pool.shard(shard);
        let view = EnvironmentRef::new(&shard.world, shard.environments[slot])?;
        Ok(read(&view))
    }

    /// Returns the summary of one environment.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`]; [`SimError::NoEnvironment`] if a host's system has despawned it.
    pub fn summary(&self, environment: usize) -> Result<EnvironmentSummary, SimError> {
        let (shard, slot) = self.locate(environment)?;
        self.pool.shard(shard).summary(slot)
    }

    /// Writes the summary of every environment, in order.
    ///
    /// # Errors
    /// [`SimError::BufferLength`] if there are not as many `summaries` as environments;
    /// [`SimError::NoEnvironment`] if a host's system has despawned one.
    pub fn summaries_into(&self, summaries: &mut [EnvironmentSummary]) -> Result<(), SimError> {
        SimError::check_length("summaries", summaries.len(), self.len)?;
        for (shard, summaries) in summaries.chunks_mut(self.shard_size).enumerate() {
            let shard = self.pool.shard(shard);
            for (slot, summary) in summaries.iter_mut().enumerate() {
                *summary = shard.summary(slot)?;
            }
        }
        Ok(())
    }

    /// Writes for every environment whether it is done, by a rule that gets its index and its summary. The flags
    /// are a mask for [`Fleet::reset_masked`].
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
    /// `mask` has the shape environments, services: true where there is a service. Where there is none, and
    /// where a service does not have a metric, the value is 0. Booleans are 0 or 1, a status is 0 (healthy)
    /// to 3 (down); numbers are rounded to the nearest `f32`. From the second call on it allocates nothing.
    ///
    /// # Errors
    /// [`SimError::BufferLength`]; nothing is written then. [`SimError::ObservationTooSmall`]; the
    /// contents of the buffers are unspecified then.
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

    /// The whole state of one environment as plain data.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn snapshot(&self, environment: usize) -> Result<EnvironmentState, SimError> {
        self.read(environment, |view| view.capture())
    }

    /// A fingerprint of the state of one environment; see [`EnvironmentRef::state_hash`].
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn state_hash(&self, environment: usize) -> Result<u64, SimError> {
        self.read(environment, |view| view.state_hash())
    }
}
