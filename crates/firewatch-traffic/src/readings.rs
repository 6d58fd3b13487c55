//! What can be read after a tick: means over the tick, except where a field says otherwise.

/// A service in the last tick.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct ServiceTraffic {
    /// Requests that reached it per second, retries included.
    pub arrived_rps: f64,
    /// Requests that it answered well per second, whoever still waited for the answer.
    pub succeeded_rps: f64,
    /// Requests that it failed per second: refused, errors, failed calls, killed.
    pub failed_rps: f64,
    /// Of these, what it refused at once: full queue, or down.
    pub refused_rps: f64,
    /// Of these, errors of its own.
    pub error_rps: f64,
    /// Of these, requests that failed because a required call did.
    pub call_failed_rps: f64,
    /// Of these, requests that were killed while they waited or ran.
    pub killed_rps: f64,
    /// Attempts to it per second that its callers gave up waiting for.
    pub timed_out_rps: f64,
    /// Mean seconds from arrival to answer of what it worked on, at the end of the tick.
    pub latency_mean_s: f64,
    /// Median of the same.
    pub latency_p50_s: f64,
    /// 99th percentile of the same.
    pub latency_p99_s: f64,
    /// Workers that are held by requests.
    pub busy_workers: f64,
    /// Workers there are.
    pub workers: f64,
    /// Requests that wait for a worker.
    pub queued: f64,
    /// Requests that may wait.
    pub queue_limit: f64,
    /// Busy share of the workers, 0..=1; 0 without any.
    pub utilization: f64,
}

/// A call in the last tick.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct CallTraffic {
    /// Attempts per second, to the callee and the fallback.
    pub attempts_rps: f64,
    /// Of these, attempts after the first.
    pub retries_rps: f64,
    /// Attempts to the fallback per second.
    pub fallback_rps: f64,
    /// Share of the ended attempts that timed out, 0..=1.
    pub timeout_ratio: f64,
    /// Share of the ended attempts that were answered with a failure, 0..=1.
    pub error_ratio: f64,
    /// Calls per second that failed for good.
    pub failed_rps: f64,
    /// Share of the tick in which the breaker was open, 0..=1.
    pub breaker_open: f64,
    /// Share of the requests that find their answer in the cache at the end of the tick, 0..=1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_hit_share: f64,
    /// Messages that wait for the callee at the end of the tick.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub messages_waiting: f64,
    /// Seconds for which the oldest of them has waited.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub oldest_message_s: f64,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// A group of users in the last tick.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct UserTraffic {
    /// New requests per second.
    pub sent_rps: f64,
    /// Attempts per second, retries included.
    pub attempts_rps: f64,
    /// Requests that succeeded per second, in the tick of their answer.
    pub succeeded_rps: f64,
    /// Requests that failed for good per second.
    pub failed_rps: f64,
    /// Median seconds of those that succeeded, from the first attempt on.
    pub latency_p50_s: f64,
    /// 99th percentile of the same.
    pub latency_p99_s: f64,
    /// Share of the failed attempts that were refused by the entry service, 0..=1.
    pub refused_ratio: f64,
    /// Share of the failed attempts that timed out, 0..=1.
    pub timeout_ratio: f64,
    /// Share of the failed attempts that were answered with an error of the entry service or of a call, 0..=1.
    pub error_ratio: f64,
}

/// Requests per second below which there are none: what has ended fades away and leaves traces.
pub(crate) const LEAST_RPS: f64 = 1e-6;

impl UserTraffic {
    /// Returns whether any requests ended.
    pub fn has_ended(&self) -> bool {
        self.succeeded_rps + self.failed_rps > LEAST_RPS
    }
}
