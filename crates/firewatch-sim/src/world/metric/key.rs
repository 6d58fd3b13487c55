//! Metrics by a key that is looked up once.

use std::borrow::Cow;

use bevy_ecs::prelude::*;

use super::access::{check_finite, check_known, find, read_custom, write_custom};
use super::model::{Metric, MetricKind, Number};
use crate::world::error::SimError;
use crate::world::num;
use crate::world::service::Vitals;
use crate::world::value::Value;

/// A metric that was looked up by its name, to be read or set many times.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricKey {
    /// One of [`crate::METRICS`].
    Known(&'static Metric),
    /// One without a field: it is among the [`crate::CustomMetrics`] of a service.
    Custom(String),
}

impl MetricKey {
    /// The metric of that name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        find(name).map_or_else(|| Self::Custom(name.to_owned()), Self::Known)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Known(metric) => metric.name,
            Self::Custom(name) => name,
        }
    }

    /// The value of the metric of a service; `None` where the service does not have it.
    #[must_use]
    pub fn read(&self, service: EntityRef) -> Option<Value> {
        match self {
            Self::Known(metric) => (metric.read)(service),
            Self::Custom(name) => read_custom(service, name),
        }
    }

    /// Whether the value is of the metric's type; one that has no field takes any.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::Known(metric) => metric.accepts(value),
            Self::Custom(_) => true,
        }
    }

    /// Returns the value that a calculated one saturates at: without its fraction for a whole number, and the
    /// nearest that the metric can have for one beyond its range. A value that is no number is returned
    /// unchanged; `None` for NaN, which has no nearest.
    #[must_use]
    pub fn saturate<'v>(&self, value: Cow<'v, Value>) -> Option<Cow<'v, Value>> {
        let Some(number) = value.as_f64() else {
            return Some(value);
        };
        if number.is_nan() {
            return None;
        }
        let nearest = match self {
            Self::Known(metric) if metric.has_range() => metric.nearest(number),
            Self::Known(_) => return Some(value),
            Self::Custom(_) => number.clamp(f64::MIN, f64::MAX),
        };
        let is_int = matches!(self, Self::Known(metric) if metric.kind == MetricKind::Int);
        Some(match *value {
            // 64 bits hold more whole numbers than a binary64 number tells apart.
            Value::Int(_) if nearest == number => value,
            _ if is_int => Cow::Owned(Value::Int(num::trunc(nearest))),
            _ => Cow::Owned(Value::Float(nearest)),
        })
    }

    /// Checks that the metric can have the value.
    ///
    /// # Errors
    /// As [`crate::write_metric`].
    pub fn check(&self, value: &Value) -> Result<(), SimError> {
        match self {
            Self::Known(metric) => check_known(metric, value),
            Self::Custom(name) => check_finite(name, value),
        }
    }

    /// Sets the metric of a service, as [`crate::write_metric`].
    pub(crate) fn write(
        &self,
        service: &mut EntityWorldMut,
        value: &Value,
    ) -> Result<(), SimError> {
        self.check(value)?;
        match self {
            Self::Known(metric) => (metric.write)(service, value),
            Self::Custom(name) => write_custom(service, name, value),
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

    /// Whether it is the status of a service.
    #[inline]
    #[must_use]
    pub fn is_status(&self) -> bool {
        matches!(self, Self::Known(metric) if metric.kind == MetricKind::Status)
    }

    /// Sets the metric in a copy of a service's vitals, to a value that was [checked](Self::check); nothing if it is none of
    /// theirs.
    #[inline]
    pub fn set_in(&self, vitals: &mut Vitals, value: &Value) {
        if let Self::Known(Metric {
            number: Number::Vitals(numbers),
            ..
        }) = self
        {
            (numbers.write)(vitals, value);
        }
    }

    /// Whether it is one without a field.
    #[inline]
    pub(crate) fn is_custom(&self) -> bool {
        matches!(self, Self::Custom(_))
    }

    /// Whether only stages of a data pipeline have it.
    #[inline]
    pub(crate) fn is_of_pipelines(&self) -> bool {
        matches!(self, Self::Known(metric) if matches!(metric.number, Number::Pipeline(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_becomes_the_largest() {
        let of = |metric: &str, value: Value| {
            let saturated = MetricKey::new(metric).saturate(Cow::Owned(value));
            saturated.map(Cow::into_owned)
        };
        let float = |metric: &str, x: f64| of(metric, Value::Float(x));
        let (lag, int, bytes) = (
            "data_freshness_lag_seconds",
            "restart_count",
            "process_memory_limit_bytes",
        );
        assert_eq!(float(lag, f64::INFINITY), Some(Value::Float(1e38)));
        assert_eq!(float(lag, f64::NEG_INFINITY), Some(Value::Float(0.0)));
        assert_eq!(float("mine", f64::INFINITY), Some(Value::Float(f64::MAX)));
        assert_eq!(
            float("mine", f64::NEG_INFINITY),
            Some(Value::Float(f64::MIN))
        );
        assert_eq!(float(int, 1e300), Some(Value::Int(i64::MAX)));
        assert_eq!(float(int, -1e300), Some(Value::Int(0)));
        assert_eq!(float(bytes, -1e300), Some(Value::Int(i64::MIN)));
        assert_eq!(float(int, 3.7), Some(Value::Int(3)));
        assert_eq!(float(int, -0.5), Some(Value::Int(0)));
        assert_eq!(float(lag, f64::NAN), None);
        assert_eq!(float("mine", f64::NAN), None);
        for whole in [i64::MAX, i64::MAX - 1, (1 << 53) + 1, 0] {
            assert_eq!(of(int, whole.into()), Some(Value::Int(whole)));
            assert_eq!(of("mine", whole.into()), Some(Value::Int(whole)));
        }
        assert_eq!(of(int, (-7).into()), Some(Value::Int(0)));
        assert_eq!(of(lag, (-7).into()), Some(Value::Float(0.0)));
        assert_eq!(of(lag, "text".into()), Some("text".into()));
    }
}
