//! Plays a scenario with many seeds.

use std::io::Write;

use firewatch_scenario::Diagnostics;
use indicatif::ProgressBar;

use super::case::Case;
use super::distribution::{Collector, Run};
use super::play::play;
use super::report::Report;
use super::seeds_report::{self, SeedsReport};
use super::tally::Tally;
use crate::cli::{RunArguments, Seeds};
use crate::failure::Failure;
use crate::output::{Console, Output};

/// Hears of every tick and says nothing.
struct Silence;

impl Report for Silence {}

/// Plays each case with each seed.
pub fn play_all(
    cases: Vec<Result<Case, Diagnostics>>,
    seeds: Seeds,
    arguments: &RunArguments,
    console: &Console,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<Tally, Failure> {
    let mut report = seeds_report::of(arguments);
    let mut tally = Tally::default();
    report.open(out)?;
    for case in cases {
        match case {
            Ok(case) => {
                let problems = play_seeds(&case, seeds, report.as_mut(), &mut tally, out, bar)?;
                if let Some((first, more)) = problems {
                    complain(&first, more, console, out)?;
                }
            }
            Err(problems) => {
                complain(&problems, 0, console, out)?;
                tally.bad += 1;
            }
        }
    }
    report.close(&tally, out)?;
    Ok(tally)
}

fn complain(
    problems: &Diagnostics,
    more: u64,
    console: &Console,
    out: &mut Output,
) -> Result<(), Failure> {
    out.flush()?;
    console.diagnostics(problems);
    if more > 0 {
        console.note(format_args!(
            "{more} more seeds don't fit the scenario either"
        ));
    }
    Ok(())
}

/// Returns what is wrong with the first seed that does not fit, and how many more there are.
fn play_seeds(
    case: &Case,
    seeds: Seeds,
    report: &mut dyn SeedsReport,
    tally: &mut Tally,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<Option<(Diagnostics, u64)>, Failure> {
    let mut collector = Collector::new(&case.scenario);
    let mut problems: Option<(Diagnostics, u64)> = None;
    report.begin(case, seeds, out)?;
    for seed in seeds.range() {
        match case.with_seed(seed) {
            Ok(reseeded) => {
                let summary = play(&reseeded, &mut Silence, out, bar)?;
                tally.count(&summary.verdicts);
                collector.add(seed, &summary);
                report.run(&Run::new(&reseeded, &summary), out)?;
            }
            Err(wrong) => {
                tally.bad += 1;
                match &mut problems {
                    Some((_, more)) => *more += 1,
                    None => problems = Some((wrong, 0)),
                }
            }
        }
    }
    report.end(case, seeds, &collector.finish(), out)?;
    Ok(problems)
}
