//! The vitals of earlier ticks.

use serde::{Deserialize, Serialize};

use firewatch_sim::{Vitals, round_decimal};

/// Decimals of a recorded metric.
const HISTORY_DECIMALS: u32 = 4;

/// The vitals of a service at one tick, rounded to 4 decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recorded {
    /// Share of requests that fail.
    pub http_server_error_rate: f64,
    /// 99th percentile of the request duration, seconds.
    pub http_server_request_duration_p99: f64,
    /// Memory in use as a share of the limit.
    pub process_memory_utilization: f64,
}

/// The vitals before rounding. They are rounded when they are read, because rounding is slower than recording.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Measured(pub(super) [f64; 3]);

impl Measured {
    pub(super) fn of(vitals: &Vitals) -> Self {
        Self([
            vitals.http_server_error_rate,
            vitals.http_server_request_duration_p99,
            vitals.process_memory_utilization,
        ])
    }

    pub(super) fn rounded(&self) -> Recorded {
        let [errors, p99, memory] = self.0.map(|x| round_decimal(x, HISTORY_DECIMALS));
        Recorded {
            http_server_error_rate: errors,
            http_server_request_duration_p99: p99,
            process_memory_utilization: memory,
        }
    }
}

impl Recorded {
    pub(super) fn get(&self, tracked: Tracked) -> f64 {
        match tracked {
            Tracked::ErrorRate => self.http_server_error_rate,
            Tracked::LatencyP99 => self.http_server_request_duration_p99,
            Tracked::MemoryUtilization => self.process_memory_utilization,
        }
    }
}

/// A metric that the history records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tracked {
    ErrorRate,
    LatencyP99,
    MemoryUtilization,
}

pub(crate) const TRACKED: [(&str, Tracked); 3] = [
    ("http_server_error_rate", Tracked::ErrorRate),
    ("http_server_request_duration_p99", Tracked::LatencyP99),
    ("process_memory_utilization", Tracked::MemoryUtilization),
];
