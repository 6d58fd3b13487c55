//! The text report: events, services, impact, expectations.

use std::io::Write;

use firewatch_response::{EventKind, PlaybackEvent};
use firewatch_scenario::Scenario;

use super::answer;
use super::arguments::RunArguments;
use super::case::RunCase;
use super::event_text::EventLines;
use super::impact_text;
use super::labelled;
use super::layout::Layout;
use super::report::Report;
use super::service_tables;
use super::summary::Summary;
use super::tally::RunTally;
use super::traffic_report;
use super::verdict::write_verdict;
use super::view::ViewArguments;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BOLD, DIM, visible};
use crate::ui::text::write_wrapped;
use crate::ui::units::{clock, count};

/// Writes events as they happen, then a summary.
pub struct TextReport {
    /// Maximum number of status changes shown per scenario.
    limit: usize,
    view: ViewArguments,
    /// Whether there is more than one scenario.
    has_several: bool,
    scenarios: usize,
    shown: usize,
    /// Status changes hidden since the last shown event.
    hidden: usize,
    /// The columns of the scenario's events.
    lines: Option<EventLines>,
}

impl TextReport {
    /// Creates a report that has shown nothing.
    pub fn new(arguments: &RunArguments, has_several: bool) -> Self {
        Self {
            limit: arguments.events.0,
            view: arguments.view.clone(),
            has_several,
            scenarios: 0,
            shown: 0,
            hidden: 0,
            lines: None,
        }
    }

    /// Writes how many status changes are hidden.
    fn write_hidden_count(&mut self, out: &mut Output) -> Result<(), Failure> {
        let hidden = std::mem::take(&mut self.hidden);
        match self.lines {
            Some(lines) if hidden > 0 => {
                let more = count(hidden, "more status change");
                lines.write_note(&format!("… {more} (--events all shows them)"), out)
            }
            _ => Ok(()),
        }
    }
}

impl Report for TextReport {
    fn begin(&mut self, case: &RunCase, out: &mut Output) -> Result<(), Failure> {
        if self.scenarios > 0 {
            writeln!(out)?;
        }
        write_header(case, out)?;
        self.scenarios += 1;
        self.shown = 0;
        self.hidden = 0;
        let scenario = &case.scenario;
        let lines = EventLines::new(scenario.ticks, Layout::new([scenario], out.columns));
        self.lines = Some(lines);
        lines.write_heading(out)
    }

    fn event(&mut self, event: &PlaybackEvent, out: &mut Output) -> Result<(), Failure> {
        if event.service().is_some_and(|name| !self.view.shows(name)) {
            return Ok(());
        }
        if matches!(event.kind, EventKind::StatusChanged { .. }) {
            if self.shown >= self.limit {
                self.hidden += 1;
                return Ok(());
            }
            self.shown += 1;
        }
        self.write_hidden_count(out)?;
        match self.lines {
            Some(lines) => lines.write(' ', event, out),
            None => Ok(()),
        }
    }

    fn end(&mut self, case: &RunCase, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
        self.write_hidden_count(out)?;
        let layout = Layout::new([&case.scenario], out.columns);
        let services = service_tables::by_impact(summary, &self.view);
        if summary.users.is_empty() {
            service_tables::write(summary, &services, layout, out)?;
        } else {
            traffic_report::write(summary, &services, layout, out)?;
        }
        let axis = service_tables::axis(summary);
        service_tables::write_metrics(&summary.metrics, &services, &axis, layout, out)?;
        writeln!(out)?;
        labelled::write(&impact_text::lines(&case.scenario, &summary.totals), out)?;
        if let Some(answer) = &summary.answer {
            writeln!(out)?;
            labelled::write(&answer.lines(), out)?;
        }
        write_expectations(summary, out)?;
        write_log(case, summary, out)?;
        let label = out.palette.paint(DIM, "state_hash");
        writeln!(out, "\n  {label} {}", summary.state_hash)?;
        Ok(out.flush()?)
    }

    fn close(&mut self, tally: &RunTally, out: &mut Output) -> Result<(), Failure> {
        if self.has_several {
            let line = tally.line("scenario", out.palette);
            writeln!(out)?;
            write_wrapped("", 2, &line, out)?;
        }
        Ok(())
    }
}

fn write_header(case: &RunCase, out: &mut Output) -> Result<(), Failure> {
    let Scenario {
        name,
        description,
        seed,
        difficulty,
        ticks,
        ..
    } = &case.scenario;
    let palette = out.palette;
    write_wrapped("", 2, &palette.paint(BOLD, visible(name)), out)?;
    write_wrapped("", 2, &palette.paint(DIM, visible(&case.file)), out)?;
    let mut facts = vec![format!("seed {seed}")];
    facts.extend(difficulty.map(|difficulty| difficulty.to_string()));
    facts.push(format!("{}, {}", count(*ticks, "tick"), clock(*ticks)));
    facts.push(format!("firewatch {}", env!("CARGO_PKG_VERSION")));
    write_wrapped("", 2, &palette.paint(DIM, facts.join(" · ")), out)?;
    if let Some(runbook) = &case.runbook {
        let runbook = palette.paint(DIM, answer::runbook_heading(runbook));
        write_wrapped("", 2, &runbook, out)?;
    }
    for line in description.lines().filter(|line| !line.trim().is_empty()) {
        write_wrapped("", 2, &visible(line.trim()), out)?;
    }
    Ok(())
}

fn write_expectations(summary: &Summary, out: &mut Output) -> Result<(), Failure> {
    if summary.verdicts.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for verdict in &summary.verdicts {
        write_verdict(verdict, out)?;
    }
    Ok(())
}

fn write_log(case: &RunCase, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
    if let Some((service, lines)) = case.logs.as_deref().zip(summary.log.as_deref()) {
        let head = format!("log of {}", visible(service));
        writeln!(out, "\n  {}", out.palette.paint(BOLD, head))?;
        for line in lines {
            writeln!(out, "  {}", visible(line))?;
        }
    }
    Ok(())
}
