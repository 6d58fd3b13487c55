//! Plays one case from the first tick to the last, and hands what happens to a report.

use firewatch_scenario::{Diagnostics, Playback};
use indicatif::ProgressBar;

use super::case::Case;
use super::report::Report;
use super::summary::{Recorder, Summary};
use crate::failure::Failure;
use crate::output::Output;
use crate::sources;

/// Ticks between two looks at memory and the progress bar.
const STRIDE: u64 = 4096;

/// Plays the case, and says whether its actions could be carried out.
///
/// # Errors
/// The output can't be written.
pub fn play(
    case: &Case,
    report: &mut dyn Report,
    out: &mut Output,
    bar: &ProgressBar,
) -> Result<(Summary, Result<(), Diagnostics>), Failure> {
    let mut playback = match &case.runbook {
        Some(runbook) => Playback::answered(&case.scenario, runbook)?,
        None => Playback::new(&case.scenario)?,
    };
    let mut recorder = Recorder::new(&case.scenario);
    report.begin(case, out)?;
    recorder.record(&playback.view());
    loop {
        for occurrence in playback.take_occurrences() {
            report.event(&occurrence, out)?;
        }
        if !playback.tick()? {
            break;
        }
        let tick = playback.tick_count();
        recorder.record(&playback.view());
        report.tick(case, &playback.view(), out)?;
        if tick % STRIDE == 0 {
            playback.forget_statuses();
            bar.inc(STRIDE);
        }
    }
    bar.inc(playback.ticks() % STRIDE);
    let summary = recorder.finish(case, &playback);
    report.end(case, &summary, out)?;
    let actions = sources::check_actions(playback.script(), &case.file, case.scenario.seed);
    Ok((summary, actions))
}
