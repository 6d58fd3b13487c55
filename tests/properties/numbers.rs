//! Numbers and metrics of any service.

use firewatch_sim::{METRICS, Metric, MetricKind, Status, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::incidents::{ABSENT, CUSTOM, TICKS};

pub fn service_name(index: usize) -> String {
    format!("service-{index}")
}

/// The name of a service, or now and then of none.
pub fn names(services: usize) -> impl Strategy<Value = String> + Clone {
    (0..services + ABSENT.len()).prop_map(move |index| {
        let absent = index.checked_sub(services);
        absent.map_or_else(|| service_name(index), |index| ABSENT[index].to_owned())
    })
}

/// Shares, with the rules' own limits among them.
pub fn shares() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..=1.0,
        2 => 0.0..=0.1,
        1 => select(vec![0.0, 0.01, 0.02, 0.1, 0.3, 0.4, 0.5, 0.9, 0.97, 0.98, 1.0]),
    ]
}

/// Latencies up to the longest timeout, in seconds.
pub fn latencies() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => 0.0..=1.0,
        2 => 0.0..=30.0,
        1 => select(vec![0.1, 0.15, 0.5, 2.0, 30.0]),
    ]
}

pub fn speeds() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..=10.0, 2 => 0.0..=1.0, 1 => Just(0.0)]
}

/// A number in the range of a metric: an end of it, a whole one that a few ticks can reach, a small one,
/// or one of any magnitude.
pub fn numbers(metric: &'static Metric) -> impl Strategy<Value = f64> {
    let (min, max) = (metric.min, metric.max);
    let least = metric.least_above_zero();
    prop_oneof![
        Just(min),
        Just(max),
        (0..=2 * TICKS).prop_map(move |n| (n as f64).clamp(min, max)),
        (0.001..=1000.0_f64).prop_map(move |x| x.clamp(min, max)),
        (-20.0..=16.0_f64).prop_map(move |x| 10_f64.powf(x).max(least).clamp(min, max)),
    ]
}

pub fn values(metric: &'static Metric) -> BoxedStrategy<Value> {
    match metric.kind {
        MetricKind::Float => numbers(metric).prop_map(Value::Float).boxed(),
        MetricKind::Int => numbers(metric).prop_map(|x| Value::Int(x as i64)).boxed(),
        MetricKind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        MetricKind::Text => select(vec!["", "ImagePullBackOff", "ErrImagePull"])
            .prop_map(Value::from)
            .boxed(),
        MetricKind::Status => select(Status::ALL.to_vec())
            .prop_map(|status| Value::from(status.name()))
            .boxed(),
        MetricKind::Lines => vec("[a-z ]{0,8}", 0..3)
            .prop_map(|lines| Value::List(lines.into_iter().map(Value::Text).collect()))
            .boxed(),
    }
}

/// Any metric with a value in its range.
pub fn metrics() -> impl Strategy<Value = (String, Value)> {
    let known = (0..METRICS.len()).prop_flat_map(|index| {
        let metric = &METRICS[index];
        values(metric).prop_map(|value| (metric.name.to_owned(), value))
    });
    let optional: Vec<_> = METRICS.iter().filter(|metric| !metric.always).collect();
    let optional = select(optional)
        .prop_flat_map(|metric| values(metric).prop_map(|value| (metric.name.to_owned(), value)));
    let custom = (-1e6..1e6).prop_map(|x| (CUSTOM.to_owned(), Value::Float(x)));
    prop_oneof![2 => known, 3 => optional, 1 => custom]
}
