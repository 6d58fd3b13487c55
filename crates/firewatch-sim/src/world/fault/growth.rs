//! Fault physics as data: metrics that grow.

use serde::{Deserialize, Serialize};

use super::context::FaultContext;
use crate::world::fault_kind::FaultKindError;
use crate::world::metric;
use crate::world::num;

/// Largest growth of a metric in a tick, in its unit.
const MAX_GROWTH: f64 = 1e15;

/// How a metric grows in a tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    expecting = "a growth: `MetricGrowth(metric: \"...\", add: 0.1)`"
)]
pub struct MetricGrowth {
    /// Name of the metric; one that can't grow is refused with those that can.
    pub metric: String,
    /// What is added in a tick at speed 1, in the metric's unit; -1e15 to 1e15. Of a metric that is a whole
    /// number, the product with the speed loses its fraction.
    #[cfg_attr(feature = "schema", schemars(range(min = -MAX_GROWTH, max = MAX_GROWTH)))]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
    pub add: f64,
    /// What it is at least after that; by default the least that makes sense of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
    pub min: Option<f64>,
    /// What it is at most after that; by default the most that makes sense of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "metric")))]
    pub max: Option<f64>,
}

impl MetricGrowth {
    /// The metrics that can grow: numbers that every service has and that faults change.
    pub const METRICS: [&str; TARGETS.len()] = {
        let mut names = [""; TARGETS.len()];
        let mut index = 0;
        while index < names.len() {
            names[index] = TARGETS[index].0;
            index += 1;
        }
        names
    };

    pub(super) fn resolve(self) -> Result<Growth, FaultKindError> {
        let target = TARGETS.iter().find(|(name, _)| *name == self.metric);
        let (Some((_, target)), Some(metric)) = (target, metric::find(&self.metric)) else {
            return Err(FaultKindError::Metric(self.metric));
        };
        let min = self.min.unwrap_or(metric.min);
        let max = self.max.unwrap_or(metric.max);
        let is_in_range = metric.min <= min && min <= max && max <= metric.max;
        if !is_in_range || !(-MAX_GROWTH..=MAX_GROWTH).contains(&self.add) {
            return Err(FaultKindError::Growth(self.metric));
        }
        Ok(Growth {
            name: metric.name,
            target: *target,
            add: self.add,
            min,
            max,
        })
    }
}

/// Where a metric is in what a fault works on.
#[derive(Clone, Copy, Debug)]
enum Target {
    Number(for<'c> fn(&'c mut FaultContext<'_>) -> &'c mut f64),
    Count(for<'c> fn(&'c mut FaultContext<'_>) -> &'c mut i64),
    /// Utilization, from which the bytes in use follow.
    Memory,
}

const TARGETS: [(&str, Target); 9] = [
    (
        "http_server_error_rate",
        Target::Number(|fault| &mut fault.vitals.http_server_error_rate),
    ),
    (
        "http_server_request_duration_p99",
        Target::Number(|fault| &mut fault.vitals.http_server_request_duration_p99),
    ),
    ("process_memory_utilization", Target::Memory),
    (
        "process_open_file_descriptors",
        Target::Count(|fault| &mut fault.runtime.process_open_file_descriptors),
    ),
    (
        "restart_count",
        Target::Count(|fault| &mut fault.runtime.restart_count),
    ),
    (
        "last_deployment_age_seconds",
        Target::Count(|fault| &mut fault.runtime.last_deployment_age_seconds),
    ),
    (
        "last_config_age_seconds",
        Target::Count(|fault| &mut fault.runtime.last_config_age_seconds),
    ),
    (
        "last_config_revision",
        Target::Count(|fault| &mut fault.runtime.last_config_revision),
    ),
    (
        "runtime_uptime_seconds",
        Target::Count(|fault| &mut fault.uptime.runtime_uptime_seconds),
    ),
];

/// A [`MetricGrowth`] with its metric looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    /// Name of the metric.
    name: &'static str,
    target: Target,
    add: f64,
    min: f64,
    max: f64,
}

/// The name stands for the metric: the functions that reach it can't be compared.
impl PartialEq for Growth {
    fn eq(&self, other: &Self) -> bool {
        let numbers = |growth: &Self| [growth.add, growth.min, growth.max].map(f64::to_bits);
        self.name == other.name && numbers(self) == numbers(other)
    }
}

impl Growth {
    /// What happens in a tick.
    pub(crate) fn act(&self, fault: &mut FaultContext) {
        let added = fault.speed * self.add;
        match self.target {
            Target::Number(number) => self.grow(number(fault), added),
            Target::Count(count) => {
                let count = count(fault);
                let grown = count.saturating_add(num::trunc(added));
                *count = grown.min(num::trunc(self.max)).max(num::trunc(self.min));
            }
            Target::Memory => {
                let utilization = &mut fault.vitals.process_memory_utilization;
                self.grow(utilization, added);
                fault.runtime.set_memory_usage(*utilization);
            }
        }
    }

    fn grow(&self, number: &mut f64, added: f64) {
        *number = num::max(self.min, num::min(self.max, *number + added));
    }
}
