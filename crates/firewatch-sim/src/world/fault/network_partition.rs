//! Network partition: calls run into timeouts at once and fail more and more.

use std::borrow::Cow;

use super::context::{EvidenceContext, FaultContext, LogLine};
use super::descriptor::FaultKindDescriptor;
use crate::world::fault_kind::FaultKind;
use crate::world::log_template::{LogTemplate, When};
use crate::world::num;

impl FaultKind {
    /// The service is cut off from what it calls.
    pub const NETWORK_PARTITION: Self = Self::literal("network_partition");
}

pub(super) const DESCRIPTOR: FaultKindDescriptor = FaultKindDescriptor::of(
    FaultKind::NETWORK_PARTITION,
    Cow::Borrowed("The service is cut off from what it calls."),
)
.with_physics(act)
.with_evidence(evidence)
.with_symptoms(SYMPTOMS);

const LATENCY_SECONDS_PER_TICK: f64 = 2.0;
/// A common socket timeout: what a call to an unreachable peer takes at least ...
const MIN_LATENCY_SECONDS: f64 = 5.0;
/// ... and a connection timeout: what it takes at most.
const MAX_LATENCY_SECONDS: f64 = 30.0;
const ERRORS_PER_TICK: f64 = 0.20;

fn act(fault: &mut FaultContext) {
    let (speed, vitals) = (fault.speed, &mut *fault.vitals);
    let slower = vitals.http_server_request_duration_p99 + speed * LATENCY_SECONDS_PER_TICK;
    vitals.http_server_request_duration_p99 =
        num::min(MAX_LATENCY_SECONDS, num::max(MIN_LATENCY_SECONDS, slower));
    vitals.http_server_error_rate =
        num::min(1.0, vitals.http_server_error_rate + speed * ERRORS_PER_TICK);
}

/// What the service's program writes in a tick in which the fault is active, in the standard texts.
const SYMPTOMS: &[LogTemplate] = &[
    LogTemplate::warn("Connection refused: {peer}:{peer_port} (attempt 1/3)"),
    LogTemplate::warn("Connection refused: {peer}:{peer_port} (attempt 2/3)"),
    LogTemplate::error(
        "Connection refused: {peer}:{peer_port} (attempt 3/3) - all retries exhausted",
    ),
    LogTemplate::error("{peer} unreachable, no answer within {p99_ms}ms").when(When::Latency(0.5)),
    LogTemplate::warn("Connection reset by peer while reading a request").when(When::CallsNothing),
    LogTemplate::error("Could not send an answer to a client: timed out after {p99_ms}ms")
        .when(When::CallsNothing),
];

fn evidence(fault: &EvidenceContext) -> Vec<LogLine> {
    let callees = fault.callees();
    let upstream = callees.first().copied().unwrap_or("unknown-upstream");
    let refused = |attempt| format!("Connection refused: {upstream}:5432 (attempt {attempt}/3)");
    vec![
        LogLine::new("02:10:01", "WARN", refused(1)),
        LogLine::new("02:10:05", "WARN", refused(2)),
        LogLine::new("02:10:09", "ERROR", refused(3) + " - all retries exhausted"),
        LogLine::new(
            "02:10:10",
            "WARN",
            format!("Circuit breaker OPEN for {upstream} after 3 consecutive failures"),
        ),
        LogLine::new(
            "02:10:30",
            "ERROR",
            format!(
                "Upstream {upstream} unreachable - circuit breaker preventing requests (timeout: 30s)"
            ),
        ),
    ]
}
