//! Checks all runs of a plan before the first is played.

use std::ops::Range;
use std::sync::Arc;

use firewatch_scenario::{Diagnostics, Problem, Runbook, SweepPlan};

use super::rows::describe_settings;
use crate::batch::Batch;
use crate::failure::Failure;
use crate::ui::output::Console;

/// Number of invalid runs whose problems are shown.
const SHOWN: usize = 3;

/// The invalid runs of a chunk.
#[derive(Default)]
struct InvalidRuns {
    first: Vec<(u64, Vec<Problem>)>,
    runs: u64,
}

/// Checks runs and reports the invalid ones. Returns whether all are valid.
///
/// # Errors
/// The threads fail.
pub fn check(
    plan: &SweepPlan,
    runbooks: &[Arc<Runbook>],
    runs: &Range<u64>,
    file: &str,
    batch: &Batch,
    console: &Console,
) -> Result<bool, Failure> {
    let mut found = InvalidRuns::default();
    let work = |chunk: Range<u64>| Ok(invalid_runs(plan, runbooks, chunk, runs.end));
    batch.in_order(different_runs(plan, runs), 1, work, |invalid_runs| {
        found.runs += invalid_runs.runs;
        let space = SHOWN.saturating_sub(found.first.len());
        found
            .first
            .extend(invalid_runs.first.into_iter().take(space));
        Ok(())
    })?;
    for (run, problems) in &found.first {
        console.report_diagnostics(&Diagnostics {
            file: format!("{file}, run {run} ({})", describe_settings(plan, *run)),
            text: String::new(),
            problems: problems.clone(),
        });
    }
    if found.runs > 0 {
        let (invalid, all) = (found.runs, runs.end - runs.start);
        console.report_note(format_args!(
            "invalid runs: {invalid} of {all}; no run was played"
        ));
    }
    Ok(found.runs == 0)
}

/// Returns the runs with different services or settings. Only generated scenarios differ by seed; others
/// repeat their settings for each seed.
fn different_runs(plan: &SweepPlan, runs: &Range<u64>) -> Range<u64> {
    if plan.base().generated {
        return runs.clone();
    }
    runs.start
        ..runs
            .end
            .min(runs.start.saturating_add(plan.runs_per_seed()))
}

fn invalid_runs(
    plan: &SweepPlan,
    runbooks: &[Arc<Runbook>],
    chunk: Range<u64>,
    end: u64,
) -> InvalidRuns {
    let mut found = InvalidRuns::default();
    for run in chunk {
        let mut problems = plan.problems(run);
        let runbook = runbooks.get(plan.runbook(run));
        if let Some(runbook) = runbook.filter(|_| problems.is_empty()) {
            problems = runbook.problems(&plan.scenario(run));
        }
        if problems.is_empty() {
            continue;
        }
        found.runs += match plan.base().generated {
            true => 1,
            // Runs with other seeds have the same problems.
            false => (end - run).div_ceil(plan.runs_per_seed()),
        };
        if found.first.len() < SHOWN {
            found.first.push((run, problems));
        }
    }
    found
}
