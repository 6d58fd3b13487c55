//! The values of metrics.

use firewatch_sim::{METRICS, Metric, MetricKind, SimError, Value, check_settable, find_metric};

use super::Checker;
use crate::codes;
use crate::model::{Physics, Service};
use firewatch_action::Metrics;
use firewatch_action::decode::key_path;
use firewatch_action::{metric_meant, out_of_range};
use firewatch_ron::shown;

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
                Some(metric) if self.scenario.physics == Physics::Traffic => {
                    self.metric_of_traffic(&path, metric, value);
                }
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
                self.notes.report(
                    codes::KNOWN_METRIC,
                    &format!("{path}@key"),
                    message,
                    "",
                    help,
                );
            } else if name.is_empty() {
                self.needs_name(&path, "a metric");
            } else {
                self.finite(&path, name, value);
            }
        }
    }

    fn finite(&mut self, path: &str, name: &str, value: &Value) {
        if !value.is_finite() {
            let message = format!("`{}` must be finite", shown(name));
            self.notes
                .report(codes::OUT_OF_RANGE, path, message, "", None);
        }
    }

    fn unknown_metric(&mut self, path: &str, name: &str) {
        let message = format!("unknown metric `{}`", shown(name));
        self.notes.report_with(
            codes::UNKNOWN_METRIC,
            &format!("{path}@key"),
            message,
            "",
            || {
                let names = METRICS.iter().map(|metric| metric.name);
                Some(metric_help(name, names))
            },
        );
    }

    /// In traffic, only what no rule computes can be set.
    fn metric_of_traffic(&mut self, path: &str, metric: &Metric, value: &Value) {
        let turn = "a fault turns what it follows from: `knobs: (slow_factor: 4)`";
        let (code, message, help) = match check_settable(metric.name) {
            Ok(()) => return self.metric_value(path, metric, value),
            Err(SimError::ClassicMetric(name)) => (
                codes::WRONG_PHYSICS,
                format!("`{name}` means nothing in the physics `traffic`"),
                "leave it out: a rule of the physics `classic` reads it",
            ),
            Err(_) => (
                codes::DERIVED_METRIC,
                format!(
                    "`{}` follows from the traffic and can't be set",
                    metric.name
                ),
                turn,
            ),
        };
        let (path, help) = (format!("{path}@key"), Some(help.to_owned()));
        self.notes.report(code, &path, message, "", help);
    }

    fn metric_value(&mut self, path: &str, metric: &Metric, value: &Value) {
        let name = metric.name;
        if metric.kind == MetricKind::Status {
            let message = "`status` is derived and can't be set".to_owned();
            let help = "set what it is derived from: `http_server_error_rate`, \
                        `http_server_request_duration_p99` or `process_memory_utilization`";
            self.notes.report(
                codes::DERIVED_METRIC,
                &format!("{path}@key"),
                message,
                "",
                Some(help.to_owned()),
            );
        } else if !value.is_finite() {
            self.finite(path, name, value);
        } else if !metric.accepts(value) {
            let expected = describe(metric.kind);
            let found = shown(&value.to_string());
            let message = format!("`{name}` must be {expected}, not `{found}`");
            self.notes.report(
                codes::WRONG_TYPE,
                path,
                message,
                &format!("expected {expected}"),
                None,
            );
        } else if let Some(message) = out_of_range(metric, value) {
            self.notes
                .report(codes::OUT_OF_RANGE, path, message, "out of range", None);
        }
    }
}

/// Returns what an unknown metric may be: a known one of another name, or one of the author's own.
pub(super) fn metric_help<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    metric_meant(name, known).unwrap_or_else(|| {
        "`firewatch metrics` lists all; one of your own stands in the service's `extra_metrics`"
            .to_owned()
    })
}
