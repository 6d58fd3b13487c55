//! The interface between playing and reporting.

use firewatch_response::Playback;
use firewatch_response::PlaybackEvent;

use super::case::RunCase;
use super::summary::Summary;
use super::tally::RunTally;
use crate::failure::Failure;
use crate::ui::output::Output;

/// A report. The default methods ignore what the report does not need.
pub trait Report {
    /// Called before the first scenario.
    fn open(&mut self, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// Called at the start of a scenario.
    fn begin(&mut self, _case: &RunCase, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// Called for each event.
    fn event(&mut self, _occurrence: &PlaybackEvent, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// Called after each tick.
    fn tick(
        &mut self,
        _case: &RunCase,
        _playback: &Playback,
        _out: &mut Output,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// Called at the end of a scenario.
    fn end(
        &mut self,
        _case: &RunCase,
        _summary: &Summary,
        _out: &mut Output,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// Called after the last scenario.
    fn close(&mut self, _tally: &RunTally, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }
}
