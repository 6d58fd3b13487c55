//! `firewatch metrics`: lists the metrics that Firewatch knows.

mod rules;

use std::io::Write;

use clap::Args;
use firewatch_action::metric_meant;
use firewatch_sim::{METRICS, Metric, MetricKind};
use serde::Serialize;

use self::rules::MetricRules;
use crate::arguments::PlainFormat;
use crate::failure::{Exit, Failure};
use crate::ui::output::{Console, Output};
use crate::ui::style::{BOLD, DIM};
use crate::ui::text::{write_descriptions, write_paragraph};

/// The arguments of `metrics`.
#[derive(Args, Debug)]
pub struct MetricsArguments {
    /// List only metrics whose name contains this text
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
    /// Format of the list
    ///
    /// `json` is an array with an object per metric: `name`, `type`, `unit` (in UCUM, as OpenTelemetry writes it; empty
    /// for none), `min` and `max` (or null), `always` (whether each service has it), `about`, and `rules` (a list of what
    /// reads it, status thresholds and alerts, and of what changes it, the fault kinds).
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
}

/// A metric in the list.
#[derive(Serialize)]
struct MetricEntry<'a> {
    name: &'a str,
    r#type: &'a str,
    unit: &'a str,
    min: Option<f64>,
    max: Option<f64>,
    always: bool,
    about: &'a str,
    rules: Vec<String>,
}

impl MetricEntry<'static> {
    fn new(metric: &'static Metric, rules: &MetricRules) -> Self {
        let is_number = matches!(metric.kind, MetricKind::Float | MetricKind::Int);
        let bound = |bound: f64| (is_number && bound.is_finite()).then_some(bound);
        Self {
            name: metric.name,
            r#type: metric.kind.describe(),
            unit: metric.unit,
            min: bound(metric.min),
            max: bound(metric.max),
            always: metric.always,
            about: metric.about,
            rules: rules.of(metric.name),
        }
    }
}

/// Lists the metrics.
pub fn metrics(arguments: &MetricsArguments, console: &Console) -> Result<Exit, Failure> {
    let text = arguments.text.as_deref().unwrap_or_default();
    let found = METRICS.iter().filter(|metric| metric.name.contains(text));
    let rules = MetricRules::new()?;
    let entries: Vec<MetricEntry> = found
        .map(|metric| MetricEntry::new(metric, &rules))
        .collect();
    if entries.is_empty() {
        let message = format!("no metric has `{text}` in its name");
        let all = "`firewatch metrics` lists all".to_owned();
        let help = metric_meant(text, METRICS.iter().map(|metric| metric.name)).unwrap_or(all);
        return Err(Failure::Usage(message, Some(help)));
    }
    let mut out = console.results(None, arguments.format)?;
    match arguments.format {
        PlainFormat::Json => {
            out.write_json(&entries)?;
        }
        PlainFormat::Text => write_list(&entries, &mut out)?,
    }
    out.finish()?;
    Ok(Exit::Passed)
}

fn write_list(metrics: &[MetricEntry], out: &mut Output) -> Result<(), Failure> {
    for (always, heading) in [
        (true, "of every service"),
        (false, "of services that have them"),
    ] {
        let of_group = metrics.iter().filter(|metric| metric.always == always);
        let rows: Vec<(String, String)> = of_group.map(row).collect();
        if !rows.is_empty() {
            writeln!(out, "{}", out.palette.paint(BOLD, heading))?;
            write_descriptions(&rows, out)?;
            writeln!(out)?;
        }
    }
    let end = "A scenario sets one with `metrics: { \"NAME\": value }` of a service, and expects one with \
               `metric(\"SERVICE\", \"NAME\", lt(0.1))`.";
    write_paragraph(end, DIM, out)
}

fn row(metric: &MetricEntry) -> (String, String) {
    let mut about = format!("{}: {}", metric.about, metric.r#type);
    match (metric.min, metric.max) {
        (Some(min), Some(max)) => about.push_str(&format!(", {min} to {max}")),
        (Some(min), None) => about.push_str(&format!(", from {min}")),
        (None, Some(max)) => about.push_str(&format!(", up to {max}")),
        (None, None) => {}
    }
    if !metric.unit.is_empty() && metric.unit != "1" {
        about.push_str(&format!(" [{}]", metric.unit));
    }
    for rule in &metric.rules {
        about.push_str(&format!("; {rule}"));
    }
    (metric.name.to_owned(), about)
}
