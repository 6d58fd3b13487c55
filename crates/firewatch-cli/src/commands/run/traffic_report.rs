//! The text report of a run of traffic: users, services, and why users failed.

use std::io::Write;

use super::summary::{ServiceRole, ServiceSummary, Summary};
use super::traffic::UsersSummary;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::sparkline::legend;
use crate::ui::style::{BAD, DIM, GOOD, Palette, WARNING, visible};
use crate::ui::table::{self, Cell};
use crate::ui::units::{latency, percent};

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
    let rest = palette.paint(DIM, "·  of each tick the worst");
    writeln!(out, "  {}  {rest}", legend(palette))?;
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
        writeln!(out, "  users of {name} failed most at tick {tick}: {cause}")?;
    }
    Ok(())
}
