//! What a fault turns by itself.

use firewatch_traffic::CallKnobs;
use serde::{Deserialize, Serialize};

use super::limits::{
    FACTORS, check_amount, check_call_knobs, check_optional, check_share, check_within,
};
use crate::world::error::SimError;

/// What a fault turns at level 1: on its service, on a zone of it, or on its calls to another.
///
/// What is not given is not turned. At a lower level, and on one zone of several, numbers are turned less: half the
/// level is half the share, latency, instances and memory, a slow-down of 2.5 for one of 4, and half the instances of
/// a service that is down. What can't be turned by half, such as a queue limit or the retries of calls, is turned at any
/// level above 0.
///
/// Several faults add up. Within a zone, shares do as 1 - (1 - a)(1 - b), slow-downs multiply, latencies add, and of
/// lost instances the larger number counts. Over zones, lost instances add up, without any left the service is down,
/// and shares, slow-downs and latencies are means over the instances that run. A fault without a zone acts in each of
/// them. Memory adds; of queue limits the least counts; on calls the last fault of the list wins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultKnobs {
    /// Turns it for the instances of this zone of the service only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Turns the calls of the service to this one, and nothing of the service itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Share of arriving requests that get an error at once, 0 to 1; of the calls, of attempts on their way.
    #[serde(skip_serializing_if = "is_zero")]
    pub error_ratio: f64,
    /// Seconds on top of a request's own work; of the calls, until an answer is there.
    #[serde(skip_serializing_if = "is_zero")]
    pub added_latency_s: f64,
    /// Factor on a request's own work, 0.001 to 1,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_factor: Option<f64>,
    /// Instances that are lost; their running requests end.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost_instances: f64,
    /// Whether everything is refused at once; what waits and runs is killed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub down: bool,
    /// Share of requests, or of the calls' attempts, that don't reach their service and are never answered, 0 to 1.
    #[serde(skip_serializing_if = "is_zero")]
    pub unreachable_ratio: f64,
    /// Requests that may wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_limit: Option<f64>,
    /// Memory that leaks in a tick, as a share of the limit, 0 to 1.
    #[serde(skip_serializing_if = "is_zero")]
    pub memory_growth: f64,
    /// Of the calls: seconds after which an attempt is given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<f64>,
    /// Of the calls: attempts after the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// Of the calls: seconds between a failure and the next attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_s: Option<f64>,
    /// Of the calls: share of requests that make it, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Of the calls: whether they fail at once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// Of the calls: whether the cache in front of them is kept empty. It fills after that.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cache_flushed: bool,
}

pub(super) fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

impl FaultKnobs {
    /// Whether the numbers can be, and go together: calls are turned if and only if `to` names a callee.
    pub(super) fn check(&self) -> Result<(), SimError> {
        check_share("error_ratio", self.error_ratio)?;
        check_amount("added_latency_s", self.added_latency_s)?;
        check_within("slow_factor", self.slow_factor.unwrap_or(1.0), FACTORS)?;
        check_amount("lost_instances", self.lost_instances)?;
        check_share("unreachable_ratio", self.unreachable_ratio)?;
        check_optional("queue_limit", self.queue_limit)?;
        check_share("memory_growth", self.memory_growth)?;
        check_call_knobs(&CallKnobs {
            timeout_s: self.timeout_s,
            retries: self.retries,
            backoff_s: self.backoff_s,
            share: self.share,
            cut: self.cut,
            ..CallKnobs::default()
        })?;
        // What a service and a call both have.
        let of_both = Self {
            to: self.to.clone(),
            error_ratio: self.error_ratio,
            added_latency_s: self.added_latency_s,
            unreachable_ratio: self.unreachable_ratio,
            ..Self::default()
        };
        let of_calls = Self {
            timeout_s: self.timeout_s,
            retries: self.retries,
            backoff_s: self.backoff_s,
            share: self.share,
            cut: self.cut,
            cache_flushed: self.cache_flushed,
            ..of_both.clone()
        };
        let turns_service = *self != of_calls;
        let turns_calls = of_calls != of_both;
        let problem = match self.to {
            Some(_) if turns_service => {
                "a fault with `to` turns knobs of calls and no others: make it two faults"
            }
            None if turns_calls => {
                "a fault that turns knobs of calls says by `to` which service is called"
            }
            _ => return Ok(()),
        };
        Err(SimError::Traffic(problem.to_owned()))
    }
}
