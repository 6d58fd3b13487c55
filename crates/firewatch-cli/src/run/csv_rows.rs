//! A row a tick and service, with the same columns always.

use std::collections::BTreeMap;
use std::io::Write;

use firewatch_sim::{EnvironmentRef, METRICS, Value, read_metrics};

use super::case::Case;
use super::report::Report;
use crate::csv_text::csv_text;
use crate::failure::Failure;
use crate::output::Output;

/// A row a tick and service.
pub struct CsvRows;

const FIXED: [&str; 7] = [
    "file",
    "seed",
    "tick",
    "sim_time_seconds",
    "bad_customer_minutes",
    "slo_budget",
    "service",
];

impl Report for CsvRows {
    fn open(&mut self, out: &mut Output) -> Result<(), Failure> {
        let metrics = METRICS.iter().map(|metric| metric.name);
        let names = FIXED.into_iter().chain(metrics).chain(["extra"]);
        let mut writer = writer(true);
        writer.write_record(names)?;
        write_rows(writer, out)
    }

    fn tick(
        &mut self,
        case: &Case,
        view: &EnvironmentRef,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let common = [
            csv_text(&case.file).into_owned(),
            case.scenario.seed.to_string(),
            view.clock().tick.to_string(),
            view.clock().sim_time_seconds.to_string(),
            number(view.impact().bad_customer_minutes),
            number(view.slo_budget().remaining),
        ];
        let mut writer = writer(true);
        for (name, service) in view.named_services() {
            for field in &common {
                writer.write_field(field)?;
            }
            writer.write_field(&*csv_text(name))?;
            // They come in the order of the columns, the scenario's own behind.
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
            writer.write_record(None::<&[u8]>)?;
        }
        write_rows(writer, out)
    }
}

/// Takes rows that are written out later, in one piece: each writer of rows flushes what it writes to, and
/// the results have a buffer of their own. A heading is made of the names of fields, if there are any.
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

/// A number that is read back as the same one.
pub fn number(number: f64) -> String {
    format!("{number:?}")
}

fn text(value: Option<Value>) -> Result<String, Failure> {
    Ok(match value {
        None => String::new(),
        Some(Value::Text(text)) => csv_text(&text).into_owned(),
        Some(Value::Float(float)) => number(float),
        Some(other) => serde_json::to_string(&other)?,
    })
}
