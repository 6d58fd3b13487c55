//! Plays one case from the first tick to the last, and hands what happens to a report.

use firewatch_response::{ExpectationOutcome, ExpectationVerdict, Playback};
use indicatif::ProgressBar;

use super::case::Case;
use super::report::Report;
use super::summary::{Recorder, Summary};
use crate::failure::{Exit, Failure};
use crate::output::{Console, Output};

/// Ticks between two looks at memory and the progress bar.
const STRIDE: u64 = 4096;

/// Plays the case. What fails raises the exit code, whether it can still be told or not.
///
/// # Errors
/// The output can't be written.
pub fn play(
    case: &Case,
    report: &mut dyn Report,
    console: &Console,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<Summary, Failure> {
    let mut playback = match &case.runbook {
        Some(runbook) => Playback::answered(case.scenario.clone(), runbook.clone())?,
        None => Playback::new(case.scenario.clone())?,
    };
    let mut recorder = Recorder::new(&case.scenario);
    let played = play_ticks(&mut playback, &mut recorder, case, report, out, bar);
    let is_failed =
        |verdict: &ExpectationVerdict| matches!(verdict.outcome, ExpectationOutcome::Failed { .. });
    if playback.verdicts().iter().any(is_failed) {
        console.raise(Exit::ExpectationFailed);
    }
    let summary = recorder.finish(case, &playback);
    if summary.misfit.is_some() {
        console.raise(Exit::Bad);
    }
    played?;
    report.end(case, &summary, out)?;
    Ok(summary)
}

fn play_ticks(
    playback: &mut Playback,
    recorder: &mut Recorder,
    case: &Case,
    report: &mut dyn Report,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    report.begin(case, out)?;
    recorder.record(&playback.view());
    loop {
        for event in playback.take_events() {
            report.event(&event, out)?;
        }
        if !playback.tick()? {
            break;
        }
        let tick = playback.tick_count();
        recorder.record(&playback.view());
        report.tick(case, &playback.view(), out)?;
        if tick.is_multiple_of(STRIDE) {
            playback.forget_statuses();
            bar.inc(STRIDE);
        }
    }
    bar.inc(playback.ticks() % STRIDE);
    Ok(())
}
