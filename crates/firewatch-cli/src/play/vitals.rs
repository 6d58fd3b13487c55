//! The table of services.

use firewatch_sim::ServiceState;

use super::Written;
use super::game::{Game, REMEMBERED_TICKS, number, status};
use crate::output::Output;
use crate::run::sparkline::Sparkline;
use crate::style::{BAD, DIM, GOOD, PLAIN, Palette, of_status};
use crate::table::Cell;
use crate::text::write_rows;
use crate::units::{latency, percent};

/// A column of the table of services.
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
    // Only pipelines have it.
    Column {
        heading: "data age",
        metric: "data_freshness_lag_seconds",
        shown: |seconds| format!("{seconds:.0}s"),
    },
];

/// The services that are wanted, with their vitals.
pub fn table(game: &Game, wanted: impl Fn(&ServiceState) -> bool, out: &mut Output) -> Written {
    let palette = out.palette;
    let services = || {
        let services = game.now().services.iter().enumerate();
        services.filter(|(_, service)| wanted(service))
    };
    let columns: Vec<&Column> = { COLUMNS.iter() }
        .filter(|column| services().any(|(_, service)| number(service, column.metric).is_some()))
        .collect();
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let mut heading = vec![dim("service"), dim("status"), dim("")];
    heading.extend(columns.iter().map(|column| dim(column.heading).right()));
    let mut rows = vec![heading];
    rows.extend(services().map(|(index, service)| {
        let status = status(service);
        let before = game.before().and_then(|before| before.services.get(index));
        let mut row = vec![
            Cell::plain(&service.name),
            Cell::new(palette, of_status(status), status.name()),
            sparkline(game, index, palette),
        ];
        row.extend(
            columns
                .iter()
                .map(|column| vital(column, service, before, palette)),
        );
        row
    }));
    write_rows(&rows, out)
}

fn sparkline(game: &Game, service: usize, palette: Palette) -> Cell {
    let mut sparkline = Sparkline::new(REMEMBERED_TICKS as u64);
    game.statuses(service)
        .for_each(|status| sparkline.push(status));
    sparkline.cell(palette)
}

/// A number, with an arrow if it is not what it was.
fn vital(
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
    // What looks the same is the same.
    let before = before.filter(|before| (column.shown)(*before) != shown);
    let (style, arrow) = match before {
        Some(before) if now > before => (BAD, "↑ "),
        Some(_) => (GOOD, "↓ "),
        None => (PLAIN, ""),
    };
    let width = arrow.chars().count() + shown.chars().count();
    Cell::painted(format!("{}{shown}", palette.paint(style, arrow)), width).right()
}
