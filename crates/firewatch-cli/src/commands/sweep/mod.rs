//! `firewatch sweep`: plays a grid of runs and writes a row for each.

mod arguments;
mod checksum;
mod grid;
mod parquet_file;
mod partial;
mod rows;
mod run_result;
mod validity;
mod values;

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firewatch_action::ActionCatalogue;
use firewatch_scenario::{
    Diagnostics, MAX_SWEEP_RUNS, MAX_SWEEP_SERVICE_TICKS, Runbook, Scenario, SweepPlan,
};
use indicatif::ProgressBar;

use crate::batch::{self, Batch};
use crate::failure::{Exit, Failure};
use crate::paths::path_text;
use crate::sources::{self, Source};
use crate::ui::output::Console;
use arguments::RowFormat;
pub use arguments::{SweepArguments, details};
use checksum::digest;
use parquet_file::{ParquetFile, ROW_GROUP_SIZE};
use partial::{Partial, SweepInputs};
use rows::TextRows;
use run_result::RunResult;
use values::Shard;

/// A sweep to execute.
struct SweepJob {
    plan: SweepPlan,
    /// The runbooks that respond: none, one to each run, or several that vary.
    runbooks: Vec<Arc<Runbook>>,
    /// The requested runs of the plan.
    runs: Range<u64>,
    batch: Batch,
    bar: ProgressBar,
    /// The scenario's file.
    name: String,
}

/// Plays the grid of the scenario and the arguments.
pub fn sweep(arguments: &SweepArguments, console: &Console) -> Result<Exit, Failure> {
    check_usage(arguments)?;
    let source = match only_source(&arguments.file, arguments.root.folder())? {
        Ok(source) => source,
        Err(problems) => return Ok(report_invalid(&problems, console)),
    };
    if let Some(out) = &arguments.out {
        let (files, _) = grid::runbook_files(arguments);
        let runbooks: Vec<Source> = files.into_iter().map(Source::without_root).collect();
        let inputs = std::iter::once(&source).chain(&runbooks);
        sources::ensure_not_an_input(out, inputs)?;
        // An output that can't be written must fail before the sweep, not after it.
        drop(console.results(Some(out), arguments.format)?);
    }
    let name = source.name();
    let scenario = source.load();
    let planned = scenario.and_then(|scenario| grid::plan(scenario, &name, arguments));
    let planned = planned.and_then(|(scenario, plan)| {
        let (files, vary) = grid::runbook_files(arguments);
        let load = |file: &PathBuf| Runbook::load_for(file, &scenario).map(Arc::new);
        let runbooks = files.iter().map(load).collect::<Result<Vec<_>, _>>()?;
        let names = files.iter().map(|file| path_text(file)).filter(|_| vary);
        let plan = plan.answered_by(names.collect());
        Ok((scenario, plan, runbooks))
    });
    let (scenario, plan, runbooks) = match planned {
        Ok(planned) => planned,
        Err(problems) => return Ok(report_invalid(&problems, console)),
    };
    check_work(&plan)?;
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    let runs = plan.piece(shard.index, shard.count);
    let batch = Batch::new(arguments.threads)?;
    if !validity::check(&plan, &runbooks, &runs, &name, &batch, console)? {
        return Ok(Exit::Invalid);
    }
    let ticks = plan.base().ticks.saturating_mul(runs.end - runs.start);
    let inputs = inputs(scenario, &runbooks);
    let sweep = SweepJob {
        bar: console.progress_bar(ticks, arguments.out.is_none()),
        plan,
        runbooks,
        runs,
        batch,
        name,
    };
    let written = match &arguments.out {
        Some(out) => sweep.to_file(out, inputs, shard, arguments, console),
        None => sweep.to_stdout(arguments.format, console),
    };
    sweep.bar.finish_and_clear();
    written.map(|()| Exit::Passed)
}

fn check_usage(arguments: &SweepArguments) -> Result<(), Failure> {
    if arguments.format == RowFormat::Parquet && arguments.out.is_none() {
        let message = "Parquet can't be written to the standard output".to_owned();
        let help = "name the file: `--out rows.parquet`".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    if grid::runbook_files(arguments).1 && arguments.runbook.is_some() {
        let message = "`--runbook` and `--vary runbook` exclude each other".to_owned();
        let help = "name all runbooks with `--vary runbook=FILE,FILE`".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    Ok(())
}

/// Ensures that the runs of the plan are not too many, runbooks that vary included.
fn check_work(plan: &SweepPlan) -> Result<(), Failure> {
    let services = plan.base().services.len() as u64;
    let of_run = plan.base().ticks.saturating_mul(services).max(1);
    let runs = plan.runs();
    let most = MAX_SWEEP_RUNS.min(MAX_SWEEP_SERVICE_TICKS / of_run);
    if runs <= most {
        return Ok(());
    }
    let message = format!("{runs} runs are too many");
    let help = format!("vary less, for at most {most} runs");
    Err(Failure::Usage(message, Some(help)))
}

fn only_source(file: &Path, root: Option<&Path>) -> Result<Result<Source, Diagnostics>, Failure> {
    let mut found = sources::find_one(file, root);
    match (found.pop(), found.is_empty()) {
        (Some(source), true) => Ok(source),
        _ => {
            let message = format!("`{}` is a folder of several scenarios", path_text(file));
            let help = "give the file of one of them".to_owned();
            Err(Failure::Usage(message, Some(help)))
        }
    }
}

fn report_invalid(problems: &Diagnostics, console: &Console) -> Exit {
    console.report_diagnostics(problems);
    Exit::Invalid
}

/// Returns the checksums of everything that determines the rows, as it was read.
fn inputs(scenario: Scenario, runbooks: &[Arc<Runbook>]) -> SweepInputs {
    let relevant = Scenario {
        description: String::new(),
        expect: Vec::new(),
        expect_unanswered: Vec::new(),
        ..scenario
    };
    let named = { relevant.custom_actions.files().texts().iter() }
        .chain(relevant.custom_fault_kinds.texts());
    let actions = named.map(String::as_str);
    SweepInputs {
        scenario: digest([relevant.to_string().as_str()]),
        built_in: digest(ActionCatalogue::built_in_texts()),
        actions: digest(actions),
        runbook: (!runbooks.is_empty()).then(|| {
            let texts: Vec<String> = runbooks.iter().map(|runbook| runbook.to_string()).collect();
            digest(texts.iter().map(String::as_str))
        }),
    }
}

impl SweepJob {
    fn has_runbook(&self) -> bool {
        !self.runbooks.is_empty()
    }

    fn to_stdout(&self, format: RowFormat, console: &Console) -> Result<(), Failure> {
        let Some(rows) = TextRows::new(&self.plan, self.has_runbook(), format) else {
            return Ok(());
        };
        let mut out = console.results(None, format)?;
        out.write_all(&rows.heading()?)?;
        self.play(
            self.runs.start,
            |first, results| rows.rows(first, results),
            |rows| Ok(out.write_all(&rows)?),
        )?;
        out.finish()
    }

    fn to_file(
        &self,
        out: &Path,
        inputs: SweepInputs,
        shard: Shard,
        arguments: &SweepArguments,
        console: &Console,
    ) -> Result<(), Failure> {
        let runs = self.runs.clone();
        let mut partial = Partial::open(out, inputs, shard, runs, arguments.resume)?;
        let first = partial.next();
        let done = first - self.runs.start;
        self.bar
            .set_position(done.saturating_mul(self.plan.base().ticks));
        self.bar.reset_eta();
        let lines = partial.lines();
        let form = |first, results: &[RunResult]| lines.write(first, results);
        let results = self.play(first, form, |lines| partial.append(&lines));
        let written = results.and_then(|()| self.write_file(out, &mut partial, arguments, console));
        if let Err(failure) = written {
            let path = path_text(partial.path());
            console.report_note(format_args!(
                "the finished rows are in `{path}`; `--resume` continues the sweep"
            ));
            return Err(failure);
        }
        partial.remove()
    }

    /// Plays the runs from `first` on. `form` converts results on their thread, `consume` receives them in
    /// order.
    fn play<T: Send>(
        &self,
        first: u64,
        form: impl Fn(u64, &[RunResult]) -> Result<T, Failure> + Sync,
        consume: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let play = |runs: Range<u64>| {
            let first = runs.start;
            form(first, &self.results(runs)?)
        };
        let ticks = self.plan.base().ticks;
        self.batch
            .in_order(first..self.runs.end, ticks, play, consume)
    }

    /// Plays runs and returns their results in order.
    fn results(&self, runs: Range<u64>) -> Result<Vec<RunResult>, Failure> {
        let mut results: Vec<(u64, RunResult)> = Vec::new();
        // Runs with the same runbook are played side by side.
        for index in 0..self.runbooks.len().max(1) {
            let runbook = self.runbooks.get(index);
            let runs: Vec<u64> = { runs.clone() }
                .filter(|run| self.plan.runbook(*run) == index)
                .collect();
            let scenarios: Vec<Arc<Scenario>> = { runs.iter() }
                .map(|run| Arc::new(self.plan.scenario(*run)))
                .collect();
            let played =
                batch::play_scenarios(&scenarios, runbook, &self.bar, |scenario, script, view| {
                    sources::check_failed_action(script, &self.name, scenario.seed)?;
                    Ok(RunResult::of(script, view, runbook.is_some()))
                })?;
            let played: Result<Vec<RunResult>, Diagnostics> = played.into_iter().collect();
            results.extend(runs.into_iter().zip(played.map_err(Failure::Invalid)?));
        }
        results.sort_by_key(|(run, _)| *run);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }

    fn write_file(
        &self,
        out: &Path,
        partial: &mut Partial,
        arguments: &SweepArguments,
        console: &Console,
    ) -> Result<(), Failure> {
        let mut out = console.results(Some(out), arguments.format)?;
        match TextRows::new(&self.plan, self.has_runbook(), arguments.format) {
            Some(rows) => {
                out.write_all(&rows.heading()?)?;
                partial.for_each_group(ROW_GROUP_SIZE, |first, results| {
                    Ok(out.write_all(&rows.rows(first, results)?)?)
                })?;
            }
            None => {
                let mut file = ParquetFile::new(&self.plan, self.has_runbook(), &mut out)?;
                partial
                    .for_each_group(ROW_GROUP_SIZE, |first, results| file.group(first, results))?;
                file.close()?;
            }
        }
        out.finish()
    }
}
