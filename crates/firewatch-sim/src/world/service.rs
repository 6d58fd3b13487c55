//! Services: entities whose components hold metrics, grouped by who reads them.
//!
//! Field names are OpenTelemetry metric names with dots as underscores; units are in
//! [`crate::METRICS`]. Four components are on every service, in one table. What only some services
//! have lies in sparse sets, so that attaching it never moves a service to another table.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use smol_str::SmolStr;

use crate::world::status::Status;
use crate::world::value::Value;

/// The metrics of a service that every tick reads and writes.
///
/// The tick writes through [`bevy_ecs`]'s change detection without marking: all of them change
/// every tick, so `Changed<Vitals>` says nothing and is not kept.
#[derive(Component, Clone, Copy, Debug, PartialEq)]
pub struct Vitals {
    /// Share of requests that fail, 0 to 1.
    pub http_server_error_rate: f64,
    /// 99th percentile of the request duration, seconds.
    pub http_server_request_duration_p99: f64,
    /// Memory in use as a share of the limit; a fast out-of-memory fault may pass 1.
    pub process_memory_utilization: f64,
    /// As derived at the end of the last tick.
    pub status: Status,
    /// Whether the service is a red herring: no cascade reaches or crosses it, no recovery touches it. A copy
    /// of the topology's list, kept in the row that recovery reads.
    pub(crate) red_herring: bool,
}

impl Vitals {
    /// The status that they make as they are; [`status`](Self::status) is that of the last tick.
    #[inline]
    #[must_use]
    pub fn derived_status(&self) -> Status {
        Status::derive(
            self.http_server_error_rate,
            self.http_server_request_duration_p99,
            self.process_memory_utilization,
        )
    }
}

impl Default for Vitals {
    fn default() -> Self {
        Self {
            http_server_error_rate: 0.0,
            http_server_request_duration_p99: 0.1,
            process_memory_utilization: 0.33,
            status: Status::Healthy,
            red_herring: false,
        }
    }
}

/// The metrics that faults change, other than the [`Vitals`].
#[derive(Component, Clone, Copy, Debug, PartialEq)]
pub struct Runtime {
    /// Memory in use, bytes.
    pub process_memory_usage_bytes: i64,
    /// Memory limit, bytes.
    pub process_memory_limit_bytes: i64,
    /// Open file descriptors, a count.
    pub process_open_file_descriptors: i64,
    /// Restarts so far, a count.
    pub restart_count: i64,
    /// Time since the last deployment, seconds.
    pub last_deployment_age_seconds: i64,
    /// Time since the last configuration change, seconds.
    pub last_config_age_seconds: i64,
    /// Number of the configuration in force.
    pub last_config_revision: i64,
}

impl Runtime {
    /// Sets the bytes in use to what `utilization` of the limit is, fraction dropped.
    pub fn set_memory_usage(&mut self, utilization: f64) {
        self.process_memory_usage_bytes =
            crate::world::num::trunc(utilization * self.process_memory_limit_bytes as f64);
    }
}

impl Default for Runtime {
    fn default() -> Self {
        Self {
            process_memory_usage_bytes: 178_257_920,
            process_memory_limit_bytes: 536_870_912,
            process_open_file_descriptors: 120,
            restart_count: 0,
            last_deployment_age_seconds: 172_800,
            last_config_age_seconds: 259_200,
            last_config_revision: 1,
        }
    }
}

/// Time since the process started; apart from [`Runtime`] because every tick moves it.
#[derive(Component, Clone, Copy, Debug, PartialEq)]
pub struct Uptime {
    /// Seconds since the process started.
    pub runtime_uptime_seconds: i64,
}

impl Default for Uptime {
    fn default() -> Self {
        Self {
            runtime_uptime_seconds: 86_400,
        }
    }
}

/// Facts about a service that are displayed and that no rule reads.
#[derive(Component, Clone, Debug, PartialEq)]
pub struct ServiceInfo {
    /// Version tag.
    pub service_version: SmolStr,
    /// Identity of the running instance.
    pub service_instance_id: SmolStr,
    /// Short hash of the deployed commit.
    pub last_deployment_sha: SmolStr,
    /// Requests in flight, a count.
    pub http_server_active_requests: i64,
    /// CPU in use as a share of what is allotted.
    pub process_cpu_utilization: f64,
}

impl Default for ServiceInfo {
    fn default() -> Self {
        Self {
            service_version: SmolStr::new_static("v1.0.0"),
            service_instance_id: SmolStr::default(),
            last_deployment_sha: SmolStr::new_static("a3f9d21"),
            http_server_active_requests: 50,
            process_cpu_utilization: 0.15,
        }
    }
}

/// Metrics that no rule reads and that have the same value for nearly every service: one without this component
/// has the default of each.
#[derive(Component, Clone, Debug, PartialEq)]
#[component(storage = "SparseSet")]
pub struct RuntimeDiagnostics {
    /// Pause of a garbage collection, milliseconds.
    pub runtime_gc_pause_duration_ms: f64,
    /// Garbage collections per second.
    pub runtime_gc_count_per_second: f64,
    /// Threads of the runtime, a count.
    pub runtime_jvm_threads_count: i64,
    /// Most threads that the runtime may have, a count.
    pub runtime_jvm_threads_max: i64,
    /// Tasks that wait for a thread, a count.
    pub runtime_thread_pool_queue_depth: i64,
    /// Log lines that were attached to the service.
    pub recent_logs: Vec<String>,
}

impl Default for RuntimeDiagnostics {
    fn default() -> Self {
        Self {
            runtime_gc_pause_duration_ms: 15.0,
            runtime_gc_count_per_second: 2.0,
            runtime_jvm_threads_count: 50,
            runtime_jvm_threads_max: 200,
            runtime_thread_pool_queue_depth: 0,
            recent_logs: Vec::new(),
        }
    }
}

/// The request queue of a service that may be caught in a metastable feedback loop.
#[derive(Component, Clone, Debug, Default, PartialEq)]
#[component(storage = "SparseSet")]
pub struct RequestQueue {
    /// Whether retries keep the service overloaded after the trigger is gone; absent is false.
    pub metastable_feedback_loop_active: Option<bool>,
    /// Requests that wait, a count; absent is 850.
    pub http_server_request_queue_depth: Option<i64>,
    /// Requests that the service works off per second; absent is 50.
    pub http_server_queue_drain_rate: Option<f64>,
}

/// What traffic computes of a service in a tick, beside what the other components have.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
#[component(storage = "SparseSet")]
pub struct RequestTraffic {
    /// Requests that arrived per second, retries included.
    pub http_server_request_rate: Option<f64>,
    /// Requests per second that it answered with an error: its own, or because a call failed.
    pub http_server_5xx_rate: Option<f64>,
    /// Requests per second that it refused at once: its queue was full, or it was down.
    pub http_server_refused_rate: Option<f64>,
    /// Attempts to it per second that callers gave up waiting for.
    pub http_server_timeout_rate: Option<f64>,
    /// Median of the request duration, seconds.
    pub http_server_request_duration_median: Option<f64>,
    /// Busy share of its workers, 0 to 1.
    pub http_server_worker_utilization: Option<f64>,
    /// Requests that may wait, a count.
    pub http_server_request_queue_limit: Option<i64>,
    /// Attempts after the first that its calls make per second.
    pub http_client_retry_rate: Option<f64>,
    /// Share of the tick in which a circuit breaker of its calls was open, of the one that was open longest.
    pub http_client_circuit_breaker_open_ratio: Option<f64>,
    /// Share of the requests that find their answer in a cache in front of a call, of the coldest one; absent without any.
    pub http_client_cache_hit_ratio: Option<f64>,
    /// Messages that wait for it; absent where nobody sends it any.
    pub messaging_consumer_lag: Option<i64>,
    /// Seconds for which the oldest of them has waited.
    pub messaging_consumer_freshness_seconds: Option<f64>,
    /// Instances that it should have.
    pub k8s_deployment_pod_desired: Option<i64>,
    /// Instances that run.
    pub k8s_deployment_pod_available: Option<i64>,
}

/// How much of its nominal load a service takes.
#[derive(Component, Clone, Debug, Default, PartialEq)]
#[component(storage = "SparseSet")]
pub struct Traffic {
    /// Requests sent per request received (retries raise it, throttling lowers it); absent is 1.
    pub effective_rps_multiplier: Option<f64>,
    /// Share of the time in which the process is throttled; absent is 0.
    pub process_cpu_throttle_rate: Option<f64>,
}

/// The back-off of a container that keeps crashing.
#[derive(Component, Clone, Debug, Default, PartialEq)]
#[component(storage = "SparseSet")]
pub struct CrashLoop {
    /// Seconds until the next start; absent is 0.
    pub runtime_crashloop_backoff_seconds: Option<i64>,
}

/// A certificate that is going to expire.
#[derive(Component, Clone, Debug, Default, PartialEq)]
#[component(storage = "SparseSet")]
pub struct Certificate {
    /// Ticks done before the one in which it expires; absent or negative is never.
    pub cert_expiry_bomb_tick: Option<i64>,
}

/// Why the container's image can't be pulled.
#[derive(Component, Clone, Debug, Default, PartialEq)]
#[component(storage = "SparseSet")]
pub struct ImagePull {
    /// The orchestrator's reason; `ImagePullBackOff` pins the restart count.
    pub image_pull_error: Option<SmolStr>,
}

/// A stage of a data pipeline.
#[derive(Component, Clone, Debug, Default, PartialEq)]
#[component(storage = "SparseSet")]
pub struct Pipeline {
    /// Events per second that the stage works off.
    pub pipeline_processing_rate_events_per_second: Option<f64>,
    /// Events per second that arrive.
    pub pipeline_ingestion_rate_events_per_second: Option<f64>,
    /// Events that wait, a count; absent is 0.
    pub pipeline_queue_depth: Option<i64>,
    /// Processing rate over ingestion rate, rounded to 3 decimals.
    pub pipeline_throughput_ratio: Option<f64>,
    /// Age of the newest result, seconds, rounded to 1 decimal.
    pub data_freshness_lag_seconds: Option<f64>,
    /// 99th percentile of the age of feature vectors, seconds; follows the lag.
    pub feature_vector_age_seconds_p99: Option<f64>,
}

/// Metrics without a field, by name. No rule reads them.
#[derive(Component, Clone, Debug, Default, PartialEq)]
#[component(storage = "SparseSet")]
pub struct CustomMetrics(pub BTreeMap<String, Value>);
