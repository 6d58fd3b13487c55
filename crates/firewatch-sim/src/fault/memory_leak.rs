//! Memory leak: memory, latency and errors creep up; the process is never killed for it.

use crate::num;
use crate::service::{Runtime, Vitals};

const MEMORY_PER_TICK: f64 = 0.05;
/// Below the out-of-memory kill, so that the leak stays a slow decline.
const MAX_UTILIZATION: f64 = 0.97;
const LATENCY_SECONDS_PER_TICK: f64 = 0.5;
const ERRORS_PER_TICK: f64 = 0.02;

pub(super) fn act(speed: f64, vitals: &mut Vitals, runtime: &mut Runtime) {
    vitals.process_memory_utilization += speed * MEMORY_PER_TICK;
    vitals.process_memory_utilization =
        num::min(MAX_UTILIZATION, vitals.process_memory_utilization);
    runtime.set_memory_usage(vitals.process_memory_utilization);
    vitals.http_server_request_duration_p99 += speed * LATENCY_SECONDS_PER_TICK;
    vitals.http_server_error_rate =
        num::min(1.0, vitals.http_server_error_rate + speed * ERRORS_PER_TICK);
}
