//! The list of metrics. It exists once, here.

use bevy_ecs::prelude::*;

use super::field::Field;
use super::model::{Metric, MetricKind, Number, Numbers};
use super::range::{Range, check_number};
use crate::world::error::SimError;
use crate::world::service::{
    Certificate, CrashLoop, ImagePull, Pipeline, RequestQueue, RequestTraffic, Runtime,
    RuntimeDiagnostics, ServiceInfo, Traffic, Uptime, Vitals,
};

/// Something that has the components which every service has.
pub(crate) trait HasComponents:
    AsRef<Vitals> + AsRef<Runtime> + AsRef<Uptime> + AsRef<ServiceInfo>
{
}

impl<S: AsRef<Vitals> + AsRef<Runtime> + AsRef<Uptime> + AsRef<ServiceInfo>> HasComponents for S {}

/// Changes the service's component of that type; one that is absent is attached, unless the change
/// leaves it as its default is.
pub(crate) fn change<C>(service: &mut EntityWorldMut, change: impl FnOnce(&mut C))
where
    C: Component<Mutability = bevy_ecs::component::Mutable> + Default + PartialEq,
{
    if let Some(mut component) = service.get_mut::<C>() {
        return change(&mut component);
    }
    let mut component = C::default();
    change(&mut component);
    if component != C::default() {
        service.insert(component);
    }
}

/// The nearest `f32`; infinite beyond its range, 0 for what is absent.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "an observation is given in single precision"
)]
pub(crate) fn as_f32(value: Option<f64>) -> f32 {
    value.unwrap_or(0.0) as f32
}

macro_rules! metrics {
    ($( $presence:ident $component:ident {
        $( $field:ident: $kind:ident, $unit:literal, $range:ident, $about:literal; )*
    } )*) => {
        /// Every metric that has a field, in the order in which traces and snapshots list them.
        pub static METRICS: &[Metric] = &[$($(
            Metric {
                name: stringify!($field),
                kind: MetricKind::$kind,
                unit: $unit,
                min: Range::$range.min,
                max: Range::$range.max,
                range: Range::$range,
                always: metrics!(@$presence),
                about: $about,
                number: Number::$component(Numbers {
                    read: |component| component.$field.number(),
                    write: |component, value| {
                        component.$field.write(value);
                    },
                    copy: |components, places, step| {
                        let rows = places.chunks_mut(step.max(1));
                        for (component, row) in components.iter().zip(rows) {
                            if let Some(place) = row.first_mut() {
                                *place = as_f32(component.$field.number());
                            }
                        }
                    },
                }),
                read: |service| match service.get::<$component>() {
                    Some(component) => component.$field.read(),
                    None => metrics!(@absent $presence $component $field),
                },
                fits: |value| $component::default().$field.write(value),
                // The value was checked: one that does not fit must attach nothing.
                write: |service, value| {
                    change(service, |component: &mut $component| {
                        component.$field.write(value);
                    });
                },
            },
        )*)*];

        /// Whether every metric that is a number of the components that every service has is in its
        /// range.
        pub(crate) fn check_components<S: HasComponents>(service: &S) -> Result<(), SimError> {
            $($( metrics!(@check $presence $component $field $kind $range service); )*)*
            Ok(())
        }
    };
    (@check always $component:ident $field:ident Float $range:ident $service:ident) => {
        let component: &$component = $service.as_ref();
        check_number(Range::$range, component.$field, stringify!($field))?;
    };
    (@check always $component:ident $field:ident Int $range:ident $service:ident) => {
        let component: &$component = $service.as_ref();
        check_number(Range::$range, component.$field as f64, stringify!($field))?;
    };
    (@check $presence:ident $component:ident $field:ident $kind:ident $range:ident $service:ident) => {};
    (@always) => { true };
    (@defaulted) => { true };
    (@optional) => { false };
    (@absent defaulted $component:ident $field:ident) => { $component::default().$field.read() };
    (@absent $presence:ident $component:ident $field:ident) => { None };
}

metrics! {
    always Vitals {
        status: Status, "", NONE, "how the service is doing";
        http_server_request_duration_p99: Float, "s", AMOUNT, "99th percentile of the request duration";
        http_server_error_rate: Float, "1", SHARE, "share of requests that fail";
    }
    always ServiceInfo {
        http_server_active_requests: Int, "{request}", COUNT, "requests in flight";
        process_cpu_utilization: Float, "1", SHARE, "CPU in use as a share of what is allotted";
    }
    always Runtime {
        process_memory_usage_bytes: Int, "By", BYTES, "memory in use";
        process_memory_limit_bytes: Int, "By", BYTES, "memory limit";
    }
    always Vitals {
        process_memory_utilization: Float, "1", SHARE_OF_LIMIT, "memory in use as a share of the limit";
    }
    always Runtime {
        process_open_file_descriptors: Int, "{descriptor}", COUNT, "open file descriptors";
    }
    always Uptime {
        runtime_uptime_seconds: Int, "s", COUNT, "time since the process started";
    }
    always Runtime {
        restart_count: Int, "{restart}", COUNT, "restarts so far";
        last_deployment_age_seconds: Int, "s", COUNT, "time since the last deployment";
        last_config_revision: Int, "", COUNT, "number of the configuration in force";
        last_config_age_seconds: Int, "s", COUNT, "time since the last configuration change";
    }
    defaulted RuntimeDiagnostics {
        runtime_gc_pause_duration_ms: Float, "ms", AMOUNT, "pause of a garbage collection";
        runtime_gc_count_per_second: Float, "{collection}/s", AMOUNT, "garbage collections per second";
        runtime_jvm_threads_count: Int, "{thread}", COUNT, "threads of the runtime";
        runtime_jvm_threads_max: Int, "{thread}", COUNT, "most threads that the runtime may have";
        runtime_thread_pool_queue_depth: Int, "{task}", COUNT, "tasks that wait for a thread";
    }
    always ServiceInfo {
        service_version: Text, "", NONE, "version tag";
        service_instance_id: Text, "", NONE, "identity of the running instance";
        last_deployment_sha: Text, "", NONE, "short hash of the deployed commit";
    }
    defaulted RuntimeDiagnostics {
        recent_logs: Lines, "", NONE, "log lines attached to the service";
    }
    optional RequestQueue {
        metastable_feedback_loop_active: Bool, "", NONE, "whether retries keep the service overloaded";
        http_server_request_queue_depth: Int, "{request}", COUNT, "requests that wait";
        http_server_queue_drain_rate: Float, "{request}/s", AMOUNT, "requests worked off per second";
    }
    optional RequestTraffic {
        http_server_request_rate: Float, "{request}/s", AMOUNT, "requests that arrive per second";
        http_server_5xx_rate: Float, "{request}/s", AMOUNT, "requests answered with an error per second";
        http_server_refused_rate: Float, "{request}/s", AMOUNT, "requests refused at once per second";
        http_server_timeout_rate: Float, "{request}/s", AMOUNT, "attempts per second that callers gave up waiting for";
        http_server_request_duration_median: Float, "s", AMOUNT, "median of the request duration";
        http_server_worker_utilization: Float, "1", SHARE, "busy share of the workers";
        http_server_request_queue_limit: Int, "{request}", COUNT, "requests that may wait";
        http_client_retry_rate: Float, "{request}/s", AMOUNT, "retries of its calls per second";
        http_client_circuit_breaker_open_ratio: Float, "1", SHARE, "share of the time in which a circuit breaker was open";
        http_client_cache_hit_ratio: Float, "1", SHARE, "share of requests that find their answer in a cache of its calls";
        messaging_consumer_lag: Int, "{message}", COUNT, "messages that wait for it";
        messaging_consumer_freshness_seconds: Float, "s", AMOUNT, "age of the oldest message that waits for it";
        k8s_deployment_pod_desired: Int, "{pod}", COUNT, "instances that it should have";
        k8s_deployment_pod_available: Int, "{pod}", COUNT, "instances that run";
    }
    optional Traffic {
        effective_rps_multiplier: Float, "1", MULTIPLIER, "requests sent per request received";
        process_cpu_throttle_rate: Float, "1", SHARE, "share of the time in which the process is throttled";
    }
    optional CrashLoop {
        runtime_crashloop_backoff_seconds: Int, "s", COUNT, "time until the next start after a crash";
    }
    optional Certificate {
        cert_expiry_bomb_tick: Int, "{tick}", TICK, "ticks done when the certificate expires, -1 for never";
    }
    optional ImagePull {
        image_pull_error: Text, "", NONE, "why the image can't be pulled";
    }
    optional Pipeline {
        pipeline_processing_rate_events_per_second: Float, "{event}/s", EVENT_RATE, "events worked off per second";
        pipeline_ingestion_rate_events_per_second: Float, "{event}/s", EVENT_RATE, "events that arrive per second";
        pipeline_queue_depth: Int, "{event}", COUNT, "events that wait";
        pipeline_throughput_ratio: Float, "1", AMOUNT, "processing rate over ingestion rate";
        data_freshness_lag_seconds: Float, "s", AMOUNT, "age of the newest result";
        feature_vector_age_seconds_p99: Float, "s", AMOUNT, "99th percentile of the age of feature vectors";
    }
}
