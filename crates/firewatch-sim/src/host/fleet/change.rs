//! Changing and replacing the environments of a fleet.

use super::Fleet;
use crate::host::change::EnvironmentMut;
use crate::host::intervene::Intervention;
use crate::world::blueprint::Blueprint;
use crate::world::error::SimError;
use crate::world::state::{EnvironmentState, FaultState};
use crate::world::value::Value;

impl Fleet {
    /// Applies an intervention to one environment.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as the intervention; nothing is changed then.
    pub fn intervene(
        &mut self,
        environment: usize,
        intervention: &Intervention,
    ) -> Result<(), SimError> {
        self.change(environment, |environment| {
            environment.intervene(intervention)
        })?
    }

    /// Changes one environment by a function, which can change it several times: it is looked up once.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn change<T>(
        &mut self,
        environment: usize,
        change: impl FnOnce(&mut EnvironmentMut) -> T,
    ) -> Result<T, SimError> {
        let (shard, slot) = self.locate(environment)?;
        self.pool.shard_mut(shard).change(slot, change)
    }

    /// Returns one environment, to be changed.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn environment_mut(&mut self, environment: usize) -> Result<EnvironmentMut<'_>, SimError> {
        let (shard, slot) = self.locate(environment)?;
        self.pool.shard_mut(shard).environment_mut(slot)
    }

    /// Applies an intervention to each environment whose element in `mask` is true.
    ///
    /// # Errors
    /// [`SimError::BufferLength`] for the mask, and as the intervention for the first environment to which
    /// it can't be applied; nothing is changed in any of them then.
    pub fn intervene_masked(
        &mut self,
        mask: &[bool],
        intervention: &Intervention,
    ) -> Result<(), SimError> {
        SimError::check_length("the mask", mask.len(), self.len)?;
        for environment in picked(mask) {
            let (shard, slot) = self.locate(environment)?;
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

    /// Makes the kinds of fault that a blueprint brings known in the world of an environment, as
    /// [`reset`](Self::reset) does: a host that resets many finds out before the first one is replaced whether all can
    /// be. No environment changes.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`]; [`SimError::FaultKind`] and [`SimError::UnknownFaultKind`] as
    /// [`Blueprint::spawn`], nothing is changed then.
    pub fn admit_kinds(
        &mut self,
        environment: usize,
        blueprint: &Blueprint,
    ) -> Result<(), SimError> {
        let (shard, _) = self.locate(environment)?;
        let world = &mut self.pool.shard_mut(shard).world;
        blueprint.admit_kinds(world).map(|_| ())
    }

    /// Replaces one environment; the others are not changed. Fastest if the new one has as many services and
    /// faults as the old one, and neither has optional metrics.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`], and as [`Blueprint::spawn`]; nothing is changed then.
    pub fn reset(&mut self, environment: usize, blueprint: &Blueprint) -> Result<(), SimError> {
        let (shard, slot) = self.locate(environment)?;
        self.pool.shard_mut(shard).reset(slot, blueprint)
    }

    /// Resets each environment whose element in `mask` is true to the blueprint that `blueprint` returns for its
    /// index.
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

    /// Continues one environment from a snapshot of this or another one.
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
}

/// Returns the indices at which a mask is true.
fn picked(mask: &[bool]) -> impl Iterator<Item = usize> {
    let picked = mask.iter().enumerate().filter(|(_, picked)| **picked);
    picked.map(|(index, _)| index)
}
