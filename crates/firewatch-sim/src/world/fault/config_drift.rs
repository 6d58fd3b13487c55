//! Configuration drift: a connection pool runs dry, callers queue; or, in a metastable loop,
//! retries keep a service overloaded long after the change that started it.

use std::borrow::Cow;

use bevy_ecs::prelude::*;

use super::context::{EvidenceContext, FaultContext, LogLine};
use super::descriptor::{FaultKindDescriptor, PrecedingChange};
use crate::world::environment::{Engine, Environment};
use crate::world::fault_kind::FaultKind;
use crate::world::log_template::{LogTemplate, When};
use crate::world::num;
use crate::world::process::Process;
use crate::world::service::{RequestQueue, Traffic, Vitals};

impl FaultKind {
    /// A connection pool runs dry after a configuration change.
    pub const CONFIG_DRIFT: Self = Self::literal("config_drift");
}

pub(super) const DESCRIPTOR: FaultKindDescriptor = FaultKindDescriptor::of(
    FaultKind::CONFIG_DRIFT,
    Cow::Borrowed("A connection pool runs dry after a configuration change."),
)
.with_physics(act)
.with_preceding_change(PrecedingChange::Configuration { ages: [10, 120] })
.with_evidence(evidence)
.with_symptoms(SYMPTOMS);

const DESCRIPTORS_PER_TICK: f64 = 50.0;
const MAX_DESCRIPTORS: i64 = 1024;
const LATENCY_SECONDS_PER_TICK: f64 = 3.0;
const MAX_LATENCY_SECONDS: f64 = 30.0;
const ERRORS_PER_TICK: f64 = 0.12;
pub(crate) const MAX_CONFIG_AGE_SECONDS: i64 = 60;

fn act(fault: &mut FaultContext) {
    let (environment, service) = (fault.environment, fault.service);
    // Few worlds have queues: this spares looking for that of every service with a drift.
    let queue =
        { fault.queues.as_mut() }.and_then(|queues| queue_of_loop(environment, service, queues));
    match queue {
        Some(mut queue) => {
            let calm = retries_are_low(fault.services, service, fault.traffic);
            feed_loop(fault.speed, fault.vitals, &mut queue, calm);
        }
        None => drain_pool(fault),
    }
}

/// The queue of a service whose metastable feedback loop is active, where the engine knows such loops.
fn queue_of_loop<'q>(
    environment: &Environment,
    service: Entity,
    queues: &'q mut Query<&mut RequestQueue>,
) -> Option<Mut<'q, RequestQueue>> {
    if environment.engine() == Engine::SingleFault {
        return None;
    }
    let queue = queues.get_mut(service).ok()?;
    (queue.metastable_feedback_loop_active == Some(true)).then_some(queue)
}

fn drain_pool(fault: &mut FaultContext) {
    let (speed, vitals, runtime) = (fault.speed, &mut *fault.vitals, &mut *fault.runtime);
    let descriptors = num::trunc(speed * DESCRIPTORS_PER_TICK);
    runtime.process_open_file_descriptors = runtime
        .process_open_file_descriptors
        .saturating_add(descriptors)
        .min(MAX_DESCRIPTORS);
    vitals.http_server_request_duration_p99 = num::min(
        MAX_LATENCY_SECONDS,
        vitals.http_server_request_duration_p99 + speed * LATENCY_SECONDS_PER_TICK,
    );
    vitals.http_server_error_rate =
        num::min(1.0, vitals.http_server_error_rate + speed * ERRORS_PER_TICK);
    runtime.last_config_age_seconds = runtime.last_config_age_seconds.min(MAX_CONFIG_AGE_SECONDS);
    runtime.last_config_revision = runtime.last_config_revision.saturating_add(1);
}

const QUEUE_DEPTH_IF_ABSENT: i64 = 850;
const QUEUE_PER_TICK: f64 = 50.0;
/// The loop can break below this depth ...
const BREAK_QUEUE_DEPTH: i64 = 300;
/// ... and only while some service sends fewer requests than this per request received.
const BREAK_RPS_MULTIPLIER: f64 = 1.2;
const RPS_MULTIPLIER_IF_ABSENT: f64 = 1.0;
const QUEUE_DRAINED_BY_BREAK: i64 = 200;
const LOOP_LATENCY_SECONDS_PER_TICK: f64 = 0.5;
const LOOP_ERRORS_PER_TICK: f64 = 0.22;
const DRAIN_RATE_IF_ABSENT: f64 = 50.0;
const DRAIN_RATE_LOSS_PER_TICK: f64 = 5.0;
const MIN_DRAIN_RATE: f64 = 10.0;

/// Whether any other service, or else the service itself, sends few enough retries.
fn retries_are_low(services: &[Entity], service: Entity, traffic: &Query<&Traffic>) -> bool {
    let is_low = |&entity: &Entity| {
        let multiplier = traffic
            .get(entity)
            .ok()
            .and_then(|t| t.effective_rps_multiplier);
        multiplier.unwrap_or(RPS_MULTIPLIER_IF_ABSENT) < BREAK_RPS_MULTIPLIER
    };
    let mut others = services.iter().filter(|&&entity| entity != service);
    others.any(is_low) || is_low(&service)
}

/// One tick inside the loop: it breaks if the queue is short and retries are low, else it feeds itself.
fn feed_loop(speed: f64, vitals: &mut Vitals, queue: &mut RequestQueue, retries_are_low: bool) {
    let depth = queue
        .http_server_request_queue_depth
        .unwrap_or(QUEUE_DEPTH_IF_ABSENT);
    if depth < BREAK_QUEUE_DEPTH && retries_are_low {
        queue.metastable_feedback_loop_active = Some(false);
        queue.http_server_request_queue_depth =
            Some(depth.saturating_sub(QUEUE_DRAINED_BY_BREAK).max(0));
        vitals.http_server_error_rate = num::max(0.01, vitals.http_server_error_rate * 0.5);
        vitals.http_server_request_duration_p99 =
            num::max(0.1, vitals.http_server_request_duration_p99 * 0.3);
        return;
    }
    let arrived = num::trunc(speed * QUEUE_PER_TICK);
    queue.http_server_request_queue_depth = Some(depth.saturating_add(arrived).max(0));
    vitals.http_server_request_duration_p99 = num::min(
        MAX_LATENCY_SECONDS,
        vitals.http_server_request_duration_p99 + speed * LOOP_LATENCY_SECONDS_PER_TICK,
    );
    vitals.http_server_error_rate = num::min(
        1.0,
        vitals.http_server_error_rate + speed * LOOP_ERRORS_PER_TICK * 0.5,
    );
    let drain_rate = queue
        .http_server_queue_drain_rate
        .unwrap_or(DRAIN_RATE_IF_ABSENT);
    queue.http_server_queue_drain_rate = Some(num::max(
        MIN_DRAIN_RATE,
        drain_rate - speed * DRAIN_RATE_LOSS_PER_TICK,
    ));
}

/// What the service's program writes in a tick in which the fault is active, in the standard texts.
const SYMPTOMS: &[LogTemplate] = &[
    LogTemplate::error("java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after {p99_ms}ms ({pool})")
        .by(&[Process::Jvm])
        .when(When::OutsideLoop),
    LogTemplate::error("FATAL:  sorry, too many clients already ({pool})")
        .by(&[Process::Database])
        .when(When::OutsideLoop),
    LogTemplate::error("Error accepting a client: max number of clients reached ({pool})")
        .by(&[Process::Cache])
        .when(When::OutsideLoop),
    LogTemplate::error("no pooled upstream connection within {p99_ms}ms ({pool})")
        .by(&[Process::Proxy])
        .when(When::OutsideLoop),
    LogTemplate::info("open_file_descriptors={descriptors}").when(When::OutsideLoop),
    LogTemplate::warn("open_file_descriptors={descriptors} - approaching system limit")
        .when(When::Descriptors(800)),
    LogTemplate::warn("request queue depth {http_server_request_queue_depth}").when(When::InLoop),
    LogTemplate::warn("oldest request in the queue has waited {p99_ms}ms").when(When::InLoop),
];

fn evidence(fault: &EvidenceContext) -> Vec<LogLine> {
    let descriptors = fault.runtime.process_open_file_descriptors;
    vec![
        LogLine::new(
            "02:05:11",
            "WARN",
            "HikariPool-1 - Connection pool at capacity (10/10)",
        ),
        LogLine::new(
            "02:05:44",
            "ERROR",
            "HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=47)",
        ),
        LogLine::new(
            "02:06:22",
            "WARN",
            format!("open_file_descriptors={descriptors} - approaching system limit"),
        ),
        LogLine::new(
            "02:07:00",
            "ERROR",
            "HikariPool-1 - Connection pool at capacity (10/10) - config revision may have reduced maximumPoolSize",
        ),
        LogLine::new(
            "02:07:33",
            "ERROR",
            "java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms (total=2, active=2, idle=0, waiting=63) — configuration reverted maximumPoolSize from 10 to 2",
        ),
    ]
}
