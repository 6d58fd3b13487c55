//! Plays a scenario with many seeds.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use firewatch_scenario::{Diagnostics, Scenario};
use indicatif::ProgressBar;

use super::case::Case;
use super::distribution::{Collector, Run};
use super::seeds_report::{self, SeedsReport};
use super::tally::Tally;
use crate::batch::{self, Batch};
use crate::cli::{RunArguments, Seeds};
use crate::failure::Failure;
use crate::output::{Console, Output};
use crate::sources;

/// Seeds that a scenario is not in order with.
#[derive(Default)]
struct Misfits {
    /// What is wrong with the first.
    first: Option<Diagnostics>,
    number: u64,
}

impl Misfits {
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

/// What came of some seeds in a row.
struct Chunk<'a> {
    runs: Vec<Run<'a>>,
    misfits: Misfits,
}

impl<'a> Chunk<'a> {
    fn play(case: &'a Case, seeds: Range<u64>, bar: &ProgressBar) -> Result<Self, Failure> {
        let mut misfits = Misfits::default();
        let mut scenarios: Vec<Arc<Scenario>> = Vec::new();
        for seed in seeds {
            match case.reseeded(seed) {
                Ok(scenario) => scenarios.push(Arc::new(scenario)),
                Err(problems) => {
                    misfits.add(problems);
                    bar.inc(case.scenario.ticks);
                }
            }
        }
        let runs = batch::play(
            &scenarios,
            case.runbook.as_ref(),
            bar,
            |scenario, script, view| {
                sources::check_actions(script, &case.file, scenario.seed)?;
                Ok(Run::new(case, scenario.seed, script, view))
            },
        )?;
        let runs = runs.into_iter().filter_map(|run| match run {
            Ok(run) => Some(run),
            Err(problems) => {
                misfits.add(problems);
                None
            }
        });
        let runs = runs.collect();
        Ok(Self { runs, misfits })
    }
}

/// What all runs write to, and are counted in.
struct Session<'a> {
    report: Box<dyn SeedsReport>,
    tally: Tally,
    console: &'a Console,
    out: &'a mut Output,
    bar: &'a ProgressBar,
}

/// Plays each case with each seed.
pub fn play_all(
    cases: Vec<Result<Case, Diagnostics>>,
    seeds: Seeds,
    arguments: &RunArguments,
    console: &Console,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<Tally, Failure> {
    let batch = Batch::new(arguments.threads)?;
    let mut session = Session {
        report: seeds_report::of(arguments),
        tally: Tally::default(),
        console,
        out,
        bar,
    };
    session.report.open(session.out)?;
    for case in cases {
        match case {
            Ok(case) => {
                let misfits = session.play_seeds(&case, seeds, &batch)?;
                if let Some(first) = &misfits.first {
                    session.complain(first, misfits.number - 1)?;
                }
            }
            Err(problems) => {
                session.complain(&problems, 0)?;
                session.tally.bad += 1;
            }
        }
    }
    session.report.close(&session.tally, session.out)?;
    Ok(session.tally)
}

impl Session<'_> {
    fn complain(&mut self, problems: &Diagnostics, more: u64) -> Result<(), Failure> {
        self.out.flush()?;
        self.console.diagnostics(problems);
        if more > 0 {
            self.console.note(format_args!(
                "{more} more seeds don't fit the scenario either"
            ));
        }
        Ok(())
    }

    /// Returns the seeds that don't fit.
    fn play_seeds(&mut self, case: &Case, seeds: Seeds, batch: &Batch) -> Result<Misfits, Failure> {
        let Self {
            report,
            tally,
            console,
            out,
            bar,
        } = self;
        let mut collector = Collector::new(case);
        let mut misfits = Misfits::default();
        report.begin(case, seeds, out)?;
        let work = |seeds| Chunk::play(case, seeds, bar);
        batch.in_order(seeds.range(), case.scenario.ticks, work, |chunk| {
            for run in &chunk.runs {
                tally.count(&run.outcomes);
                collector.add(run);
            }
            tally.bad += chunk.misfits.number;
            console.raise(tally.exit());
            for run in &chunk.runs {
                report.run(run, out)?;
            }
            misfits.join(chunk.misfits);
            Ok(())
        })?;
        report.end(case, seeds, &collector.finish(), out)?;
        Ok(misfits)
    }
}
