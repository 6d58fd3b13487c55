//! A row a tick and service, with the same columns always.

use std::collections::BTreeMap;

use firewatch_sim::{EnvironmentRef, METRICS, Value, read_metrics};

use super::case::Case;
use super::report::Report;
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
        let mut writer = writer(out);
        writer.write_record(names)?;
        Ok(writer.flush()?)
    }

    fn tick(
        &mut self,
        case: &Case,
        view: &EnvironmentRef,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let common = [
            case.file.clone(),
            case.scenario.seed.to_string(),
            view.clock().tick.to_string(),
            view.clock().sim_time_seconds.to_string(),
            number(view.impact().bad_customer_minutes),
            number(view.slo_budget().remaining),
        ];
        let mut writer = writer(out);
        for (name, service) in view.named_services() {
            for field in &common {
                writer.write_field(field)?;
            }
            writer.write_field(name)?;
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
        Ok(writer.flush()?)
    }
}

/// Writes rows to the results.
pub fn writer(out: &mut Output) -> csv::Writer<&mut Output> {
    // Output has a buffer of its own.
    csv::WriterBuilder::new()
        .buffer_capacity(1 << 12)
        .from_writer(out)
}

/// A number that is read back as the same one.
pub fn number(number: f64) -> String {
    format!("{number:?}")
}

fn text(value: Option<Value>) -> Result<String, Failure> {
    Ok(match value {
        None => String::new(),
        Some(Value::Text(text)) => text,
        Some(Value::Float(float)) => number(float),
        Some(other) => serde_json::to_string(&other)?,
    })
}
