//! The quiet text report: failures and a summary.

use std::io::Write;

use super::case::RunCase;
use super::report::Report;
use super::summary::Summary;
use super::tally::RunTally;
use super::verdict::write_verdict;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BOLD, visible};

/// Failures and a summary.
pub struct QuietReport;

impl Report for QuietReport {
    fn end(&mut self, case: &RunCase, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
        let failed: Vec<_> = summary
            .verdicts
            .iter()
            .filter(|verdict| verdict.outcome.is_failed())
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

    fn close(&mut self, tally: &RunTally, out: &mut Output) -> Result<(), Failure> {
        let line = tally.line("scenario", out.palette);
        Ok(writeln!(out, "{line}")?)
    }
}
