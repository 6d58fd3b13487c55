//! The CSV report: one row per tick and service, always with the same columns.

use std::collections::BTreeMap;
use std::io::Write;

use firewatch_response::Playback;
use firewatch_sim::{METRICS, Value, read_metrics};

use super::case::RunCase;
use super::report::Report;
use super::traffic::{UsersTick, users_of};
use crate::failure::Failure;
use crate::ui::csv_text::{csv_text, number};
use crate::ui::output::Output;

/// One row per tick and service.
pub struct CsvReport;

const FIXED: [&str; 7] = [
    "file",
    "seed",
    "tick",
    "sim_time_seconds",
    "bad_customer_minutes",
    "slo_budget",
    "service",
];

impl Report for CsvReport {
    fn open(&mut self, out: &mut Output) -> Result<(), Failure> {
        let metrics = METRICS.iter().map(|metric| metric.name);
        let names = FIXED.into_iter().chain(metrics).chain(["extra", "users"]);
        let mut writer = writer(true);
        writer.write_record(names)?;
        write_rows(writer, out)
    }

    fn tick(
        &mut self,
        case: &RunCase,
        playback: &Playback,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let view = playback.view();
        let common = [
            csv_text(&case.file).into_owned(),
            case.scenario.seed.to_string(),
            view.clock().tick.to_string(),
            view.clock().sim_time_seconds.to_string(),
            number(playback.impact().bad_customer_minutes),
            number(view.slo_budget().remaining),
        ];
        let users = users_of(&view);
        let mut writer = writer(true);
        for (name, service) in view.named_services() {
            for field in &common {
                writer.write_field(field)?;
            }
            writer.write_field(&*csv_text(name))?;
            // Metrics come in the order of the columns, followed by the scenario's own.
            let mut metrics = read_metrics(service).peekable();
            for metric in METRICS {
                let value = metrics.next_if(|(name, _)| *name == metric.name);
                writer.write_field(text(value.map(|(_, value)| value))?)?;
            }
            let extra: BTreeMap<&str, Value> = metrics.collect();
            let extra = match extra.is_empty() {
                true => String::new(),
                false => serde_json::to_string(&extra)?,
            };
            writer.write_field(extra)?;
            writer.write_field(users_text(&users, name)?)?;
            writer.write_record(None::<&[u8]>)?;
        }
        write_rows(writer, out)
    }
}

/// Creates a CSV writer to memory. A writer flushes its target on every row, and the results have a buffer of
/// their own. With a heading, the first serialized row is preceded by its field names.
pub fn writer(with_heading: bool) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .has_headers(with_heading)
        .from_writer(Vec::new())
}

/// Writes rows to the results.
pub fn write_rows(rows: csv::Writer<Vec<u8>>, out: &mut Output) -> Result<(), Failure> {
    let rows = rows.into_inner().map_err(|error| error.into_error())?;
    Ok(out.write_all(&rows)?)
}

/// What the groups of users got that call a service, as a JSON object by name; empty if there are none.
fn users_text(users: &[UsersTick], service: &str) -> Result<String, Failure> {
    let own = users.iter().filter(|users| users.service == service);
    let own: BTreeMap<&str, &UsersTick> = own.map(|users| (users.name, users)).collect();
    Ok(match own.is_empty() {
        true => String::new(),
        false => serde_json::to_string(&own)?,
    })
}

fn text(value: Option<Value>) -> Result<String, Failure> {
    Ok(match value {
        None => String::new(),
        Some(Value::Text(text)) => csv_text(&text).into_owned(),
        Some(Value::Float(float)) => number(float),
        Some(other) => serde_json::to_string(&other)?,
    })
}
