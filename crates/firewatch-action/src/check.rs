//! The meaning of a file of actions.

use std::collections::BTreeSet;

use firewatch_sim::find_metric;

use crate::action_file::ActionFile;
use crate::catalogue::ActionCatalogue;
use crate::codes;
use crate::decode::{Decoder, key_path};
use crate::model::{ActionSpec, Category, Condition, Effect, Parameter, Profile};
use crate::types;
use firewatch_ron::{shown, suggest};

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// A part of a profile.
    Firewatch,
    /// Anybody else.
    User,
}

/// Notes what makes no sense in a file that extends a catalogue.
pub(super) fn check(
    file: &ActionFile,
    base: Option<&ActionCatalogue>,
    author: Author,
    notes: &mut Decoder,
) {
    if author == Author::User {
        reserved(file, notes);
    }
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
    let known: BTreeSet<&str> = { base.actions().iter() }
        .chain(&file.actions)
        .map(ActionSpec::name)
        .collect();
    for amendment in &file.amend {
        let path = key_path("amend", &amendment.name);
        // It has no parameters to speak of.
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
        if amendment.also.len() + amendment.always.len() > MAX_EFFECTS {
            let message = format!("an amendment adds at most {MAX_EFFECTS} effects");
            notes.report(codes::TOO_MANY, &format!("{path}.also"), message, "", None);
        }
        if !known.contains(&*amendment.name) {
            let message = format!("there is no action `{}` to amend", shown(&amendment.name));
            notes.report_with(
                codes::UNKNOWN_ACTION,
                &format!("{path}@key"),
                message,
                "",
                || {
                    { base.replacement(&amendment.name) }
                        .or_else(|| suggest(&amendment.name, "actions", known.iter().copied()))
                },
            );
        }
    }
}

/// Notes what only a profile may say. Runs, episodes and audits are made of the actions of the category
/// meta: to wait must be to do nothing, and to declare the incident resolved must not resolve it.
fn reserved(file: &ActionFile, notes: &mut Decoder) {
    let built_in = ActionCatalogue::built_in(Profile::default());
    let is_reserved = |name: &str| {
        let action = built_in.find(name);
        action.is_some_and(|action| action.category() == Category::Meta)
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
    if file.rules.is_some() {
        let message = "only a profile has `rules`".to_owned();
        let help = "leave them out; a scenario chooses its rules with `profile`".to_owned();
        notes.report(codes::RESERVED, "rules", message, "", Some(help));
    }
}

/// Parameters, branches, and effects of all branches together that an action may have: each request of a
/// file goes through them.
const MAX_PARAMETERS: usize = 64;
const MAX_BRANCHES: usize = 64;
const MAX_EFFECTS: usize = 256;
/// Choices of a parameter.
const MAX_CHOICES: usize = 256;

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
        if count > most {
            let message = format!("an action has at most {most} {what}, not {count}");
            let help = Some("make several actions of it".to_owned());
            notes.report(
                codes::TOO_MANY,
                &format!("{path}.{field}"),
                message,
                "",
                help,
            );
        }
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
            let message = "this branch always fits: the ones behind it are never taken".to_owned();
            let help = Some("put it at the end".to_owned());
            notes.report(codes::UNREACHABLE_BRANCH, &path, message, "", help);
        }
        let has_fault = branch.when.iter().any(|c| matches!(c, Condition::Fault(_)));
        let asks = has_fault || !branch.halts_where.is_empty();
        if !branch.halts.is_empty() && !asks {
            let message = "what a branch halts, it has to ask for".to_owned();
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
        let message = "the last branch has to fit always".to_owned();
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
    let choices = parameter.choices.len();
    if choices > MAX_CHOICES {
        let message = format!("a parameter has at most {MAX_CHOICES} choices, not {choices}");
        let help = Some("leave `choices` out to take any text".to_owned());
        notes.report(
            codes::TOO_MANY,
            &format!("{path}.choices"),
            message,
            "",
            help,
        );
    }
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
