//! The grid of a sweep: the scenario's own, changed by the command line.

use firewatch_scenario::{Axis, Diagnostics, Scenario, Sweep, SweepPlan};

use super::arguments::SweepArguments;
use super::values::Vary;

/// Returns the scenario with the grid, and the plan of its runs.
///
/// # Errors
/// The arguments are invalid for this scenario.
pub fn plan(
    scenario: Scenario,
    file: &str,
    arguments: &SweepArguments,
) -> Result<(Scenario, SweepPlan), Diagnostics> {
    let sweep = merge(scenario.sweep.clone(), arguments);
    let scenario = Scenario { sweep, ..scenario };
    let problems = scenario.problems();
    if !problems.is_empty() {
        return Err(Diagnostics {
            file: format!("{file} with the grid of the command line"),
            text: String::new(),
            problems,
        });
    }
    let plan = SweepPlan::new(&scenario);
    Ok((scenario, plan))
}

fn merge(mut sweep: Sweep, arguments: &SweepArguments) -> Sweep {
    if let Some(seeds) = &arguments.seeds {
        sweep.seeds.clone_from(&seeds.0);
    }
    let mut given = Sweep::default();
    for vary in &arguments.vary {
        match vary.clone() {
            Vary::Speed(axis) => given.speed.push(axis),
            Vary::Kind(axis) => given.kind.push(axis),
            Vary::Halt(axis) => given.halt.push(axis),
        }
    }
    replace(&mut sweep.speed, given.speed);
    replace(&mut sweep.kind, given.kind);
    replace(&mut sweep.halt, given.halt);
    sweep
}

/// Replaces the axes that vary the same faults as a given one.
fn replace<T>(axes: &mut Vec<Axis<T>>, given: Vec<Axis<T>>) {
    let is_replaced = |axis: &Axis<T>| {
        let mut given = given.iter();
        given.any(|new| {
            new.service.is_none() || axis.service.is_none() || new.service == axis.service
        })
    };
    axes.retain(|axis| !is_replaced(axis));
    axes.extend(given);
}
