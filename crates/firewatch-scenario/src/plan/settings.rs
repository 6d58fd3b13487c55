//! What the settings of a run change in its scenario.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_sim::{FaultKind, MetricKind, Value, find_metric};

use super::fields::find_field;
use crate::model::{Scenario, Service, TimelineAction, TimelineEvent};
use crate::sweep::Halt;
use firewatch_ron::work;

/// One value of what varies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// A speed of faults.
    Speed(f64),
    /// A level of faults.
    Level(f64),
    /// A kind of faults.
    Kind(FaultKind),
    /// The tick at which faults begin.
    Start(u64),
    /// A metric that a service has at the start.
    Metric(f64),
    /// When faults are halted.
    Halt(Halt),
    /// The runbook that answers, by its number in [`SweepPlan::runbooks`](super::SweepPlan::runbooks).
    Runbook(usize),
}

/// What a run's settings say about each service's faults; `None` is every service.
#[derive(Default)]
pub(super) struct Settings<'a> {
    speeds: BTreeMap<Option<&'a str>, f64>,
    levels: BTreeMap<Option<&'a str>, f64>,
    kinds: BTreeMap<Option<&'a str>, FaultKind>,
    starts: BTreeMap<Option<&'a str>, u64>,
    /// Of a service and its metric.
    metrics: Vec<(&'a str, &'a str, f64)>,
    halts: BTreeMap<Option<&'a str>, Halt>,
    /// The services that are halted, in the order of the columns.
    halted: Vec<Option<&'a str>>,
}

/// Gives a service the metric, as a value of the metric's kind; or a number of traffic.
fn set_metric(scenario: &mut Scenario, service: &str, metric: &str, value: f64) {
    if let Some(field) = find_field(scenario, service, metric) {
        return field.set(scenario, service, value);
    }
    let mut services = scenario.services.iter_mut();
    if let Some(service) = services.find(|known| known.name == service) {
        let value = metric_value(service, metric, value);
        let own = service.extra_metrics.contains_key(metric);
        let metrics = if own {
            &mut service.extra_metrics
        } else {
            &mut service.metrics
        };
        metrics.insert(metric.to_owned(), value);
    }
}

/// Returns the number as a value of the metric: of the kind that it has, else of that which the service gives it.
pub(crate) fn metric_value(service: &Service, metric: &str, number: f64) -> Value {
    let own = service.extra_metrics.get(metric);
    let (is_whole, is_truth) = match find_metric(metric).map(|metric| metric.kind) {
        Some(kind) => (kind == MetricKind::Int, kind == MetricKind::Bool),
        None => (
            matches!(own, Some(Value::Int(_))),
            matches!(own, Some(Value::Bool(_))),
        ),
    };
    // Whole numbers up to here are exact.
    const MOST: f64 = (1_u64 << 53) as f64;
    let whole = (number.fract() == 0.0 && number.abs() <= MOST).then_some(number as i64);
    match whole {
        Some(truth @ (0 | 1)) if is_truth => Value::Bool(truth == 1),
        Some(whole) if is_whole => Value::Int(whole),
        _ => Value::Float(number),
    }
}

/// What holds for a service.
fn of<T: Copy>(settings: &BTreeMap<Option<&str>, T>, service: &str) -> Option<T> {
    let own = settings.get(&Some(service));
    own.or_else(|| settings.get(&None)).copied()
}

impl<'a> Settings<'a> {
    pub(super) fn add(
        &mut self,
        service: Option<&'a str>,
        metric: Option<&'a str>,
        setting: Setting,
    ) {
        match setting {
            Setting::Speed(speed) => drop(self.speeds.insert(service, speed)),
            Setting::Level(level) => drop(self.levels.insert(service, level)),
            Setting::Kind(kind) => drop(self.kinds.insert(service, kind)),
            Setting::Start(tick) => drop(self.starts.insert(service, tick)),
            Setting::Metric(value) => {
                let metric = service.zip(metric);
                let metric = metric.map(|(service, metric)| (service, metric, value));
                self.metrics.extend(metric);
            }
            // The runbook answers; it changes nothing of the scenario.
            Setting::Runbook(_) => {}
            Setting::Halt(halt) => {
                self.halts.insert(service, halt);
                self.halted.push(service);
            }
        }
    }

    /// Goes through faults and timeline once, however many settings there are.
    pub(super) fn apply(&self, scenario: &mut Scenario) {
        for (service, metric, value) in &self.metrics {
            set_metric(scenario, service, metric, *value);
        }
        let injected = scenario.timeline.iter_mut().filter_map(|event| {
            let TimelineAction::Inject(fault) = &mut event.action else {
                return None;
            };
            // An injected fault begins at the tick of its event.
            event.tick = of(&self.starts, &fault.service).unwrap_or(event.tick);
            Some(fault)
        });
        for fault in scenario.faults.iter_mut().chain(injected) {
            work::count(1);
            fault.speed = of(&self.speeds, &fault.service).unwrap_or(fault.speed);
            fault.level = of(&self.levels, &fault.service).or(fault.level);
            fault.start_tick = of(&self.starts, &fault.service).unwrap_or(fault.start_tick);
            fault.kind = of(&self.kinds, &fault.service).unwrap_or(fault.kind);
        }
        if !self.halted.is_empty() {
            self.set_halts(scenario);
        }
    }

    /// Halts come after whatever else the timeline does at the same tick.
    fn set_halts(&self, scenario: &mut Scenario) {
        let mut seen = BTreeSet::new();
        let services = scenario.all_faults().map(|fault| &*fault.service);
        let afflicted: Vec<String> = { services.filter(|service| seen.insert(*service)) }
            .map(str::to_owned)
            .collect();
        let afflicted_set: BTreeSet<&str> = afflicted.iter().map(String::as_str).collect();
        let is_set =
            |service: &str| of(&self.halts, service).is_some() && afflicted_set.contains(service);
        scenario.timeline.retain(
            |event| !matches!(&event.action, TimelineAction::Halt(halted) if is_set(halted)),
        );
        for column in &self.halted {
            let Some(Halt::At(tick)) = self.halts.get(column).copied() else {
                continue;
            };
            let meant: &mut dyn Iterator<Item = &str> = match column {
                Some(service) => &mut afflicted_set.get(service).copied().into_iter(),
                None => &mut afflicted.iter().map(String::as_str),
            };
            scenario.timeline.extend(meant.map(|service| TimelineEvent {
                tick,
                action: TimelineAction::Halt(service.to_owned()),
            }));
        }
    }
}
