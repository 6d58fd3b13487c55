//! Names of alerts.

use firewatch_action::names;
use serde::{Deserialize, Serialize};

names! {
    /// What an alert is about.
    #[derive(Serialize, Deserialize)]
    AlertName {
        /// Too many requests fail.
        HighErrorRate = "high_error_rate",
        /// The slowest requests take too long.
        HighLatency = "high_latency",
        /// The memory is nearly used up.
        MemoryPressure = "memory_pressure",
        /// The service is down.
        ServiceDown = "service_down",
        /// Users who call the service don't get what they are promised; in traffic.
        MissedObjective = "missed_objective",
    }
}
