//! Expectations and checks.

use firewatch_action::Comparison;
use firewatch_action::decode::Signature;
use firewatch_sim::{Status, Value};
use serde::{Deserialize, Serialize};

use crate::model::{Check, Expectation, Fact, Quantity, UserQuantity, When};

/// Something that should hold, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Expectation",
    rename_all = "snake_case",
    expecting = "an expectation: `at_tick(3, ...)`, `by_tick(3, ...)`, `always(...)`, `never(...)` or `at_end(...)`"
)]
pub(crate) enum ExpectationForm {
    /// After that many ticks; 0 is the state at the start.
    AtTick(u64, CheckForm),
    /// At least once in ticks 1 to that one.
    ByTick(u64, CheckForm),
    /// After every tick.
    Always(CheckForm),
    /// After no tick.
    Never(CheckForm),
    /// After the last tick.
    AtEnd(CheckForm),
}

impl From<ExpectationForm> for Expectation {
    fn from(form: ExpectationForm) -> Self {
        let (when, check) = match form {
            ExpectationForm::AtTick(tick, check) => (When::AtTick(tick), check),
            ExpectationForm::ByTick(tick, check) => (When::ByTick(tick), check),
            ExpectationForm::Always(check) => (When::Always, check),
            ExpectationForm::Never(check) => (When::Never, check),
            ExpectationForm::AtEnd(check) => (When::AtEnd, check),
        };
        Self {
            when,
            check: check.into(),
        }
    }
}

impl From<Expectation> for ExpectationForm {
    fn from(expectation: Expectation) -> Self {
        let check = expectation.check.into();
        match expectation.when {
            When::AtTick(tick) => Self::AtTick(tick, check),
            When::ByTick(tick) => Self::ByTick(tick, check),
            When::Always => Self::Always(check),
            When::Never => Self::Never(check),
            When::AtEnd => Self::AtEnd(check),
        }
    }
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Check",
    rename_all = "snake_case",
    expecting = "a check, such as `status(\"service\", critical)`"
)]
pub(crate) enum CheckForm {
    /// The status of a service; it compares from best (healthy) to worst (down).
    Status(String, Comparison<Status>),
    /// A metric of a service.
    Metric(String, String, Comparison<Value>),
    /// What a group of users had in the last tick: its name, and what of it.
    Users(String, UserCheckForm),
    /// Bad customer minutes so far.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "min")))]
    BadCustomerMinutes(Comparison<f64>),
    /// The tick at which the incident counts as mitigated; nothing holds of it before.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
    Mttm(Comparison<f64>),
    /// SLO budget left.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
    SloBudget(Comparison<f64>),
    /// Mean error rate over the services.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
    MeanErrorRate(Comparison<f64>),
    /// Number of services that are not healthy.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{service}")))]
    UnhealthyServices(Comparison<f64>),
    /// Number of services that were not healthy because of a fault, in traffic of all that were not; under the reference profile that the faults could reach.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{service}")))]
    BlastRadius(Comparison<f64>),
    /// Sum of the rewards so far.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
    Reward(Comparison<f64>),
    /// Grade of the answer; nothing holds of it before it has ended.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
    Grade(Comparison<f64>),
    /// Actions so far that were wrong.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{action}")))]
    WrongActions(Comparison<f64>),
    /// Every service is healthy.
    AllHealthy,
    /// The incident counts as mitigated.
    Mitigated,
    /// The SLO budget is used up.
    SloBreached,
}

/// What is looked at of a group of users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "UserCheck",
    rename_all = "snake_case",
    expecting = "a user check: `served(ge(0.99))` or `p99_s(le(0.5))`"
)]
pub(crate) enum UserCheckForm {
    /// Share of its requests that were served, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
    Served(Comparison<f64>),
    /// 99th percentile of the latency of those that were served, from the first attempt on.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s")))]
    #[serde(rename = "p99_s")]
    P99(Comparison<f64>),
}

impl From<UserCheckForm> for (UserQuantity, Comparison<f64>) {
    fn from(form: UserCheckForm) -> Self {
        match form {
            UserCheckForm::Served(comparison) => (UserQuantity::Served, comparison),
            UserCheckForm::P99(comparison) => (UserQuantity::P99, comparison),
        }
    }
}

impl Check {
    /// The words that checks begin with.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        let quantities = Quantity::ALL.iter().map(|quantity| quantity.name());
        let facts = Fact::ALL.iter().map(|fact| fact.name());
        ["status", "metric", "users"]
            .into_iter()
            .chain(quantities)
            .chain(facts)
    }

    /// Whether a check begins with that word.
    pub(super) fn is_name(name: &str) -> bool {
        Self::names().any(|known| known == name)
    }
}

impl From<CheckForm> for Check {
    fn from(form: CheckForm) -> Self {
        use CheckForm as Form;
        let (quantity, comparison) = match form {
            Form::Status(service, comparison) => return Self::Status(service, comparison),
            Form::Metric(service, metric, comparison) => {
                return Self::Metric(service, metric, comparison);
            }
            Form::Users(group, check) => {
                let (quantity, comparison) = check.into();
                return Self::Users(group, quantity, comparison);
            }
            Form::AllHealthy => return Self::Fact(Fact::AllHealthy),
            Form::Mitigated => return Self::Fact(Fact::Mitigated),
            Form::SloBreached => return Self::Fact(Fact::SloBreached),
            Form::BadCustomerMinutes(it) => (Quantity::BadCustomerMinutes, it),
            Form::Mttm(it) => (Quantity::Mttm, it),
            Form::SloBudget(it) => (Quantity::SloBudget, it),
            Form::MeanErrorRate(it) => (Quantity::MeanErrorRate, it),
            Form::UnhealthyServices(it) => (Quantity::UnhealthyServices, it),
            Form::BlastRadius(it) => (Quantity::BlastRadius, it),
            Form::Reward(it) => (Quantity::Reward, it),
            Form::Grade(it) => (Quantity::Grade, it),
            Form::WrongActions(it) => (Quantity::WrongActions, it),
        };
        Self::Quantity(quantity, comparison)
    }
}

impl From<Check> for CheckForm {
    fn from(check: Check) -> Self {
        match check {
            Check::Status(service, comparison) => Self::Status(service, comparison),
            Check::Metric(service, metric, comparison) => Self::Metric(service, metric, comparison),
            Check::Users(group, UserQuantity::Served, comparison) => {
                Self::Users(group, UserCheckForm::Served(comparison))
            }
            Check::Users(group, UserQuantity::P99, comparison) => {
                Self::Users(group, UserCheckForm::P99(comparison))
            }
            Check::Fact(Fact::AllHealthy) => Self::AllHealthy,
            Check::Fact(Fact::Mitigated) => Self::Mitigated,
            Check::Fact(Fact::SloBreached) => Self::SloBreached,
            Check::Quantity(quantity, comparison) => match quantity {
                Quantity::BadCustomerMinutes => Self::BadCustomerMinutes(comparison),
                Quantity::Mttm => Self::Mttm(comparison),
                Quantity::SloBudget => Self::SloBudget(comparison),
                Quantity::MeanErrorRate => Self::MeanErrorRate(comparison),
                Quantity::UnhealthyServices => Self::UnhealthyServices(comparison),
                Quantity::BlastRadius => Self::BlastRadius(comparison),
                Quantity::Reward => Self::Reward(comparison),
                Quantity::Grade => Self::Grade(comparison),
                Quantity::WrongActions => Self::WrongActions(comparison),
            },
        }
    }
}

/// How expectations and checks are written.
pub(super) const SIGNATURES: &[Signature] = {
    const EXPECTATION: &[&str] = &["Expectation"];
    // Conditions of runbooks include checks.
    const CHECK: &[&str] = &["Check", "Condition"];
    const VALUE: &[&str] = &["value"];
    // What is expected stands directly below the expectation: `expect[0].service`.
    const WITHIN: &str = Signature::WITHIN;
    &[
        Signature::new(EXPECTATION, "at_tick(3, check)", &["tick", WITHIN]),
        Signature::new(EXPECTATION, "by_tick(3, check)", &["tick", WITHIN]),
        Signature::new(EXPECTATION, "always(check)", &[WITHIN]),
        Signature::new(EXPECTATION, "never(check)", &[WITHIN]),
        Signature::new(EXPECTATION, "at_end(check)", &[WITHIN]),
        Signature::new(
            CHECK,
            "status(\"service\", critical)",
            &["service", "value"],
        ),
        Signature::new(
            CHECK,
            "metric(\"service\", \"metric\", le(0.1))",
            &["service", "metric", "value"],
        ),
        Signature::new(
            CHECK,
            "users(\"users\", served(ge(0.99)))",
            &["users", WITHIN],
        ),
        Signature::new(&["UserCheck"], "served(ge(0.99))", VALUE),
        Signature::new(&["UserCheck"], "p99_s(le(0.5))", VALUE),
        Signature::new(CHECK, "bad_customer_minutes(le(10))", VALUE),
        Signature::new(CHECK, "mttm(le(10))", VALUE),
        Signature::new(CHECK, "slo_budget(le(10))", VALUE),
        Signature::new(CHECK, "mean_error_rate(le(10))", VALUE),
        Signature::new(CHECK, "unhealthy_services(le(10))", VALUE),
        Signature::new(CHECK, "blast_radius(le(10))", VALUE),
        Signature::new(CHECK, "reward(le(10))", VALUE),
        Signature::new(CHECK, "grade(le(10))", VALUE),
        Signature::new(CHECK, "wrong_actions(le(10))", VALUE),
    ]
};
