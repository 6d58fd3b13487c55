//! Everything that can be done in an incident.

use std::error::Error;

use firewatch_action::{ActionRequest, ActionSpec, Parameter, ParameterKind, WAIT};
use firewatch_episode::EpisodeBatch;
use firewatch_scenario::Scenario;

/// All actions on all targets, with each value of a parameter that has a code; of whole numbers also values between
/// them, because a code has only a few levels.
pub fn all(
    scenario: &Scenario,
    batch: &EpisodeBatch,
) -> Result<Vec<ActionRequest>, Box<dyn Error>> {
    let encoding = batch.encoding(0)?;
    let codes = 0..u32::try_from(encoding.len())?;
    let mut moves: Vec<ActionRequest> = batch.fleet().read(0, |view| {
        codes
            .filter_map(|code| encoding.request(code, view.topology()))
            .collect()
    })?;
    // What a declaration is worth is what waiting is worth.
    moves.retain(|request| request.name != WAIT && request.name != "declare_resolved");
    for spec in scenario.actions().actions() {
        for parameter in spec.parameters() {
            moves.extend(between(scenario, spec, parameter));
        }
    }
    Ok(moves)
}

/// An action on each service with values of a whole number that are a third or a half apart.
fn between(scenario: &Scenario, spec: &ActionSpec, parameter: &Parameter) -> Vec<ActionRequest> {
    let (ParameterKind::Integer, (Some(least), Some(most))) =
        (parameter.kind(), parameter.bounds())
    else {
        return Vec::new();
    };
    let powers = (1..i64::BITS - 2).map(|exponent| 1_i64 << exponent);
    let values = powers.flat_map(|power| [power, power + power / 2]);
    let in_bounds = values.filter(|value| (least..=most).contains(&(*value as f64)));
    let services = scenario.services.iter().map(|service| &service.name);
    in_bounds
        .flat_map(|value| {
            let on = |service: &String| ActionRequest::new(spec.name(), service);
            services
                .clone()
                .map(move |service| on(service).with(parameter.name(), value))
        })
        .collect()
}
