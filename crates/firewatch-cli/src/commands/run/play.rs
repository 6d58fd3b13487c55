//! Plays a scenario from the first tick to the last, and passes what happens to a report.

use firewatch_response::Playback;
use indicatif::ProgressBar;

use super::case::RunCase;
use super::layout::Layout;
use super::report::Report;
use super::summary::{Recorder, Summary};
use crate::failure::{Exit, Failure};
use crate::ui::output::{Console, Output};

/// Ticks between updates of the progress bar.
const STRIDE: u64 = 4096;

/// Plays a scenario. Failures raise the exit code even if the output fails.
///
/// # Errors
/// The output can't be written.
pub fn play_case(
    case: &RunCase,
    report: &mut dyn Report,
    console: &Console,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<Summary, Failure> {
    let mut playback = case.playback()?;
    let columns = Layout::new([&case.scenario], out.columns).sparkline();
    let mut recorder = Recorder::new(&case.scenario, &case.metrics, columns);
    let played = play_ticks(&mut playback, &mut recorder, case, report, out, bar);
    let verdicts = playback.verdicts();
    if verdicts.iter().any(|verdict| verdict.outcome.is_failed()) {
        console.raise_exit(Exit::Failed);
    }
    let summary = recorder.finish(case, &playback);
    if summary.failed_action.is_some() {
        console.raise_exit(Exit::Invalid);
    }
    played?;
    report.end(case, &summary, out)?;
    Ok(summary)
}

fn play_ticks(
    playback: &mut Playback,
    recorder: &mut Recorder,
    case: &RunCase,
    report: &mut dyn Report,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    report.begin(case, out)?;
    recorder.record(&playback.view());
    loop {
        for occurrence in playback.take_events() {
            report.event(&occurrence, out)?;
        }
        if !playback.tick()? {
            break;
        }
        let tick = playback.tick_count();
        recorder.record(&playback.view());
        report.tick(case, playback, out)?;
        if tick.is_multiple_of(STRIDE) {
            playback.forget_statuses();
            bar.inc(STRIDE);
        }
    }
    bar.inc(playback.ticks() % STRIDE);
    Ok(())
}
