//! The actions that policies choose from.

use firewatch_action::{
    ActionCatalogue, ActionRequest, ActionSpec, Category, Parameter, ParameterKind, WAIT,
};
use firewatch_sim::Value;

/// The actions that pass the filter, on each service where they take one, with each choice of their
/// parameters, one at a time: the defaults first, so that of equal answers the plainest is found; then every
/// choice of text, the least and the greatest number.
pub(crate) fn moves<'a>(
    catalogue: &ActionCatalogue,
    services: impl Iterator<Item = &'a str> + Clone,
    filter: impl Fn(&ActionSpec) -> bool,
) -> Vec<ActionRequest> {
    let mut moves = Vec::new();
    let specs = catalogue.actions().iter();
    for spec in specs.filter(|spec| spec.name() != WAIT && filter(spec)) {
        if spec.needs_target() {
            for service in services.clone() {
                choose(spec, ActionRequest::new(spec.name(), service), &mut moves);
            }
        } else {
            choose(spec, ActionRequest::untargeted(spec.name()), &mut moves);
        }
    }
    moves
}

fn choose(spec: &ActionSpec, plain: ActionRequest, moves: &mut Vec<ActionRequest>) {
    moves.push(plain.clone());
    for parameter in spec.parameters() {
        let choices = choices(parameter).into_iter();
        moves.extend(choices.map(|value| plain.clone().with(parameter.name(), value)));
    }
}

/// Returns the values that a parameter is tried with besides its default.
fn choices(parameter: &Parameter) -> Vec<Value> {
    let mut values: Vec<Value> = match parameter.kind() {
        ParameterKind::Text => { parameter.choices().iter() }
            .map(|choice| choice.as_str().into())
            .collect(),
        kind @ (ParameterKind::Integer | ParameterKind::Number) => {
            let (min, max) = parameter.bounds();
            let bounds = min.into_iter().chain(max);
            bounds.map(|bound| number(kind, bound)).collect()
        }
    };
    values.retain(|value| Some(value) != parameter.default());
    values
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the bounds of whole numbers are whole"
)]
fn number(kind: ParameterKind, bound: f64) -> Value {
    if kind == ParameterKind::Integer {
        Value::Int(bound as i64)
    } else {
        Value::Float(bound)
    }
}

/// Whether the action of that name is a remedy.
pub(crate) fn is_remedy(catalogue: &ActionCatalogue, name: &str) -> bool {
    let mut specs = catalogue.actions().iter();
    specs.any(|spec| spec.name() == name && spec.category() == Category::Remediation)
}

/// Returns the request as a short phrase.
pub(crate) fn name(request: &ActionRequest) -> String {
    let target = { request.target.iter() }.map(|target| format!(" on {target}"));
    let mut name = format!("{}{}", request.name, target.collect::<String>());
    if !request.parameters.is_empty() {
        let entry = |(name, value)| format!("{name}: {value}");
        let entries: Vec<String> = request.parameters.iter().map(entry).collect();
        name.push_str(&format!(" ({})", entries.join(", ")));
    }
    name
}
