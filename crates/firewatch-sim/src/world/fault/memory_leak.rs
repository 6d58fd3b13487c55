//! Memory leak: memory, latency and errors creep up; the process is never killed for it.

use std::borrow::Cow;

use super::context::{EvidenceContext, FaultContext, LogLine};
use super::descriptor::FaultKindDescriptor;
use crate::world::fault_kind::FaultKind;
use crate::world::log_template::{LogTemplate, When};
use crate::world::num;
use crate::world::process::Process;

impl FaultKind {
    /// Memory, latency and errors grow slowly.
    pub const MEMORY_LEAK: Self = Self::literal("memory_leak");
}

pub(super) const DESCRIPTOR: FaultKindDescriptor = FaultKindDescriptor::of(
    FaultKind::MEMORY_LEAK,
    Cow::Borrowed("Memory, latency and errors grow slowly."),
)
.with_physics(act)
.filling_memory()
.with_evidence(evidence)
.with_symptoms(SYMPTOMS);

const MEMORY_PER_TICK: f64 = 0.05;
/// Below the out-of-memory kill, so that the leak stays a slow decline.
const MAX_UTILIZATION: f64 = 0.97;
const LATENCY_SECONDS_PER_TICK: f64 = 0.5;
const ERRORS_PER_TICK: f64 = 0.02;

fn act(fault: &mut FaultContext) {
    let (speed, vitals) = (fault.speed, &mut *fault.vitals);
    vitals.process_memory_utilization += speed * MEMORY_PER_TICK;
    vitals.process_memory_utilization =
        num::min(MAX_UTILIZATION, vitals.process_memory_utilization);
    fault
        .runtime
        .set_memory_usage(vitals.process_memory_utilization);
    vitals.http_server_request_duration_p99 += speed * LATENCY_SECONDS_PER_TICK;
    vitals.http_server_error_rate =
        num::min(1.0, vitals.http_server_error_rate + speed * ERRORS_PER_TICK);
}

/// What the service's program writes in a tick in which the fault is active, in the standard texts.
const SYMPTOMS: &[LogTemplate] = &[
    LogTemplate::warn("Request processed in {p99_ms}ms - high latency detected")
        .by(&[Process::Jvm, Process::Proxy])
        .when(When::Latency(0.5)),
    LogTemplate::warn("slow statement: duration {p99_ms}ms")
        .by(&[Process::Database])
        .when(When::Latency(0.5)),
    LogTemplate::warn("slow command: {p99_ms}ms")
        .by(&[Process::Cache])
        .when(When::Latency(0.5)),
    LogTemplate::warn("process_memory_utilization={memory}").when(When::Memory(0.4)),
];

fn evidence(fault: &EvidenceContext) -> Vec<LogLine> {
    let vitals = fault.vitals;
    let latency = num::trunc(vitals.http_server_request_duration_p99 * 1000.0);
    let memory = num::percent(vitals.process_memory_utilization);
    let slow = |ms| format!("Request processed in {ms}ms - high latency detected");
    let leak = |percent| format!("process_memory_utilization={percent}% - potential memory leak");
    vec![
        LogLine::new(
            "02:01:44",
            "WARN",
            slow(latency.saturating_sub(200).max(150)),
        ),
        LogLine::new(
            "02:03:55",
            "WARN",
            slow(latency.saturating_sub(100).max(200)),
        ),
        LogLine::new("02:06:06", "WARN", leak(memory.saturating_sub(10).max(40))),
        LogLine::new("02:08:17", "WARN", slow(latency)),
        LogLine::new("02:09:33", "WARN", leak(memory) + ", consider restart"),
    ]
}
