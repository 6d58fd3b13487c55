//! The rules that read a metric or change it: taken from the functions of the engine, or tried on it.

use firewatch_action::Profile;
use firewatch_response::score::alert_thresholds;
use firewatch_scenario::{Difficulty, Fault, Scenario, Service};
use firewatch_sim::{FaultKind, METRICS, SimError, Simulation, Status, Value};

/// Ticks after which each fault has changed what it changes: the slowest fills the memory.
const TRIAL_TICKS: u64 = 8;

/// What reads and changes the metrics, in words.
pub struct MetricRules {
    /// Each fault kind, and the metrics that it changes.
    faults: Vec<(FaultKind, Vec<&'static str>)>,
}

impl MetricRules {
    /// Tries the built-in fault kinds.
    ///
    /// # Errors
    /// The engine refuses a trial.
    pub fn new() -> Result<Self, SimError> {
        let without = values(None)?;
        let mut faults = Vec::new();
        for kind in FaultKind::BUILT_IN {
            let with = values(Some(kind))?;
            let pairs = METRICS.iter().zip(without.iter().zip(&with));
            let changed = pairs.filter(|(_, (without, with))| without != with);
            faults.push((kind, changed.map(|(metric, _)| metric.name).collect()));
        }
        Ok(Self { faults })
    }

    /// Returns the rules about a metric, each in words.
    pub fn of(&self, metric: &str) -> Vec<String> {
        let mut rules = Vec::new();
        let statuses = status_thresholds(metric);
        if !statuses.is_empty() {
            rules.push(format!("status: {}", statuses.join(", ")));
        }
        for alert in alert_thresholds(Profile::default()) {
            if alert.metric == metric {
                rules.push(format!(
                    "alert `{}`: warning from {}, critical from {}",
                    alert.name, alert.warning_at, alert.critical_at
                ));
            }
        }
        let kinds = self
            .faults
            .iter()
            .filter(|(_, changed)| changed.contains(&metric));
        let kinds: Vec<&str> = kinds.map(|(kind, _)| kind.name()).collect();
        if !kinds.is_empty() {
            rules.push(format!("changed by {}", kinds.join(", ")));
        }
        rules
    }
}

/// Returns the values of all metrics of a service after some ticks with a fault, or without one.
fn values(kind: Option<FaultKind>) -> Result<Vec<Option<Value>>, SimError> {
    const SERVICE: &str = "service";
    let mut scenario = Scenario::new(String::new(), Difficulty::Easy);
    scenario.services = vec![Service {
        name: SERVICE.to_owned(),
        ..Service::default()
    }];
    scenario.faults = { kind.into_iter() }
        .map(|kind| Fault::new(kind, SERVICE))
        .collect();
    let mut simulation = Simulation::from_blueprint(&scenario.blueprint()?)?;
    for _ in 0..TRIAL_TICKS {
        simulation.tick();
    }
    let view = simulation.view();
    let values = METRICS
        .iter()
        .map(|metric| view.metric(SERVICE, metric.name));
    Ok(values.collect())
}

/// Returns from which value of a metric on, alone, a service has each status.
fn status_thresholds(metric: &str) -> Vec<String> {
    let derive = match metric {
        "http_server_error_rate" => |value| Status::derive(value, 0.0, 0.0),
        "http_server_request_duration_p99" => |value| Status::derive(0.0, value, 0.0),
        "process_memory_utilization" => |value| Status::derive(0.0, 0.0, value),
        _ => return Vec::new(),
    };
    let statuses = Status::ALL.into_iter().skip(1);
    let thresholds = statuses.filter_map(|status| {
        let value = threshold(|value| derive(value) >= status)?;
        (derive(value) == status).then(|| format!("{status} from {value}"))
    });
    thresholds.collect()
}

/// Returns the least number from 0 to 1000 that holds, if any does; greater ones hold, too.
fn threshold(holds: impl Fn(f64) -> bool) -> Option<f64> {
    const MOST: f64 = 1000.0;
    if !holds(MOST) {
        return None;
    }
    // Positive numbers have the order of their bits.
    let (mut below, mut from) = (0, MOST.to_bits());
    while from - below > 1 {
        let middle = below + (from - below) / 2;
        if holds(f64::from_bits(middle)) {
            from = middle;
        } else {
            below = middle;
        }
    }
    Some(f64::from_bits(from))
}

#[cfg(test)]
mod tests {
    use super::{status_thresholds, threshold};

    #[test]
    fn thresholds_are_those_of_the_status() {
        assert_eq!(threshold(|value| value >= 0.1), Some(0.1));
        assert_eq!(threshold(|_| false), None);
        let of = |metric| status_thresholds(metric).join(", ");
        let expected = "degraded from 0.1, critical from 0.5, down from 0.9";
        assert_eq!(of("http_server_error_rate"), expected);
        let expected = "degraded from 0.5, critical from 2";
        assert_eq!(of("http_server_request_duration_p99"), expected);
        assert_eq!(of("process_memory_utilization"), "down from 0.98");
        assert_eq!(of("restart_count"), "");
    }
}
