//! `firewatch run`: plays scenarios, checks their expectations, and reports in several formats.

mod answer;
mod arguments;
mod case;
mod compare;
mod compare_report;
mod compare_rows;
mod csv_rows;
mod difference;
mod distribution;
mod event_text;
mod events;
mod finish;
mod impact_text;
mod json;
mod json_lines;
mod labelled;
mod layout;
mod metric_series;
mod play;
mod quiet;
mod report;
mod seeds;
mod seeds_report;
mod service_tables;
mod summary;
mod tally;
mod text_report;
mod traffic;
mod traffic_report;
mod verdict;
mod view;
mod watch;

use firewatch_scenario::Diagnostics;

use crate::failure::{Exit, Failure};
use crate::sources::{self, Source};
use crate::ui::output::{Console, Output};
use arguments::Format;
pub use arguments::{RunArguments, details};
use case::RunCase;
use csv_rows::CsvReport;
use finish::finish;
use json::JsonReport;
use json_lines::JsonLinesReport;
use quiet::QuietReport;
use report::Report;
use tally::RunTally;
use text_report::TextReport;

/// Plays the scenarios that the arguments name.
pub fn run(arguments: &RunArguments, console: &Console) -> Result<Exit, Failure> {
    check_usage(arguments)?;
    let run = || match &arguments.against {
        Some(other) => compare::run(arguments, other, console),
        None => run_files(arguments, console),
    };
    if arguments.watch {
        watch::watch(arguments, console, run)
    } else {
        run()
    }
}

fn run_files(arguments: &RunArguments, console: &Console) -> Result<Exit, Failure> {
    let sources = match &arguments.task {
        Some(id) => vec![Ok(Source::Task(sources::task(id)?))],
        None => sources::find(&arguments.files, arguments.root.folder()),
    };
    if let Some(out) = &arguments.out {
        let runbook = arguments.runbook.iter().cloned().map(Source::without_root);
        sources::ensure_not_an_input(
            out,
            sources.iter().flatten().chain(&runbook.collect::<Vec<_>>()),
        )?;
    }
    // An output that can't be written must fail before a long run, not after it.
    let mut out = console.results(arguments.out.as_deref(), arguments.format)?;
    out.fit(arguments.view.width);
    let cases: Vec<Result<RunCase, Diagnostics>> = sources
        .into_iter()
        .map(|source| {
            source
                .and_then(|source| RunCase::load(&source, arguments.runbook.as_deref(), arguments))
        })
        .collect();
    if cases.iter().any(Result::is_err) {
        console.raise_exit(Exit::Invalid);
    }
    let scenarios = cases.iter().flatten().map(|case| &case.scenario);
    if let Some(service) = &arguments.logs {
        view::check_service(service, scenarios.clone())?;
    }
    arguments.view.check(scenarios)?;
    let ticks = cases.iter().flatten().map(|case| case.scenario.ticks);
    let seeds = arguments.seeds.map_or(1, |seeds| seeds.end - seeds.first);
    let total = ticks.fold(0, u64::saturating_add).saturating_mul(seeds);
    let bar = console.progress_bar(total, streams_to_stdout(arguments));
    let played = match arguments.seeds {
        Some(seeds) => seeds::play_all(cases, seeds, arguments, console, &mut out, &bar),
        None => play_all(cases, arguments, console, &mut out, &bar),
    };
    bar.finish_and_clear();
    let tally = played?;
    finish(tally.exit(), out, console)
}

fn check_usage(arguments: &RunArguments) -> Result<(), Failure> {
    let per_tick = matches!(arguments.format, Format::Jsonl | Format::Csv);
    if arguments.logs.is_some() && per_tick {
        let message = "`--logs` is not available in this format".to_owned();
        let help = "use `--format text` or `--format json`".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    let text_only = [
        arguments.view.first_given(),
        arguments.against.as_ref().map(|_| "--against"),
    ];
    let is_text = arguments.format == Format::Text && arguments.seeds.is_none();
    match text_only.into_iter().flatten().next() {
        Some(argument) if !is_text || arguments.quiet => {
            let message = format!("`{argument}` is only available in the text of single runs");
            let help = "leave out `--format`, `--seeds` and `--quiet`".to_owned();
            Err(Failure::Usage(message, Some(help)))
        }
        _ => Ok(()),
    }
}

fn streams_to_stdout(arguments: &RunArguments) -> bool {
    arguments.out.is_none() && arguments.format != Format::Text
}

fn play_all(
    cases: Vec<Result<RunCase, Diagnostics>>,
    arguments: &RunArguments,
    console: &Console,
    out: &mut Output,
    bar: &indicatif::ProgressBar,
) -> Result<RunTally, Failure> {
    let mut report = report_for(arguments, cases.len());
    let mut tally = RunTally::default();
    report.open(out)?;
    for case in cases {
        let problems = match case {
            Ok(case) => {
                let summary = play::play_case(&case, report.as_mut(), console, out, bar)?;
                if summary.failed_action.is_none() {
                    tally.count(summary.outcomes());
                }
                summary.failed_action
            }
            Err(problems) => Some(problems),
        };
        if let Some(problems) = problems {
            std::io::Write::flush(out)?;
            console.report_diagnostics(&problems);
            tally.invalid += 1;
        }
    }
    report.close(&tally, out)?;
    Ok(tally)
}

/// Creates the report that the arguments request; `sources` is the number of files.
fn report_for(arguments: &RunArguments, sources: usize) -> Box<dyn Report> {
    match arguments.format {
        Format::Text if arguments.quiet => Box::new(QuietReport),
        Format::Text => Box::new(TextReport::new(arguments, sources > 1)),
        Format::Json => Box::new(JsonReport::default()),
        Format::Jsonl => Box::new(JsonLinesReport),
        Format::Csv => Box::new(CsvReport),
    }
}
