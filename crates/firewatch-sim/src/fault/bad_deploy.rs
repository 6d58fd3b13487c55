//! Bad deployment: errors and latency grow, and the deployment looks recent.

use crate::num;
use crate::service::{Runtime, Vitals};

const ERRORS_PER_TICK: f64 = 0.08;
const LATENCY_SECONDS_PER_TICK: f64 = 0.3;
const MAX_DEPLOYMENT_AGE_SECONDS: i64 = 300;

pub(super) fn act(speed: f64, vitals: &mut Vitals, runtime: &mut Runtime) {
    vitals.http_server_error_rate =
        num::min(1.0, vitals.http_server_error_rate + speed * ERRORS_PER_TICK);
    vitals.http_server_request_duration_p99 += speed * LATENCY_SECONDS_PER_TICK;
    runtime.last_deployment_age_seconds = runtime
        .last_deployment_age_seconds
        .min(MAX_DEPLOYMENT_AGE_SECONDS);
}
