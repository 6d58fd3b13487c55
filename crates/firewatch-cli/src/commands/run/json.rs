//! The JSON report: an array with an object per run. Events are written as they happen, so that memory does
//! not grow with the run.

use std::io::Write;

use firewatch_response::PlaybackEvent;
use firewatch_scenario::Difficulty;
use serde::Serialize;

use super::answer::AnswerSummary;
use super::case::RunCase;
use super::events::{EventEntry, ExpectationEntry};
use super::report::Report;
use super::summary::{RunTotals, ServiceSummary, Summary};
use super::tally::RunTally;
use super::traffic::UsersSummary;
use crate::failure::Failure;
use crate::ui::json_array::separate;
use crate::ui::output::Output;

/// The JSON report.
#[derive(Default)]
pub struct JsonReport {
    runs: u64,
    events: u64,
}

#[derive(Serialize)]
struct RunHeader<'a> {
    file: &'a str,
    name: &'a str,
    description: &'a str,
    seed: u64,
    difficulty: Option<&'static str>,
    engine: &'static str,
    impact_mode: &'static str,
    profile: &'static str,
    firewatch: &'static str,
}

#[derive(Serialize)]
struct RunBody<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    users: &'a [UsersSummary],
    services: &'a [ServiceSummary],
    totals: &'a RunTotals,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a AnswerSummary>,
    expectations: Vec<ExpectationEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<ServiceLog<'a>>,
    state_hash: &'a str,
}

#[derive(Serialize)]
struct ServiceLog<'a> {
    service: &'a str,
    lines: &'a [String],
}

impl Report for JsonReport {
    fn open(&mut self, out: &mut Output) -> Result<(), Failure> {
        Ok(write!(out, "[")?)
    }

    fn begin(&mut self, case: &RunCase, out: &mut Output) -> Result<(), Failure> {
        let scenario = &case.scenario;
        let header = serde_json::to_string(&RunHeader {
            file: &case.file,
            name: &scenario.name,
            description: &scenario.description,
            seed: scenario.seed,
            difficulty: scenario.difficulty.map(Difficulty::name),
            engine: scenario.engine_of_tick().name(),
            impact_mode: scenario.impact.name(),
            profile: scenario.profile.name(),
            firewatch: env!("CARGO_PKG_VERSION"),
        })?;
        separate(&mut self.runs, out)?;
        self.events = 0;
        Ok(write!(
            out,
            "{},\"events\":[",
            header.strip_suffix('}').unwrap_or(&header)
        )?)
    }

    fn event(&mut self, occurrence: &PlaybackEvent, out: &mut Output) -> Result<(), Failure> {
        separate(&mut self.events, out)?;
        Ok(serde_json::to_writer(out, &EventEntry::from(occurrence))?)
    }

    fn end(&mut self, case: &RunCase, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
        let log = case.logs.as_deref().zip(summary.log.as_deref());
        let body = serde_json::to_string(&RunBody {
            users: &summary.users,
            services: &summary.services,
            totals: &summary.totals,
            answer: summary.answer.as_ref(),
            expectations: summary
                .verdicts
                .iter()
                .map(ExpectationEntry::from)
                .collect(),
            log: log.map(|(service, lines)| ServiceLog { service, lines }),
            state_hash: &summary.state_hash,
        })?;
        // The object continues after its events.
        Ok(write!(
            out,
            "\n],{}",
            body.strip_prefix('{').unwrap_or(&body)
        )?)
    }

    fn close(&mut self, _tally: &RunTally, out: &mut Output) -> Result<(), Failure> {
        Ok(writeln!(out, "\n]")?)
    }
}
