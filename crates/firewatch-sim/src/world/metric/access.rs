//! Reading, checking and setting metrics by their names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bevy_ecs::prelude::*;

use super::list::{METRICS, change};
use super::model::{Metric, MetricKind, Number};
use super::range::check_number;
use crate::world::error::SimError;
use crate::world::service::CustomMetrics;
use crate::world::value::Value;

/// The known metrics by their names.
static BY_NAME: LazyLock<Vec<&Metric>> = LazyLock::new(|| {
    let mut metrics: Vec<&Metric> = METRICS.iter().collect();
    metrics.sort_by_key(|metric| metric.name);
    metrics
});

/// The same by the length of the name first, which needs few comparisons of texts.
static BY_LENGTH: LazyLock<Vec<&Metric>> = LazyLock::new(|| {
    let mut metrics = BY_NAME.clone();
    metrics.sort_by_key(|metric| metric.name.len());
    metrics
});

/// The known metric of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Metric> {
    let place = BY_LENGTH.binary_search_by(|metric| {
        let by_length = metric.name.len().cmp(&name.len());
        by_length.then_with(|| metric.name.cmp(name))
    });
    Some(BY_LENGTH[place.ok()?])
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

/// Whether a service with traffic can have the metric: one of a rule that only the classic physics has, it can't.
pub(crate) fn check_classic(name: &str) -> Result<(), SimError> {
    let Some(metric) = find(name) else {
        return Ok(());
    };
    let is_classic = match metric.number {
        Number::Traffic(_)
        | Number::CrashLoop(_)
        | Number::Certificate(_)
        | Number::ImagePull(_)
        | Number::Pipeline(_) => true,
        _ => metric.name == "metastable_feedback_loop_active",
    };
    if is_classic {
        return Err(SimError::ClassicMetric(metric.name));
    }
    Ok(())
}

/// The metrics that traffic computes of a service, beside all of [`crate::RequestTraffic`].
const COMPUTED: [&str; 12] = [
    "status",
    "http_server_error_rate",
    "http_server_request_duration_p99",
    "http_server_active_requests",
    "http_server_request_queue_depth",
    "http_server_queue_drain_rate",
    "process_cpu_utilization",
    "process_memory_utilization",
    "process_memory_usage_bytes",
    "process_open_file_descriptors",
    "runtime_jvm_threads_count",
    "runtime_thread_pool_queue_depth",
];

/// Whether the metric of a service with traffic can be set: if no rule of traffic computes it.
///
/// # Errors
/// [`SimError::ComputedMetric`] for one that traffic computes, [`SimError::ClassicMetric`] for one of a rule that only
/// the classic physics has.
pub fn check_settable(name: &str) -> Result<(), SimError> {
    check_classic(name)?;
    let Some(metric) = find(name) else {
        return Ok(());
    };
    let is_computed =
        matches!(metric.number, Number::RequestTraffic(_)) || COMPUTED.contains(&metric.name);
    if is_computed {
        return Err(SimError::ComputedMetric(metric.name));
    }
    Ok(())
}

pub(super) fn check_known(metric: &Metric, value: &Value) -> Result<(), SimError> {
    match (metric.kind, value) {
        // What is set most often needs no component to see whether it fits. Ranges are finite: NaN and infinities are
        // refused with what is beyond them.
        (MetricKind::Float, Value::Float(number)) => {
            check_number(metric.range, *number, metric.name)
        }
        (MetricKind::Int, Value::Int(number)) => {
            check_number(metric.range, *number as f64, metric.name)
        }
        _ => check_fit(metric, value),
    }
}

fn check_fit(metric: &Metric, value: &Value) -> Result<(), SimError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_checked_as_any_value_is() {
        let mut numbers = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5, 1e-12, -0.0];
        numbers.extend(METRICS.iter().flat_map(|metric| [metric.min, metric.max]));
        let wholes = [i64::MIN, -1, 0, 1, i64::MAX].map(Value::Int);
        let values = numbers.into_iter().map(Value::Float).chain(wholes);
        let others = [Value::from(true), "healthy".into(), "text".into()];
        let values: Vec<Value> = values.chain(others).collect();
        // What is not a number is not equal to itself.
        let said = |checked| format!("{checked:?}");
        for metric in METRICS {
            for value in &values {
                let by_kind = check_known(metric, value);
                let by_fit = check_fit(metric, value);
                assert_eq!(said(by_kind), said(by_fit), "{} {value}", metric.name);
            }
        }
    }

    #[test]
    fn every_metric_is_found_by_its_name_alone() {
        for metric in METRICS {
            assert!(find(metric.name).is_some_and(|found| std::ptr::eq(found, metric)));
            assert!(find(&metric.name[1..]).is_none());
            assert!(find(&format!("{}s", metric.name)).is_none_or(|found| found != metric));
        }
        assert!(find("").is_none());
    }
}
