//! Users, and how much services can do for them.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::model::limits;
use crate::model::{Load, LoadPoint, Objective, UserGroup};
use firewatch_action::decode::Signature;
use firewatch_action::form::{Calls, Either, Finite, ListOr, or_default};

/// Users who call a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Users",
    deny_unknown_fields,
    expecting = "a group of users: `Users(service: \"...\", rps: 50)`"
)]
pub(crate) struct UsersForm {
    /// What the group is called; as its service by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The service that they call.
    service: String,
    /// Requests per second, without those that are tried again: a number; or steps `[(tick, rps), ...]`, each until
    /// the next; or `ramp([(tick, rps), ...])`, evenly from each to the next. The first is at tick 0.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{request}/s")))]
    rps: RateForm,
    /// What they wait for an answer at most; 10 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s"), range(min = limits::PATIENCE_S[0], max = limits::SECONDS)))]
    patience_s: Option<Finite>,
    /// How often they try again; 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = limits::RETRIES)))]
    retries: Option<u64>,
    /// What they wait before they try again; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s"), range(min = 0, max = limits::SECONDS)))]
    backoff_s: Option<Finite>,
    /// What is good enough for them.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "ObjectiveForm::is_default")]
    objective: ObjectiveForm,
}

/// What is good enough for a group of users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Objective",
    default,
    deny_unknown_fields,
    expecting = "an objective: `Objective(served: 0.999, p99_s: 0.5)`"
)]
struct ObjectiveForm {
    /// Share of requests that have to be served, 0 to 1; 0.999 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    served: Option<Finite>,
    /// The 99th percentile of latency that is good enough, above 0; half of the patience by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s", "exclusiveMinimum" = 0), range(max = limits::SECONDS)))]
    p99_s: Option<Finite>,
}

impl ObjectiveForm {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A number, steps or a ramp.
type RateForm = Either<RampCall, ListOr<PointForm, Finite>>;

/// A rate that changes evenly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "Ramp", rename_all = "snake_case", expecting = "a ramp")]
enum RampCall {
    /// Evenly from each tick and its rate to the next.
    Ramp(Vec<PointForm>),
}

impl Calls for RampCall {
    const NAMES: &'static [&'static str] = &["ramp"];
    const EXPECTED: &'static str =
        "a number, steps `[(tick, rps), ...]` or `ramp([(tick, rps), ...])`";
}

/// A tick, and the requests per second from then on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "Point", expecting = "a tick and a rate `(10, 120)`")]
struct PointForm(u64, Finite);

impl From<&PointForm> for LoadPoint {
    fn from(&PointForm(tick, Finite(rps)): &PointForm) -> Self {
        Self { tick, rps }
    }
}

fn load(form: &RateForm) -> Load {
    let points = |points: &[PointForm]| points.iter().map(LoadPoint::from).collect();
    match form {
        Either::Call(RampCall::Ramp(ramp)) => Load::Ramp(points(ramp)),
        Either::Plain(ListOr::List(steps)) => Load::Steps(points(steps)),
        Either::Plain(ListOr::Other(Finite(rps))) => Load::Constant(*rps),
    }
}

fn load_form(load: &Load) -> RateForm {
    let points = |points: &[LoadPoint]| {
        let point = |point: &LoadPoint| PointForm(point.tick, Finite(point.rps));
        points.iter().map(point).collect()
    };
    match load {
        Load::Constant(rps) => Either::Plain(ListOr::Other(Finite(*rps))),
        Load::Steps(steps) => Either::Plain(ListOr::List(points(steps))),
        Load::Ramp(ramp) => Either::Call(RampCall::Ramp(points(ramp))),
    }
}

impl From<UsersForm> for UserGroup {
    fn from(form: UsersForm) -> Self {
        Self {
            rps: load(&form.rps),
            name: form.name,
            service: form.service,
            patience_s: form.patience_s.map(f64::from),
            retries: form.retries,
            backoff_s: form.backoff_s.map(f64::from),
            objective: Objective {
                served: form.objective.served.map(f64::from),
                p99_s: form.objective.p99_s.map(f64::from),
            },
        }
    }
}

impl From<UserGroup> for UsersForm {
    fn from(users: UserGroup) -> Self {
        Self {
            rps: load_form(&users.rps),
            name: users.name,
            service: users.service,
            patience_s: users.patience_s.map(Finite),
            retries: users.retries,
            backoff_s: users.backoff_s.map(Finite),
            objective: ObjectiveForm {
                served: users.objective.served.map(Finite),
                p99_s: users.objective.p99_s.map(Finite),
            },
        }
    }
}

/// How a rate that changes evenly is written.
pub(super) const SIGNATURES: &[Signature] = &[Signature::new(
    &["Ramp"],
    "ramp([(0, 50), (10, 120)])",
    &[Signature::SAME],
)];
