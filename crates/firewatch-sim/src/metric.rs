//! The list of metrics: name, type, unit, range, meaning, and where each is stored.
//!
//! It exists once, here; files, traces, snapshots, hashes and observations all read it.

mod field;
mod key;
mod range;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bevy_ecs::prelude::*;

use crate::blueprint::ServiceBlueprint;
use crate::error::SimError;
use crate::service::{
    Certificate, CrashLoop, Extras, ImagePull, Internals, Pipeline, Profile, RequestQueue, Runtime,
    Traffic, Uptime, Vitals,
};
use crate::value::Value;

use field::Field;
pub use key::MetricKey;
use range::{Range, check_number};

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// A binary64 number.
    Float,
    /// A 64-bit integer.
    Int,
    /// `true` or `false`.
    Bool,
    /// Text.
    Text,
    /// One of the names of [`Status`](crate::Status).
    Status,
    /// A list of texts.
    Lines,
}

impl MetricKind {
    /// The type in words for a message: `a number`, `a whole number`, ...
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Float => "a number",
            Self::Int => "a whole number",
            Self::Bool => "true or false",
            Self::Text => "text",
            Self::Status => "healthy, degraded, critical or down",
            Self::Lines => "a list of texts",
        }
    }
}

/// One known metric.
pub struct Metric {
    /// Name in files, traces and snapshots.
    pub name: &'static str,
    /// Type.
    pub kind: MetricKind,
    /// Unit in UCUM notation as OpenTelemetry writes it: `1` for ratios, `s`, `By`, `{thread}`;
    /// empty where there is none.
    pub unit: &'static str,
    /// Smallest value that makes sense, for numbers. The engine [allows](Metric::allows) more.
    pub min: f64,
    /// Largest value that makes sense, for numbers. The engine [allows](Metric::allows) more.
    pub max: f64,
    /// Whether every service has it. The others are absent until something attaches them.
    pub always: bool,
    /// What it is.
    pub about: &'static str,
    range: Range,
    number: Number,
    read: fn(EntityRef) -> Option<Value>,
    fits: fn(&Value) -> bool,
    write: fn(&mut EntityWorldMut, &Value),
}

/// Reads a metric as a number from the component that has it; `None` where it is absent or no number.
pub(crate) struct Numbers<C: 'static> {
    /// Of one component.
    pub(crate) read: fn(&C) -> Option<f64>,
    /// Of many, each into the first of so many places: a call for all of them.
    pub(crate) copy: fn(&[C], &mut [f32], usize),
}

/// The component that has a metric, and how it is read.
pub(crate) enum Number {
    Vitals(Numbers<Vitals>),
    Runtime(Numbers<Runtime>),
    Uptime(Numbers<Uptime>),
    Profile(Numbers<Profile>),
    RequestQueue(Numbers<RequestQueue>),
    Traffic(Numbers<Traffic>),
    CrashLoop(Numbers<CrashLoop>),
    Certificate(Numbers<Certificate>),
    ImagePull(Numbers<ImagePull>),
    Pipeline(Numbers<Pipeline>),
    Internals(Numbers<Internals>),
}

impl std::fmt::Debug for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metric")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish()
    }
}

impl Metric {
    /// Whether the metric can be observed as a number: all but texts and lists of them.
    #[must_use]
    pub fn is_number(&self) -> bool {
        !matches!(self.kind, MetricKind::Text | MetricKind::Lines)
    }

    pub(crate) fn number(&self) -> &Number {
        &self.number
    }

    /// Whether the value is of the metric's type.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        (self.fits)(value)
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

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
        None => read_own(service, name),
    }
}

fn read_own(service: EntityRef, name: &str) -> Option<Value> {
    service.get::<Extras>()?.0.get(name).cloned()
}

/// All metrics that a service has: the known ones in the order of [`METRICS`], then the others by name.
pub fn read_all(service: EntityRef<'_>) -> impl Iterator<Item = (&str, Value)> {
    let known = METRICS
        .iter()
        .filter_map(move |metric| Some((metric.name, (metric.read)(service)?)));
    let extras = service.get::<Extras>().into_iter();
    known.chain(extras.flat_map(|e| {
        e.0.iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
    }))
}

/// All metrics that a service has, by name.
pub(crate) fn read_map(service: EntityRef) -> BTreeMap<String, Value> {
    // A map is built quickest of what is in its order.
    static BY_NAME: LazyLock<Vec<&Metric>> = LazyLock::new(|| {
        let mut metrics: Vec<&Metric> = METRICS.iter().collect();
        metrics.sort_by_key(|metric| metric.name);
        metrics
    });
    let known = BY_NAME
        .iter()
        .filter_map(|metric| Some((metric.name.to_owned(), (metric.read)(service)?)));
    let extras = service.get::<Extras>().map(|extras| extras.0.clone());
    known.chain(extras.into_iter().flatten()).collect()
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
        None => write_own(service, name, value),
    }
}

fn write_own(service: &mut EntityWorldMut, name: &str, value: &Value) {
    change(service, |extras: &mut Extras| {
        extras.0.insert(name.to_owned(), value.clone());
    });
}

/// Whether the metric can have the value.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), SimError> {
    match find(name) {
        Some(metric) => check_known(metric, value),
        None => check_finite(name, value),
    }
}

fn check_known(metric: &Metric, value: &Value) -> Result<(), SimError> {
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

fn check_finite(name: &str, value: &Value) -> Result<(), SimError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(SimError::NotFinite {
        metric: name.to_owned(),
    })
}

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
                    copy: |components, places, step| {
                        for (component, place) in components.iter().zip(places.iter_mut().step_by(step)) {
                            *place = as_f32(component.$field.number());
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
        pub(crate) fn check_components(service: &ServiceBlueprint) -> Result<(), SimError> {
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
    always Profile {
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
    defaulted Internals {
        runtime_gc_pause_duration_ms: Float, "ms", AMOUNT, "pause of a garbage collection";
        runtime_gc_count_per_second: Float, "{collection}/s", AMOUNT, "garbage collections per second";
        runtime_jvm_threads_count: Int, "{thread}", COUNT, "threads of the runtime";
        runtime_jvm_threads_max: Int, "{thread}", COUNT, "most threads that the runtime may have";
        runtime_thread_pool_queue_depth: Int, "{task}", COUNT, "tasks that wait for a thread";
    }
    always Profile {
        service_version: Text, "", NONE, "version tag";
        service_instance_id: Text, "", NONE, "identity of the running instance";
        last_deployment_sha: Text, "", NONE, "short hash of the deployed commit";
    }
    defaulted Internals {
        recent_logs: Lines, "", NONE, "log lines attached to the service";
    }
    optional RequestQueue {
        metastable_feedback_loop_active: Bool, "", NONE, "whether retries keep the service overloaded";
        http_server_request_queue_depth: Int, "{request}", COUNT, "requests that wait";
        http_server_queue_drain_rate: Float, "{request}/s", AMOUNT, "requests worked off per second";
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
