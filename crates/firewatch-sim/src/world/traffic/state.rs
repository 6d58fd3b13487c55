//! The traffic of an environment as plain data, with names.

use firewatch_traffic::{Breaker, Cache, CallKnobs, Knobs, ServiceKnobs, State};
use serde::{Deserialize, Serialize};

use super::knobs::is_zero;
use super::objective::Objective;

/// The traffic of an environment at some moment. Everything is called by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrafficState {
    /// Who sends requests.
    pub users: Vec<UserGroupState>,
    /// The services, each service of the environment once, in any order.
    pub services: Vec<TrafficServiceState>,
    /// The calls that requests make. Those of a service are made in this order. Each is a dependency of the
    /// environment.
    pub calls: Vec<CallState>,
    /// What waits and runs, and what was measured in the last tick. Absent at the start of an incident: then a tick
    /// with nothing wrong goes before it, so that the mesh is as busy as its users make it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<TrafficFlow>,
}

/// What waits and runs in a mesh, and which knobs were in force in the last tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrafficFlow {
    /// What waits and runs, and what was measured.
    pub state: State,
    /// The knobs, turned by hand and by faults.
    pub knobs: Knobs,
}

/// Users who send requests to one service, independently of each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserGroupState {
    /// Its name; no two groups have the same.
    pub name: String,
    /// The service that they call.
    pub service: String,
    /// New requests per second over time. The first step is of tick 0; ticks rise.
    pub rates: Vec<RateStep>,
    /// Seconds after which they give an attempt up.
    #[serde(default = "patience_s")]
    pub patience_s: f64,
    /// Attempts after the first.
    #[serde(default)]
    pub retries: u32,
    /// Seconds between a failure and the next attempt.
    #[serde(default)]
    pub backoff_s: f64,
    /// What they are promised.
    #[serde(default)]
    pub objective: Objective,
    /// Factor on the rate that is turned by hand, 0 or more: 0.5 lets half of them in.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub rate_factor: f64,
    /// Rate that is set by hand, in place of the rates over time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_rps: Option<f64>,
    /// Retries that are set by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_retries: Option<u32>,
}

/// A rate from some tick on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateStep {
    /// Ticks done when it begins.
    pub from_tick: u64,
    /// New requests per second.
    pub rps: f64,
    /// Whether the rate goes to it evenly from the step before, to reach it at `from_tick`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ramp: bool,
}

impl RateStep {
    /// Returns the rate after that number of ticks, of steps in order: 0 before the first.
    #[must_use]
    pub fn rate_at(steps: &[Self], tick: u64) -> f64 {
        let begun = steps.partition_point(|step| step.from_tick <= tick);
        let Some(last) = begun.checked_sub(1).and_then(|last| steps.get(last)) else {
            return 0.0;
        };
        match steps.get(begun).filter(|next| next.ramp) {
            Some(next) => {
                let along =
                    (tick - last.from_tick) as f64 / (next.from_tick - last.from_tick) as f64;
                last.rps + (next.rps - last.rps) * along
            }
            None => last.rps,
        }
    }
}

/// A service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrafficServiceState {
    /// Its name.
    pub name: String,
    /// Instances that it has, from 1.
    #[serde(default = "instances")]
    pub instances: u32,
    /// Requests that an instance works on at a time, from their start until their answer, from 1.
    #[serde(default = "concurrency")]
    pub concurrency: u32,
    /// Mean of a request's own work, seconds; calls come on top.
    #[serde(default = "work_s")]
    pub work_s: f64,
    /// Requests that may wait for a worker, all instances together.
    #[serde(default = "queue_limit")]
    pub queue_limit: f64,
    /// Its zones, over which the instances are spread evenly; none is one zone without a name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Ticks that an instance takes to start, from 1.
    #[serde(default = "start_up_ticks")]
    pub start_up_ticks: u64,
    /// Memory that a request takes of an instance while it waits or runs, as a share of the limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub memory_per_request: f64,
    /// More instances under load, fewer without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,
    /// What its metrics are while it does nothing.
    #[serde(default)]
    pub idle: IdleMetrics,
    /// What is turned by hand.
    #[serde(default, skip_serializing_if = "is_neutral")]
    pub set: ServiceKnobs,
    /// Share of arriving requests that are turned away by hand with an error at once, 0 to 1; the error share that is
    /// turned by hand acts on what is left.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shed_ratio: f64,
    /// Factor on the memory limit that is turned by hand, 0.001 to 1,000,000. The limit in the metrics includes it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub memory_factor: f64,
    /// Which of its instances are not there, and which it has on top.
    #[serde(default, skip_serializing_if = "is_as_stated")]
    pub running: InstancesState,
}

/// How many instances a service has under how much load.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autoscaling {
    /// Share of the workers that should be busy, above 0 to 1.
    pub target_utilization: f64,
    /// Instances at least, from 1.
    pub min: u32,
    /// Instances at most, not below the least.
    pub max: u32,
}

/// Metrics of a service that does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdleMetrics {
    /// Memory in use as a share of the limit.
    pub memory_utilization: f64,
    /// CPU in use as a share of what is allotted.
    pub cpu_utilization: f64,
    /// Open file descriptors.
    pub open_file_descriptors: i64,
    /// Threads of the runtime.
    pub threads: i64,
}

impl Default for IdleMetrics {
    fn default() -> Self {
        Self {
            memory_utilization: 0.33,
            cpu_utilization: 0.05,
            open_file_descriptors: 120,
            threads: 30,
        }
    }
}

/// The instances of a service at some moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InstancesState {
    /// Instances that are killed or restarted, and not back yet.
    pub away: u32,
    /// Ticks until they are back.
    pub back_in_ticks: u64,
    /// Ticks since instances were last killed because their memory was full; `None` if those are back for a tick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub killed_ticks_ago: Option<u64>,
    /// Instances that autoscaling has added to those that the service states, or taken away from them.
    pub scaled: i64,
    /// Instances that it has ordered and that have not started yet.
    pub starting: u32,
    /// Ticks until they have.
    pub started_in_ticks: u64,
    /// Ticks in a row in which fewer instances would have done.
    pub calm_ticks: u64,
    /// Instances that faults took away in the last tick.
    #[serde(skip_serializing_if = "is_zero")]
    pub taken: f64,
    /// Instances that ran in the last tick, of a service that keeps caches; `None` for as many as it states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ran: Option<f64>,
}

/// A call that requests of one service make to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallState {
    /// The service that calls.
    pub from: String,
    /// The service that is called.
    pub to: String,
    /// Seconds after which an attempt is given up.
    #[serde(default = "timeout_s")]
    pub timeout_s: f64,
    /// Attempts after the first.
    #[serde(default)]
    pub retries: u32,
    /// Seconds between a failure and the next attempt.
    #[serde(default)]
    pub backoff_s: f64,
    /// Share of requests that make it, 0 to 1.
    #[serde(default = "one")]
    pub share: f64,
    /// Whether a request goes on without it when it has failed.
    #[serde(default)]
    pub optional: bool,
    /// The service that is asked instead when it has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// What stops calls to a callee that fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<Breaker>,
    /// Answers that the caller keeps, so that some requests need not make it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,
    /// Whether the caller sends a message and does not wait. Such a call has no retries, fallback, breaker or cache.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asynchronous: bool,
    /// What is turned by hand.
    #[serde(default, skip_serializing_if = "is_untouched")]
    pub set: CallKnobs,
}

impl UserGroupState {
    /// A group with a constant rate, a patience of 10 s, no retries and the usual objective.
    pub fn new(name: impl Into<String>, service: impl Into<String>, rps: f64) -> Self {
        let step = RateStep {
            from_tick: 0,
            rps,
            ramp: false,
        };
        Self {
            name: name.into(),
            service: service.into(),
            rates: vec![step],
            patience_s: patience_s(),
            retries: 0,
            backoff_s: 0.0,
            objective: Objective::default(),
            rate_factor: 1.0,
            set_rps: None,
            set_retries: None,
        }
    }
}

impl TrafficServiceState {
    /// A service with two instances of 50 workers, 10 ms of work, and a queue of 1,000.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            instances: instances(),
            concurrency: concurrency(),
            work_s: work_s(),
            queue_limit: queue_limit(),
            zones: Vec::new(),
            start_up_ticks: start_up_ticks(),
            memory_per_request: 0.0,
            autoscaling: None,
            idle: IdleMetrics::default(),
            set: ServiceKnobs::default(),
            shed_ratio: 0.0,
            memory_factor: 1.0,
            running: InstancesState::default(),
        }
    }
}

impl CallState {
    /// A required call of every request: timeout of 1 s, no retries, no fallback, no breaker.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            timeout_s: timeout_s(),
            retries: 0,
            backoff_s: 0.0,
            share: 1.0,
            optional: false,
            fallback: None,
            breaker: None,
            cache: None,
            asynchronous: false,
            set: CallKnobs::default(),
        }
    }
}

fn one() -> f64 {
    1.0
}

fn is_one(factor: &f64) -> bool {
    *factor == 1.0
}

fn is_neutral(knobs: &ServiceKnobs) -> bool {
    *knobs == ServiceKnobs::default()
}

fn is_as_stated(running: &InstancesState) -> bool {
    *running == InstancesState::default()
}

fn is_untouched(knobs: &CallKnobs) -> bool {
    *knobs == CallKnobs::default()
}

fn patience_s() -> f64 {
    10.0
}

fn timeout_s() -> f64 {
    1.0
}

fn instances() -> u32 {
    2
}

fn concurrency() -> u32 {
    50
}

fn work_s() -> f64 {
    0.01
}

fn queue_limit() -> f64 {
    1000.0
}

fn start_up_ticks() -> u64 {
    1
}
