//! The report of two runs: events of one of them, services side by side, and what each came to.

use std::io::Write;

use firewatch_response::{ExpectationOutcome, PlaybackEvent};

use super::answer;
use super::arguments::RunArguments;
use super::case::RunCase;
use super::compare_rows::{self, MARKS, Row};
use super::difference::Differences;
use super::event_text::EventLines;
use super::impact_text;
use super::labelled::{self, LabelledValue};
use super::layout::Layout;
use super::summary::Summary;
use super::verdict::mark;
use super::view::ViewArguments;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BOLD, DIM, WARNING, visible};
use crate::ui::text::write_wrapped;
use crate::ui::units::{clock, count};

/// Writes events as they happen, then what differs.
pub struct CompareReport {
    view: ViewArguments,
    /// Maximum number of events shown.
    limit: usize,
    layout: Layout,
    lines: EventLines,
    shown: usize,
    hidden: usize,
    /// Events that both runs have.
    shared: usize,
}

impl CompareReport {
    /// Creates a report that has shown nothing.
    pub fn new(arguments: &RunArguments, layout: Layout, cases: [&RunCase; 2]) -> Self {
        let ticks = cases.map(|case| case.scenario.ticks);
        Self {
            view: arguments.view.clone(),
            limit: arguments.events.0,
            layout,
            lines: EventLines::new(ticks[0].max(ticks[1]), layout),
            shown: 0,
            hidden: 0,
            shared: 0,
        }
    }

    /// Writes which runs are compared.
    pub fn begin(&self, cases: [&RunCase; 2], out: &mut Output) -> Result<(), Failure> {
        for (mark, case) in MARKS.into_iter().zip(cases) {
            let name = out.palette.paint(BOLD, visible(&case.scenario.name));
            write_wrapped(&format!("{mark} "), 2, &name, out)?;
            let mut facts = vec![visible(&case.file).into_owned()];
            facts.push(format!("seed {}", case.scenario.seed));
            facts.push(count(case.scenario.ticks, "tick"));
            facts.extend(case.runbook.as_deref().map(answer::runbook_heading));
            let facts = out.palette.paint(DIM, facts.join(" · "));
            write_wrapped("  ", 2, &facts, out)?;
        }
        self.lines.write_heading(out)
    }

    /// Writes the events of a tick that only one of the runs has.
    pub fn events(
        &mut self,
        left: Vec<PlaybackEvent>,
        right: Vec<PlaybackEvent>,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let mut right: Vec<Option<PlaybackEvent>> = right.into_iter().map(Some).collect();
        let mut only_left = Vec::new();
        for event in left {
            match right
                .iter_mut()
                .find(|other| other.as_ref() == Some(&event))
            {
                Some(other) => {
                    *other = None;
                    self.shared += 1;
                }
                None => only_left.push(event),
            }
        }
        for event in &only_left {
            self.write_event(MARKS[0], event, out)?;
        }
        for event in right.iter().flatten() {
            self.write_event(MARKS[1], event, out)?;
        }
        Ok(())
    }

    fn write_event(
        &mut self,
        mark: char,
        event: &PlaybackEvent,
        out: &mut Output,
    ) -> Result<(), Failure> {
        if event.service().is_some_and(|name| !self.view.shows(name)) {
            return Ok(());
        }
        if self.shown >= self.limit {
            self.hidden += 1;
            return Ok(());
        }
        self.shown += 1;
        self.lines.write(mark, event, out)
    }

    /// Writes what differs, and what each run came to.
    pub fn end(
        &self,
        cases: [&RunCase; 2],
        summaries: [&Summary; 2],
        differences: &Differences,
        out: &mut Output,
    ) -> Result<(), Failure> {
        if self.hidden > 0 {
            let more = count(self.hidden, "more event");
            let note = format!("… {more} (--events all shows them)");
            self.lines.write_note(&note, out)?;
        }
        let shared = format!("{} in both runs", count(self.shared, "event"));
        self.lines.write_note(&shared, out)?;
        writeln!(out)?;
        let rows = compare_rows::rows(summaries, differences, &self.view);
        write_wrapped("", 0, &conclusion(cases, &rows, differences), out)?;
        compare_rows::write_table(&rows, summaries, self.layout, out)?;
        compare_rows::write_first_values(&rows, self.layout, out)?;
        write_impact(cases, summaries, out)?;
        write_expectations(summaries, out)?;
        let hashes = summaries.map(|summary| summary.state_hash.clone());
        writeln!(out)?;
        write_line("state_hash", hashes, out)?;
        Ok(out.flush()?)
    }
}

fn conclusion(cases: [&RunCase; 2], rows: &[Row], differences: &Differences) -> String {
    let [left, right] = cases.map(|case| case.scenario.ticks);
    let mut text = match differences.first_tick() {
        None if !rows.iter().any(Row::is_in_both) => {
            "The runs have no service in common.".to_owned()
        }
        None => "The runs are the same in every tick that both have.".to_owned(),
        Some(0) => "The runs differ from the start.".to_owned(),
        Some(tick) => format!("The runs differ from tick {tick} ({}) on.", clock(tick)),
    };
    if left != right {
        text.push_str(&format!(
            " One ends after tick {left}, the other after tick {right}."
        ));
    }
    text
}

fn write_impact(
    cases: [&RunCase; 2],
    summaries: [&Summary; 2],
    out: &mut Output,
) -> Result<(), Failure> {
    let lines = |side: usize| {
        let mut lines = impact_text::lines(&cases[side].scenario, &summaries[side].totals);
        lines.extend(
            summaries[side]
                .answer
                .iter()
                .flat_map(|answer| answer.lines()),
        );
        lines
    };
    let (left, mut right) = (lines(0), lines(1));
    writeln!(out)?;
    for line in left {
        let index = right.iter().position(|other| other.label == line.label);
        let other = index.map(|index| right.remove(index));
        let other = other.map_or("none".to_owned(), |other| other.value);
        write_line(line.label, [line.value, other], out)?;
    }
    for line in right {
        write_line(line.label, ["none".to_owned(), line.value], out)?;
    }
    Ok(())
}

/// Writes a value of both runs: once if it is the same.
fn write_line(
    label: &'static str,
    [left, right]: [String; 2],
    out: &mut Output,
) -> Result<(), Failure> {
    let line = |label, style, value| LabelledValue {
        label,
        style,
        value,
    };
    let lines = match left == right {
        true => vec![line(label, DIM, left)],
        false => vec![
            line(label, WARNING, format!("{} {left}", MARKS[0])),
            line("", WARNING, format!("{} {right}", MARKS[1])),
        ],
    };
    labelled::write(&lines, out)
}

/// Writes expectations whose outcomes differ, and the number of the others.
fn write_expectations(summaries: [&Summary; 2], out: &mut Output) -> Result<(), Failure> {
    let mut same = 0usize;
    let mut rows: Vec<(String, [Option<&ExpectationOutcome>; 2])> = Vec::new();
    for (side, summary) in summaries.into_iter().enumerate() {
        for verdict in &summary.verdicts {
            let text = verdict.expectation.to_string();
            let free = |(other, outcomes): &(String, [Option<&ExpectationOutcome>; 2])| {
                *other == text && outcomes[side].is_none()
            };
            match rows.iter().position(free) {
                Some(index) => rows[index].1[side] = Some(&verdict.outcome),
                None => {
                    let mut outcomes = [None; 2];
                    outcomes[side] = Some(&verdict.outcome);
                    rows.push((text, outcomes));
                }
            }
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for (text, outcomes) in rows {
        let marks = outcomes.map(|outcome| outcome.map_or((DIM, " "), mark));
        if marks[0].1 == marks[1].1 {
            same += 1;
            continue;
        }
        let painted = marks.map(|(style, mark)| out.palette.paint(style, mark));
        let head = format!("  {}{} {}{}  ", MARKS[0], painted[0], MARKS[1], painted[1]);
        write_wrapped(&head, 9, &visible(&text), out)?;
    }
    let note = format!("{} with the same outcome", count(same, "expectation"));
    write_wrapped("  ", 2, &out.palette.paint(DIM, note), out)
}
