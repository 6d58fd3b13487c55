//! Out of memory: memory fills fast, the process is killed and comes back half full.

use std::borrow::Cow;

use super::context::{EvidenceContext, FaultContext, LogLine};
use super::descriptor::FaultKindDescriptor;
use crate::world::fault_kind::FaultKind;
use crate::world::log_template::{LogTemplate, When};
use crate::world::num;
use crate::world::process::Process;

impl FaultKind {
    /// Memory runs out fast; the process is killed and starts again, over and over.
    pub const OOM: Self = Self::literal("oom");
}

const ABOUT: &str = "Memory runs out fast; the process is killed and starts again, over and over.";

pub(super) const DESCRIPTOR: FaultKindDescriptor =
    FaultKindDescriptor::of(FaultKind::OOM, Cow::Borrowed(ABOUT))
        .with_physics(act)
        .filling_memory()
        .with_evidence(evidence)
        .with_symptoms(SYMPTOMS);

const MEMORY_PER_TICK: f64 = 0.15;
const KILL_UTILIZATION: f64 = 0.98;
/// What is in use again right after the restart: caches are refilled, the leak is still there.
const UTILIZATION_AFTER_KILL: f64 = 0.85;

const MEBIBYTE: i64 = 1 << 20;

fn act(fault: &mut FaultContext) {
    let (vitals, runtime) = (&mut *fault.vitals, &mut *fault.runtime);
    vitals.process_memory_utilization += fault.speed * MEMORY_PER_TICK;
    if vitals.process_memory_utilization >= KILL_UTILIZATION {
        vitals.http_server_error_rate = 1.0;
        vitals.process_memory_utilization = UTILIZATION_AFTER_KILL;
        runtime.restart_count = runtime.restart_count.saturating_add(1);
        fault.uptime.runtime_uptime_seconds = 0;
    }
    runtime.set_memory_usage(vitals.process_memory_utilization);
}

/// What the service's program writes in a tick in which the fault is active, in the standard texts.
const SYMPTOMS: &[LogTemplate] = &[
    LogTemplate::error("java.lang.OutOfMemoryError: Java heap space - requested 64MB")
        .by(&[Process::Jvm])
        .when(When::Killed(UTILIZATION_AFTER_KILL)),
    LogTemplate::error("LOG:  server process was terminated by signal 9: Killed")
        .by(&[Process::Database])
        .when(When::Killed(UTILIZATION_AFTER_KILL)),
    LogTemplate::error("Out Of Memory allocating 67108864 bytes")
        .by(&[Process::Cache])
        .when(When::Killed(UTILIZATION_AFTER_KILL)),
    LogTemplate::error("unable to allocate 67108864 bytes for a buffer")
        .by(&[Process::Proxy])
        .when(When::Killed(UTILIZATION_AFTER_KILL)),
    LogTemplate::error("Container killed: OOMKilled (exit code 137, memory limit: {limit}Mi)")
        .when(When::Killed(UTILIZATION_AFTER_KILL)),
    LogTemplate::warn("heap memory at {memory}")
        .by(&[Process::Jvm])
        .when(When::Memory(0.5)),
    LogTemplate::warn("memory of backend processes at {memory}")
        .by(&[Process::Database])
        .when(When::Memory(0.5)),
    LogTemplate::warn("used_memory at {memory}")
        .by(&[Process::Cache])
        .when(When::Memory(0.5)),
    LogTemplate::warn("buffer memory at {memory}")
        .by(&[Process::Proxy])
        .when(When::Memory(0.5)),
];

fn evidence(fault: &EvidenceContext) -> Vec<LogLine> {
    let (vitals, runtime) = (fault.vitals, fault.runtime);
    let memory = num::percent(vitals.process_memory_utilization);
    let limit = runtime.process_memory_limit_bytes.div_euclid(MEBIBYTE);
    let used = num::trunc(runtime.process_memory_usage_bytes as f64 / MEBIBYTE as f64);
    let heap = |percent, used| format!("heap memory at {percent}% ({used}MB/{limit}MB limit)");
    vec![
        LogLine::new(
            "02:10:11",
            "WARN",
            heap(
                memory.saturating_sub(30).max(50),
                used.saturating_sub(80).max(100),
            ),
        ),
        LogLine::new(
            "02:11:22",
            "WARN",
            heap(
                memory.saturating_sub(15).max(65),
                used.saturating_sub(40).max(150),
            ),
        ),
        LogLine::new("02:12:33", "WARN", heap(memory, used)),
        LogLine::new(
            "02:13:11",
            "ERROR",
            "OutOfMemoryError: Java heap space - requested 64MB, available 2MB",
        ),
        LogLine::new(
            "02:13:12",
            "ERROR",
            format!("Container killed: OOMKilled (exit code 137, memory limit: {limit}Mi)"),
        ),
    ]
}
