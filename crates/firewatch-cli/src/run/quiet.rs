//! Only what failed, and a last line.

use std::io::Write;

use super::case::Case;
use super::report::Report;
use super::summary::Summary;
use super::tally::Tally;
use super::verdict::write_verdict;
use crate::failure::Failure;
use crate::output::Output;
use crate::style::{BOLD, visible};
use firewatch_response::ExpectationOutcome;

/// Only what failed.
pub struct Quiet;

impl Report for Quiet {
    fn end(&mut self, case: &Case, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
        let failed: Vec<_> = summary
            .verdicts
            .iter()
            .filter(|verdict| matches!(verdict.outcome, ExpectationOutcome::Failed { .. }))
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        let head = format!("{}: {}", visible(&case.file), visible(&case.scenario.name));
        writeln!(out, "{}", out.palette.paint(BOLD, head))?;
        for verdict in failed {
            write_verdict(verdict, out)?;
        }
        Ok(())
    }

    fn close(&mut self, tally: &Tally, out: &mut Output) -> Result<(), Failure> {
        let line = tally.line("scenario", out.palette);
        Ok(writeln!(out, "{line}")?)
    }
}
