//! The timeline, and requests of actions.

#[cfg(feature = "schema")]
use firewatch_action::form::schema::{AnyMetrics, only_first_required};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fault::FaultForm;
use crate::codes;
use crate::model::{TimelineAction, TimelineEvent, Turn, Turned};
use firewatch_action::ActionRequest;
use firewatch_action::decode::{Decoder, Signature, join};
use firewatch_action::form::{Entries, Finite, Optional, Table};

/// Something that is done from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Event",
    deny_unknown_fields,
    expecting = "an event: `Event(tick: 3, do: ...)`"
)]
pub(super) struct EventForm {
    /// Ticks done when it is done: the next tick is the first that sees it.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
    tick: u64,
    /// What is done.
    #[serde(rename = "do")]
    action: ActionForm,
}

/// What can be done from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Action",
    rename_all = "snake_case",
    expecting = "an action: `halt(\"service\")`, `inject((kind: ..., service: ...))`, `set(\"service\", {\"metric\": value})`, `action(\"name\", \"service\")`, `turn(\"service\", {\"knob\": value})` or another one"
)]
enum ActionForm {
    /// Halts every active fault of the service.
    Halt(String),
    /// Begins another fault.
    Inject(FaultForm),
    /// Sets metrics of the service.
    Set(
        String,
        #[cfg_attr(feature = "schema", schemars(with = "AnyMetrics"))] Table,
    ),
    /// Does an action of the catalogue: its name, the service, and parameters by name.
    #[cfg_attr(feature = "schema", schemars(transform = only_first_required(1)))]
    Action(
        String,
        #[serde(default, skip_serializing_if = "Optional::is_left_out")] Optional<String>,
        #[serde(default, skip_serializing_if = "Optional::is_left_out")] Optional<Table>,
    ),
    /// Turns knobs of the service; in the physics of traffic, as all below.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "of the knob")))]
    Turn(String, Entries<Finite>),
    /// Turns knobs of the calls of the first service to the second.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "of the knob")))]
    TurnCalls(String, String, Entries<Finite>),
    /// Turns knobs of the group of users.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "of the knob")))]
    TurnUsers(String, Entries<Finite>),
    /// Restarts the instances of the service, one after the other.
    Restart(String),
}

fn turn(of: Turned, Entries(knobs): Entries<Finite>) -> TimelineAction {
    let knobs = knobs.into_iter().map(|(name, Finite(value))| (name, value));
    TimelineAction::Turn(Turn {
        of,
        knobs: knobs.collect(),
    })
}

impl EventForm {
    /// The event in a scenario of which faults have that speed unless they say otherwise; what does not go together
    /// is noted.
    pub(super) fn event(
        self,
        default_speed: f64,
        notes: &mut Decoder,
        path: impl FnOnce() -> String,
    ) -> TimelineEvent {
        let action = match self.action {
            ActionForm::Halt(service) => TimelineAction::Halt(service),
            ActionForm::Inject(fault) => {
                let path = path();
                if fault.has_start() {
                    misplaced_start(notes, &path);
                }
                let path = || join(&path, "do.fault");
                TimelineAction::Inject(fault.injected(self.tick, default_speed, notes, path))
            }
            ActionForm::Set(service, Table(metrics)) => TimelineAction::Set(service, metrics),
            ActionForm::Turn(service, knobs) => turn(Turned::Service(service), knobs),
            ActionForm::TurnCalls(from, to, knobs) => turn(Turned::Calls(from, to), knobs),
            ActionForm::TurnUsers(users, knobs) => turn(Turned::Users(users), knobs),
            ActionForm::Restart(service) => TimelineAction::Restart(service),
            ActionForm::Action(name, target, parameters) => {
                TimelineAction::Perform(request(name, target, parameters))
            }
        };
        TimelineEvent {
            tick: self.tick,
            action,
        }
    }

    /// The form of an event in a scenario of which faults have that speed unless they say otherwise.
    pub(super) fn of(event: &TimelineEvent, default_speed: Option<f64>) -> Self {
        let action = match &event.action {
            TimelineAction::Halt(service) => ActionForm::Halt(service.clone()),
            TimelineAction::Inject(fault) => {
                ActionForm::Inject(FaultForm::of(fault, default_speed).without_start())
            }
            TimelineAction::Set(service, metrics) => {
                ActionForm::Set(service.clone(), Table(metrics.clone()))
            }
            TimelineAction::Turn(turn) => {
                let knobs = turn.knobs.iter();
                let knobs = knobs.map(|(name, value)| (name.clone(), Finite(*value)));
                let knobs = Entries(knobs.collect());
                match turn.of.clone() {
                    Turned::Service(service) => ActionForm::Turn(service, knobs),
                    Turned::Calls(from, to) => ActionForm::TurnCalls(from, to, knobs),
                    Turned::Users(users) => ActionForm::TurnUsers(users, knobs),
                }
            }
            TimelineAction::Restart(service) => ActionForm::Restart(service.clone()),
            TimelineAction::Perform(request) => {
                let (name, target, parameters) = parts(request);
                ActionForm::Action(name, target, parameters)
            }
        };
        Self {
            tick: event.tick,
            action,
        }
    }
}

impl Serialize for TimelineEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EventForm::of(self, None).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TimelineEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = EventForm::deserialize(deserializer)?;
        let mut notes = Decoder::default();
        let event = form.event(1.0, &mut notes, String::new);
        let checked = notes.nothing_wrong().map(|()| event);
        checked.map_err(D::Error::custom)
    }
}

fn misplaced_start(notes: &mut Decoder, event: &str) {
    let message = "an injected fault begins at the tick of its event".to_owned();
    let help = Some("leave `start_tick` out".to_owned());
    let path = join(event, "do.fault.start_tick");
    notes.report(codes::MISPLACED_START, &path, message, "", help);
}

/// The values of `action(...)` as a request.
pub(super) fn request(
    name: String,
    Optional(target): Optional<String>,
    Optional(parameters): Optional<Table>,
) -> ActionRequest {
    ActionRequest {
        name,
        target,
        parameters: parameters.unwrap_or_default().0,
    }
}

/// A request as the values of `action(...)`. Parameters without a target can't be written.
pub(super) fn parts(request: &ActionRequest) -> (String, Optional<String>, Optional<Table>) {
    let parameters = Table(request.parameters.clone());
    let is_written = request.target.is_some() && !parameters.is_empty();
    let parameters = is_written.then_some(parameters);
    let target = Optional(request.target.clone());
    (request.name.clone(), target, Optional(parameters))
}

/// How what is done is written.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature::new(&["Action"], "halt(\"service\")", &["service"]),
    Signature::new(
        &["Action"],
        "inject((kind: oom, service: \"service\"))",
        &["fault"],
    ),
    Signature::new(
        &["Action"],
        "set(\"service\", {\"metric\": value})",
        &["service", "metrics"],
    ),
    Signature::new(
        &["Action"],
        "turn(\"service\", {\"slow_factor\": 2})",
        &["service", "knobs"],
    ),
    Signature::new(
        &["Action"],
        "turn_calls(\"service\", \"other\", {\"retries\": 0})",
        &["service", "to", "knobs"],
    ),
    Signature::new(
        &["Action"],
        "turn_users(\"users\", {\"rate_factor\": 0.5})",
        &["users", "knobs"],
    ),
    Signature::new(&["Action"], "restart(\"service\")", &["service"]),
    // A step of a runbook, too.
    Signature::new(
        &["Action", "Step"],
        "action(\"name\", \"service\")",
        &["action", "service", "parameters"],
    )
    .requiring(1),
];
