//! Services and faults.

use std::num::NonZeroU64;

#[cfg(feature = "schema")]
use firewatch_action::form::schema::KnownMetrics;
use firewatch_sim::{AdversarialLine, FaultKind, FaultShape};
use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::check::MAX_SPEED;
use crate::model::{Call, Calls, Fault, Service};
use firewatch_action::decode::Signature;
use firewatch_action::form::Word;
use firewatch_action::form::{Calls as CallNames, Either, MapOr, TextOr, Valued};
use firewatch_action::form::{Entries, Finite, Table, or_default};

/// `["a", "b"]` out of the catalogue, or `{"a": (...), "b": (...)}`.
pub(super) type ServicesForm = MapOr<Entries<ServiceForm>, Vec<String>>;

/// The services of a form.
pub(super) fn services(form: ServicesForm) -> Vec<Service> {
    match form {
        MapOr::Other(names) => { names.into_iter() }
            .map(|name| Service {
                name,
                calls: Calls::Catalogue,
                ..Service::default()
            })
            .collect(),
        MapOr::Map(Entries(services)) => { services.into_iter() }
            .map(|(name, form)| form.service(name))
            .collect(),
    }
}

/// The form of services.
pub(super) fn services_form(services: &[Service]) -> ServicesForm {
    let names = services.iter().map(|service| service.name.clone());
    if services.iter().all(Service::is_of_catalogue) {
        return MapOr::Other(names.collect());
    }
    let forms = services.iter().cloned().map(ServiceForm::from);
    MapOr::Map(Entries(names.zip(forms).collect()))
}

impl Service {
    /// Whether its name says all about it.
    pub(crate) fn is_of_catalogue(&self) -> bool {
        self.calls == Calls::Catalogue && self.metrics.is_empty() && self.extra_metrics.is_empty()
    }
}

/// A service of the mesh.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Service",
    default,
    deny_unknown_fields,
    expecting = "a service: `Service(calls: [...])`"
)]
pub(super) struct ServiceForm {
    /// The services that it calls, in order, or `catalogue`; none if left out.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_none")]
    calls: Calls,
    /// Known metrics that differ from the baseline or are attached.
    #[serde(
        deserialize_with = "or_default",
        skip_serializing_if = "Table::is_empty"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "KnownMetrics"))]
    metrics: Table,
    /// Metrics of the author's own, which no rule reads.
    #[serde(
        deserialize_with = "or_default",
        skip_serializing_if = "Table::is_empty"
    )]
    extra_metrics: Table,
}

fn is_none(calls: &Calls) -> bool {
    *calls == Calls::default()
}

impl Valued for ServiceForm {
    const EXPECTED: &'static str =
        "a map `{\"name\": (...)}` or a list of names out of the catalogue";
}

impl ServiceForm {
    fn service(self, name: String) -> Service {
        Service {
            name,
            calls: self.calls,
            metrics: self.metrics.0,
            extra_metrics: self.extra_metrics.0,
        }
    }
}

impl From<Service> for ServiceForm {
    fn from(service: Service) -> Self {
        Self {
            calls: service.calls,
            metrics: Table(service.metrics),
            extra_metrics: Table(service.extra_metrics),
        }
    }
}

/// What a service calls: `["a", (to: "b")]`, or `catalogue`.
pub(crate) type CallsForm = Either<CallsWord, Vec<TextOr<CallForm>>>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallsWord {
    /// What the catalogue says, as far as it is in the mesh.
    Catalogue,
}

impl CallNames for CallsWord {
    const NAMES: &'static [&'static str] = &["catalogue"];
    const WORDS: usize = 1;
    const LIST: &'static str = "a list of services: `[\"name\", ...]`, or `catalogue`";
}

/// A call from a service to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Call",
    deny_unknown_fields,
    expecting = "a call: `Call(to: \"...\")`"
)]
pub(crate) struct CallForm {
    /// The service that is called.
    to: String,
}

impl From<TextOr<CallForm>> for Call {
    fn from(form: TextOr<CallForm>) -> Self {
        match form {
            TextOr::Text(to) | TextOr::Other(CallForm { to }) => Self { to },
        }
    }
}

/// A call that says nothing but which service is written as its name.
impl From<Call> for TextOr<CallForm> {
    fn from(Call { to }: Call) -> Self {
        Self::Text(to)
    }
}

impl From<CallsForm> for Calls {
    fn from(form: CallsForm) -> Self {
        match form {
            Either::Call(CallsWord::Catalogue) => Self::Catalogue,
            Either::Plain(calls) => Self::Named(calls.into_iter().map(Call::from).collect()),
        }
    }
}

impl From<Calls> for CallsForm {
    fn from(calls: Calls) -> Self {
        match calls {
            Calls::Catalogue => Self::Call(CallsWord::Catalogue),
            Calls::Named(calls) => Self::Plain(calls.into_iter().map(TextOr::from).collect()),
        }
    }
}

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
    kind: Word<FaultKind>,
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
    /// The fault in a scenario of which faults have that speed unless they say otherwise.
    pub(super) fn fault(self, default_speed: f64) -> Fault {
        Fault {
            kind: self.kind.0,
            service: self.service,
            speed: self.speed.map_or(default_speed, |speed| speed.0),
            start_tick: self.start_tick.unwrap_or(0),
            for_ticks: self.for_ticks,
            level: self.level.map(f64::from),
            shape: self.shape,
            metrics: self.metrics.0,
            absent: self.absent,
        }
    }

    /// The fault of an event, which says when it begins.
    pub(super) fn injected(self, tick: u64, default_speed: f64) -> Fault {
        let fault = self.fault(default_speed);
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
            kind: Word(fault.kind),
            service: fault.service.clone(),
            speed: is_given.then_some(Finite(fault.speed)),
            start_tick: Some(fault.start_tick).filter(|tick| *tick != 0),
            for_ticks: fault.for_ticks,
            level: fault.level.map(Finite),
            shape: fault.shape,
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

/// Without a scenario, the speed is 1 unless it is given.
impl From<FaultForm> for Fault {
    fn from(form: FaultForm) -> Self {
        form.fault(1.0)
    }
}

/// With its speed, so that it is the same in any scenario.
impl From<Fault> for FaultForm {
    fn from(fault: Fault) -> Self {
        Self::of(&fault, None)
    }
}

/// A line planted in a service's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "AdversarialLine",
    deny_unknown_fields,
    expecting = "an adversarial log line: `AdversarialLine(service: \"...\", line: \"...\")`"
)]
pub(super) struct LineForm {
    /// The service.
    service: String,
    /// The line.
    line: String,
}

impl From<LineForm> for AdversarialLine {
    fn from(LineForm { service, line }: LineForm) -> Self {
        Self { service, line }
    }
}

impl From<AdversarialLine> for LineForm {
    fn from(AdversarialLine { service, line }: AdversarialLine) -> Self {
        Self { service, line }
    }
}

/// How a shape with fields is written.
pub(super) const SIGNATURES: &[Signature] = &[Signature::new(
    &["FaultShape"],
    "flapping(on: 2, off: 1)",
    &[],
)];
