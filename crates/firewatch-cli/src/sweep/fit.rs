//! Whether every run of a plan is in order, before the first is played.

use std::ops::Range;

use firewatch_scenario::{Diagnostics, Plan, Problem, Runbook};

use super::rows::settings_in_words;
use crate::batch::Batch;
use crate::check::count;
use crate::failure::Failure;
use crate::output::Console;

/// Runs whose problems are shown; of the others only their number.
const SHOWN: usize = 3;

/// What is wrong with the runs of a piece of the plan.
#[derive(Default)]
struct Misfits {
    first: Vec<(u64, Vec<Problem>)>,
    runs: u64,
}

/// Whether all those runs are in order; says which are not.
///
/// # Errors
/// None that would come from the scenario.
pub fn check(
    plan: &Plan,
    runbook: Option<&Runbook>,
    runs: &Range<u64>,
    file: &str,
    batch: &Batch,
    console: &Console,
) -> Result<bool, Failure> {
    let mut found = Misfits::default();
    let work = |piece: Range<u64>| Ok(misfits(plan, runbook, piece, runs.end));
    batch.in_order(different_runs(plan, runs), 1, work, |misfits| {
        found.runs += misfits.runs;
        let space = SHOWN.saturating_sub(found.first.len());
        found.first.extend(misfits.first.into_iter().take(space));
        Ok(())
    })?;
    for (run, problems) in &found.first {
        console.diagnostics(&Diagnostics {
            file: format!("{file}, run {run} ({})", settings_in_words(plan, *run)),
            text: String::new(),
            problems: problems.clone(),
        });
    }
    if found.runs > 0 {
        let (bad, all) = (count(found.runs, "run"), runs.end - runs.start);
        console.note(format_args!("{bad} of {all} can't be played, so none was"));
    }
    Ok(found.runs == 0)
}

/// The seed matters only where services are drawn by it: without that, the first runs have all
/// settings.
fn different_runs(plan: &Plan, runs: &Range<u64>) -> Range<u64> {
    if plan.base().generated {
        return runs.clone();
    }
    runs.start
        ..runs
            .end
            .min(runs.start.saturating_add(plan.runs_per_seed()))
}

fn misfits(plan: &Plan, runbook: Option<&Runbook>, piece: Range<u64>, end: u64) -> Misfits {
    let mut found = Misfits::default();
    for run in piece {
        let mut problems = plan.problems(run);
        if let Some(runbook) = runbook.filter(|_| problems.is_empty()) {
            problems = runbook.problems(&plan.scenario(run));
        }
        if problems.is_empty() {
            continue;
        }
        found.runs += match plan.base().generated {
            true => 1,
            // Those with other seeds are alike.
            false => (end - run).div_ceil(plan.runs_per_seed()),
        };
        if found.first.len() < SHOWN {
            found.first.push((run, problems));
        }
    }
    found
}
