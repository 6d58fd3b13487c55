//! Faults.

use std::num::NonZeroU64;

#[cfg(feature = "schema")]
use firewatch_action::form::schema::KnownMetrics;
use firewatch_sim::{FaultKind, FaultRecovery, FaultShape};
use serde::{Deserialize, Serialize};

use super::knobs::KnobsForm;
#[cfg(feature = "schema")]
use crate::check::MAX_SPEED;
use crate::codes;
use crate::model::Fault;
use firewatch_action::decode::{Decoder, Signature, join};
use firewatch_action::form::{Finite, Table, Word, or_default};

/// A fault on a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Fault",
    deny_unknown_fields,
    expecting = "a fault: `Fault(kind: ..., service: \"...\")`"
)]
pub(crate) struct FaultForm {
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Word<FaultKind>>,
    /// What it turns, instead of a kind. Not in the classic physics.
    #[serde(skip_serializing_if = "Option::is_none")]
    knobs: Option<Box<KnobsForm>>,
    /// The service.
    service: String,
    /// How fast it develops, 0 to 100; by default 1, 1.5 or 2 by difficulty, 1 without.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = MAX_SPEED)))]
    speed: Option<Finite>,
    /// Ticks done when it begins; 0 by default. An injected one begins at the tick of its event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
    start_tick: Option<u64>,
    /// Ticks that it lasts, from 1; until it is halted by default. Not in the classic physics.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
    for_ticks: Option<NonZeroU64>,
    /// How severe it becomes, 0 (not at all) to 1. Not in the classic physics.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    level: Option<Finite>,
    /// How it reaches its level. Not in the classic physics.
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<FaultShape>,
    /// How what it has turned goes back when it is over; `at_once` by default. Not in the classic physics.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<FaultRecovery>,
    /// The actions that end a fault with `knobs`, such as `["rollback_deploy"]`; without any it lasts its time. Not in
    /// the classic physics.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ended_by: Vec<String>,
    /// Metrics that its service has at the start because of it.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Table::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "KnownMetrics"))]
    metrics: Table,
    /// Whether the service is meant not to be in the mesh.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    absent: bool,
}

impl FaultForm {
    /// The fault in a scenario of which faults have that speed unless they say otherwise; what does not go together is
    /// noted.
    pub(super) fn fault(
        self,
        default_speed: f64,
        notes: &mut Decoder,
        path: impl FnOnce() -> String,
    ) -> Fault {
        let kind = match (self.kind, &self.knobs) {
            (Some(Word(kind)), None) => kind,
            (None, Some(_)) => FaultKind::KNOBS,
            (kind, _) => {
                let path = path();
                let field = if kind.is_some() { "knobs" } else { "kind" };
                not_one_of_two(notes, &join(&path, field), kind.is_some());
                kind.map_or(FaultKind::KNOBS, |Word(kind)| kind)
            }
        };
        Fault {
            kind,
            service: self.service,
            speed: self.speed.map_or(default_speed, |speed| speed.0),
            start_tick: self.start_tick.unwrap_or(0),
            for_ticks: self.for_ticks,
            level: self.level.map(f64::from),
            shape: self.shape,
            recovery: self.recovery,
            knobs: self.knobs.map(|knobs| Box::new((*knobs).into())),
            ended_by: self.ended_by,
            metrics: self.metrics.0,
            absent: self.absent,
        }
    }

    /// The fault of an event, which says when it begins.
    pub(super) fn injected(
        self,
        tick: u64,
        default_speed: f64,
        notes: &mut Decoder,
        path: impl FnOnce() -> String,
    ) -> Fault {
        let fault = self.fault(default_speed, notes, path);
        Fault {
            start_tick: tick,
            ..fault
        }
    }

    pub(super) fn has_start(&self) -> bool {
        self.start_tick.is_some()
    }

    /// The form of a fault in a scenario of which faults have that speed unless they say otherwise.
    pub(super) fn of(fault: &Fault, default_speed: Option<f64>) -> Self {
        let is_given = default_speed != Some(fault.speed);
        Self {
            kind: (fault.kind != FaultKind::KNOBS).then_some(Word(fault.kind)),
            knobs: { fault.knobs.as_deref() }.map(|knobs| Box::new(KnobsForm::from(knobs.clone()))),
            service: fault.service.clone(),
            speed: is_given.then_some(Finite(fault.speed)),
            start_tick: Some(fault.start_tick).filter(|tick| *tick != 0),
            for_ticks: fault.for_ticks,
            level: fault.level.map(Finite),
            shape: fault.shape,
            recovery: fault.recovery,
            ended_by: fault.ended_by.clone(),
            metrics: Table(fault.metrics.clone()),
            absent: fault.absent,
        }
    }

    pub(super) fn without_start(self) -> Self {
        Self {
            start_tick: None,
            ..self
        }
    }
}

/// Notes that a fault has a kind and knobs, or neither.
fn not_one_of_two(notes: &mut Decoder, path: &str, has_both: bool) {
    let (code, message, help) = if has_both {
        (
            codes::CONFLICTING_FIELDS,
            "a fault has a `kind`, or `knobs` that it turns by itself",
            "leave one of them out, or make it two faults",
        )
    } else {
        (
            codes::MISSING_FIELD,
            "a fault needs the field `kind`, or `knobs`",
            "write `kind: bad_deploy`, or `knobs: (slow_factor: 4)`",
        )
    };
    notes.report(code, path, message.to_owned(), "", Some(help.to_owned()));
    notes.mark_broken(path);
}

/// Without a scenario, the speed is 1 unless it is given.
impl TryFrom<FaultForm> for Fault {
    type Error = String;

    fn try_from(form: FaultForm) -> Result<Self, String> {
        let mut notes = Decoder::default();
        let fault = form.fault(1.0, &mut notes, String::new);
        notes.nothing_wrong().map(|()| fault)
    }
}

/// With its speed, so that it is the same in any scenario.
impl From<Fault> for FaultForm {
    fn from(fault: Fault) -> Self {
        Self::of(&fault, None)
    }
}

/// How shapes and recoveries with values are written.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature::new(&["FaultShape"], "flapping(on: 2, off: 1)", &[]),
    Signature::new(&["FaultRecovery"], "over_ticks(4)", &[Signature::SAME]),
];
