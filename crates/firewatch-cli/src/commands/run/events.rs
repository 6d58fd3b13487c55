//! Events and expectations as JSON.

use firewatch_response::{EventKind, ExpectationOutcome, ExpectationVerdict, PlaybackEvent};
use firewatch_scenario::Turned;
use firewatch_sim::{FaultKind, Status, Value};
use serde::Serialize;

use crate::ui::units::seconds;

/// An event as JSON.
#[derive(Serialize)]
pub struct EventEntry<'a> {
    tick: u64,
    sim_time_seconds: i64,
    #[serde(flatten)]
    kind: EventFields<'a>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum EventFields<'a> {
    FaultActive {
        service: &'a str,
        kind: FaultKind,
        #[serde(skip_serializing_if = "Option::is_none")]
        turns: Option<&'a str>,
        speed: f64,
    },
    FaultHalted {
        service: &'a str,
        kind: FaultKind,
        #[serde(skip_serializing_if = "Option::is_none")]
        turns: Option<&'a str>,
    },
    FaultOver {
        service: &'a str,
        kind: FaultKind,
        #[serde(skip_serializing_if = "Option::is_none")]
        turns: Option<&'a str>,
    },
    KilledForMemory {
        service: &'a str,
    },
    LoadChanged {
        users: &'a str,
        rps: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        by_tick: Option<u64>,
    },
    KnobTurned {
        #[serde(flatten)]
        of: TurnedFields<'a>,
        knob: &'a str,
        value: f64,
    },
    Restarted {
        service: &'a str,
    },
    MetricSet {
        service: &'a str,
        metric: &'a str,
        value: &'a Value,
    },
    ActionTaken {
        action: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        service: Option<&'a str>,
        wrong: bool,
        feedback: &'a str,
    },
    StatusChanged {
        service: &'a str,
        from: Status,
        to: Status,
    },
    Mitigated {
        since: u64,
    },
    SloBreached,
}

/// What a knob is of.
#[derive(Serialize)]
#[serde(untagged)]
enum TurnedFields<'a> {
    Service { service: &'a str },
    Calls { service: &'a str, to: &'a str },
    Users { users: &'a str },
}

impl<'a> From<&'a Turned> for TurnedFields<'a> {
    fn from(of: &'a Turned) -> Self {
        match of {
            Turned::Service(service) => Self::Service { service },
            Turned::Calls(service, to) => Self::Calls { service, to },
            Turned::Users(users) => Self::Users { users },
        }
    }
}

impl<'a> From<&'a PlaybackEvent> for EventEntry<'a> {
    fn from(occurrence: &'a PlaybackEvent) -> Self {
        let kind = match &occurrence.kind {
            EventKind::FaultActive {
                service,
                kind,
                turns,
                speed,
            } => EventFields::FaultActive {
                service,
                kind: *kind,
                turns: turns.as_deref(),
                speed: *speed,
            },
            EventKind::FaultHalted {
                service,
                kind,
                turns,
            } => EventFields::FaultHalted {
                service,
                kind: *kind,
                turns: turns.as_deref(),
            },
            EventKind::FaultOver {
                service,
                kind,
                turns,
            } => EventFields::FaultOver {
                service,
                kind: *kind,
                turns: turns.as_deref(),
            },
            EventKind::KilledForMemory { service } => EventFields::KilledForMemory { service },
            EventKind::LoadChanged {
                users,
                rps,
                by_tick,
            } => EventFields::LoadChanged {
                users,
                rps: *rps,
                by_tick: *by_tick,
            },
            EventKind::KnobTurned { of, knob, value } => EventFields::KnobTurned {
                of: of.into(),
                knob,
                value: *value,
            },
            EventKind::Restarted { service } => EventFields::Restarted { service },
            EventKind::MetricSet {
                service,
                metric,
                value,
            } => EventFields::MetricSet {
                service,
                metric,
                value,
            },
            EventKind::ActionTaken {
                action,
                target,
                wrong,
                feedback,
            } => EventFields::ActionTaken {
                action,
                service: target.as_deref(),
                wrong: *wrong,
                feedback,
            },
            EventKind::StatusChanged { service, from, to } => EventFields::StatusChanged {
                service,
                from: *from,
                to: *to,
            },
            EventKind::Mitigated { since } => EventFields::Mitigated { since: *since },
            EventKind::SloBreached => EventFields::SloBreached,
        };
        Self {
            tick: occurrence.tick,
            sim_time_seconds: seconds(occurrence.tick),
            kind,
        }
    }
}

/// An expectation with its outcome as JSON.
#[derive(Serialize)]
pub struct ExpectationEntry<'a> {
    expect: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tick: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
}

impl<'a> From<&'a ExpectationVerdict> for ExpectationEntry<'a> {
    fn from(verdict: &'a ExpectationVerdict) -> Self {
        let (outcome, tick, actual) = match &verdict.outcome {
            ExpectationOutcome::Passed => ("passed", None, None),
            ExpectationOutcome::Undecided => ("undecided", None, None),
            ExpectationOutcome::Failed { tick, actual } => ("failed", Some(*tick), Some(&**actual)),
        };
        Self {
            expect: verdict.expectation.to_string(),
            outcome,
            tick,
            actual,
        }
    }
}
