//! The grid of a sweep: the scenario's own, changed by the command line.

use firewatch_scenario::{Axis, Diagnostics, MetricAxis, Scenario, Sweep, SweepPlan};

use std::path::PathBuf;

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
            Vary::Level(axis) => given.level.push(axis),
            Vary::Kind(axis) => given.kind.push(axis),
            Vary::Start(axis) => given.start.push(axis),
            Vary::Metric(axis) => given.metric.push(axis),
            Vary::Halt(axis) => given.halt.push(axis),
            // They vary what responds, not the scenario.
            Vary::Runbook(_) => {}
        }
    }
    replace(&mut sweep.speed, given.speed);
    replace(&mut sweep.level, given.level);
    replace(&mut sweep.kind, given.kind);
    replace(&mut sweep.start, given.start);
    let is_given = |axis: &MetricAxis| {
        let mut given = given.metric.iter();
        given.any(|new| new.service == axis.service && new.metric == axis.metric)
    };
    sweep.metric.retain(|axis| !is_given(axis));
    sweep.metric.extend(given.metric);
    replace(&mut sweep.halt, given.halt);
    sweep
}

/// Returns the files of the runbooks that respond, each in runs of its own; whether they vary is the second.
pub fn runbook_files(arguments: &SweepArguments) -> (Vec<PathBuf>, bool) {
    let varied = arguments.vary.iter().filter_map(|vary| match vary {
        Vary::Runbook(files) => Some(files),
        _ => None,
    });
    let varied: Vec<PathBuf> = varied.flatten().cloned().collect();
    match varied.is_empty() {
        true => (arguments.runbook.clone().into_iter().collect(), false),
        false => (varied, true),
    }
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
