//! Reading the metrics of an environment's services.

use super::EnvironmentRef;
use crate::world::environment::Engine;
use crate::world::error::SimError;
use crate::world::metric::{self, MetricKey};
use crate::world::value::Value;

impl EnvironmentRef<'_> {
    /// A metric of the service at a place in the mesh that is a number of its [`Vitals`](crate::Vitals); `None` for any other.
    #[inline]
    #[must_use]
    pub fn vital_at(&self, index: usize, metric: &MetricKey) -> Option<f64> {
        (metric.vital()?)(self.vitals_at(index)?)
    }

    /// A metric of the service at a place in the mesh; `None` if it does not have the metric.
    #[inline]
    #[must_use]
    pub fn metric_at(&self, index: usize, metric: &MetricKey) -> Option<Value> {
        match metric.vital() {
            Some(read) => read(self.vitals_at(index)?).map(Value::Float),
            None => self.other_metric_at(index, metric),
        }
    }

    /// A metric that is no number of the vitals.
    #[inline(never)]
    fn other_metric_at(&self, index: usize, metric: &MetricKey) -> Option<Value> {
        // Looked for in every service that is asked about, and rarely there.
        if self.absences.no_pipelines && metric.is_of_pipelines() {
            return None;
        }
        let service = *self.service_entities().get(index)?;
        if metric.is_custom() && self.absences.custom.lacks(service) {
            return None;
        }
        metric.read(self.world.get_entity(service).ok()?)
    }

    /// Checks that a metric of a service can be set to a value.
    ///
    /// # Errors
    /// As [`crate::set_metric`], but for the name of the service.
    pub fn check_metric(&self, metric: &MetricKey, value: &Value) -> Result<(), SimError> {
        if self.environment.engine == Engine::Traffic {
            metric::check_settable(metric.name())?;
        }
        metric.check(value)
    }

    /// A metric of a service; `None` if there is no such service or it does not have the metric.
    #[must_use]
    pub fn metric(&self, service: &str, name: &str) -> Option<Value> {
        metric::read(self.service(service)?, name)
    }
}
