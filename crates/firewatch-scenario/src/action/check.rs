//! The meaning of a file of actions.

use firewatch_sim::{Metric, MetricKey, MetricKind, find_metric};

use super::catalogue::ActionCatalogue;
use super::model::{
    ActionFile, ActionSpec, Category, Change, Condition, Effect, Operand, Parameter,
};
use super::request::{DECLARE_RESOLVED, WAIT};
use crate::check::out_of_range;
use crate::decode::{Decoder, key_path};
use crate::problem::{shown, suggest};

/// Actions that have to do what they do: runs, episodes and audits are made of them.
const RESERVED: [&str; 2] = [WAIT, DECLARE_RESOLVED];

/// Notes what makes no sense in a file that extends a catalogue.
pub(super) fn check(file: &ActionFile, base: Option<&ActionCatalogue>, notes: &mut Decoder) {
    for (index, name) in file.extra_metrics.iter().enumerate() {
        if find_metric(name).is_some() {
            let message = format!("`{name}` is a known metric, not one of your own");
            let help = Some("leave it out of `extra_metrics`".to_owned());
            notes.report(&format!("extra_metrics[{index}]"), message, "", help);
        }
    }
    for action in &file.actions {
        let path = key_path("actions", &action.name);
        check_action(&path, action, notes);
        let is_known = base.is_some_and(|base| base.find(&action.name).is_some());
        if is_known && RESERVED.contains(&&*action.name) {
            let message = format!("`{}` can't be overridden", action.name);
            let help = Some("those who wait and those who end an answer count on it".to_owned());
            notes.report(&format!("{path}@key"), message, "", help);
        }
    }
    for amendment in &file.amend {
        let path = key_path("amend", &amendment.name);
        effects(&path, "also", &amendment.also, notes);
        let Some(base) = base else { continue };
        let own = file.actions.iter();
        let known: Vec<&str> = base
            .actions()
            .iter()
            .chain(own)
            .map(ActionSpec::name)
            .collect();
        if !known.contains(&&*amendment.name) {
            let message = format!("there is no action `{}` to amend", shown(&amendment.name));
            notes.report_with(&format!("{path}@key"), message, "", || {
                suggest(&amendment.name, "actions", known.iter().copied())
            });
        }
    }
}

fn check_action(path: &str, action: &ActionSpec, notes: &mut Decoder) {
    if action.name.is_empty() {
        let message = "an action needs a name".to_owned();
        notes.report(&format!("{path}@key"), message, "empty", None);
    }
    if !action.needs_target() && !action.parameters.is_empty() {
        let message = "only an action on a service takes parameters".to_owned();
        notes.report(&format!("{path}.parameters"), message, "", None);
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
            notes.report(&path, message, "", help);
        }
        let has_fault = branch.when.iter().any(|c| matches!(c, Condition::Fault(_)));
        if !branch.halts.is_empty() && !has_fault {
            let message = "what a branch halts, it has to ask for".to_owned();
            let kinds: Vec<&str> = branch.halts.iter().map(|kind| kind.name()).collect();
            let help = Some(format!("add `fault([{}])` to its `when`", kinds.join(", ")));
            notes.report(&format!("{path}.halts"), message, "", help);
        }
        let in_service = action.category != Category::Meta;
        if !in_service
            && branch
                .effects
                .iter()
                .any(|e| !matches!(e, Effect::SetCounter { .. }))
        {
            let message = "a meta action has no target whose metrics it could change".to_owned();
            notes.report(&format!("{path}.effects"), message, "", None);
        }
        effects(&path, "effects", &branch.effects, notes);
    }
    let ends = action
        .branches
        .last()
        .is_some_and(|branch| branch.when.is_empty());
    if !ends {
        let message = "the last branch has to fit always".to_owned();
        let help = Some("add one without `when`, such as `(feedback: \"...\")`".to_owned());
        notes.report(&branches, message, "", help);
    }
}

fn check_parameter(path: &str, parameter: &Parameter, notes: &mut Decoder) {
    if let (Some(min), Some(max)) = (parameter.min, parameter.max)
        && min > max
    {
        let message = format!("`min` is {min}, above `max`, which is {max}");
        notes.report(&format!("{path}.min"), message, "", None);
    }
    let default = parameter.default.as_ref();
    if let Some(expected) = default.and_then(|default| parameter.problem(default)) {
        let message = format!("`default` must be {expected}");
        notes.report(&format!("{path}.default"), message, "", None);
    }
}

fn effects(path: &str, field: &str, effects: &[Effect], notes: &mut Decoder) {
    for (index, effect) in effects.iter().enumerate() {
        let Effect::Change { metric, change, .. } = effect else {
            continue;
        };
        let MetricKey::Known(known) = metric else {
            continue;
        };
        if let Some(problem) = unfit(known, change) {
            let path = format!("{path}.{field}[{index}]");
            notes.report(&path, problem, "", None);
        }
    }
}

/// Why a change can't be done to a metric.
fn unfit(metric: &Metric, change: &Change) -> Option<String> {
    let Metric { name, kind, .. } = metric;
    let what = kind.describe();
    match change {
        Change::Set {
            to: Operand::Value(value),
            ..
        } if !metric.accepts(value) => Some(format!("`{name}` must be {what}, not `{value}`")),
        Change::Set {
            to: Operand::Value(value),
            ..
        } => out_of_range(metric, value),
        Change::Set { .. } => None,
        Change::ShiftSha => {
            (*kind != MetricKind::Text).then(|| format!("`{name}` is {what}, not text"))
        }
        Change::Scale { .. } if *kind == MetricKind::Int => Some(format!(
            "`{name}` is a whole number: `int_scale` or `int_div` keeps it so"
        )),
        Change::IntDiv { by: 0, .. } => Some("`by` must not be 0".to_owned()),
        _ if !matches!(kind, MetricKind::Float | MetricKind::Int) => {
            Some(format!("`{name}` is {what}: it can only be `set`"))
        }
        _ => None,
    }
}
