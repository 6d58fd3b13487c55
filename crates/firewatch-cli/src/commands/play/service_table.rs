//! The table of services.

use firewatch_sim::ServiceState;

use super::session::{PlaySession, REMEMBERED_TICKS, number, status};
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::sparkline::Sparkline;
use crate::ui::style::{BAD, DIM, GOOD, PLAIN, Palette, status_style};
use crate::ui::table::Cell;
use crate::ui::text::write_table;
use crate::ui::units::{latency, percent};

/// A column of the table.
struct Column {
    heading: &'static str,
    metric: &'static str,
    shown: fn(f64) -> String,
}

const COLUMNS: [Column; 4] = [
    Column {
        heading: "errors",
        metric: "http_server_error_rate",
        shown: percent,
    },
    Column {
        heading: "p99",
        metric: "http_server_request_duration_p99",
        shown: latency,
    },
    Column {
        heading: "memory",
        metric: "process_memory_utilization",
        shown: percent,
    },
    // Only pipelines have this metric.
    Column {
        heading: "data age",
        metric: "data_freshness_lag_seconds",
        shown: |seconds| format!("{seconds:.0}s"),
    },
];

/// Writes the table of the services that match a condition.
pub fn table(
    session: &PlaySession,
    wanted: impl Fn(&ServiceState) -> bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let palette = out.palette;
    let services = || {
        let services = session.now().services.iter().enumerate();
        services.filter(|(_, service)| wanted(service))
    };
    let columns = COLUMNS.iter();
    let columns: Vec<&Column> = columns
        .filter(|column| services().any(|(_, service)| number(service, column.metric).is_some()))
        .collect();
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let mut heading = vec![dim("service"), dim("status"), dim("")];
    heading.extend(columns.iter().map(|column| dim(column.heading).right()));
    let mut rows = vec![heading];
    rows.extend(services().map(|(index, service)| {
        let status = status(service);
        let before = session
            .before()
            .and_then(|before| before.services.get(index));
        let mut row = vec![
            Cell::plain(&service.name),
            Cell::new(palette, status_style(status), status.name()),
            sparkline(session, index, palette),
        ];
        row.extend(
            columns
                .iter()
                .map(|column| metric_cell(column, service, before, palette)),
        );
        row
    }));
    write_table(&rows, out)
}

fn sparkline(session: &PlaySession, service: usize, palette: Palette) -> Cell {
    let mut sparkline = Sparkline::new(REMEMBERED_TICKS as u64, REMEMBERED_TICKS);
    session
        .statuses(service)
        .for_each(|status| sparkline.push(status));
    sparkline.cell(palette)
}

/// Formats a number, with an arrow if it changed.
fn metric_cell(
    column: &Column,
    service: &ServiceState,
    before: Option<&ServiceState>,
    palette: Palette,
) -> Cell {
    let Some(now) = number(service, column.metric) else {
        return Cell::plain("");
    };
    let shown = (column.shown)(now);
    let before = before.and_then(|before| number(before, column.metric));
    // A change below the shown precision is not shown.
    let before = before.filter(|before| (column.shown)(*before) != shown);
    let (style, arrow) = match before {
        Some(before) if now > before => (BAD, "↑ "),
        Some(_) => (GOOD, "↓ "),
        None => (PLAIN, ""),
    };
    let width = arrow.chars().count() + shown.chars().count();
    Cell::painted(format!("{}{shown}", palette.paint(style, arrow)), width).right()
}
