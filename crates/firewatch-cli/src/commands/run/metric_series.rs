//! A metric of a service over a run.

use firewatch_sim::{EnvironmentRef, Value};

use crate::ui::sparkline::Sparkline;

/// The values of a metric of a service.
#[derive(Clone, Debug)]
pub struct MetricSeries {
    pub metric: String,
    pub service: String,
    /// `None` if the service never had the metric.
    pub range: Option<MetricRange>,
    pub sparkline: Sparkline<Option<f64>>,
}

/// The extremes and the last value of a metric.
#[derive(Clone, Copy, Debug)]
pub struct MetricRange {
    pub lowest: f64,
    pub highest: f64,
    pub last: f64,
}

impl MetricSeries {
    /// Creates the series of a metric in a run that has not started.
    pub fn new(metric: &str, service: &str, samples: u64, columns: usize) -> Self {
        Self {
            metric: metric.to_owned(),
            service: service.to_owned(),
            range: None,
            sparkline: Sparkline::new(samples, columns),
        }
    }

    /// Records a sample: the start, or the value after a tick.
    pub fn record(&mut self, view: &EnvironmentRef) {
        let value = view.metric(&self.service, &self.metric);
        let value = value.as_ref().and_then(number);
        self.sparkline.push(value);
        let Some(value) = value else { return };
        let range = self.range.get_or_insert(MetricRange {
            lowest: value,
            highest: value,
            last: value,
        });
        range.lowest = range.lowest.min(value);
        range.highest = range.highest.max(value);
        range.last = value;
    }
}

/// Returns a value as a number: 1 for true, 0 for false.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(is_true) => Some(f64::from(u8::from(*is_true))),
        other => other.as_f64(),
    }
}
