//! Events and histories of a run.

use firewatch_sim::{EnvironmentRef, FaultKind, Status, Value, Vitals};

use firewatch_action::ActionError;
use firewatch_scenario::{Fault, Turned};
use serde::{Deserialize, Serialize};

/// An event of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlaybackEvent {
    /// Ticks done.
    pub tick: u64,
    /// The kind of event, with its data.
    pub kind: EventKind,
}

impl PlaybackEvent {
    /// Returns the service that the event is of, if it is of one.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        match &self.kind {
            EventKind::FaultActive { service, .. }
            | EventKind::FaultHalted { service, .. }
            | EventKind::FaultOver { service, .. }
            | EventKind::Restarted { service }
            | EventKind::MetricSet { service, .. }
            | EventKind::StatusChanged { service, .. } => Some(service),
            EventKind::KnobTurned { of, .. } => match of {
                Turned::Service(service) | Turned::Calls(service, _) => Some(service),
                Turned::Users(_) => None,
            },
            EventKind::ActionTaken { target, .. } => target.as_deref(),
            EventKind::LoadChanged { .. }
            | EventKind::Mitigated { .. }
            | EventKind::SloBreached => None,
        }
    }
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A fault began.
    FaultActive {
        /// Its service.
        service: String,
        /// Its kind.
        kind: FaultKind,
        /// What it turns, in a few words, if it is of no kind.
        turns: Option<String>,
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
    /// The time of a fault was over.
    FaultOver {
        /// Its service.
        service: String,
        /// Its kind.
        kind: FaultKind,
    },
    /// A knob was turned from outside.
    KnobTurned {
        /// What it is of.
        of: Turned,
        /// Its name.
        knob: String,
        /// What it was turned to.
        value: f64,
    },
    /// A service was restarted from outside, one instance after the other.
    Restarted {
        /// The service.
        service: String,
    },
    /// The rate of a group of users changed, or began to change.
    LoadChanged {
        /// The group.
        users: String,
        /// Requests per second.
        rps: f64,
        /// The tick at which it has that rate, if it changes evenly.
        by_tick: Option<u64>,
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
        /// The feedback, in lines.
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

/// An action that could not be carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedAction {
    /// The tick at which it was to be done.
    pub tick: u64,
    /// Name of the action, which metric it failed at, and what that has to be. For what a scenario with
    /// [problems](firewatch_scenario::Scenario::problems) does without an action, such as a fault on a service that it does not
    /// have, [`ActionError::Sim`].
    ///
    /// Of a saved state its text: [`ActionError::Recorded`].
    #[serde(with = "crate::serial::action_error")]
    pub error: ActionError,
}

/// Collects the events and histories of a run.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    /// Whether only what does not grow with the ticks is kept: no event, and of each service's
    /// statuses the last.
    outcome_only: bool,
    pub(super) events: Vec<PlaybackEvent>,
    pub(super) histories: Vec<ServiceHistory>,
    /// The first action that could not be carried out.
    failed_action: Option<FailedAction>,
}

impl Journal {
    /// Writes down everything about these services.
    pub(super) fn new<'a>(services: impl Iterator<Item = &'a str>) -> Self {
        Self {
            outcome_only: false,
            histories: services.map(ServiceHistory::new).collect(),
            ..Self::of_outcome()
        }
    }

    /// Writes down only which action failed.
    pub(super) fn of_outcome() -> Self {
        Self {
            outcome_only: true,
            events: Vec::new(),
            histories: Vec::new(),
            failed_action: None,
        }
    }

    pub(super) fn note(&mut self, tick: u64, kind: impl FnOnce() -> EventKind) {
        if !self.outcome_only {
            let kind = kind();
            self.events.push(PlaybackEvent { tick, kind });
        }
    }

    pub(super) fn note_active(&mut self, tick: u64, fault: &Fault) {
        self.note(tick, || EventKind::FaultActive {
            service: fault.service.clone(),
            kind: fault.kind,
            turns: fault.knobs.is_some().then(|| fault.title()),
            speed: fault.speed,
        });
    }

    pub(super) fn note_failed(&mut self, tick: u64, error: ActionError) {
        let failed = FailedAction { tick, error };
        self.failed_action.get_or_insert(failed);
    }

    pub(super) fn failed_action(&self) -> Option<&FailedAction> {
        self.failed_action.as_ref()
    }

    pub(super) fn into_failed_action(self) -> Option<FailedAction> {
        self.failed_action
    }

    /// Keeps from now on nothing that grows with the ticks, and drops what it has.
    pub(super) fn keep_outcome_only(&mut self) {
        self.outcome_only = true;
        self.events = Vec::new();
        self.forget_statuses();
    }

    pub(super) fn forget_statuses(&mut self) {
        for history in &mut self.histories {
            history.forget_statuses();
        }
    }

    /// Records the services after a tick, or at the start.
    pub(super) fn record(&mut self, tick: u64, view: &EnvironmentRef) {
        for (history, vitals) in self.histories.iter_mut().zip(view.vitals()) {
            let (before, to) = (history.statuses.last().copied(), vitals.status);
            history.record(vitals);
            if self.outcome_only {
                history.forget_statuses();
            } else if let Some(from) = before.filter(|&from| from != to) {
                let service = history.name.clone();
                let kind = EventKind::StatusChanged { service, from, to };
                self.events.push(PlaybackEvent { tick, kind });
            }
        }
    }
}

/// The history of a service.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
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

    /// Records the service after a tick.
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

    /// Drops every status but the last and the worst.
    pub(super) fn forget_statuses(&mut self) {
        let earlier = self.statuses.len().saturating_sub(1);
        self.statuses.drain(..earlier);
    }

    /// The worst status that it had.
    #[must_use]
    pub fn worst_status(&self) -> Status {
        self.worst_status
    }
}
