//! Metrics that are set by hand in the classic physics, in which only faults spread.

use std::collections::BTreeMap;

use firewatch_action::Metrics;
use firewatch_action::decode::key_path;
use firewatch_sim::{Status, Value};

use super::Reviewer;
use super::reach::Mesh;
use crate::codes;
use crate::model::TimelineAction;

const ERRORS: &str = "http_server_error_rate";
const LATENCY: &str = "http_server_request_duration_p99";

impl Reviewer<'_> {
    /// Services without a fault that the timeline makes fail, while nothing happens to those that call them. The metrics
    /// that a service begins with are a state that its author describes.
    pub(super) fn unspread_metrics(&mut self, mesh: &Mesh) {
        let scenario = self.scenario;
        let events = scenario.timeline.iter().enumerate();
        let set = events.filter_map(|(index, event)| match &event.action {
            TimelineAction::Set(service, metrics) => {
                let path = format!("timeline[{index}].do.metrics");
                Some((*self.graph.indices.get(&**service)?, path, metrics))
            }
            _ => None,
        });
        // Of each service once, however many events there are.
        let mut callers = BTreeMap::new();
        for (service, path, metrics) in set.collect::<Vec<_>>() {
            let Some(metric) = failing(metrics) else {
                continue;
            };
            let caller = callers.entry(service);
            let Some(caller) = *caller.or_insert_with(|| mesh.calm_caller(service)) else {
                continue;
            };
            let (service, caller) = (self.name(service), self.name(caller));
            let message = format!(
                "`{caller}`, which calls `{service}`, never notices: what metrics are set to does not spread"
            );
            let help = format!(
                "give `{}` a fault, set the metrics of its callers too, or let `users` ask for the traffic physics",
                service
            );
            self.warn(
                codes::UNSPREAD_METRICS,
                key_path(&path, metric),
                message,
                &help,
            );
        }
    }
}

/// Returns the metric that makes a service critical or worse.
fn failing(metrics: &Metrics) -> Option<&'static str> {
    let value = |name: &str| metrics.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    if Status::derive(value(ERRORS), 0.0, 0.0) >= Status::Critical {
        return Some(ERRORS);
    }
    (Status::derive(0.0, value(LATENCY), 0.0) >= Status::Critical).then_some(LATENCY)
}
