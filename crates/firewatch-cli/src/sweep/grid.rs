//! The grid that is swept: the file's, with what the command line says instead.

use firewatch_scenario::{Axis, Diagnostics, Plan, Scenario, Sweep};

use super::values::Vary;
use crate::cli::SweepArguments;

/// The runs that are asked for.
///
/// # Errors
/// What is wrong with what the command line says, for this scenario.
pub fn plan(
    scenario: Scenario,
    file: &str,
    arguments: &SweepArguments,
) -> Result<(Scenario, Plan), Diagnostics> {
    let sweep = merge(scenario.sweep.clone(), arguments);
    let scenario = Scenario { sweep, ..scenario };
    let problems = scenario.problems();
    if !problems.is_empty() {
        return Err(Diagnostics {
            file: format!("{file} with what the command line varies"),
            text: String::new(),
            problems,
        });
    }
    let plan = Plan::new(&scenario);
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

/// What is given takes the place of what varies the same faults.
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
