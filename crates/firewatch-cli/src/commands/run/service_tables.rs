//! The tables of services over time in a text report.

use std::io::Write;

use firewatch_sim::Status;
use firewatch_sim::num::without_trailing_zeros;

use super::layout::Layout;
use super::metric_series::MetricSeries;
use super::summary::{ServiceRole, ServiceSummary, Summary};
use super::view::ViewArguments;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::sparkline::legend;
use crate::ui::style::{BAD, DIM, Palette, visible};
use crate::ui::table::Cell;
use crate::ui::text::{write_table, write_wrapped};
use crate::ui::units::{latency, percent};

/// Returns the services that a report shows, those that suffered most first.
pub fn by_impact<'a>(summary: &'a Summary, view: &ViewArguments) -> Vec<&'a ServiceSummary> {
    let mut services: Vec<&ServiceSummary> = summary.services.iter().collect();
    services.retain(|service| view.shows(&service.name));
    if view.only_unhealthy {
        services.retain(|service| service.worst_status > Status::Healthy);
    }
    // A stable sort: services that suffered alike keep the order of the scenario.
    services.sort_by_key(|service| std::cmp::Reverse(harm(service)));
    services
}

/// Returns the ticks in which a service was not healthy, each as often as its status is bad.
fn harm(service: &ServiceSummary) -> u64 {
    let ticks = Status::ALL.into_iter().zip(0u64..);
    let weighted = ticks.map(|(status, weight)| {
        let ticks = service.status_ticks.get(&status).copied().unwrap_or(0);
        ticks.saturating_mul(weight)
    });
    weighted.fold(0, u64::saturating_add)
}

/// Writes services with their status over time and their worst values, then the legend.
pub fn write(
    summary: &Summary,
    services: &[&ServiceSummary],
    layout: Layout,
    out: &mut Output,
) -> Result<(), Failure> {
    let palette = out.palette;
    let numbers = ["errors", "p99", "memory"];
    let mut rows = vec![heading("", &axis(summary), &numbers, layout, palette)];
    rows.extend(services.iter().map(|service| row(service, layout, palette)));
    writeln!(out)?;
    write_table(&rows, out)?;
    write_legend("worst errors, p99 and memory", layout, out)
}

/// Returns the heading of a table over time: a name, the axis, and numbers, of which a narrow table has the first.
pub fn heading(
    name: &str,
    axis: &str,
    numbers: &[&str],
    layout: Layout,
    palette: Palette,
) -> Vec<Cell> {
    let shown = if layout.is_wide() { numbers.len() } else { 1 };
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let numbers = numbers.iter().take(shown).map(|name| dim(name).right());
    [dim(name), dim(axis)].into_iter().chain(numbers).collect()
}

fn row(service: &ServiceSummary, layout: Layout, palette: Palette) -> Vec<Cell> {
    let plain = |text: String| Cell::plain(&text).right();
    let mut row = vec![
        Cell::fitted(&service.name, layout.names),
        service.sparkline.cell(palette),
        plain(percent(service.worst_error_rate)),
    ];
    if layout.is_wide() {
        row.push(plain(latency(service.worst_latency_p99)));
        row.push(plain(percent(service.worst_memory_utilization)));
    }
    row.push(role(service, layout, palette));
    row
}

/// Returns what a service is in the incident; the mark alone in a narrow table.
pub fn role(service: &ServiceSummary, layout: Layout, palette: Palette) -> Cell {
    let has = |role| service.roles.contains(&role);
    let (style, mark, word) = if has(ServiceRole::RootCause) {
        (BAD.bold(), "◀", "cause")
    } else if has(ServiceRole::Fault) {
        (BAD, "◀", "fault")
    } else if has(ServiceRole::RedHerring) {
        (DIM, "", "red herring")
    } else {
        return Cell::plain("");
    };
    let text = match layout.is_wide() {
        true => format!("{mark:1} {word}"),
        false => mark.to_owned(),
    };
    Cell::new(palette, style, &text)
}

/// Formats the first and last tick, aligned with the ends of the sparklines.
pub fn axis(summary: &Summary) -> String {
    let last = summary.totals.ticks.to_string();
    let services = summary.services.iter();
    let widths = services.map(|service| service.sparkline.width());
    let space = widths.max().unwrap_or(0).saturating_sub(last.len() + 1);
    format!("0{}{last}", " ".repeat(space))
}

/// Writes the symbols of statuses; in a wide report with what stands beside them.
pub fn write_legend(beside: &str, layout: Layout, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    if !layout.is_wide() {
        return Ok(writeln!(out, "  {}", legend(" ", palette))?);
    }
    let beside = palette.paint(DIM, format!("·  {beside}"));
    Ok(writeln!(out, "  {}  {beside}", legend("  ", palette))?)
}

/// Writes a table for each metric that was asked for: its values over time in each service that has it.
pub fn write_metrics(
    series: &[MetricSeries],
    services: &[&ServiceSummary],
    axis: &str,
    layout: Layout,
    out: &mut Output,
) -> Result<(), Failure> {
    for chunk in series.chunk_by(|one, other| one.metric == other.metric) {
        let shown: Vec<&MetricSeries> = services
            .iter()
            .filter_map(|service| chunk.iter().find(|series| series.service == service.name))
            .filter(|series| series.range.is_some())
            .collect();
        write_metric(&chunk[0].metric, &shown, axis, layout, out)?;
    }
    Ok(())
}

fn write_metric(
    metric: &str,
    series: &[&MetricSeries],
    axis: &str,
    layout: Layout,
    out: &mut Output,
) -> Result<(), Failure> {
    let palette = out.palette;
    writeln!(out)?;
    let heading = format!("  {}", palette.paint(DIM, visible(metric)));
    if series.is_empty() {
        return write_wrapped("", 4, &format!("{heading}: no service shown has it"), out);
    }
    writeln!(out, "{heading}")?;
    let ranges = series.iter().filter_map(|series| series.range);
    let (lowest, highest) = ranges.fold((f64::MAX, f64::MIN), |(low, high), range| {
        (low.min(range.lowest), high.max(range.highest))
    });
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let mut rows = vec![vec![
        dim(""),
        dim(axis),
        dim("lowest").right(),
        dim("highest").right(),
        dim("last").right(),
    ]];
    for series in series {
        let Some(range) = series.range else { continue };
        let number = |value: f64| Cell::plain(&short_number(value)).right();
        rows.push(vec![
            Cell::fitted(&series.service, layout.names),
            series.sparkline.cell(lowest, highest),
            number(range.lowest),
            number(range.highest),
            number(range.last),
        ]);
    }
    if !layout.is_wide() {
        for row in &mut rows {
            row.truncate(4);
            row.remove(2);
        }
    }
    write_table(&rows, out)
}

/// Formats a number with at most 4 digits that count.
pub fn short_number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if (0.001..100_000.0).contains(&size) {
        let digits = (3 - decimal_exponent(size)).clamp(0, 6) as usize;
        without_trailing_zeros(&format!("{value:.digits$}")).to_owned()
    } else {
        format!("{value:.2e}")
    }
}

/// Returns the power of ten of the first digit. Taken from the digits themselves: a logarithm of the platform may be
/// off by a little and so by a whole power.
fn decimal_exponent(size: f64) -> i32 {
    let text = format!("{size:e}");
    let exponent = text.rsplit_once('e').map(|(_, exponent)| exponent.parse());
    exponent.and_then(Result::ok).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::short_number;

    #[test]
    fn numbers_are_short_and_keep_their_size() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.25, "0.25"),
            (0.001, "0.001"),
            (9.999_999, "10"),
            (999.999_999_999_999_9, "1000"),
            (1000.0, "1000"),
            (0.012_345, "0.01235"),
            (17.966, "17.97"),
            (99_999.0, "99999"),
            (2_147_483_648.0, "2.15e9"),
            (-0.5, "-0.5"),
            (1e-9, "1.00e-9"),
        ] {
            assert_eq!(short_number(value), text);
        }
    }
}
