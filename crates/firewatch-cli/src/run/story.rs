//! What happened in a run, to be read.

use std::io::Write;

use firewatch_response::{EventKind, PlaybackEvent};
use firewatch_scenario::Scenario;
use firewatch_sim::Status;
use unicode_width::UnicodeWidthStr;

use super::answer;
use super::case::Case;
use super::report::Report;
use super::sparkline::symbol;
use super::summary::{Role, ServiceSummary, Summary};
use super::tally::Tally;
use super::verdict::write_verdict;
use crate::check::count;
use crate::failure::Failure;
use crate::output::Output;
use crate::style::{BAD, BOLD, DEED, DIM, FAIR, GOOD, PLAIN, Palette, WORST, of_status, visible};
use crate::table::{self, Cell};
use crate::units::{clock, latency, percent};

/// Tells what happens, then sums it up.
pub struct Story {
    /// Status changes that are told of one scenario.
    limit: usize,
    /// Whether there is more than one scenario.
    several: bool,
    begun: usize,
    told: usize,
    /// Status changes that were not told since the last event that was.
    untold: usize,
    tick_width: usize,
    name_width: usize,
}

impl Story {
    /// Nothing told yet.
    pub fn new(limit: usize, several: bool) -> Self {
        Self {
            limit,
            several,
            begun: 0,
            told: 0,
            untold: 0,
            tick_width: 0,
            name_width: 0,
        }
    }

    /// Tells of what was left out so far.
    fn catch_up(&mut self, out: &mut Output) -> Result<(), Failure> {
        let untold = std::mem::take(&mut self.untold);
        if untold > 0 {
            let indent = " ".repeat(self.tick_width);
            let more = count(untold, "more status change");
            let line = format!("{indent}  … {more} (--events all shows them)");
            writeln!(out, "{}", out.palette.paint(DIM, line))?;
        }
        Ok(())
    }
}

impl Report for Story {
    fn begin(&mut self, case: &Case, out: &mut Output) -> Result<(), Failure> {
        let scenario = &case.scenario;
        let palette = out.palette;
        if self.begun > 0 {
            writeln!(out)?;
        }
        write_header(case, out)?;
        self.begun += 1;
        self.told = 0;
        self.untold = 0;
        self.tick_width = scenario.ticks.to_string().len().max(4);
        let services = scenario.services.iter().map(|service| &service.name);
        let names = services.chain(scenario.all_faults().map(|fault| &fault.service));
        self.name_width = names.map(|name| visible(name).width()).max().unwrap_or(0);
        let width = self.tick_width;
        let heading = format!("{:>width$}  {:>8}  what happens", "tick", "time");
        Ok(writeln!(out, "\n  {}", palette.paint(DIM, heading))?)
    }

    fn event(&mut self, event: &PlaybackEvent, out: &mut Output) -> Result<(), Failure> {
        if matches!(event.kind, EventKind::StatusChanged { .. }) {
            if self.told >= self.limit {
                self.untold += 1;
                return Ok(());
            }
            self.told += 1;
        }
        self.catch_up(out)?;
        let palette = out.palette;
        let (service, text) = describe(&event.kind, palette);
        let tick = format!("{:>1$}", event.tick, self.tick_width);
        let time = palette.paint(DIM, format!("{:>8}", clock(event.tick)));
        let service = service.map_or(String::new(), |name| {
            let name = visible(name);
            let space = self.name_width - name.width().min(self.name_width);
            format!("{name}{}  ", " ".repeat(space))
        });
        Ok(writeln!(out, "  {tick}  {time}  {service}{text}")?)
    }

    fn end(&mut self, case: &Case, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
        self.catch_up(out)?;
        write_services(summary, out)?;
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

    fn close(&mut self, tally: &Tally, out: &mut Output) -> Result<(), Failure> {
        if self.several {
            let line = tally.line("scenario", out.palette);
            writeln!(out, "\n{line}")?;
        }
        Ok(())
    }
}

fn write_header(case: &Case, out: &mut Output) -> Result<(), Failure> {
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
        writeln!(out, "{}", palette.paint(DIM, answer::heading(runbook)))?;
    }
    for line in description.lines().filter(|line| !line.trim().is_empty()) {
        writeln!(out, "{}", visible(line.trim()))?;
    }
    Ok(())
}

fn count_ticks(ticks: u64) -> String {
    count(ticks, "tick")
}

/// The service that something happened to, and what.
fn describe(what: &EventKind, palette: Palette) -> (Option<&str>, String) {
    match what {
        EventKind::FaultActive {
            service,
            kind,
            speed,
        } => {
            let text = palette.paint(BAD.bold(), format!("{kind} begins"));
            (Some(service), format!("{text}, speed {speed}"))
        }
        EventKind::FaultHalted { service, kind } => (
            Some(service),
            palette.paint(DEED.bold(), format!("{kind} halted")),
        ),
        EventKind::MetricSet {
            service,
            metric,
            value,
        } => {
            let value = value.to_string();
            let text = format!("{} set to {}", visible(metric), visible(&value));
            (Some(service), palette.paint(DEED, text))
        }
        EventKind::ActionTaken {
            action,
            target,
            wrong,
            feedback,
        } => {
            let style = if *wrong { BAD } else { DEED };
            let action = palette.paint(style.bold(), visible(action));
            let said: Vec<&str> = feedback.lines().map(str::trim).collect();
            let wrong = if *wrong { " (wrong action)" } else { "" };
            let text = format!("{action}{wrong}: {}", visible(&said.join(" · ")));
            (target.as_deref(), text)
        }
        EventKind::StatusChanged { service, from, to } => {
            let to = palette.paint(of_status(*to), to);
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
    let legend = Status::ALL.map(|status| {
        let symbol = palette.paint(of_status(status), symbol(status));
        format!("{symbol} {}", palette.paint(DIM, status))
    });
    let rest = palette.paint(DIM, "·  errors, p99 and memory at their worst");
    Ok(writeln!(out, "  {}  {rest}", legend.join("  "))?)
}

/// First and last tick, above the ends of the sparklines.
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
    let roles = if service.roles.contains(&Role::RootCause) {
        Cell::new(palette, BAD.bold(), "◀ root cause")
    } else if service.roles.contains(&Role::Fault) {
        Cell::new(palette, BAD, "◀ fault")
    } else if service.roles.contains(&Role::RedHerring) {
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
            (FAIR, format!("{text}, but customers were hit again later"))
        }
        Some(tick) => (GOOD, format!("{} ({})", count_ticks(tick), clock(tick))),
        None => (BAD, "not mitigated".to_owned()),
    };
    let (budget_style, left) = if totals.slo_breached {
        (WORST, "used up".to_owned())
    } else {
        (PLAIN, format!("{:.2}", totals.slo_budget))
    };
    let start = format!(" of {:?}", scenario.slo_budget.remaining);
    let zone = match totals.blast_zone.as_slice() {
        [] => String::new(),
        names => format!(": {}", visible(&shortened(names))),
    };
    let unhealthy = totals.unhealthy_services;
    let (end_style, end) = match unhealthy {
        0 => (GOOD, "all healthy".to_owned()),
        _ => (FAIR, format!("{} unhealthy", count(unhealthy, "service"))),
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

/// The first names, and how many more there are.
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

fn write_log(case: &Case, summary: &Summary, out: &mut Output) -> Result<(), Failure> {
    if let Some((service, lines)) = case.logs.as_deref().zip(summary.log.as_deref()) {
        let head = format!("log of {}", visible(service));
        writeln!(out, "\n  {}", out.palette.paint(BOLD, head))?;
        for line in lines {
            writeln!(out, "  {}", visible(line))?;
        }
    }
    Ok(())
}
