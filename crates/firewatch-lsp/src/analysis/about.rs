//! What things are, in words: fields and calls by their schemas, metrics, actions, parameters and kinds of fault.

use firewatch_action::{ActionSpec, Parameter};
use firewatch_scenario::{Calls, Physics, SERVICE_CATALOGUE, Scenario, Service};
use firewatch_sim::{FaultKindDescriptor, Metric, MetricKind};
use serde_json::Value as Json;

use crate::language::schema::Spot;

/// Says what a field or a call is, with type, unit and range.
#[must_use]
pub fn member(name: &str, about: &Json, value: Option<&Spot>) -> String {
    let mut first = format!("**{name}**");
    let kind = value.map(type_of).unwrap_or_default();
    let facts: Vec<String> = [kind, range(about), unit(about)]
        .into_iter()
        .filter(|fact| !fact.is_empty())
        .collect();
    if !facts.is_empty() {
        first.push_str(&format!(": {}", facts.join(", ")));
    }
    match about["description"].as_str() {
        Some(text) => format!("{first}\n\n{}", text.replace('\n', " ")),
        None => first,
    }
}

/// Says what a value can be.
fn type_of(spot: &Spot) -> String {
    let words: Vec<&str> = spot.words().iter().map(|word| word.name).collect();
    let types = [
        ("integer", "a whole number"),
        ("number", "a number"),
        ("array", "a list"),
    ];
    let mut parts: Vec<String> = { types.iter() }
        .filter(|(kind, _)| spot.allows(kind))
        .map(|(_, said)| (*said).to_owned())
        .collect();
    if !words.is_empty() {
        parts.push(firewatch_ron::listed(words, "or"));
    } else if spot.allows("string") {
        parts.push("text".to_owned());
    }
    if spot.is_map() {
        parts.push("a map".to_owned());
    } else if spot.fields().next().is_some() {
        parts.push("fields in parentheses".to_owned());
    }
    let calls: Vec<String> = spot
        .calls()
        .map(|call| format!("{}(...)", call.name))
        .collect();
    // Of many it is enough to be offered them.
    if (1..=6).contains(&calls.len()) {
        parts.push(firewatch_ron::listed(
            calls.iter().map(String::as_str),
            "or",
        ));
    }
    parts.join(" or ")
}

fn range(about: &Json) -> String {
    let bound = |key: &str| about[key].as_f64();
    let above = bound("exclusiveMinimum").map(|min| format!("above {min}"));
    let from = above.or(bound("minimum").map(|min| format!("from {min}")));
    // The largest whole number of 64 bits is no limit that anybody meant.
    let to = bound("maximum")
        .filter(|max| *max < 1e18)
        .map(|max| format!("up to {max}"));
    let parts: Vec<String> = from.into_iter().chain(to).collect();
    parts.join(" ")
}

fn unit(about: &Json) -> String {
    match about["x-unit"].as_str() {
        None | Some("1") => String::new(),
        Some(unit) => format!("in {}", unit.replace(['{', '}'], "")),
    }
}

/// Says what type, range and unit a metric has.
#[must_use]
pub fn metric_type(metric: &Metric) -> String {
    let mut said = metric.kind.describe().to_owned();
    if matches!(metric.kind, MetricKind::Float | MetricKind::Int) {
        match (metric.min.is_finite(), metric.max.is_finite()) {
            (true, true) => said.push_str(&format!(", {} to {}", metric.min, metric.max)),
            (true, false) => said.push_str(&format!(", from {}", metric.min)),
            (false, true) => said.push_str(&format!(", up to {}", metric.max)),
            (false, false) => {}
        }
    }
    if !metric.unit.is_empty() && metric.unit != "1" {
        said.push_str(&format!(", in {}", metric.unit));
    }
    said
}

/// Says what a metric is.
#[must_use]
pub fn metric(metric: &Metric) -> String {
    let who = match metric.always {
        true => "Every service has it.",
        false => "A service has it once something attaches it.",
    };
    let kind = metric_type(metric);
    format!(
        "**{}**: {kind}\n\n{}. {who}",
        metric.name,
        metric.about.trim_end_matches('.')
    )
}

/// Says what an action does and takes.
#[must_use]
pub fn action(action: &ActionSpec) -> String {
    let mut said = format!(
        "**{}**: {}\n\n{}",
        action.name(),
        action.category(),
        action.about()
    );
    let halts = action.halts();
    if !halts.is_empty() {
        let kinds = firewatch_ron::listed(halts.iter().map(|kind| kind.name()), "and");
        said.push_str(&format!("\n\nHalts {kinds}."));
    }
    for own in action.parameters() {
        said.push_str(&format!("\n- {}", parameter(own)));
    }
    said
}

/// Says what a parameter is.
#[must_use]
pub fn parameter(parameter: &Parameter) -> String {
    let mut said = format!("`{}`: {}", parameter.name(), parameter.kind());
    match parameter.bounds() {
        (Some(min), Some(max)) => said.push_str(&format!(", {min} to {max}")),
        (Some(min), None) => said.push_str(&format!(", from {min}")),
        (None, Some(max)) => said.push_str(&format!(", up to {max}")),
        (None, None) => {}
    }
    if !parameter.choices().is_empty() {
        let choices = parameter.choices().iter().map(String::as_str);
        said.push_str(&format!(", {}", firewatch_ron::listed(choices, "or")));
    }
    if let Some(default) = parameter.default() {
        said.push_str(&format!("; {default} by default"));
    }
    format!("{said}. {}", parameter.about())
}

/// Says what a kind of fault does in a physics; `None` if it means nothing there.
#[must_use]
pub fn fault_kind(kind: &FaultKindDescriptor, physics: Physics) -> Option<String> {
    let title = format!("**{}**: kind of fault", kind.kind());
    if physics == Physics::Traffic {
        let about = kind.kind().about_in_traffic()?;
        return Some(format!("{title}\n\n{about}"));
    }
    let mut said = format!("{title}\n\n{}", kind.about());
    if !kind.cascades() {
        said.push_str(" Errors do not spread from it.");
    }
    if !kind.recovers() {
        said.push_str(" Services do not heal from it.");
    }
    Some(said)
}

/// Says what a service calls and what happens to it, as far as the scenario can be read.
#[must_use]
pub fn service(name: &str, scenario: Option<&Scenario>) -> String {
    let mut said = format!("**{name}**: service");
    let Some(scenario) = scenario.filter(|scenario| scenario.has_service(name)) else {
        return said;
    };
    let of_it = scenario
        .services
        .iter()
        .find(|service| service.name == name);
    let calls: Vec<&str> = of_it.map(callees).unwrap_or_default();
    let callers = scenario
        .services
        .iter()
        .filter(|service| callees(service).contains(&name));
    let callers: Vec<&str> = callers.map(|service| service.name.as_str()).collect();
    let faults = scenario.faults.iter().filter(|fault| fault.service == name);
    let faults: Vec<String> = faults.map(|fault| fault.title()).collect();
    for (what, names) in [
        ("calls", calls),
        ("is called by", callers),
        ("has", faults.iter().map(String::as_str).collect::<Vec<_>>()),
    ] {
        if !names.is_empty() {
            said.push_str(&format!(
                "\n- {what} {}",
                firewatch_ron::listed(names, "and")
            ));
        }
    }
    said
}

/// What a service calls, whether or not it is in the mesh.
#[must_use]
pub fn callees(service: &Service) -> Vec<&str> {
    match &service.calls {
        Calls::Named(calls) => calls.iter().map(|call| call.to.as_str()).collect(),
        Calls::Catalogue => { SERVICE_CATALOGUE.iter() }
            .filter(|known| known.name == service.name)
            .flat_map(|known| known.calls.iter().copied())
            .collect(),
    }
}
