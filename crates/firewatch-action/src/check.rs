//! Checks of the meaning of an action file.

mod names;

use std::collections::BTreeSet;

use firewatch_sim::find_metric;

use crate::action_file::{ActionFile, Amendment, Renamed};
use crate::codes;
use crate::decode::{Decoder, key_path};
use crate::model::{ActionSpec, Category, Condition, Effect, Parameter};
use crate::types;
use firewatch_ron::{shown, suggest};

/// The author of a file.
#[derive(Clone, Copy)]
pub(super) enum Author<'a> {
    /// A part of a profile.
    Firewatch,
    /// Anybody else.
    User {
        /// The actions of the default profile, whose meta actions are reserved.
        built_in: &'a [ActionSpec],
    },
}

/// The catalogue that a file extends.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    pub(super) actions: &'a [ActionSpec],
    pub(super) renamed: &'a Renamed,
}

/// Checks the meaning of a file. `base` is what the file extends; without it, what the file
/// amends is not checked.
pub(super) fn check(file: &ActionFile, base: Option<Base>, author: Author, notes: &mut Decoder) {
    if let Author::User { built_in } = author {
        reserved(file, built_in, notes);
    }
    names::check_names(file, notes);
    for (index, name) in file.extra_metrics.iter().enumerate() {
        if find_metric(name).is_some() {
            let message = format!("`{name}` is a known metric, not one of your own");
            let help = Some("leave it out of `extra_metrics`".to_owned());
            notes.report(
                codes::KNOWN_METRIC,
                &format!("extra_metrics[{index}]"),
                message,
                "",
                help,
            );
        }
    }
    for action in &file.actions {
        let path = key_path("actions", &action.name);
        check_action(&path, action, notes);
    }
    let Some(base) = base else { return };
    let known: BTreeSet<&str> = { base.actions.iter() }
        .chain(&file.actions)
        .map(ActionSpec::name)
        .collect();
    for amendment in &file.amend {
        check_amendment(amendment, base, &known, notes);
    }
}

fn check_amendment(amendment: &Amendment, base: Base, known: &BTreeSet<&str>, notes: &mut Decoder) {
    let path = key_path("amend", &amendment.name);
    // An amendment can't use parameters.
    effects(&path, "also", &amendment.also, &[], notes);
    effects(&path, "always", &amendment.always, &[], notes);
    if let Some(otherwise) = &amendment.otherwise {
        let path = format!("{path}.otherwise");
        if !otherwise.when.is_empty() || !otherwise.halts.is_empty() {
            let message = "`otherwise` has no conditions, and halts nothing".to_owned();
            notes.report(codes::UNREACHABLE_BRANCH, &path, message, "", None);
        }
        effects(&path, "effects", &otherwise.effects, &[], notes);
    }
    let added = amendment.also.len() + amendment.always.len();
    Limit {
        owner: "an amendment",
        what: "effects",
        most: MAX_EFFECTS,
        help: None,
    }
    .check(&format!("{path}.also"), added, notes);
    if !known.contains(&*amendment.name) {
        let message = format!("there is no action `{}` to amend", shown(&amendment.name));
        notes.report_with(
            codes::UNKNOWN_ACTION,
            &format!("{path}@key"),
            message,
            "",
            || {
                { base.renamed.replacement(&amendment.name) }
                    .or_else(|| suggest(&amendment.name, "actions", known.iter().copied()))
            },
        );
    }
}

/// Checks that a file neither changes the meta actions nor has rules: those are reserved for profiles. Runs,
/// episodes and audits rely on what meta actions do: `wait` changes nothing, and `declare_resolved` resolves
/// nothing.
fn reserved(file: &ActionFile, built_in: &[ActionSpec], notes: &mut Decoder) {
    let is_reserved = |name: &str| {
        let mut actions = built_in.iter();
        actions.any(|action| action.category == Category::Meta && action.name == name)
    };
    let overridden = file.actions.iter().map(|action| ("actions", &action.name));
    let amended = file.amend.iter().map(|action| ("amend", &action.name));
    for (field, name) in overridden.chain(amended) {
        if is_reserved(name) {
            let what = match field {
                "amend" => "amended",
                _ => "overridden",
            };
            let message =
                format!("`{name}` can't be {what}: the built-in meta actions are reserved");
            let help = "give an action of your own another name".to_owned();
            let path = format!("{}@key", key_path(field, name));
            notes.report(codes::RESERVED, &path, message, "reserved", Some(help));
        }
    }
    if !file.renamed.is_empty() {
        let message = "only a profile has `renamed`".to_owned();
        let help = "leave it out; give an action of your own any name that is free".to_owned();
        notes.report(codes::RESERVED, "renamed", message, "", Some(help));
    }
    if !file.keeps.is_empty() {
        let message = "only the built-in actions of traffic have `keeps`".to_owned();
        notes.report(codes::RESERVED, "keeps", message, "", None);
    }
    let changes_traffic = |effect: &Effect| matches!(effect, Effect::Traffic(_));
    for action in &file.actions {
        let of_branches = action.branches.iter().flat_map(|branch| &branch.effects);
        if of_branches.chain(&action.always).any(changes_traffic) {
            let message = format!(
                "`{}` changes traffic, as only built-in actions do",
                shown(&action.name)
            );
            let help = "in a scenario with `users` name the built-in action: `scale_out`, \
                        `shed_load`, ...; in others there is no traffic";
            let path = key_path("actions", &action.name);
            notes.report(codes::RESERVED, &path, message, "", Some(help.to_owned()));
        }
    }
    if file.rules.is_some() {
        let message = "only a profile has `rules`".to_owned();
        let help = "leave them out; a scenario chooses its rules with `profile`".to_owned();
        notes.report(codes::RESERVED, "rules", message, "", Some(help));
    }
}

/// Maximum parameters of an action. Each request iterates over them, and over its branches and effects.
const MAX_PARAMETERS: usize = 64;
/// Maximum branches of an action.
const MAX_BRANCHES: usize = 64;
/// Maximum effects of all branches of an action, and of an amendment.
const MAX_EFFECTS: usize = 256;
/// Maximum choices of a parameter.
const MAX_CHOICES: usize = 256;

/// The most elements that a list of a file may have.
struct Limit {
    owner: &'static str,
    what: &'static str,
    most: usize,
    help: Option<&'static str>,
}

impl Limit {
    fn check(&self, path: &str, count: usize, notes: &mut Decoder) {
        let Self {
            owner, what, most, ..
        } = self;
        if count > *most {
            let message = format!("{owner} has at most {most} {what}, not {count}");
            let help = self.help.map(str::to_owned);
            notes.report(codes::TOO_MANY, path, message, "", help);
        }
    }
}

fn check_size(path: &str, action: &ActionSpec, notes: &mut Decoder) {
    let effects = { action.branches.iter() }
        .map(|branch| branch.effects.len())
        .chain([action.always.len()]);
    for (field, what, count, most) in [
        (
            "parameters",
            "parameters",
            action.parameters.len(),
            MAX_PARAMETERS,
        ),
        ("branches", "branches", action.branches.len(), MAX_BRANCHES),
        (
            "branches",
            "effects in its branches",
            effects.sum(),
            MAX_EFFECTS,
        ),
    ] {
        Limit {
            owner: "an action",
            what,
            most,
            help: Some("make several actions of it"),
        }
        .check(&format!("{path}.{field}"), count, notes);
    }
}

fn check_action(path: &str, action: &ActionSpec, notes: &mut Decoder) {
    check_size(path, action, notes);
    if action.name.is_empty() {
        let message = "an action needs a name".to_owned();
        notes.report(
            codes::EMPTY_NAME,
            &format!("{path}@key"),
            message,
            "empty",
            None,
        );
    }
    // Only a remediation can be wrong: another would try faults out for nothing.
    let halts = action
        .branches
        .iter()
        .any(|branch| !branch.halts.is_empty());
    if halts && action.category != Category::Remediation {
        let message = format!(
            "an action that halts faults is a remediation, not {}",
            action.category
        );
        notes.report(
            codes::CONFLICTING_FIELDS,
            &format!("{path}.category"),
            message,
            "",
            Some("write `category: remediation`, or leave out `halts`".to_owned()),
        );
    }
    if !action.needs_target() && !action.parameters.is_empty() {
        let message = "only an action on a service takes parameters".to_owned();
        notes.report(
            codes::NEEDS_TARGET,
            &format!("{path}.parameters"),
            message,
            "",
            None,
        );
    }
    for parameter in &action.parameters {
        let path = key_path(&format!("{path}.parameters"), &parameter.name);
        check_parameter(&path, parameter, notes);
    }
    let branches = format!("{path}.branches");
    let last = action.branches.len().saturating_sub(1);
    for (index, branch) in action.branches.iter().enumerate() {
        let path = format!("{branches}[{index}]");
        if branch.when.is_empty() && index < last {
            let message =
                "this branch always applies: the branches after it are never taken".to_owned();
            let help = Some("put it at the end".to_owned());
            notes.report(codes::UNREACHABLE_BRANCH, &path, message, "", help);
        }
        let has_fault = branch.when.iter().any(|c| matches!(c, Condition::Fault(_)));
        let asks = has_fault || !branch.halts_where.is_empty();
        if !branch.halts.is_empty() && !asks {
            let message = "a branch that halts faults needs a condition on their kinds".to_owned();
            let kinds: Vec<&str> = branch.halts.iter().map(|kind| kind.name()).collect();
            let help = Some(format!("add `fault([{}])` to its `when`", kinds.join(", ")));
            notes.report(
                codes::MISSING_CONDITION,
                &format!("{path}.halts"),
                message,
                "",
                help,
            );
        }
        let in_service = action.category != Category::Meta;
        if !in_service
            && branch
                .effects
                .iter()
                .any(|e| !matches!(e, Effect::SetCounter { .. }))
        {
            let message = "a meta action has no target whose metrics it could change".to_owned();
            notes.report(
                codes::NEEDS_TARGET,
                &format!("{path}.effects"),
                message,
                "",
                None,
            );
        }
        effects(&path, "effects", &branch.effects, &action.parameters, notes);
    }
    effects(path, "always", &action.always, &action.parameters, notes);
    let ends = action
        .branches
        .last()
        .is_some_and(|branch| branch.when.is_empty());
    if !ends {
        let message = "the last branch must not have conditions".to_owned();
        let help = Some("add one without `when`, such as `(feedback: \"...\")`".to_owned());
        notes.report(codes::MISSING_BRANCH, &branches, message, "", help);
    }
}

fn check_parameter(path: &str, parameter: &Parameter, notes: &mut Decoder) {
    if let (Some(min), Some(max)) = (parameter.min, parameter.max)
        && min > max
    {
        let message = format!("`min` is {min}, above `max`, which is {max}");
        notes.report(
            codes::EMPTY_RANGE,
            &format!("{path}.min"),
            message,
            "",
            None,
        );
    }
    Limit {
        owner: "a parameter",
        what: "choices",
        most: MAX_CHOICES,
        help: Some("leave `choices` out to take any text"),
    }
    .check(&format!("{path}.choices"), parameter.choices.len(), notes);
    let default = parameter.default.as_ref();
    if let Some(expected) = default.and_then(|default| parameter.problem(default)) {
        let message = format!("`default` must be {expected}");
        notes.report(
            codes::INVALID_PARAMETER,
            &format!("{path}.default"),
            message,
            "",
            None,
        );
    } else if let Some(default) = default
        && !types::is_default_of_type(parameter, default)
    {
        let message = format!("`default` must be {}", parameter.expected());
        notes.report(
            codes::INVALID_PARAMETER,
            &format!("{path}.default"),
            message,
            "",
            None,
        );
    }
}

fn effects(
    path: &str,
    field: &str,
    effects: &[Effect],
    parameters: &[Parameter],
    notes: &mut Decoder,
) {
    for (index, effect) in effects.iter().enumerate() {
        let problem = match effect {
            Effect::Interrupt { errors } if !(0.0..=1.0).contains(errors) => Some(format!(
                "`interrupt` takes a share from 0 to 1, not {errors}"
            )),
            Effect::Change { metric, change, .. } => types::unfit(metric, change, parameters),
            Effect::SetMemoryLimit { parameter } => {
                types::unfit_memory_limit(*parameter, parameters)
            }
            _ => None,
        };
        if let Some(problem) = problem {
            let path = format!("{path}.{field}[{index}]");
            notes.report(codes::WRONG_TYPE, &path, problem, "", None);
        }
    }
}
