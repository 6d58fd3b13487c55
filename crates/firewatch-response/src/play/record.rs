//! What is noted while a scenario is played.

use firewatch_sim::{FaultKind, Status, Value, Vitals};

/// Something that happened, after that many ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Occurrence {
    /// Ticks done.
    pub tick: u64,
    /// What happened.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A fault began.
    FaultActive {
        /// Its service.
        service: String,
        /// Its kind.
        kind: FaultKind,
        /// Its speed.
        speed: f64,
    },
    /// A fault was halted.
    FaultHalted {
        /// Its service.
        service: String,
        /// Its kind.
        kind: FaultKind,
    },
    /// A metric was set from outside.
    MetricSet {
        /// The service.
        service: String,
        /// The metric.
        metric: String,
        /// Its new value.
        value: Value,
    },
    /// An action of the catalogue was done, or was tried.
    ActionTaken {
        /// Its name.
        action: String,
        /// The service that it was done to.
        target: Option<String>,
        /// Whether there was nothing to remedy about the service.
        wrong: bool,
        /// What was said about it, in lines.
        feedback: String,
    },
    /// The status of a service changed.
    StatusChanged {
        /// The service.
        service: String,
        /// Its status before.
        from: Status,
        /// Its status now.
        to: Status,
    },
    /// The incident counts as mitigated, since that tick.
    Mitigated {
        /// The time to mitigate, ticks.
        since: u64,
    },
    /// The SLO budget is used up.
    SloBreached,
}

/// What a service went through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceHistory {
    /// Its name.
    pub name: String,
    /// Its status at the start and after each tick.
    pub statuses: Vec<Status>,
    /// Known even where `statuses` were forgotten.
    worst_status: Status,
    /// Its highest error rate.
    pub worst_error_rate: f64,
    /// Its highest p99 latency, seconds.
    pub worst_latency_p99: f64,
    /// Its highest memory utilization.
    pub worst_memory_utilization: f64,
}

impl ServiceHistory {
    /// Nothing has happened yet.
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Notes a moment.
    pub(super) fn record(&mut self, vitals: &Vitals) {
        let worse =
            |worst: &mut f64, value: f64| *worst = if value > *worst { value } else { *worst };
        self.statuses.push(vitals.status);
        self.worst_status = self.worst_status.max(vitals.status);
        worse(&mut self.worst_error_rate, vitals.http_server_error_rate);
        worse(
            &mut self.worst_latency_p99,
            vitals.http_server_request_duration_p99,
        );
        worse(
            &mut self.worst_memory_utilization,
            vitals.process_memory_utilization,
        );
    }

    /// Forgets every status but the last, and the worst.
    pub(super) fn forget_statuses(&mut self) {
        let behind = self.statuses.len().saturating_sub(1);
        self.statuses.drain(..behind);
    }

    /// The worst status that it had.
    #[must_use]
    pub fn worst_status(&self) -> Status {
        self.worst_status
    }
}
