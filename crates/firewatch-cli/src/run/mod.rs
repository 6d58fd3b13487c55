//! `firewatch run`: plays scenarios and tells what came of them, in one of several forms.

mod answer;
mod case;
mod csv_rows;
mod distribution;
mod events;
mod json;
mod json_lines;
mod play;
mod quiet;
mod report;
mod seeds;
mod seeds_report;
pub mod sparkline;
mod story;
mod summary;
mod tally;
mod verdict;

use firewatch_scenario::Diagnostics;

use crate::cli::{Format, RunArguments};
use crate::failure::{Exit, Failure};
use crate::output::{Console, Output};
use crate::sources::{self, Source};
use crate::style::path_text;
use case::Case;
pub use csv_rows::number;
pub use json::separate;
use tally::Tally;

/// Plays the scenarios that the arguments name.
pub fn run(arguments: &RunArguments, console: &Console) -> Result<Exit, Failure> {
    check_usage(arguments)?;
    let sources = match &arguments.task {
        Some(id) => vec![Ok(Source::Task(sources::task(id)?))],
        None => sources::find(&arguments.files, &arguments.root),
    };
    if let Some(out) = &arguments.out {
        let runbook = arguments.runbook.iter().cloned().map(Source::alone);
        sources::spare(
            out,
            sources.iter().flatten().chain(&runbook.collect::<Vec<_>>()),
        )?;
    }
    // First of all: a run of an hour whose file can't be written would be a pity.
    let mut out = console.results(arguments.out.as_deref(), arguments.format)?;
    let cases: Vec<Result<Case, Diagnostics>> = sources
        .into_iter()
        .map(|source| source.and_then(|source| Case::load(&source, arguments)))
        .collect();
    if cases.iter().any(Result::is_err) {
        console.raise(Exit::Bad);
    }
    check_logs(arguments, &cases)?;
    let ticks = cases.iter().flatten().map(|case| case.scenario.ticks);
    let seeds = arguments.seeds.map_or(1, |seeds| seeds.end - seeds.first);
    let total = ticks.fold(0, u64::saturating_add).saturating_mul(seeds);
    let bar = console.progress(total, is_written_all_the_time(arguments));
    let played = match arguments.seeds {
        Some(seeds) => seeds::play_all(cases, seeds, arguments, console, &mut out, &bar),
        None => play_all(cases, arguments, console, &mut out, &bar),
    };
    bar.finish_and_clear();
    let tally = played?;
    finish(&tally, out, console)
}

fn check_usage(arguments: &RunArguments) -> Result<(), Failure> {
    let per_tick = matches!(arguments.format, Format::Jsonl | Format::Csv);
    if arguments.logs.is_some() && per_tick {
        let message = "`--logs` has no place in this form".to_owned();
        let help = "use `--format text` or `--format json`".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    Ok(())
}

/// A service that none of the scenarios has is a mistake; of several, one will do.
fn check_logs(
    arguments: &RunArguments,
    cases: &[Result<Case, Diagnostics>],
) -> Result<(), Failure> {
    let Some(service) = &arguments.logs else {
        return Ok(());
    };
    let names: Vec<&str> = cases
        .iter()
        .flatten()
        .flat_map(|case| &case.scenario.services)
        .map(|service| &*service.name)
        .collect();
    if names.is_empty() || names.contains(&service.as_str()) {
        return Ok(());
    }
    let message = format!("no service is named `{service}`");
    let mut names = names;
    names.sort_unstable();
    names.dedup();
    let help = firewatch_ron::instead_of(service, names)
        .unwrap_or_else(|| "`firewatch list --format json` shows the services".to_owned());
    Err(Failure::Usage(message, Some(help)))
}

fn is_written_all_the_time(arguments: &RunArguments) -> bool {
    arguments.out.is_none() && arguments.format != Format::Text
}

fn play_all(
    cases: Vec<Result<Case, Diagnostics>>,
    arguments: &RunArguments,
    console: &Console,
    out: &mut Output,
    bar: &indicatif::ProgressBar,
) -> Result<Tally, Failure> {
    let mut report = report::of(arguments, cases.len());
    let mut tally = Tally::default();
    report.open(out)?;
    for case in cases {
        let problems = match case {
            Ok(case) => {
                let summary = play::play(&case, report.as_mut(), console, out, bar)?;
                if summary.misfit.is_none() {
                    tally.count(summary.outcomes());
                }
                summary.misfit
            }
            Err(problems) => Some(problems),
        };
        if let Some(problems) = problems {
            std::io::Write::flush(out)?;
            console.diagnostics(&problems);
            tally.bad += 1;
        }
    }
    report.close(&tally, out)?;
    Ok(tally)
}

fn finish(tally: &Tally, out: Output, console: &Console) -> Result<Exit, Failure> {
    let exit = tally.exit();
    if exit < Exit::Bad {
        out.finish()?;
    } else if let Some(file) = out.abandon()? {
        console.note(format_args!("`{}` was not written", path_text(&file)));
    }
    Ok(exit)
}
