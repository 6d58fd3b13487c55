//! Interruptions of services by actions, until the step after the next tick.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use firewatch_sim::{EnvironmentMut, EnvironmentRef, MetricKey, MetricSetting, SimError, Value};

pub(super) static ERROR_RATE: LazyLock<MetricKey> =
    LazyLock::new(|| MetricKey::new("http_server_error_rate"));

/// Error rate that recovery of the engine stops at.
const ERROR_FLOOR: f64 = 0.01;

/// An interruption of a service by an action, until the step after the next tick.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interruption {
    /// Index of the service in the mesh.
    pub(super) service: usize,
    /// Error rate of the service without the interruption.
    pub(super) before: f64,
    /// Error rate of the service with it.
    pub(super) during: f64,
}

/// Interruptions in order. Nearly always there is at most one, and steps of many episodes then allocate nothing for it.
pub(super) type Interruptions = SmallVec<[Interruption; 1]>;

impl Interruption {
    /// Removes the errors that it added, and keeps what the tick changed besides.
    pub(super) fn end(&self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        let mut service = environment.service(self.service)?;
        let errors = service.metric(&ERROR_RATE);
        match errors.and_then(|errors| self.ended(errors.as_f64()?)) {
            Some(ended) => service.set_metric(&ERROR_RATE, &Value::Float(ended)),
            None => Ok(()),
        }
    }

    /// Returns the error rate that the service has without the errors that it added, if that is another one.
    pub(super) fn setting(&self, view: &EnvironmentRef) -> Option<MetricSetting> {
        let errors = view.metric_at(self.service, &ERROR_RATE)?.as_f64()?;
        Some(MetricSetting {
            service: view.service_handle(self.service)?,
            metric: ERROR_RATE.clone(),
            value: Value::Float(self.ended(errors)?),
        })
    }

    /// Returns the error rate without the errors that it added; `None` if it stays as it is.
    fn ended(&self, errors: f64) -> Option<f64> {
        if errors == self.during {
            return Some(self.before);
        }
        if errors >= 1.0 {
            // A fault took all the requests meanwhile.
            return None;
        }
        let without = errors - (self.during - self.before);
        let floor = if self.before < ERROR_FLOOR {
            self.before
        } else {
            ERROR_FLOOR
        };
        Some(if without > floor { without } else { floor })
    }
}
