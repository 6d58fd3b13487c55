//! Events and expectations as data.

use firewatch_response::{EventKind, ExpectationOutcome, ExpectationVerdict, PlaybackEvent};
use firewatch_sim::{FaultKind, Status, Value};
use serde::Serialize;

use crate::units::seconds;

/// An event, ready to be written.
#[derive(Serialize)]
pub struct Event<'a> {
    tick: u64,
    sim_time_seconds: i64,
    #[serde(flatten)]
    kind: Kind<'a>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Kind<'a> {
    FaultActive {
        service: &'a str,
        kind: FaultKind,
        speed: f64,
    },
    FaultHalted {
        service: &'a str,
        kind: FaultKind,
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

impl<'a> From<&'a PlaybackEvent> for Event<'a> {
    fn from(event: &'a PlaybackEvent) -> Self {
        let kind = match &event.kind {
            EventKind::FaultActive {
                service,
                kind,
                speed,
            } => Kind::FaultActive {
                service,
                kind: *kind,
                speed: *speed,
            },
            EventKind::FaultHalted { service, kind } => Kind::FaultHalted {
                service,
                kind: *kind,
            },
            EventKind::MetricSet {
                service,
                metric,
                value,
            } => Kind::MetricSet {
                service,
                metric,
                value,
            },
            EventKind::ActionTaken {
                action,
                target,
                wrong,
                feedback,
            } => Kind::ActionTaken {
                action,
                service: target.as_deref(),
                wrong: *wrong,
                feedback,
            },
            EventKind::StatusChanged { service, from, to } => Kind::StatusChanged {
                service,
                from: *from,
                to: *to,
            },
            EventKind::Mitigated { since } => Kind::Mitigated { since: *since },
            EventKind::SloBreached => Kind::SloBreached,
        };
        Self {
            tick: event.tick,
            sim_time_seconds: seconds(event.tick),
            kind,
        }
    }
}

/// What became of an expectation, ready to be written.
#[derive(Serialize)]
pub struct Judged<'a> {
    expect: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tick: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
}

impl<'a> From<&'a ExpectationVerdict> for Judged<'a> {
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
