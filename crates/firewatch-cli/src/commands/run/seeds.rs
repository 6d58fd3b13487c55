//! Plays a scenario with many seeds.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use firewatch_scenario::{Diagnostics, Scenario};
use indicatif::ProgressBar;

use super::arguments::{RunArguments, Seeds};
use super::case::RunCase;
use super::distribution::{Collector, SeedRun};
use super::seeds_report::{self, SeedsReport};
use super::tally::RunTally;
use crate::batch::{self, Batch};
use crate::failure::Failure;
use crate::sources;
use crate::ui::output::{Console, Output};
use crate::ui::units::count;

/// The seeds with which a scenario is invalid.
#[derive(Default)]
struct InvalidSeeds {
    /// The problems with the first of them.
    first: Option<Diagnostics>,
    number: u64,
}

impl InvalidSeeds {
    fn add(&mut self, problems: Diagnostics) {
        self.number += 1;
        self.first.get_or_insert(problems);
    }

    /// Adds those of later seeds.
    fn join(&mut self, later: Self) {
        self.number += later.number;
        self.first = self.first.take().or(later.first);
    }
}

/// The results of consecutive seeds.
struct SeedChunk<'a> {
    runs: Vec<SeedRun<'a>>,
    invalid: InvalidSeeds,
}

impl<'a> SeedChunk<'a> {
    fn play(case: &'a RunCase, seeds: Range<u64>, bar: &ProgressBar) -> Result<Self, Failure> {
        let mut invalid = InvalidSeeds::default();
        let mut scenarios: Vec<Arc<Scenario>> = Vec::new();
        for seed in seeds {
            match case.with_seed(seed) {
                Ok(scenario) => scenarios.push(Arc::new(scenario)),
                Err(problems) => {
                    invalid.add(problems);
                    bar.inc(case.scenario.ticks);
                }
            }
        }
        let runs = batch::play_scenarios(
            &scenarios,
            case.runbook.as_ref(),
            bar,
            |scenario, script, view| {
                sources::check_failed_action(script, &case.file, scenario.seed)?;
                Ok(SeedRun::new(case, scenario.seed, script, view))
            },
        )?;
        let runs = runs.into_iter().filter_map(|run| match run {
            Ok(run) => Some(run),
            Err(problems) => {
                invalid.add(problems);
                None
            }
        });
        let runs = runs.collect();
        Ok(Self { runs, invalid })
    }
}

/// The output and the counts of all runs.
struct SeedRuns<'a> {
    report: Box<dyn SeedsReport>,
    tally: RunTally,
    console: &'a Console,
    out: &'a mut Output,
    bar: &'a ProgressBar,
}

/// Plays each scenario with each seed.
pub fn play_all(
    cases: Vec<Result<RunCase, Diagnostics>>,
    seeds: Seeds,
    arguments: &RunArguments,
    console: &Console,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<RunTally, Failure> {
    let batch = Batch::new(arguments.threads)?;
    let mut runs = SeedRuns {
        report: seeds_report::of(arguments),
        tally: RunTally::default(),
        console,
        out,
        bar,
    };
    runs.report.open(runs.out)?;
    for case in cases {
        match case {
            Ok(case) => {
                let invalid = runs.play_seeds(&case, seeds, &batch)?;
                if let Some(first) = &invalid.first {
                    runs.report_problems(first, invalid.number - 1)?;
                }
            }
            Err(problems) => {
                runs.report_problems(&problems, 0)?;
                runs.tally.invalid += 1;
            }
        }
    }
    runs.report.close(&runs.tally, runs.out)?;
    Ok(runs.tally)
}

impl SeedRuns<'_> {
    fn report_problems(&mut self, problems: &Diagnostics, more: u64) -> Result<(), Failure> {
        self.out.flush()?;
        self.console.report_diagnostics(problems);
        if more > 0 {
            let more = count(more, "more seed");
            self.console
                .report_note(format_args!("the scenario is also invalid with {more}"));
        }
        Ok(())
    }

    /// Plays a scenario with each seed. Returns the invalid seeds.
    fn play_seeds(
        &mut self,
        case: &RunCase,
        seeds: Seeds,
        batch: &Batch,
    ) -> Result<InvalidSeeds, Failure> {
        let Self {
            report,
            tally,
            console,
            out,
            bar,
        } = self;
        let mut collector = Collector::new(case);
        let mut invalid = InvalidSeeds::default();
        report.begin(case, seeds, out)?;
        let work = |seeds| SeedChunk::play(case, seeds, bar);
        batch.in_order(seeds.range(), case.scenario.ticks, work, |chunk| {
            for run in &chunk.runs {
                tally.count(&run.outcomes);
                collector.add(run);
            }
            tally.invalid += chunk.invalid.number;
            console.raise_exit(tally.exit());
            for run in &chunk.runs {
                report.run(run, out)?;
            }
            invalid.join(chunk.invalid);
            Ok(())
        })?;
        report.end(case, seeds, &collector.finish(), out)?;
        Ok(invalid)
    }
}
