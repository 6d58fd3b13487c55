//! Texts, numbers and metrics of any scenario.

use std::collections::BTreeMap;

use firewatch_action::Metrics;
use firewatch_scenario::SERVICE_CATALOGUE;
use firewatch_sim::{METRICS, Metric, MetricKind, Value};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

pub fn texts() -> impl Strategy<Value = String> {
    let any_letters = vec(any::<char>(), 0..12).prop_map(String::from_iter);
    prop_oneof![4 => "[a-zA-Z0-9 .,:-]{0,20}", 1 => any_letters, 1 => "[\"'\\\\\n\r\t#/*()]{0,6}"]
}

pub fn service_names() -> impl Strategy<Value = String> {
    let of_catalogue = select(SERVICE_CATALOGUE).prop_map(|service| service.name.to_owned());
    let any_letters = vec(any::<char>(), 1..8).prop_map(String::from_iter);
    prop_oneof![3 => of_catalogue, 2 => "[a-z][a-z0-9-]{0,10}", 1 => any_letters]
}

/// Numbers from `min` to `max`, with the ends and very small ones among them.
pub fn numbers(min: f64, max: f64) -> impl Strategy<Value = f64> {
    let clamp = move |x: f64| x.clamp(min, max);
    prop_oneof![
        4 => (0.0..=1.0_f64).prop_map(clamp),
        2 => (min..=max).prop_map(clamp),
        1 => any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(clamp),
        1 => select(vec![min, max]),
    ]
}

pub fn values_of(metric: &'static Metric) -> BoxedStrategy<Value> {
    match metric.kind {
        // A rate that no lag can be divided by is refused.
        _ if metric.least_above_zero() > 0.0 => select(vec![0.0, 1e-9, 0.5, 420.0, 1e15])
            .prop_map(Value::Float)
            .boxed(),
        MetricKind::Float => numbers(metric.min, metric.max)
            .prop_map(Value::Float)
            .boxed(),
        MetricKind::Int => numbers(metric.min, metric.max)
            .prop_map(|x| Value::Int(x as i64))
            .boxed(),
        MetricKind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        MetricKind::Text | MetricKind::Status => texts().prop_map(Value::Text).boxed(),
        MetricKind::Lines => vec(texts().prop_map(Value::Text), 0..3)
            .prop_map(Value::List)
            .boxed(),
    }
}

/// Known metrics that can be set.
pub fn metrics() -> impl Strategy<Value = Metrics> {
    let settable: Vec<&'static Metric> = METRICS
        .iter()
        .filter(|metric| metric.kind != MetricKind::Status)
        .collect();
    let metric =
        select(settable).prop_flat_map(|metric| (Just(metric.name.to_owned()), values_of(metric)));
    vec(metric, 0..3).prop_map(BTreeMap::from_iter)
}

pub fn any_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>()
            .prop_filter("finite", |x| x.is_finite())
            .prop_map(Value::Float),
        texts().prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            btree_map(texts(), inner, 0..4).prop_map(Value::Map),
        ]
    })
}

pub fn extra_metrics() -> impl Strategy<Value = Metrics> {
    let names = texts().prop_filter("its own name", |name| {
        !name.is_empty() && METRICS.iter().all(|metric| metric.name != name)
    });
    btree_map(names, any_values(), 0..3)
}

/// A tick below that one.
pub fn below(index: &Index, ticks: u64) -> u64 {
    index.index(usize::try_from(ticks).unwrap()) as u64
}

/// The first of equal values.
pub fn distinct<T: PartialEq + Copy>(values: Vec<T>) -> Vec<T> {
    let mut kept = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
