//! The values of metrics.

use firewatch_sim::{METRICS, Metric, MetricKind, Value, find_metric};

use super::Checker;
use crate::decode::key_path;
use crate::model::{Metrics, Service};
use firewatch_ron::{closest, shown};

/// What a metric must be, for messages.
pub(super) fn describe(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Text => "text in quotes",
        MetricKind::Status => {
            "one of the texts \"healthy\", \"degraded\", \"critical\" and \"down\""
        }
        kind => kind.describe(),
    }
}

impl Checker<'_> {
    /// Checks values of known metrics. Metrics of the author's own are those of the service.
    pub(super) fn metrics(&mut self, path: &str, metrics: &Metrics, own: Option<&Service>) {
        for (name, value) in metrics {
            let path = key_path(path, name);
            let is_own = own.is_some_and(|service| service.extra_metrics.contains_key(name));
            match find_metric(name) {
                Some(metric) => self.metric_value(&path, metric, value),
                None if is_own => self.finite(&path, name, value),
                None => self.unknown_metric(&path, name),
            }
        }
    }

    /// Checks the author's own metrics.
    pub(super) fn extra_metrics(&mut self, path: &str, metrics: &Metrics) {
        for (name, value) in metrics {
            let path = key_path(path, name);
            if find_metric(name).is_some() {
                let message = format!("`{name}` is a known metric, not one of your own");
                let help = Some("put it into `metrics`".to_owned());
                self.notes.report(&format!("{path}@key"), message, "", help);
            } else if name.is_empty() {
                let message = "a metric needs a name".to_owned();
                self.notes
                    .report(&format!("{path}@key"), message, "empty", None);
            } else {
                self.finite(&path, name, value);
            }
        }
    }

    fn finite(&mut self, path: &str, name: &str, value: &Value) {
        if !value.is_finite() {
            let message = format!("`{}` must be finite", shown(name));
            self.notes.report(path, message, "", None);
        }
    }

    fn unknown_metric(&mut self, path: &str, name: &str) {
        let message = format!("unknown metric `{}`", shown(name));
        self.notes
            .report_with(&format!("{path}@key"), message, "", || {
                let names = METRICS.iter().map(|metric| metric.name);
                Some(match closest(name, names) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => {
                        "a metric of your own stands in the service's `extra_metrics`".to_owned()
                    }
                })
            });
    }

    fn metric_value(&mut self, path: &str, metric: &Metric, value: &Value) {
        let name = metric.name;
        if metric.kind == MetricKind::Status {
            let message = "`status` is derived and can't be set".to_owned();
            let help = "set what it is derived from: `http_server_error_rate`, \
                        `http_server_request_duration_p99` or `process_memory_utilization`";
            self.notes
                .report(&format!("{path}@key"), message, "", Some(help.to_owned()));
        } else if !value.is_finite() {
            self.finite(path, name, value);
        } else if !metric.accepts(value) {
            let expected = describe(metric.kind);
            let found = shown(&value.to_string());
            let message = format!("`{name}` must be {expected}, not `{found}`");
            self.notes
                .report(path, message, &format!("expected {expected}"), None);
        } else if let Some(message) = out_of_range(metric, value) {
            self.notes.report(path, message, "out of range", None);
        }
    }
}

/// What is wrong with a value of a metric's type that is a number out of its range.
pub(crate) fn out_of_range(metric: &Metric, value: &Value) -> Option<String> {
    let is_number = matches!(metric.kind, MetricKind::Float | MetricKind::Int);
    let number = value.as_f64().filter(|_| is_number)?;
    let name = metric.name;
    if !(metric.min..=metric.max).contains(&number) {
        let range = range(metric, number);
        return Some(format!("`{name}` must be {range}, not {value}"));
    }
    // What else there is in the range is too close to 0 for what is divided by it.
    let least = metric.least_above_zero();
    (!metric.allows(number))
        .then(|| format!("`{name}` must be 0 or at least {least:e}, not {value}"))
}

/// The range that the number is not in.
fn range(metric: &Metric, number: f64) -> String {
    let Metric { min, max, unit, .. } = metric;
    if *max == 1.0 {
        return format!("{min} to {max} (a ratio)");
    }
    let unit = unit.replace(['{', '}'], "");
    let unit = match &*unit {
        "1" => String::new(),
        "s" | "ms" => format!(" {unit}"),
        _ => String::new(),
    };
    if number < *min {
        format!("{min}{unit} or more")
    } else {
        format!("{min} to {max}{unit}")
    }
}
