//! Files of actions. Names of metrics and parameters stand for what they name only once the whole file is read.

mod effect_signatures;
mod effects;
mod names;
mod resolve;

use firewatch_sim::{FaultKind, Value};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use self::effects::EffectForm;
use super::load::FileForm;
use super::numbers::Finite;
use super::ron_text;
use super::union::{Calls, Either};
use super::values::{Entries, Plain, or_default};
use super::words::Word;
use crate::action_file::ActionFile;
use crate::comparison::Comparison;
use crate::decode::{Decoder, Language, Signature};
use crate::model::{Category, Matching, OnInvalid, ParameterKind};

/// A file of actions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Actions",
    deny_unknown_fields,
    expecting = "a file of actions: `Actions(actions: {...})`"
)]
pub struct ActionsForm {
    /// Where an editor finds the schema of the file; only in JSON.
    #[serde(rename = "$schema", default, skip_serializing)]
    schema: Option<String>,
    /// Files of fault kinds that the actions speak of, relative to the folder of this file. A scenario in which faults
    /// are of these kinds names the files, too.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fault_kinds: Vec<String>,
    /// What holds for all actions; only for a built-in profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<RulesForm>,
    /// Metrics of the author's own that the actions name.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extra_metrics: Vec<String>,
    /// Actions that are added, or take the place of built-in ones.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Entries::is_empty")]
    actions: Entries<ActionForm>,
    /// Changes of actions that there are already.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Entries::is_empty")]
    amend: Entries<AmendmentForm>,
    /// Actions of the standard profile that are the same in traffic; only for the built-in actions of traffic.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keeps: Vec<String>,
    /// Old names of actions, each with the name that took its place; only for a built-in profile.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Entries::is_empty")]
    renamed: Entries<String>,
}

/// What holds for all actions of a catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Rules",
    deny_unknown_fields,
    expecting = "rules: `Rules(matching: any)`"
)]
struct RulesForm {
    /// Which faults of a target an action can fit.
    matching: Matching,
    /// A target of which all hold has nothing to be remedied.
    healthy: Vec<ConditionForm>,
    /// Whether a guarded action on a red herring is wrong, and effects on dependents leave them out.
    spare_red_herrings: bool,
    /// Whether a floor also lifts what was below it.
    floors_lift: bool,
    /// What the error rates of the dependents are scaled by at each step while a circuit is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1")))]
    open_circuit_factor: Option<Finite>,
    /// Whether what is an exception in the reference is an error.
    raises: bool,
    /// Whether a wrong action is done like any other, and a fault that does not show yet changes nothing about
    /// what an action does and says; else a wrong action is refused.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    conceals: bool,
}

/// An action of a catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "ActionSpec",
    deny_unknown_fields,
    expecting = "an action: `ActionSpec(category: ..., about: \"...\", branches: [...])`"
)]
struct ActionForm {
    /// What sort of thing it is.
    category: Category,
    /// What it does, in a sentence.
    about: String,
    /// Whether it is a wrong action on a service that there is nothing to remedy about; by default for
    /// remediations.
    #[serde(skip_serializing_if = "Option::is_none")]
    guarded: Option<bool>,
    /// Whether it does something on a healthy service, too.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    applies_when_healthy: bool,
    /// Whether it ends the episode.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ends_episode: bool,
    /// Its parameters by name.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Entries::is_empty")]
    parameters: Entries<ParameterForm>,
    /// What it does: the first branch that fits counts.
    branches: Vec<BranchForm>,
    /// What it does besides, whichever branch counts.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    always: Vec<EffectForm>,
}

/// A parameter of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Parameter",
    deny_unknown_fields,
    expecting = "a parameter: `Parameter(type: number, about: \"...\")`"
)]
struct ParameterForm {
    /// Its type.
    #[serde(rename = "type")]
    kind: ParameterKind,
    /// What it says, in a sentence.
    about: String,
    /// What it is if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Plain>,
    /// Its smallest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "parameter")))]
    min: Option<Finite>,
    /// Its largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit-of" = "parameter")))]
    max: Option<Finite>,
    /// The values that a text can have; any if left out.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
    /// What a value does that it can't have; `reject` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_invalid: Option<OnInvalid>,
    /// What a value does that is too large; as `on_invalid` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    above_max: Option<OnInvalid>,
}

/// What an action does where something holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Branch",
    deny_unknown_fields,
    expecting = "a branch: `Branch(feedback: \"...\")`"
)]
struct BranchForm {
    /// All have to hold.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    when: Vec<ConditionForm>,
    /// What is done, in order.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    effects: Vec<EffectForm>,
    /// Kinds of fault that are halted on the target.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    halts: Vec<Word<FaultKind>>,
    /// If there are any, a fault is halted on whichever service they hold for, not on the target.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    halts_where: Vec<ConditionForm>,
    /// Whether to get there is a wrong action, as it is for the branch that always fits.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_vain: bool,
    /// What is said, in a line with places.
    #[serde(skip_serializing_if = "Option::is_none")]
    feedback: Option<String>,
    /// What is said, in several lines; instead of `feedback`.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Vec<String>>,
}

/// A change of an action that there is already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Amendment",
    deny_unknown_fields,
    expecting = "an amendment: `Amendment(also: [...])`"
)]
struct AmendmentForm {
    /// Whether it is guarded from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    guarded: Option<bool>,
    /// Whether the effects of all branches are taken away.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    without_effects: bool,
    /// Added to the effects of the first branch.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<EffectForm>,
    /// Further conditions of the first branch.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    when: Vec<ConditionForm>,
    /// Added to what every branch does.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    always: Vec<EffectForm>,
    /// What is done where no other branch fits; it takes the place of the branch that always fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    otherwise: Option<BranchForm>,
}

/// Something that may hold of the target before the action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "ActionCondition",
    rename_all = "snake_case",
    expecting = "a condition, such as `fault([oom])`"
)]
enum ConditionForm {
    /// It has a fault of one of these kinds, or of `any`.
    Fault(KindsForm),
    /// It has a fault that is not halted.
    ActiveFault,
    /// It is a red herring.
    RedHerring,
    /// Its metric compares so; an absent one never does.
    Metric(String, Comparison<Value>),
    /// It has the metric.
    HasMetric(String),
    /// The parameter has that value.
    Parameter(String, Plain),
    /// So many ticks are in the history.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{tick}")))]
    Recorded(Comparison<f64>),
    /// A service that is not healthy calls it.
    UnhealthyCaller,
    /// Customers are hit: a service that they talk to is not healthy, or data that has to be fresh is stale; in traffic,
    /// a group of users misses its objective.
    CustomersHit,
    /// The memory limit of that parameter, in mebibytes, is above the present one; so is none.
    MoreMemory(String),
    /// The memory limit of that parameter is below what is in use.
    TooLittleMemory(String),
    /// A restart would free memory that has leaked, or take back what ended faults have left behind; in traffic.
    RestartHelps,
    /// It has used nearly all of its memory, or instances were killed for that and are not back; in traffic.
    MemoryShort,
    /// The condition holds for some service.
    Somewhere(Box<ConditionForm>),
    /// The condition does not hold.
    Not(Box<ConditionForm>),
}

/// Kinds of fault, or any.
type KindsForm = Either<AnyKind, Vec<Word<FaultKind>>>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum AnyKind {
    /// Of any kind.
    Any,
}

impl Calls for AnyKind {
    const NAMES: &'static [&'static str] = &["any"];
    const WORDS: usize = 1;
}

impl ActionsForm {
    /// Returns the metrics of the author's own that the actions name.
    #[must_use]
    pub fn into_extra_metrics(self) -> Vec<String> {
        self.extra_metrics
    }

    /// The text of a file in RON.
    ///
    /// # Errors
    /// None of those of the `ron` crate can occur.
    pub fn to_ron(&self) -> ron::Result<String> {
        ron_text::write("Actions", self)
    }
}

impl FileForm for ActionFile {
    type Form = ActionsForm;

    const A_FILE: &'static str = "a file of actions";
    const WHAT: &'static str = "action";
    const EXAMPLE: &'static str = "Actions(actions: {...})";
    const LANGUAGE: Language = Language {
        signatures: &[SIGNATURES, effect_signatures::SIGNATURES],
        misplaced: |_, _| None,
        defaults: &[],
        unmentioned: &[],
    };

    fn of_form(form: ActionsForm, notes: &mut Decoder) -> Self {
        form.file(notes)
    }
}

/// How conditions are written.
const SIGNATURES: &[Signature] = {
    const CONDITION: &[&str] = &["ActionCondition"];
    &[
        Signature::new(CONDITION, "fault([oom])", &["kinds"]),
        Signature::new(CONDITION, "metric(\"name\", gt(0.5))", &["metric", "value"]),
        Signature::new(CONDITION, "has_metric(\"name\")", &["metric"]),
        Signature::new(
            CONDITION,
            "parameter(\"name\", \"value\")",
            &["parameter", "value"],
        ),
        Signature::new(CONDITION, "recorded(ge(2))", &["value"]),
        Signature::new(
            CONDITION,
            "more_memory(\"memory_limit_mb\")",
            &["parameter"],
        ),
        Signature::new(
            CONDITION,
            "too_little_memory(\"memory_limit_mb\")",
            &["parameter"],
        ),
        Signature::new(CONDITION, "somewhere(has_metric(\"name\"))", &["somewhere"]),
        Signature::new(CONDITION, "not(red_herring)", &["not"]),
    ]
};

/// Faults in it are of built-in kinds.
impl<'de> Deserialize<'de> for ActionFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = ActionsForm::deserialize(deserializer)?;
        let mut notes = Decoder::default();
        let file = form.file(&mut notes);
        let checked = notes.nothing_wrong().map(|()| file);
        checked.map_err(D::Error::custom)
    }
}
