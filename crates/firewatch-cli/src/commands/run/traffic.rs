//! What users got, and how busy services were: the summary of a run of traffic.

use std::io::Write;

use firewatch_scenario::{Physics, Scenario};
use firewatch_sim::{EnvironmentRef, Status, UsersRef};
use serde::Serialize;

use super::summary::{ServiceRole, ServiceSummary, Summary};
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::sparkline::{Sparkline, symbol};
use crate::ui::style::{BAD, DIM, GOOD, Palette, WARNING, status_style, visible};
use crate::ui::table::{self, Cell};
use crate::ui::units::{latency, percent};

/// The summary of a group of users.
#[derive(Clone, Debug, Serialize)]
pub struct UsersSummary {
    pub name: String,
    pub service: String,
    /// Requests that were served and that failed, of all ticks.
    pub served_requests: f64,
    pub failed_requests: f64,
    /// Of all ticks; absent where nobody sent a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served: Option<f64>,
    /// Of the worst tick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_served: Option<f64>,
    pub worst_p99_s: f64,
    /// Ticks in which they did not get what they are promised.
    pub ticks_missed: u64,
    /// The tick in which most failed, and why most of those did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_tick: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    #[serde(skip)]
    pub sparkline: Sparkline,
}

/// How busy a service was.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LoadSummary {
    pub highest_request_rate: f64,
    pub highest_utilization: f64,
    pub highest_queue_depth: f64,
    pub queue_limit: f64,
    /// Requests that it refused at once, per second, in the worst tick.
    pub highest_refused_rate: f64,
}

impl UsersSummary {
    /// Creates the summaries of the groups of a run that has not started.
    pub fn of(scenario: &Scenario) -> Vec<Self> {
        let users = scenario.users.iter();
        users
            .map(|users| Self {
                name: users.name().to_owned(),
                service: users.service.clone(),
                served_requests: 0.0,
                failed_requests: 0.0,
                served: None,
                worst_served: None,
                worst_p99_s: 0.0,
                ticks_missed: 0,
                worst_tick: None,
                cause: None,
                sparkline: Sparkline::narrow(scenario.ticks + 1),
            })
            .collect()
    }

    fn record(&mut self, users: &UsersRef, view: &EnvironmentRef) {
        self.sparkline.push(well_being(users));
        let tick = view.clock().tick;
        // The start is no tick.
        if tick == 0 {
            return;
        }
        let seconds = firewatch_sim::SECONDS_PER_TICK as f64;
        self.served_requests += users.traffic.succeeded_rps * seconds;
        self.failed_requests += users.traffic.failed_rps * seconds;
        let ended = self.served_requests + self.failed_requests;
        self.served = (ended > 0.0).then(|| self.served_requests / ended);
        self.ticks_missed += u64::from(users.miss() > 0.0);
        self.worst_p99_s = self.worst_p99_s.max(users.traffic.latency_p99_s);
        let Some(served) = users.served() else { return };
        if self.worst_served.is_none_or(|worst| served < worst) {
            self.worst_served = Some(served);
            let cause = view
                .traffic()
                .and_then(|traffic| traffic.failure_cause(users));
            if let Some(cause) = cause {
                self.worst_tick = Some(tick);
                self.cause = Some(cause.to_string());
            }
        }
    }
}

/// How users are, in the words for services: healthy if they get what they are promised, else by the share that is
/// served.
fn well_being(users: &UsersRef) -> Status {
    match users.served() {
        _ if users.miss() <= 0.0 => Status::Healthy,
        Some(served) if served < 0.5 => Status::Down,
        Some(served) if served < 0.9 => Status::Critical,
        _ => Status::Degraded,
    }
}

/// Records what users got in the last tick, and how busy services were.
pub fn record(users: &mut [UsersSummary], services: &mut [ServiceSummary], view: &EnvironmentRef) {
    let Some(traffic) = view.traffic() else {
        return;
    };
    for (summary, users) in users.iter_mut().zip(traffic.users()) {
        summary.record(&users, view);
    }
    for (summary, (_, traffic)) in services.iter_mut().zip(traffic.services()) {
        let load = summary.load.get_or_insert_default();
        let highest = |highest: &mut f64, value: f64| *highest = highest.max(value);
        highest(&mut load.highest_request_rate, traffic.arrived_rps);
        highest(&mut load.highest_utilization, traffic.utilization);
        highest(&mut load.highest_queue_depth, traffic.queued);
        highest(&mut load.queue_limit, traffic.queue_limit);
        highest(&mut load.highest_refused_rate, traffic.refused_rps);
    }
}

/// Returns the sparkline of a service in a run of the scenario.
pub fn sparkline(scenario: &Scenario) -> Sparkline {
    // The start counts as a sample, like each tick.
    let samples = scenario.ticks + 1;
    match scenario.physics {
        Physics::Traffic => Sparkline::narrow(samples),
        _ => Sparkline::new(samples),
    }
}

/// Writes users first, then services, then why users failed.
pub fn write(summary: &Summary, axis: &str, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let mut rows = vec![vec![
        dim("users"),
        dim(axis),
        dim("served").right(),
        dim("worst").right(),
        dim("p99").right(),
    ]];
    rows.extend(summary.users.iter().map(|users| users_row(users, palette)));
    writeln!(out)?;
    for line in table::lines(&rows) {
        writeln!(out, "  {line}")?;
    }
    let mut rows = vec![vec![
        dim("services"),
        dim(axis),
        dim("errors").right(),
        dim("p99").right(),
        dim("busy").right(),
        dim("queue").right(),
    ]];
    rows.extend(summary.services.iter().map(|s| service_row(s, palette)));
    writeln!(out)?;
    for line in table::lines(&rows) {
        writeln!(out, "  {line}")?;
    }
    write_legend(out)?;
    write_causes(summary, out)
}

fn users_row(users: &UsersSummary, palette: Palette) -> Vec<Cell> {
    let share = |share: Option<f64>| {
        let text = share.map_or("-".to_owned(), percent);
        let style = match share {
            Some(share) if share < 0.9 => BAD,
            Some(share) if share < 0.999 => WARNING,
            _ => GOOD,
        };
        Cell::new(palette, style, &text).right()
    };
    vec![
        Cell::plain(&users.name),
        users.sparkline.cell(palette),
        share(users.served),
        share(users.worst_served),
        Cell::plain(&latency(users.worst_p99_s)).right(),
    ]
}

fn service_row(service: &ServiceSummary, palette: Palette) -> Vec<Cell> {
    let plain = |text: String| Cell::plain(&text).right();
    let load = service.load.clone().unwrap_or_default();
    let role = if service.roles.contains(&ServiceRole::RootCause) {
        Cell::new(palette, BAD.bold(), "◀ cause")
    } else if service.roles.contains(&ServiceRole::Fault) {
        Cell::new(palette, BAD, "◀ fault")
    } else {
        Cell::plain("")
    };
    vec![
        Cell::plain(&service.name),
        service.sparkline.cell(palette),
        plain(percent(service.worst_error_rate)),
        plain(latency(service.worst_latency_p99)),
        plain(format!("{:.0}%", load.highest_utilization * 100.0)),
        plain(format!("{:.0}", load.highest_queue_depth)),
        role,
    ]
}

fn write_legend(out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let legend = Status::ALL.map(|status| {
        let symbol = palette.paint(status_style(status), symbol(status));
        format!("{symbol} {}", palette.paint(DIM, status))
    });
    let rest = palette.paint(DIM, "·  of each tick the worst");
    writeln!(out, "  {}  {rest}", legend.join("  "))?;
    let users = "users: healthy as promised, critical below 90% served, down below half";
    Ok(writeln!(out, "  {}", palette.paint(DIM, users))?)
}

fn write_causes(summary: &Summary, out: &mut Output) -> Result<(), Failure> {
    let told = summary.users.iter().filter_map(|users| {
        let (tick, cause) = (users.worst_tick?, users.cause.as_ref()?);
        Some((users, tick, cause))
    });
    for (index, (users, tick, cause)) in told.enumerate() {
        if index == 0 {
            writeln!(out)?;
        }
        let (name, cause) = (visible(&users.name), visible(cause));
        writeln!(out, "  most of {name} failed at tick {tick}: {cause}")?;
    }
    Ok(())
}
