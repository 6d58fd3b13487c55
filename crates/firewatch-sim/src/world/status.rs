//! The status of a service, derived from its vitals.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How a service is doing, from best to worst.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Status {
    /// Nothing to see.
    #[default]
    Healthy,
    /// Error rate of 0.10 or more, or a p99 latency of 0.50 s or more.
    Degraded,
    /// Error rate of 0.50 or more, or a p99 latency of 2.0 s or more.
    Critical,
    /// Error rate of 0.90 or more, or memory utilization of 0.98 or more.
    Down,
}

impl Status {
    /// All of them, from best to worst.
    pub const ALL: [Self; 4] = [Self::Healthy, Self::Degraded, Self::Critical, Self::Down];

    /// The first of down, critical, degraded whose threshold is reached, else healthy.
    /// Takes ratios and seconds, as [`Vitals`](crate::Vitals) has them.
    #[inline]
    #[must_use]
    pub fn derive(error_rate: f64, latency_p99: f64, memory_utilization: f64) -> Self {
        // Selected rather than branched on: which one holds changes from service to service.
        let mut status = Self::Healthy;
        if (error_rate >= 0.10) | (latency_p99 >= 0.50) {
            status = Self::Degraded;
        }
        if (error_rate >= 0.50) | (latency_p99 >= 2.0) {
            status = Self::Critical;
        }
        if (error_rate >= 0.90) | (memory_utilization >= 0.98) {
            status = Self::Down;
        }
        status
    }

    /// The name in files and traces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Critical => "critical",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Status {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == name)
            .ok_or(UnknownName)
    }
}

/// A name that is none of the names of the type it was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not one of the known names")]
pub struct UnknownName;
