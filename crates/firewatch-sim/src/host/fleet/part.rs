//! The environments of a fleet that share a world.

use std::ops::Range;

use super::settings::MetricSetting;
use super::shard::Shard;
use crate::host::change::EnvironmentMut;
use crate::host::observe::Observation;
use crate::host::value_rows::ValueRows;
use crate::host::view::EnvironmentRef;
use crate::world::blueprint::Blueprint;
use crate::world::error::SimError;

/// A part of a fleet that is being built; see [`FleetBuilder::fill`](super::FleetBuilder::fill).
pub struct NewPart<'f> {
    range: Range<usize>,
    shard: &'f mut Shard,
}

impl<'f> NewPart<'f> {
    pub(super) fn new(range: Range<usize>, shard: &'f mut Shard) -> Self {
        Self { range, shard }
    }

    /// Indices in the fleet of the environments that belong to it.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Adds the next environment.
    ///
    /// # Errors
    /// As [`Blueprint::spawn`].
    pub fn push(&mut self, blueprint: &Blueprint) -> Result<(), SimError> {
        self.shard.push(blueprint)
    }
}

/// Some neighbours in a fleet, to be read and changed; see [`Fleet::try_for_each_part`](super::Fleet::try_for_each_part).
///
/// All indices of environments are those in the fleet.
pub struct FleetPart<'f> {
    first: usize,
    shard: &'f mut Shard,
}

impl<'f> FleetPart<'f> {
    pub(super) fn new(first: usize, shard: &'f mut Shard) -> Self {
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

    /// One tick of every environment.
    pub fn tick(&mut self) {
        self.shard.tick(1);
    }

    /// One tick of these environments; the others stay as they are. One that is named twice has one.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`] for one that is not of this part; nothing has happened then.
    pub fn tick_picked(&mut self, environments: &[usize]) -> Result<(), SimError> {
        for &environment in environments {
            self.slot(environment)?;
        }
        let first = self.first;
        self.shard
            .tick_picked(environments.iter().map(|index| index - first));
        Ok(())
    }

    /// Replaces one environment; see [`Fleet::reset`](super::Fleet::reset).
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`] for one that is not of this part, and as
    /// [`Blueprint::spawn`]; nothing is changed then.
    pub fn reset(&mut self, environment: usize, blueprint: &Blueprint) -> Result<(), SimError> {
        let slot = self.slot(environment)?;
        self.shard.reset(slot, blueprint)
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

    /// As [`read_all`](Self::read_all), the environments whose index `picked` accepts.
    pub fn read_picked(
        &mut self,
        picked: impl Fn(usize) -> bool,
        mut read: impl FnMut(usize, &EnvironmentRef),
    ) {
        let (first, slots) = (self.first, 0..self.shard.environments.len());
        let picked = slots.filter(|slot| picked(first + slot));
        self.shard
            .read_each(picked, |slot, view| read(first + slot, view));
    }

    /// Reads these environments, in that order: also as quick as [`read_all`](Self::read_all).
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`] for one that is not of this part; none is read then.
    pub fn read_each(
        &mut self,
        environments: &[usize],
        mut read: impl FnMut(usize, &EnvironmentRef),
    ) -> Result<(), SimError> {
        for &environment in environments {
            self.slot(environment)?;
        }
        let first = self.first;
        let slots = environments.iter().map(|environment| environment - first);
        self.shard
            .read_each(slots, |slot, view| read(first + slot, view));
        Ok(())
    }

    /// Writes the chosen metrics of the environments whose index `picked` accepts into their rows; see
    /// [`Fleet::observe_into`](super::Fleet::observe_into). `values` has a row for each environment of the part, the
    /// others among them. Where an environment has no service, its values are 0.
    ///
    /// # Errors
    /// [`SimError::BufferLength`]; nothing is written then. [`SimError::ObservationTooSmall`].
    pub fn observe_rows(
        &mut self,
        observation: &Observation,
        rows: ValueRows,
        picked: impl Fn(usize) -> bool,
        values: &mut [f32],
    ) -> Result<(), SimError> {
        rows.check(observation.stride())?;
        let expected = self.range().len() * rows.length;
        SimError::check_length("values", values.len(), expected)?;
        let first = self.first;
        let picked = |slot| picked(first + slot);
        self.shard
            .observe_rows(first, observation, rows, picked, values)
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
        self.shard.change(slot, change)
    }

    /// One environment, to be changed.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`] for one that is not of this part.
    pub fn environment_mut(&mut self, environment: usize) -> Result<EnvironmentMut<'_>, SimError> {
        let slot = self.slot(environment)?;
        self.shard.environment_mut(slot)
    }

    /// Sets metrics of services that were found when the part was last read, in order. This is faster than one by one
    /// with [`change`](Self::change) for metrics that every service has.
    ///
    /// # Errors
    /// [`SimError::UnknownService`], and as [`crate::set_metric`]: the first setting that fails. Those before it have been
    /// made; of those after it, some may have been.
    pub fn set_metrics(&mut self, settings: &[MetricSetting]) -> Result<(), SimError> {
        self.shard.set_metrics(settings)
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
