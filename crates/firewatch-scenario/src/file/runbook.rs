//! The steps of a runbook and their conditions.

#[cfg(feature = "schema")]
use firewatch_action::form::schema::only_first_required;
use std::fmt;
use std::sync::LazyLock;

use serde::de::value::EnumAccessDeserializer;
use serde::de::{EnumAccess, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::events::{parts, request};
use super::expectations::CheckForm;
use crate::model::{Check, Expectation};
use crate::runbook::{AlertName, Runbook, RunbookCondition, RunbookStep};
use firewatch_action::Comparison;
use firewatch_action::decode::Signature;
use firewatch_action::form::Begun;
use firewatch_action::form::{Named, Word};
use firewatch_action::form::{Positive, Table, given, if_given, or_default};

/// A runbook: what is done about an incident, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Runbook",
    deny_unknown_fields,
    expecting = "a runbook: `Runbook(name: \"...\", steps: [...])`"
)]
pub(crate) struct RunbookForm {
    /// Where an editor finds the schema of the file; only in JSON.
    #[serde(rename = "$schema", default, skip_serializing)]
    schema: Option<String>,
    /// A short name.
    name: String,
    /// What it is about.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    /// What is done, in order.
    steps: Vec<RunbookStep>,
    /// What should happen in an incident that it answers, besides what the scenario expects.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expect: Vec<Expectation>,
}

impl From<RunbookForm> for Runbook {
    fn from(form: RunbookForm) -> Self {
        Self {
            name: form.name,
            description: form.description,
            steps: form.steps,
            expect: form.expect,
        }
    }
}

impl From<Runbook> for RunbookForm {
    fn from(runbook: Runbook) -> Self {
        Self {
            schema: None,
            name: runbook.name,
            description: runbook.description,
            steps: runbook.steps,
            expect: runbook.expect,
        }
    }
}

/// A step of a runbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Step",
    rename_all = "snake_case",
    expecting = "a step: `action(\"name\", \"service\")`, `wait(3)`, `wait_until(condition, 10)` or `when(condition, [steps])`"
)]
pub(crate) enum StepForm {
    /// Does an action: its name, the service, and parameters by name.
    #[cfg_attr(feature = "schema", schemars(transform = only_first_required(1)))]
    Action(
        String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "given", serialize_with = "if_given")]
        Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "given", serialize_with = "if_given")]
        Option<Table>,
    ),
    /// Does nothing for that many ticks.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
    Wait(Positive),
    /// Does nothing until the condition holds, or for that many ticks at most.
    #[cfg_attr(feature = "schema", schemars(transform = only_first_required(1)))]
    WaitUntil(
        RunbookCondition,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "given", serialize_with = "if_given")]
        Option<Positive>,
    ),
    /// Does the first steps if the condition holds now, else the others.
    #[cfg_attr(feature = "schema", schemars(transform = only_first_required(2)))]
    When(
        RunbookCondition,
        Vec<RunbookStep>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")] Vec<RunbookStep>,
    ),
}

impl From<StepForm> for RunbookStep {
    fn from(form: StepForm) -> Self {
        match form {
            StepForm::Action(name, target, parameters) => {
                Self::Act(request(name, target, parameters))
            }
            StepForm::Wait(Positive(ticks)) => Self::Wait(ticks),
            StepForm::WaitUntil(condition, limit) => {
                Self::WaitUntil(condition, limit.map(|Positive(ticks)| ticks))
            }
            StepForm::When(condition, then, others) => Self::When(condition, then, others),
        }
    }
}

impl From<RunbookStep> for StepForm {
    fn from(step: RunbookStep) -> Self {
        match step {
            RunbookStep::Act(request) => {
                let (name, target, parameters) = parts(&request);
                Self::Action(name, target, parameters)
            }
            RunbookStep::Wait(ticks) => Self::Wait(Positive(ticks)),
            RunbookStep::WaitUntil(condition, limit) => {
                Self::WaitUntil(condition, limit.map(Positive))
            }
            RunbookStep::When(condition, then, others) => Self::When(condition, then, others),
        }
    }
}

/// A condition that is not a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "ConditionCall", rename_all = "snake_case")]
enum ConditionForm {
    /// An alert of that name fires about the service; any, if none is named.
    #[cfg_attr(feature = "schema", schemars(transform = only_first_required(1)))]
    Alert(
        String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "given", serialize_with = "if_given")]
        Option<Word<AlertName>>,
    ),
    /// The tick after which the next action is done.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
    Tick(Comparison<f64>),
    /// The condition does not hold.
    Not(Box<RunbookCondition>),
    /// Each of the conditions holds.
    All(Vec<RunbookCondition>),
    /// One of the conditions holds.
    Any(Vec<RunbookCondition>),
}

impl Serialize for RunbookCondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = match self.clone() {
            Self::Check(check) => return check.serialize(serializer),
            Self::Alert(service, name) => ConditionForm::Alert(service, name.map(Word)),
            Self::Tick(comparison) => ConditionForm::Tick(comparison),
            Self::Not(condition) => ConditionForm::Not(condition),
            Self::All(conditions) => ConditionForm::All(conditions),
            Self::Any(conditions) => ConditionForm::Any(conditions),
        };
        form.serialize(serializer)
    }
}

const CONDITION: &str =
    "a condition, such as `alert(\"service\")` or `status(\"service\", critical)`";

/// The words that conditions begin with.
static CONDITIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let own = ["alert", "tick", "not", "all", "any"];
    own.into_iter().chain(Check::names()).collect()
});

impl<'de> Deserialize<'de> for RunbookCondition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ConditionVisitor;
        impl<'de> Visitor<'de> for ConditionVisitor {
            type Value = RunbookCondition;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(CONDITION)
            }

            fn visit_enum<A: EnumAccess<'de>>(
                self,
                access: A,
            ) -> Result<RunbookCondition, A::Error> {
                let begun = Begun::of(access)?;
                if Check::is_name(&begun.name) {
                    let check = CheckForm::deserialize(EnumAccessDeserializer::new(begun))?;
                    return Ok(RunbookCondition::Check(check.into()));
                }
                if !CONDITIONS.contains(&&*begun.name) {
                    return Err(A::Error::unknown_variant(&begun.name, &CONDITIONS));
                }
                let form = ConditionForm::deserialize(EnumAccessDeserializer::new(begun))?;
                Ok(match form {
                    ConditionForm::Alert(service, name) => {
                        RunbookCondition::Alert(service, name.map(|Word(name)| name))
                    }
                    ConditionForm::Tick(comparison) => RunbookCondition::Tick(comparison),
                    ConditionForm::Not(condition) => RunbookCondition::Not(condition),
                    ConditionForm::All(conditions) => RunbookCondition::All(conditions),
                    ConditionForm::Any(conditions) => RunbookCondition::Any(conditions),
                })
            }
        }
        deserializer.deserialize_enum("Condition", &CONDITIONS, ConditionVisitor)
    }
}

/// In files; an alert that is told of has another form.
impl Named for AlertName {
    const ONE: &'static str = "an alert";

    fn all() -> &'static [Self] {
        Self::ALL
    }

    fn words() -> &'static [&'static str] {
        static WORDS: LazyLock<Vec<&'static str>> =
            LazyLock::new(|| AlertName::ALL.iter().map(|alert| alert.name()).collect());
        &WORDS
    }

    fn word(&self) -> &str {
        self.name()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RunbookCondition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let check = generator.subschema_for::<CheckForm>();
        let call = generator.subschema_for::<ConditionForm>();
        schemars::json_schema!({
            "description": "Something that an operator can see.",
            "anyOf": [check, call],
        })
    }
}

/// How steps and conditions are written.
pub(super) const SIGNATURES: &[Signature] = {
    const STEP: &[&str] = &["Step"];
    const CONDITION: &[&str] = &["Condition"];
    &[
        Signature::new(STEP, "wait(3)", &["ticks"]),
        Signature::new(STEP, "wait_until(condition, 10)", &["condition", "at_most"]).requiring(1),
        Signature::new(
            STEP,
            "when(condition, [steps])",
            &["condition", "then", "others"],
        )
        .requiring(2),
        Signature::new(CONDITION, "alert(\"service\")", &["service", "alert"]).requiring(1),
        Signature::new(CONDITION, "tick(ge(6))", &["value"]),
        Signature::new(CONDITION, "not(condition)", &["not"]),
        Signature::new(CONDITION, "all([condition, ...])", &["all"]),
        Signature::new(CONDITION, "any([condition, ...])", &["any"]),
    ]
};
