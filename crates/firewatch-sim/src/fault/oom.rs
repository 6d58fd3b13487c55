//! Out of memory: memory fills fast, the process is killed and comes back half full.

use crate::service::{Runtime, Vitals};

const MEMORY_PER_TICK: f64 = 0.15;
const KILL_UTILIZATION: f64 = 0.98;
/// What is in use again right after the restart: caches are refilled, the leak is still there.
const UTILIZATION_AFTER_KILL: f64 = 0.85;

/// Returns whether the process was killed.
pub(super) fn act(speed: f64, vitals: &mut Vitals, runtime: &mut Runtime) -> bool {
    vitals.process_memory_utilization += speed * MEMORY_PER_TICK;
    let killed = vitals.process_memory_utilization >= KILL_UTILIZATION;
    if killed {
        vitals.http_server_error_rate = 1.0;
        vitals.process_memory_utilization = UTILIZATION_AFTER_KILL;
        runtime.restart_count = runtime.restart_count.saturating_add(1);
    }
    runtime.set_memory_usage(vitals.process_memory_utilization);
    killed
}
