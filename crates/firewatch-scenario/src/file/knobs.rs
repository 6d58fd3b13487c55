//! What a fault turns by itself.

use firewatch_sim::FaultKnobs;
use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::model::limits;
use firewatch_action::form::{Finite, or_default};

/// What a fault turns at its full level: on its service, or on its calls to another. What is left out is not turned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Knobs",
    default,
    deny_unknown_fields,
    expecting = "knobs: `Knobs(slow_factor: 4)`"
)]
pub(super) struct KnobsForm {
    /// Turns the calls of the service to this one, and nothing of the service itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Turns it for the instances of this zone of the service only.
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Share of arriving requests that get an error at once, 0 to 1; of the calls, of attempts on their way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    error_ratio: Option<Finite>,
    /// Time on top of a request's own work; of the calls, until an answer is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s"), range(min = 0, max = limits::SECONDS)))]
    added_latency_s: Option<Finite>,
    /// Factor on a request's own work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = limits::FACTORS[0], max = limits::FACTORS[1])))]
    slow_factor: Option<Finite>,
    /// Instances that are lost; their running requests end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = limits::INSTANCES)))]
    lost_instances: Option<Finite>,
    /// Whether everything is refused at once; what waits and runs is killed.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    down: bool,
    /// Share of requests, or of the calls' attempts, that don't reach their service and are never answered, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    unreachable_ratio: Option<Finite>,
    /// Requests that may wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = limits::REQUESTS)))]
    queue_limit: Option<Finite>,
    /// Memory that leaks in a tick, as a share of the limit, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    memory_growth: Option<Finite>,
    /// Of the calls: what is waited for an answer at most, above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s", "exclusiveMinimum" = 0), range(max = limits::SECONDS)))]
    timeout_s: Option<Finite>,
    /// Of the calls: how often they are tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = limits::RETRIES)))]
    retries: Option<u64>,
    /// Of the calls: what is waited before they are tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s"), range(min = 0, max = limits::SECONDS)))]
    backoff_s: Option<Finite>,
    /// Of the calls: share of requests that make them, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    share: Option<Finite>,
    /// Of the calls: whether they fail at once.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
    /// Of the calls: whether the cache in front of them is kept empty. It fills after that.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cache_flushed: bool,
}

impl From<KnobsForm> for FaultKnobs {
    fn from(form: KnobsForm) -> Self {
        let number = |number: Option<Finite>| number.map_or(0.0, f64::from);
        Self {
            to: form.to,
            zone: form.zone,
            error_ratio: number(form.error_ratio),
            added_latency_s: number(form.added_latency_s),
            slow_factor: form.slow_factor.map(f64::from),
            lost_instances: number(form.lost_instances),
            down: form.down,
            unreachable_ratio: number(form.unreachable_ratio),
            queue_limit: form.queue_limit.map(f64::from),
            memory_growth: number(form.memory_growth),
            timeout_s: form.timeout_s.map(f64::from),
            // More than are possible stay more than are possible.
            retries: { form.retries }.map(|retries| u32::try_from(retries).unwrap_or(u32::MAX)),
            backoff_s: form.backoff_s.map(f64::from),
            share: form.share.map(f64::from),
            cut: form.cut,
            cache_flushed: form.cache_flushed,
        }
    }
}

impl From<FaultKnobs> for KnobsForm {
    fn from(knobs: FaultKnobs) -> Self {
        let turned = |number: f64| (number != 0.0).then_some(Finite(number));
        Self {
            to: knobs.to,
            zone: knobs.zone,
            error_ratio: turned(knobs.error_ratio),
            added_latency_s: turned(knobs.added_latency_s),
            slow_factor: knobs.slow_factor.map(Finite),
            lost_instances: turned(knobs.lost_instances),
            down: knobs.down,
            unreachable_ratio: turned(knobs.unreachable_ratio),
            queue_limit: knobs.queue_limit.map(Finite),
            memory_growth: turned(knobs.memory_growth),
            timeout_s: knobs.timeout_s.map(Finite),
            retries: knobs.retries.map(u64::from),
            backoff_s: knobs.backoff_s.map(Finite),
            share: knobs.share.map(Finite),
            cut: knobs.cut,
            cache_flushed: knobs.cache_flushed,
        }
    }
}
