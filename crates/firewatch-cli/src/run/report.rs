//! What a form of the results is told while scenarios are played.

use firewatch_response::PlaybackEvent;
use firewatch_sim::EnvironmentRef;

use super::case::Case;
use super::csv_rows::CsvRows;
use super::json::Json;
use super::json_lines::JsonLines;
use super::quiet::Quiet;
use super::story::Story;
use super::summary::Summary;
use super::tally::Tally;
use crate::cli::{Format, RunArguments};
use crate::failure::Failure;
use crate::output::Output;

/// A form of the results. What a form has no use for, it leaves out.
pub trait Report {
    /// Before the first scenario.
    fn open(&mut self, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// A scenario begins.
    fn begin(&mut self, _case: &Case, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// Something happened.
    fn event(&mut self, _event: &PlaybackEvent, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// A tick is done.
    fn tick(
        &mut self,
        _case: &Case,
        _view: &EnvironmentRef,
        _out: &mut Output,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// A scenario is over.
    fn end(&mut self, _case: &Case, _summary: &Summary, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// After the last scenario.
    fn close(&mut self, _tally: &Tally, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }
}

/// The form that the arguments ask for; `sources` is the number of files.
pub fn of(arguments: &RunArguments, sources: usize) -> Box<dyn Report> {
    match arguments.format {
        Format::Text if arguments.quiet => Box::new(Quiet),
        Format::Text => Box::new(Story::new(arguments.events.0, sources > 1)),
        Format::Json => Box::new(Json::default()),
        Format::Jsonl => Box::new(JsonLines),
        Format::Csv => Box::new(CsvRows),
    }
}
