//! The files as serde reads and writes them, in RON and in JSON.
//!
//! Where a file has another form than the model (a fault's speed by default follows the difficulty, goals and
//! their cost are two fields), a type here has the form of the file and turns into the model and back.

mod calls;
mod events;
mod expectations;
mod fault;
mod goals;
mod incident;
mod knobs;
mod language;
mod runbook;
mod scenario;
mod sweep;
mod user_facing;
mod users;

use firewatch_action::decode::{Decoder, Language, key_path};
use firewatch_action::form::FileForm;
use firewatch_action::words;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(feature = "schema")]
use crate::custom_kinds::FaultKindsForm;
#[cfg(feature = "schema")]
use crate::file_kind::FileKind;
use crate::goal::{Goal, GoalTest};
use crate::model::{
    Calls, Check, Difficulty, Expectation, Fault, Physics, Scenario, TimelineAction, UserGroup,
};
use crate::runbook::{Runbook, RunbookStep};
use crate::sweep::Sweep;

/// Reads and writes types of the model in their forms.
macro_rules! in_form {
    ($($type:ty: $form:ty;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$form>::from(self.clone()).serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let form = <$form>::deserialize(deserializer)?;
                form.try_into().map_err(D::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                <$form>::inline_schema()
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                <$form>::schema_name()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                <$form>::schema_id()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$form>::json_schema(generator)
            }
        }
    )*};
}

in_form! {
    Calls: calls::CallsForm;
    Check: expectations::CheckForm;
    Expectation: expectations::ExpectationForm;
    Fault: fault::FaultForm;
    Goal: goals::GoalForm;
    GoalTest: goals::GoalTestForm;
    Runbook: runbook::RunbookForm;
    Scenario: scenario::ScenarioForm;
    RunbookStep: runbook::StepForm;
    Sweep: sweep::SweepForm;
    UserGroup: users::UsersForm;
}

words! {
    Difficulty = "a difficulty";
    Physics = "a physics";
}

impl FileForm for Scenario {
    type Form = scenario::ScenarioForm;

    const A_FILE: &'static str = "a scenario";
    const WHAT: &'static str = "scenario";
    const EXAMPLE: &'static str = "Scenario(name: \"...\", ...)";
    const LANGUAGE: Language = language::LANGUAGE;

    fn of_form(form: Self::Form, notes: &mut Decoder) -> Self {
        let scenario = form.scenario(notes);
        scenario.check_kinds(notes);
        Self {
            fault_kinds: notes.fault_kinds.clone(),
            ..scenario
        }
    }
}

impl FileForm for Runbook {
    type Form = Self;

    const A_FILE: &'static str = "a runbook";
    const WHAT: &'static str = "runbook";
    const EXAMPLE: &'static str = "Runbook(name: \"...\", steps: [...])";
    const LANGUAGE: Language = language::LANGUAGE;

    fn of_form(form: Self, _: &mut Decoder) -> Self {
        form
    }
}

/// The schemas of types that are words.
#[cfg(feature = "schema")]
macro_rules! words_as_schemas {
    ($($type:ty: $name:literal;)*) => {$(
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                firewatch_action::form::Word::<Self>::json_schema(generator)
            }
        }
    )*};
}

#[cfg(feature = "schema")]
words_as_schemas! {
    Difficulty: "Difficulty";
    Physics: "Physics";
}

#[cfg(feature = "schema")]
impl FileKind {
    /// The JSON Schema of files of this kind, in their form in JSON. A number has a range, or a unit:
    /// `x-unit` is one as UCUM writes it, `x-unit-of` names what has the same unit.
    #[must_use]
    pub fn schema(self) -> schemars::Schema {
        use firewatch_action::form::schema::{of, of_actions};
        match self {
            Self::Scenario => of::<Scenario>(),
            Self::Runbook => of::<Runbook>(),
            Self::Actions => of_actions(),
            Self::FaultKinds => of::<FaultKindsForm>(),
        }
    }
}

impl Scenario {
    /// Notes the kinds of fault in it that there are not.
    fn check_kinds(&self, notes: &mut Decoder) {
        for (index, fault) in self.faults.iter().enumerate() {
            notes.check_fault_kind(fault.kind, || format!("faults[{index}].kind"));
        }
        for (index, event) in self.timeline.iter().enumerate() {
            if let TimelineAction::Inject(fault) = &event.action {
                notes.check_fault_kind(fault.kind, || format!("timeline[{index}].do.fault.kind"));
            }
        }
        for axis in &self.sweep.kind {
            for (index, kind) in axis.values.iter().enumerate() {
                notes.check_fault_kind(*kind, || match &axis.service {
                    Some(service) => format!("{}[{index}]", key_path("sweep.kind", service)),
                    None => format!("sweep.kind[{index}]"),
                });
            }
        }
    }
}
