//! Setting metrics of many services of a shard in one go.

use bevy_ecs::prelude::*;

use crate::host::change::EnvironmentMut;
use crate::host::view::ServiceHandle;
use crate::world::error::SimError;
use crate::world::metric::{Metric, MetricKey, Number};
use crate::world::service_columns::{ServiceColumns, ServiceParts};
use crate::world::value::Value;

/// A metric of a service and its new value.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSetting {
    /// The service.
    pub service: ServiceHandle,
    /// The metric.
    pub metric: MetricKey,
    /// Its new value.
    pub value: Value,
}

impl ServiceColumns<'_> {
    /// Sets a metric of a service that is still in the row in which it was found. Returns whether it was set: the
    /// other metrics are not in the table.
    ///
    /// # Errors
    /// As [`crate::write_metric`].
    fn set(&mut self, setting: &MetricSetting) -> Result<bool, SimError> {
        let (MetricKey::Known(metric), Some(row)) = (&setting.metric, setting.service.row) else {
            return Ok(false);
        };
        let row = row as usize;
        if self.entities.get(row) != Some(&setting.service.service) {
            return Ok(false);
        }
        setting.metric.check(&setting.value)?;
        Ok(self.write(row, metric, &setting.value))
    }

    fn write(&mut self, row: usize, metric: &Metric, value: &Value) -> bool {
        match metric.number() {
            Number::Vitals(numbers) => (numbers.write)(&mut self.vitals[row], value),
            Number::Runtime(numbers) => (numbers.write)(&mut self.runtimes[row], value),
            Number::Uptime(numbers) => (numbers.write)(&mut self.uptimes[row], value),
            Number::ServiceInfo(numbers) => (numbers.write)(&mut self.infos[row], value),
            _ => return false,
        }
        true
    }
}

/// Sets metrics of services of a world, in order up to the first that fails; those that can't be set in the table of
/// services last.
pub(super) fn set_metrics(
    world: &mut World,
    services: &mut QueryState<ServiceParts>,
    settings: &[MetricSetting],
) -> Result<(), SimError> {
    let mut elsewhere = Vec::new();
    let result = ServiceColumns::with(services, world, |columns| {
        for setting in settings {
            if !columns.set(setting)? {
                elsewhere.push(setting);
            }
        }
        Ok(())
    });
    // Those before the one that failed are still to be made.
    for setting in elsewhere {
        let mut environment = EnvironmentMut::new(world, setting.service.environment)?;
        let mut service = environment.service_of(setting.service)?;
        service.set_metric(&setting.metric, &setting.value)?;
    }
    result
}
