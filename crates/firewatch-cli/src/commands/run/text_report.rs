//! The text report: events, services, impact, expectations.

use std::io::Write;

use firewatch_response::{EventKind, PlaybackEvent};
use firewatch_scenario::Scenario;
use unicode_width::UnicodeWidthStr;

use super::answer;
use super::case::RunCase;
use super::report::Report;
use super::summary::{ServiceRole, ServiceSummary, Summary};
use super::tally::RunTally;
use super::traffic_report;
use super::verdict::write_verdict;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::sparkline::legend;
use crate::ui::style::{
    ACTION, BAD, BOLD, DIM, GOOD, PLAIN, Palette, WARNING, WORST, status_style, visible,
};
use crate::ui::table::{self, Cell};
use crate::ui::units::{clock, count, latency, percent};

/// Writes events as they happen, then a summary.
pub struct TextReport {
    /// Maximum number of status changes shown per scenario.
    limit: usize,
    /// Whether there is more than one scenario.
    has_several: bool,
    scenarios: usize,
    shown: usize,
    /// Status changes hidden since the last shown event.
    hidden: usize,
    tick_width: usize,
    name_width: usize,
}

impl TextReport {
    /// Creates a report that has shown nothing.
    pub fn new(limit: usize, has_several: bool) -> Self {
        Self {
            limit,
            has_several,
            scenarios: 0,
            shown: 0,
            hidden: 0,
            tick_width: 0,
            name_width: 0,
        }
    }

    /// Writes how many status changes are hidden.
    fn write_hidden_count(&mut self, out: &mut Output) -> Result<(), Failure> {
        let hidden = std::mem::take(&mut self.hidden);
        if hidden > 0 {
            let indent = " ".repeat(self.tick_width);
            let more = count(hidden, "more status change");
            let line = format!("{indent}  … {more} (--events all shows them)");
            writeln!(out, "{}", out.palette.paint(DIM, line))?;
        }
        Ok(())
    }
}

impl Report for TextReport {
    fn begin(&mut self, case: &RunCase, out: &mut Output) -> Result<(), Failure> {
        let scenario = &case.scenario;
        let palette = out.palette;
        if self.scenarios > 0 {
            writeln!(out)?;
        }
        write_header(case, out)?;
        self.scenarios += 1;
        self.shown = 0;
        self.hidden = 0;
        self.tick_width = scenario.ticks.to_string().len().max(4);
        let services = scenario.services.iter().map(|service| &service.name);
        let names = services.chain(scenario.all_faults().map(|fault| &fault.service));
        self.name_width = names.map(|name| visible(name).width()).max().unwrap_or(0);
        let width = self.tick_width;
        let heading = format!("{:>width$}  {:>8}  what happens", "tick", "time");
        Ok(writeln!(out, "\n  {}", palette.paint(DIM, heading))?)
    }

    fn event(&mut self, occurrence: &PlaybackEvent, out: &mut Output) -> Result<(), Failure> {
        if matches!(occurrence.kind, EventKind::StatusChanged { .. }) {
            if self.shown >= self.limit {
                self.hidden += 1;
                return Ok(());
            }
            self.shown += 1;
        }
        self.write_hidden_count(out)?;
        let palette = out.palette;
        let (service, text) = describe(&occurrence.kind, palette);
        let tick = format!("{:>1$}", occurrence.tick, self.tick_width);
        let time = palette.paint(DIM, format!("{:>8}", clock(occurrence.tick)));
        let service = service.map_or(String::new(), |name| {
            let name = visible(name);
            let space = self.name_width - name.width().min(self.name_width);
            format!("{name}{}  ", " ".repeat(space))
        });
        Ok(writeln!(out, "  {tick}  {time}  {service}{text}")?)
    }

    fn end(&mut self, case: &RunCase, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
        self.write_hidden_count(out)?;
        if summary.users.is_empty() {
            write_services(summary, out)?;
        } else {
            traffic_report::write(summary, &axis(summary), out)?;
        }
        write_impact(&case.scenario, summary, out)?;
        if let Some(answer) = &summary.answer {
            answer.write(out)?;
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
            writeln!(out, "\n{line}")?;
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
    writeln!(out, "{}", palette.paint(BOLD, visible(name)))?;
    writeln!(out, "{}", palette.paint(DIM, visible(&case.file)))?;
    let mut facts = vec![format!("seed {seed}")];
    facts.extend(difficulty.map(|difficulty| difficulty.to_string()));
    facts.push(format!("{}, {}", count_ticks(*ticks), clock(*ticks)));
    facts.push(format!("firewatch {}", env!("CARGO_PKG_VERSION")));
    writeln!(out, "{}", palette.paint(DIM, facts.join(" · ")))?;
    if let Some(runbook) = &case.runbook {
        writeln!(
            out,
            "{}",
            palette.paint(DIM, answer::runbook_heading(runbook))
        )?;
    }
    for line in description.lines().filter(|line| !line.trim().is_empty()) {
        writeln!(out, "{}", visible(line.trim()))?;
    }
    Ok(())
}

fn count_ticks(ticks: u64) -> String {
    count(ticks, "tick")
}

/// Returns the service of an event and its description.
fn describe(what: &EventKind, palette: Palette) -> (Option<&str>, String) {
    match what {
        EventKind::FaultActive {
            service,
            turns: Some(turns),
            ..
        } => {
            let text = format!("{} begins", visible(turns));
            (Some(service), palette.paint(BAD.bold(), text))
        }
        EventKind::FaultActive {
            service,
            kind,
            turns: None,
            speed,
        } => {
            let text = palette.paint(BAD.bold(), format!("{kind} begins"));
            (Some(service), format!("{text}, speed {speed}"))
        }
        EventKind::FaultHalted { service, kind } => (
            Some(service),
            palette.paint(ACTION.bold(), format!("{kind} halted")),
        ),
        EventKind::FaultOver { service, kind } => (
            Some(service),
            palette.paint(GOOD, format!("{kind} over: its time is up")),
        ),
        EventKind::LoadChanged {
            users,
            rps,
            by_tick,
        } => {
            let users = visible(users);
            let text = match by_tick {
                Some(tick) => format!("users of {users}: evenly to {rps}/s by tick {tick}"),
                None => format!("users of {users}: {rps}/s"),
            };
            (None, palette.paint(BOLD, text))
        }
        EventKind::KnobTurned { of, knob, value } => {
            let text = format!("{knob} of {} turned to {value}", visible(&of.to_string()));
            (None, palette.paint(ACTION, text))
        }
        EventKind::Restarted { service } => (
            Some(service),
            palette.paint(ACTION.bold(), "restarted, one instance after the other"),
        ),
        EventKind::MetricSet {
            service,
            metric,
            value,
        } => {
            let value = value.to_string();
            let text = format!("{} set to {}", visible(metric), visible(&value));
            (Some(service), palette.paint(ACTION, text))
        }
        EventKind::ActionTaken {
            action,
            target,
            wrong,
            feedback,
        } => {
            let style = if *wrong { BAD } else { ACTION };
            let action = palette.paint(style.bold(), visible(action));
            let said: Vec<&str> = feedback.lines().map(str::trim).collect();
            let wrong = if *wrong { " (wrong action)" } else { "" };
            let text = format!("{action}{wrong}: {}", visible(&said.join(" · ")));
            (target.as_deref(), text)
        }
        EventKind::StatusChanged { service, from, to } => {
            let to = palette.paint(status_style(*to), to);
            (Some(service), format!("{from} → {to}"))
        }
        EventKind::Mitigated { since } => {
            let text = palette.paint(GOOD.bold(), "mitigated");
            (
                None,
                format!("{text}: time to mitigate {}", count_ticks(*since)),
            )
        }
        EventKind::SloBreached => (None, palette.paint(WORST, "SLO budget used up")),
    }
}

fn write_services(summary: &Summary, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let mut rows = vec![vec![
        dim(""),
        dim(&axis(summary)),
        dim("errors").right(),
        dim("p99").right(),
        dim("memory").right(),
    ]];
    rows.extend(summary.services.iter().map(|service| row(service, palette)));
    writeln!(out)?;
    for line in table::lines(&rows) {
        writeln!(out, "  {line}")?;
    }
    let rest = palette.paint(DIM, "·  worst errors, p99 and memory");
    Ok(writeln!(out, "  {}  {rest}", legend(palette))?)
}

/// Formats the first and last tick, aligned with the ends of the sparklines.
fn axis(summary: &Summary) -> String {
    let last = summary.totals.ticks.to_string();
    let widths = summary
        .services
        .iter()
        .map(|service| service.sparkline.width());
    let space = widths.max().unwrap_or(0).saturating_sub(last.len() + 1);
    format!("0{}{last}", " ".repeat(space))
}

fn row(service: &ServiceSummary, palette: Palette) -> Vec<Cell> {
    let plain = |text: String| Cell::plain(&text).right();
    let roles = if service.roles.contains(&ServiceRole::RootCause) {
        Cell::new(palette, BAD.bold(), "◀ root cause")
    } else if service.roles.contains(&ServiceRole::Fault) {
        Cell::new(palette, BAD, "◀ fault")
    } else if service.roles.contains(&ServiceRole::RedHerring) {
        Cell::new(palette, DIM, "  red herring")
    } else {
        Cell::plain("")
    };
    vec![
        Cell::plain(&service.name),
        service.sparkline.cell(palette),
        plain(percent(service.worst_error_rate)),
        plain(latency(service.worst_latency_p99)),
        plain(percent(service.worst_memory_utilization)),
        roles,
    ]
}

fn write_impact(scenario: &Scenario, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let totals = &summary.totals;
    let (style, mitigated) = match totals.mttm {
        Some(tick) if totals.impact_after_mitigation => {
            let text = format!("{} ({})", count_ticks(tick), clock(tick));
            (WARNING, format!("{text}, with a relapse"))
        }
        Some(tick) => (GOOD, format!("{} ({})", count_ticks(tick), clock(tick))),
        None if totals.impact_after_mitigation => (BAD, "relapsed".to_owned()),
        None => (BAD, "not mitigated".to_owned()),
    };
    let (budget_style, left) = if totals.slo_breached {
        (WORST, "used up".to_owned())
    } else {
        (PLAIN, format!("{:.2}", totals.slo_budget))
    };
    let start = format!(" of {:?}", scenario.slo_budget.remaining);
    let named = |names: &[String]| match names {
        [] => String::new(),
        names => format!(": {}", visible(&shortened(names))),
    };
    let zone = named(&totals.blast_zone);
    let reach = format!("{}{}", totals.reach.len(), named(&totals.reach));
    let unhealthy = totals.unhealthy_services;
    let (end_style, end) = match unhealthy {
        0 => (GOOD, "all healthy".to_owned()),
        _ => (
            WARNING,
            format!("{} unhealthy", count(unhealthy, "service")),
        ),
    };
    let lines = [
        ("time to mitigate", palette.paint(style, mitigated)),
        (
            "bad customer minutes",
            format!("{:.2}", totals.bad_customer_minutes),
        ),
        (
            "SLO budget left",
            format!("{}{start}", palette.paint(budget_style, left)),
        ),
        ("blast radius", format!("{}{zone}", totals.blast_radius)),
        ("reach", reach),
        ("at the end", palette.paint(end_style, end)),
    ];
    writeln!(out)?;
    for (label, value) in lines {
        writeln!(
            out,
            "  {}  {value}",
            palette.paint(DIM, format!("{label:<20}"))
        )?;
    }
    Ok(())
}

/// Formats the first names, and the number of the others.
fn shortened(names: &[String]) -> String {
    const FEW: usize = 6;
    let shown = names
        .iter()
        .take(FEW)
        .map(String::as_str)
        .collect::<Vec<_>>();
    match names.len().saturating_sub(FEW) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
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
