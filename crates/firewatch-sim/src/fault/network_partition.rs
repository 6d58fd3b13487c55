//! Network partition: calls run into timeouts at once and fail more and more.

use crate::num;
use crate::service::Vitals;

const LATENCY_SECONDS_PER_TICK: f64 = 2.0;
/// A common socket timeout: what a call to an unreachable peer takes at least ...
const MIN_LATENCY_SECONDS: f64 = 5.0;
/// ... and a connection timeout: what it takes at most.
const MAX_LATENCY_SECONDS: f64 = 30.0;
const ERRORS_PER_TICK: f64 = 0.20;

pub(super) fn act(speed: f64, vitals: &mut Vitals) {
    let slower = vitals.http_server_request_duration_p99 + speed * LATENCY_SECONDS_PER_TICK;
    vitals.http_server_request_duration_p99 =
        num::min(MAX_LATENCY_SECONDS, num::max(MIN_LATENCY_SECONDS, slower));
    vitals.http_server_error_rate =
        num::min(1.0, vitals.http_server_error_rate + speed * ERRORS_PER_TICK);
}
