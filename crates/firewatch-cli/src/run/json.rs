//! One document: an array with an object a run. Events are written as they happen, so that a long
//! run needs no memory for them.

use std::io::Write;

use firewatch_response::PlaybackEvent;
use firewatch_scenario::Difficulty;
use serde::Serialize;

use super::answer::AnswerSummary;
use super::case::Case;
use super::events::{Event, Judged};
use super::report::Report;
use super::summary::{ServiceSummary, Summary, Totals};
use super::tally::Tally;
use crate::failure::Failure;
use crate::output::Output;

/// The whole document.
#[derive(Default)]
pub struct Json {
    runs: u64,
    events: u64,
}

#[derive(Serialize)]
struct Header<'a> {
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
struct Body<'a> {
    services: &'a [ServiceSummary],
    totals: &'a Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a AnswerSummary>,
    expectations: Vec<Judged<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<Log<'a>>,
    state_hash: &'a str,
}

#[derive(Serialize)]
struct Log<'a> {
    service: &'a str,
    lines: &'a [String],
}

impl Report for Json {
    fn open(&mut self, out: &mut Output) -> Result<(), Failure> {
        Ok(write!(out, "[")?)
    }

    fn begin(&mut self, case: &Case, out: &mut Output) -> Result<(), Failure> {
        let scenario = &case.scenario;
        let header = serde_json::to_string(&Header {
            file: &case.file,
            name: &scenario.name,
            description: &scenario.description,
            seed: scenario.seed,
            difficulty: scenario.difficulty.map(Difficulty::name),
            engine: scenario.engine.name(),
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

    fn event(&mut self, event: &PlaybackEvent, out: &mut Output) -> Result<(), Failure> {
        separate(&mut self.events, out)?;
        Ok(serde_json::to_writer(out, &Event::from(event))?)
    }

    fn end(&mut self, case: &Case, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
        let log = case.logs.as_deref().zip(summary.log.as_deref());
        let body = serde_json::to_string(&Body {
            services: &summary.services,
            totals: &summary.totals,
            answer: summary.answer.as_ref(),
            expectations: summary.verdicts.iter().map(Judged::from).collect(),
            log: log.map(|(service, lines)| Log { service, lines }),
            state_hash: &summary.state_hash,
        })?;
        // The object goes on behind its events.
        Ok(write!(
            out,
            "\n],{}",
            body.strip_prefix('{').unwrap_or(&body)
        )?)
    }

    fn close(&mut self, _tally: &Tally, out: &mut Output) -> Result<(), Failure> {
        Ok(writeln!(out, "\n]")?)
    }
}

/// Begins the next entry of an array, on a line of its own.
pub fn separate(entries: &mut u64, out: &mut Output) -> Result<(), Failure> {
    *entries += 1;
    Ok(write!(out, "{}", if *entries == 1 { "\n" } else { ",\n" })?)
}
