//! `firewatch run A --against B`: two runs side by side.

use std::path::{Path, PathBuf};

use firewatch_response::{ExpectationOutcome, Playback, PlaybackEvent};
use firewatch_sim::{EnvironmentRef, SimError};

use super::arguments::{Format, RunArguments};
use super::case::RunCase;
use super::compare_report::CompareReport;
use super::difference::Differences;
use super::finish::finish;
use super::layout::Layout;
use super::summary::{Recorder, Summary};
use crate::failure::{Exit, Failure};
use crate::sources::{self, Source};
use crate::ui::output::Console;

/// One of the two runs.
struct Side {
    case: RunCase,
    playback: Playback,
    recorder: Recorder,
}

impl Side {
    fn new(case: RunCase, columns: usize) -> Result<Self, Failure> {
        let playback = case.playback()?;
        let mut recorder = Recorder::new(&case.scenario, &[], columns);
        recorder.record(&playback.view());
        Ok(Self {
            case,
            playback,
            recorder,
        })
    }

    /// Plays the next tick. Returns `false` after the last one.
    fn tick(&mut self) -> Result<bool, SimError> {
        if !self.playback.tick()? {
            return Ok(false);
        }
        self.recorder.record(&self.playback.view());
        self.playback.forget_statuses();
        Ok(true)
    }

    fn view(&self) -> EnvironmentRef<'_> {
        self.playback.view()
    }

    fn take_events(&mut self) -> Vec<PlaybackEvent> {
        self.playback.take_events()
    }

    fn finish(self) -> (RunCase, Summary) {
        let summary = self.recorder.finish(&self.case, &self.playback);
        (self.case, summary)
    }
}

/// Plays two scenarios tick by tick, and shows what differs.
pub fn run(arguments: &RunArguments, against: &Path, console: &Console) -> Result<Exit, Failure> {
    let left = one_source(arguments)?;
    let right = source_of(against, arguments)?;
    if let Some(out) = &arguments.out {
        let runbooks = arguments.runbook.iter().chain(&arguments.against_runbook);
        let runbooks: Vec<Source> = runbooks.cloned().map(Source::without_root).collect();
        sources::ensure_not_an_input(out, [&left, &right].into_iter().chain(&runbooks))?;
    }
    let mut out = console.results(arguments.out.as_deref(), Format::Text)?;
    out.fit(arguments.view.width);
    let load = |source: &Source, runbook: &Option<PathBuf>| {
        RunCase::load(source, runbook.as_deref(), arguments).map_err(Failure::Invalid)
    };
    let left = load(&left, &arguments.runbook)?;
    let right = load(&right, &arguments.against_runbook)?;
    let scenarios = [&left.scenario, &right.scenario];
    arguments.view.check(scenarios.into_iter())?;
    let layout = Layout::new(scenarios, out.columns);
    let mut report = CompareReport::new(arguments, layout, [&left, &right]);
    report.begin([&left, &right], &mut out)?;
    let columns = layout.sparkline_of_two();
    let mut sides = [Side::new(left, columns)?, Side::new(right, columns)?];
    let mut differences = Differences::default();
    loop {
        let [left, right] = &mut sides;
        report.events(left.take_events(), right.take_events(), &mut out)?;
        if left.view().clock().tick == right.view().clock().tick {
            differences.record(&left.view(), &right.view());
        }
        let (left, right) = (left.tick()?, right.tick()?);
        if !left && !right {
            break;
        }
    }
    let [(left, left_summary), (right, right_summary)] = sides.map(Side::finish);
    let summaries = [&left_summary, &right_summary];
    let exit = raise_exit(summaries, console);
    report.end([&left, &right], summaries, &differences, &mut out)?;
    finish(exit, out, console)
}

/// Returns the only source that the arguments name.
fn one_source(arguments: &RunArguments) -> Result<Source, Failure> {
    match (&arguments.task, arguments.files.as_slice()) {
        (Some(id), _) => Ok(Source::Task(sources::task(id)?)),
        (None, [file]) => source_of(file, arguments),
        (None, _) => Err(only_one_scenario()),
    }
}

fn source_of(file: &Path, arguments: &RunArguments) -> Result<Source, Failure> {
    let mut found = sources::find_one(file, arguments.root.folder());
    match (found.pop(), found.is_empty()) {
        (Some(source), true) => source.map_err(Failure::Invalid),
        _ => Err(only_one_scenario()),
    }
}

fn only_one_scenario() -> Failure {
    let message = "`--against` compares two scenarios, and there are more".to_owned();
    let help = "give one file, and another one as `--against FILE`".to_owned();
    Failure::Usage(message, Some(help))
}

fn raise_exit(summaries: [&Summary; 2], console: &Console) -> Exit {
    let mut exit = Exit::Passed;
    for summary in summaries {
        if summary.outcomes().any(ExpectationOutcome::is_failed) {
            exit = exit.max(Exit::Failed);
        }
        if let Some(problems) = &summary.failed_action {
            console.report_diagnostics(problems);
            exit = Exit::Invalid;
        }
    }
    console.raise_exit(exit);
    exit
}
