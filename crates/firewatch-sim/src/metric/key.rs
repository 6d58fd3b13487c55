//! Metrics by a key that is looked up once.

use bevy_ecs::prelude::*;

use super::{Metric, MetricKind, Number, check_finite, check_known, find, read_own, write_own};
use crate::error::SimError;
use crate::service::Vitals;
use crate::value::Value;

/// A metric that was looked up by its name, for whoever reads or sets it time and again.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricKey {
    /// One of [`crate::METRICS`].
    Known(&'static Metric),
    /// One that has no field: it is among the [`crate::Extras`] of a service.
    Own(String),
}

impl MetricKey {
    /// The metric of that name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        find(name).map_or_else(|| Self::Own(name.to_owned()), Self::Known)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Known(metric) => metric.name,
            Self::Own(name) => name,
        }
    }

    /// The value of the metric of a service; `None` where the service does not have it.
    #[must_use]
    pub fn read(&self, service: EntityRef) -> Option<Value> {
        match self {
            Self::Known(metric) => (metric.read)(service),
            Self::Own(name) => read_own(service, name),
        }
    }

    /// Returns the value that a calculated one saturates at: for a number out of the metric's range the
    /// nearest in it. `None` for a value that needs no other; not-a-number has no nearest.
    #[must_use]
    pub fn nearest_allowed(&self, value: &Value) -> Option<Value> {
        let number = value.as_f64().filter(|number| !number.is_nan())?;
        match self {
            Self::Known(metric) if metric.has_range() && !metric.allows(number) => {
                Some(Value::Float(metric.nearest(number)))
            }
            Self::Own(_) if number.is_infinite() => Some(Value::Float(f64::MAX.copysign(number))),
            Self::Known(_) | Self::Own(_) => None,
        }
    }

    /// Sets the metric of a service, as [`crate::write_metric`].
    pub(crate) fn write(
        &self,
        service: &mut EntityWorldMut,
        value: &Value,
    ) -> Result<(), SimError> {
        match self {
            Self::Known(metric) => {
                check_known(metric, value)?;
                (metric.write)(service, value);
            }
            Self::Own(name) => {
                check_finite(name, value)?;
                write_own(service, name, value);
            }
        }
        Ok(())
    }

    /// How it is read from the vitals of a service, if it is a number of theirs.
    #[inline]
    pub(crate) fn vital(&self) -> Option<fn(&Vitals) -> Option<f64>> {
        match self {
            Self::Known(Metric {
                kind: MetricKind::Float,
                number: Number::Vitals(numbers),
                ..
            }) => Some(numbers.read),
            _ => None,
        }
    }

    /// Whether only stages of a data pipeline have it.
    #[inline]
    pub(crate) fn is_of_pipelines(&self) -> bool {
        matches!(self, Self::Known(metric) if matches!(metric.number, Number::Pipeline(_)))
    }
}
