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
use std::path::Path;
use std::sync::Arc;

use firewatch_action::ActionCatalogue;
use firewatch_scenario::{Diagnostics, Runbook, Scenario, SweepPlan};
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
    /// The runbook that responds to each run.
    runbook: Option<Arc<Runbook>>,
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
        let runbook = arguments.runbook.clone().map(Source::without_root);
        let inputs = std::iter::once(&source).chain(&runbook);
        sources::ensure_not_an_input(out, inputs)?;
        // An output that can't be written must fail before the sweep, not after it.
        drop(console.results(Some(out), arguments.format)?);
    }
    let name = source.name();
    let scenario = source.load();
    let planned = scenario.and_then(|scenario| grid::plan(scenario, &name, arguments));
    let planned = planned.and_then(|(scenario, plan)| {
        let file = arguments.runbook.as_ref();
        let runbook = file
            .map(|file| Runbook::load_for(file, &scenario))
            .transpose()?;
        Ok((scenario, plan, runbook))
    });
    let (scenario, plan, runbook) = match planned {
        Ok(planned) => planned,
        Err(problems) => return Ok(report_invalid(&problems, console)),
    };
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    let runs = plan.piece(shard.index, shard.count);
    let batch = Batch::new(arguments.threads)?;
    if !validity::check(&plan, runbook.as_ref(), &runs, &name, &batch, console)? {
        return Ok(Exit::Invalid);
    }
    let ticks = plan.base().ticks.saturating_mul(runs.end - runs.start);
    let inputs = inputs(scenario, runbook.as_ref());
    let sweep = SweepJob {
        bar: console.progress_bar(ticks, arguments.out.is_none()),
        plan,
        runbook: runbook.map(Arc::new),
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
    Ok(())
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
fn inputs(scenario: Scenario, runbook: Option<&Runbook>) -> SweepInputs {
    let relevant = Scenario {
        description: String::new(),
        expect: Vec::new(),
        expect_unanswered: Vec::new(),
        ..scenario
    };
    let named =
        { relevant.custom_actions.texts().iter() }.chain(relevant.custom_fault_kinds.texts());
    let actions = named.map(String::as_str);
    SweepInputs {
        scenario: digest([relevant.to_string().as_str()]),
        built_in: digest(ActionCatalogue::built_in_texts()),
        actions: digest(actions),
        runbook: runbook.map(|runbook| digest([runbook.to_string().as_str()])),
    }
}

impl SweepJob {
    fn has_runbook(&self) -> bool {
        self.runbook.is_some()
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
            let scenarios: Vec<Arc<Scenario>> =
                runs.map(|run| Arc::new(self.plan.scenario(run))).collect();
            let runbook = self.runbook.as_ref();
            let results =
                batch::play_scenarios(&scenarios, runbook, &self.bar, |scenario, script, view| {
                    sources::check_failed_action(script, &self.name, scenario.seed)?;
                    Ok(RunResult::of(script, view, runbook.is_some()))
                })?;
            let results: Result<Vec<RunResult>, Diagnostics> = results.into_iter().collect();
            let results = results.map_err(Failure::Invalid)?;
            form(first, &results)
        };
        let ticks = self.plan.base().ticks;
        self.batch
            .in_order(first..self.runs.end, ticks, play, consume)
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
