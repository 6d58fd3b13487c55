//! Reading, checking and setting metrics by their names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bevy_ecs::prelude::*;

use super::list::{METRICS, change};
use super::model::Metric;
use super::range::check_number;
use crate::world::error::SimError;
use crate::world::service::CustomMetrics;
use crate::world::value::Value;

/// The known metric of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// The value of a metric of a service; `None` where the service does not have it.
#[must_use]
pub fn read(service: EntityRef, name: &str) -> Option<Value> {
    match find(name) {
        Some(metric) => (metric.read)(service),
        None => read_custom(service, name),
    }
}

pub(super) fn read_custom(service: EntityRef, name: &str) -> Option<Value> {
    service.get::<CustomMetrics>()?.0.get(name).cloned()
}

/// All metrics that a service has: the known ones in the order of [`METRICS`], then the others by name.
pub fn read_all(service: EntityRef<'_>) -> impl Iterator<Item = (&str, Value)> {
    let known = METRICS
        .iter()
        .filter_map(move |metric| Some((metric.name, (metric.read)(service)?)));
    let custom = service.get::<CustomMetrics>().into_iter();
    known.chain(custom.flat_map(|e| {
        e.0.iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
    }))
}

/// All metrics that a service has, by name.
pub(crate) fn read_map(service: EntityRef) -> BTreeMap<String, Value> {
    // Building a map is fastest from sorted entries.
    static BY_NAME: LazyLock<Vec<&Metric>> = LazyLock::new(|| {
        let mut metrics: Vec<&Metric> = METRICS.iter().collect();
        metrics.sort_by_key(|metric| metric.name);
        metrics
    });
    let known = BY_NAME
        .iter()
        .filter_map(|metric| Some((metric.name.to_owned(), (metric.read)(service)?)));
    let custom = service
        .get::<CustomMetrics>()
        .map(|custom| custom.0.clone());
    known.chain(custom.into_iter().flatten()).collect()
}

/// Sets a metric of a service, attaching it if the service did not have it.
///
/// # Errors
/// [`SimError::MetricType`] for a value of another type than the metric's, [`SimError::NotFinite`] for
/// NaN and infinities, [`SimError::OutOfRange`] for what [`Metric::allows`] does not; nothing is changed
/// then.
pub fn write(service: &mut EntityWorldMut, name: &str, value: &Value) -> Result<(), SimError> {
    check(name, value)?;
    put(service, name, value);
    Ok(())
}

/// Sets a metric to a value that was checked.
pub(crate) fn put(service: &mut EntityWorldMut, name: &str, value: &Value) {
    match find(name) {
        Some(metric) => (metric.write)(service, value),
        None => write_custom(service, name, value),
    }
}

pub(super) fn write_custom(service: &mut EntityWorldMut, name: &str, value: &Value) {
    change(service, |custom: &mut CustomMetrics| {
        custom.0.insert(name.to_owned(), value.clone());
    });
}

/// Whether the metric can have the value.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), SimError> {
    match find(name) {
        Some(metric) => check_known(metric, value),
        None => check_finite(name, value),
    }
}

pub(super) fn check_known(metric: &Metric, value: &Value) -> Result<(), SimError> {
    check_finite(metric.name, value)?;
    if !metric.accepts(value) {
        return Err(SimError::MetricType {
            metric: metric.name,
            expected: metric.kind.describe(),
            got: value.to_string(),
        });
    }
    match value.as_f64() {
        Some(number) => check_number(metric.range, number, metric.name),
        None => Ok(()),
    }
}

pub(super) fn check_finite(name: &str, value: &Value) -> Result<(), SimError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(SimError::NotFinite {
        metric: name.to_owned(),
    })
}
