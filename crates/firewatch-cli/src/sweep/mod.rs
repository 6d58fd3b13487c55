//! `firewatch sweep`: plays a grid of runs, and writes a row for each.

mod checksum;
mod fit;
mod grid;
mod parquet_file;
mod partial;
mod played;
mod rows;
mod values;

use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use firewatch_action::ActionCatalogue;
use firewatch_scenario::{Diagnostics, Plan, Runbook, Scenario};
use indicatif::ProgressBar;

use crate::batch::{self, Batch};
use crate::cli::{RootArgument, RowFormat, SweepArguments};
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::sources::{self, Source};
use crate::style::path_text;
use checksum::digest;
use parquet_file::{GROUP, ParquetFile};
use partial::{Inputs, Partial};
use played::Played;
use rows::TextRows;
pub use values::{SeedList, Shard, Vary};

/// The runs of one call of the command.
struct Sweep {
    plan: Plan,
    /// What answers each of them.
    runbook: Option<Arc<Runbook>>,
    /// Those of the plan that are asked for.
    runs: Range<u64>,
    batch: Batch,
    bar: ProgressBar,
    /// The scenario's file.
    name: String,
}

/// Plays the grid that the scenario and the arguments span.
pub fn sweep(arguments: &SweepArguments, console: &Console) -> Result<Exit, Failure> {
    check_usage(arguments)?;
    let source = match only_source(&arguments.file, &arguments.root)? {
        Ok(source) => source,
        Err(problems) => return Ok(refuse(&problems, console)),
    };
    if let Some(out) = &arguments.out {
        let runbook = arguments.runbook.clone().map(Source::alone);
        sources::spare(out, { [&source].into_iter() }.chain(&runbook))?;
        // What can't be written is better known now than at the end.
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
        Err(problems) => return Ok(refuse(&problems, console)),
    };
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    let runs = plan.piece(shard.piece, shard.pieces);
    let batch = Batch::new(arguments.threads)?;
    if !fit::check(&plan, runbook.as_ref(), &runs, &name, &batch, console)? {
        return Ok(Exit::Bad);
    }
    let ticks = plan.base().ticks.saturating_mul(runs.end - runs.start);
    let inputs = inputs(scenario, runbook.as_ref());
    let sweep = Sweep {
        bar: console.progress(ticks, arguments.out.is_none()),
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
    written.map(|()| Exit::Well)
}

fn check_usage(arguments: &SweepArguments) -> Result<(), Failure> {
    if arguments.format == RowFormat::Parquet && arguments.out.is_none() {
        let message = "a Parquet file can't go to the standard output".to_owned();
        let help = "name the file: `--out rows.parquet`".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    Ok(())
}

fn only_source(file: &Path, root: &RootArgument) -> Result<Result<Source, Diagnostics>, Failure> {
    let mut found = sources::find_one(file, root);
    match (found.pop(), found.is_empty()) {
        (Some(source), true) => Ok(source),
        _ => {
            let message = format!("`{}` is a folder of several scenarios", path_text(file));
            let help = "a sweep takes one of them".to_owned();
            Err(Failure::Usage(message, Some(help)))
        }
    }
}

fn refuse(problems: &Diagnostics, console: &Console) -> Exit {
    console.diagnostics(problems);
    Exit::Bad
}

/// What the rows of a sweep follow from: what was read, whatever becomes of the files.
fn inputs(scenario: Scenario, runbook: Option<&Runbook>) -> Inputs {
    let relevant = Scenario {
        description: String::new(),
        expect: Vec::new(),
        expect_unanswered: Vec::new(),
        ..scenario
    };
    let actions = relevant.actions.texts().iter().map(String::as_str);
    Inputs {
        scenario: digest([relevant.to_string().as_str()]),
        built_in: digest(ActionCatalogue::built_in_texts()),
        actions: digest(actions),
        runbook: runbook.map(|runbook| digest([runbook.to_string().as_str()])),
    }
}

impl Sweep {
    fn is_answered(&self) -> bool {
        self.runbook.is_some()
    }

    fn to_stdout(&self, format: RowFormat, console: &Console) -> Result<(), Failure> {
        let Some(rows) = TextRows::new(&self.plan, self.is_answered(), format) else {
            return Ok(());
        };
        let mut out = console.results(None, format)?;
        out.write_all(&rows.heading()?)?;
        self.play(
            self.runs.start,
            |first, played| rows.rows(first, played),
            |rows| Ok(out.write_all(&rows)?),
        )?;
        out.finish()
    }

    fn to_file(
        &self,
        out: &Path,
        inputs: Inputs,
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
        let form = |first, played: &[Played]| lines.write(first, played);
        let played = self.play(first, form, |lines| partial.append(&lines));
        let written = played.and_then(|()| self.write_file(out, &mut partial, arguments, console));
        if let Err(failure) = written {
            let path = path_text(partial.path());
            console.note(format_args!(
                "the rows so far are in `{path}`: see `--resume`"
            ));
            return Err(failure);
        }
        partial.remove()
    }

    /// Plays from that run to the last, and hands on in order what `form` makes of them.
    fn play<T: Send>(
        &self,
        first: u64,
        form: impl Fn(u64, &[Played]) -> Result<T, Failure> + Sync,
        hand_on: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let play = |runs: Range<u64>| {
            let first = runs.start;
            let scenarios: Vec<Arc<Scenario>> =
                runs.map(|run| Arc::new(self.plan.scenario(run))).collect();
            let runbook = self.runbook.as_ref();
            let played = batch::play(&scenarios, runbook, &self.bar, |scenario, script, view| {
                sources::check_actions(script, &self.name, scenario.seed)?;
                Ok(Played::of(script, view, runbook.is_some()))
            })?;
            let played: Result<Vec<Played>, Diagnostics> = played.into_iter().collect();
            let played = played.map_err(Failure::Invalid)?;
            form(first, &played)
        };
        let ticks = self.plan.base().ticks;
        self.batch
            .in_order(first..self.runs.end, ticks, play, hand_on)
    }

    fn write_file(
        &self,
        out: &Path,
        partial: &mut Partial,
        arguments: &SweepArguments,
        console: &Console,
    ) -> Result<(), Failure> {
        let mut out = console.results(Some(out), arguments.format)?;
        match TextRows::new(&self.plan, self.is_answered(), arguments.format) {
            Some(rows) => {
                out.write_all(&rows.heading()?)?;
                partial.each_group(GROUP, |first, played| {
                    Ok(out.write_all(&rows.rows(first, played)?)?)
                })?;
            }
            None => {
                let mut file = ParquetFile::new(&self.plan, self.is_answered(), &mut out)?;
                partial.each_group(GROUP, |first, played| file.group(first, played))?;
                file.close()?;
            }
        }
        out.finish()
    }
}
