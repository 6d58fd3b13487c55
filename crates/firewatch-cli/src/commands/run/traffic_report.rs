//! The text report of a run of traffic: users, services, and why users failed.

use std::io::Write;

use super::layout::Layout;
use super::service_tables;
use super::summary::{ServiceSummary, Summary};
use super::traffic::UsersSummary;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BAD, DIM, GOOD, Palette, WARNING, visible};
use crate::ui::table::Cell;
use crate::ui::text::{write_table, write_wrapped};
use crate::ui::units::{latency, p99, percent};

/// Writes users first, then services, then why users failed.
pub fn write(
    summary: &Summary,
    services: &[&ServiceSummary],
    layout: Layout,
    out: &mut Output,
) -> Result<(), Failure> {
    let palette = out.palette;
    let axis = service_tables::axis(summary);
    let heading =
        |of, numbers: &[&str]| service_tables::heading(of, &axis, numbers, layout, palette);
    let users = summary.users.iter();
    let mut rows = vec![heading("users", &["served", "worst", "p99"])];
    rows.extend(users.map(|users| users_row(users, layout, palette)));
    writeln!(out)?;
    write_table(&rows, out)?;
    let mut rows = vec![heading("services", &["errors", "p99", "busy", "queue"])];
    rows.extend(services.iter().map(|s| service_row(s, layout, palette)));
    writeln!(out)?;
    write_table(&rows, out)?;
    service_tables::write_legend("of each tick the worst", layout, out)?;
    let users = "users: healthy as promised, critical below 90% served, down below half";
    write_wrapped("  ", 2, &palette.paint(DIM, users), out)?;
    write_causes(summary, out)
}

fn users_row(users: &UsersSummary, layout: Layout, palette: Palette) -> Vec<Cell> {
    let share = |share: Option<f64>| {
        let text = share.map_or("-".to_owned(), percent);
        let style = match share {
            Some(share) if share < 0.9 => BAD,
            Some(share) if share < 0.999 => WARNING,
            _ => GOOD,
        };
        Cell::new(palette, style, &text).right()
    };
    let mut row = vec![
        Cell::fitted(&users.name, layout.names),
        users.sparkline.cell(palette),
        share(users.served),
    ];
    if layout.is_wide() {
        row.push(share(users.worst_served));
        row.push(Cell::plain(&p99(users.worst_p99_s)).right());
    }
    row
}

fn service_row(service: &ServiceSummary, layout: Layout, palette: Palette) -> Vec<Cell> {
    let plain = |text: String| Cell::plain(&text).right();
    let load = service.load.clone().unwrap_or_default();
    let mut row = vec![
        Cell::fitted(&service.name, layout.names),
        service.sparkline.cell(palette),
        plain(percent(service.worst_error_rate)),
    ];
    if layout.is_wide() {
        row.push(plain(latency(service.worst_latency_p99)));
        row.push(plain(format!("{:.0}%", load.highest_utilization * 100.0)));
        row.push(plain(format!("{:.0}", load.highest_queue_depth)));
    }
    row.push(service_tables::role(service, layout, palette));
    row
}

fn write_causes(summary: &Summary, out: &mut Output) -> Result<(), Failure> {
    // What the table shows as 100.0% has no cause.
    let is_shown = |users: &&UsersSummary| users.worst_served.is_some_and(|worst| worst < 0.9995);
    let told = summary.users.iter().filter(is_shown).filter_map(|users| {
        let (tick, cause) = (users.worst_tick?, users.cause.as_ref()?);
        Some((users, tick, cause))
    });
    for (index, (users, tick, cause)) in told.enumerate() {
        if index == 0 {
            writeln!(out)?;
        }
        let (name, cause) = (visible(&users.name), visible(cause));
        let text = format!("users of {name} failed most at tick {tick}: {cause}");
        write_wrapped("  ", 4, &text, out)?;
    }
    Ok(())
}
