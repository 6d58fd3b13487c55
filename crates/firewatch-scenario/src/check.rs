//! The meaning of a scenario: names that exist, numbers in range, expectations that can be evaluated.

use std::collections::BTreeSet;

use firewatch_sim::{Engine, METRICS, Metric, MetricKind, Value, find_metric};

use crate::catalogue::{self, CATALOGUE};
use crate::decode::Decoder;
use crate::model::{
    Action, Calls, Check, Comparison, Expectation, Fault, Metrics, Operator, Quantity, Scenario,
    Service, When,
};
use crate::problem::instead_of;

/// Largest number of ticks that a run may take.
pub const MAX_TICKS: u64 = 10_000_000;
/// Largest speed of a fault.
pub const MAX_SPEED: f64 = 100.0;
/// Largest SLO budget and burn.
const MAX_BUDGET: f64 = 1e15;
/// Largest number of services of a scenario.
pub const MAX_SERVICES: usize = 10_000;

/// Notes everything that is wrong with what the scenario says.
pub(crate) fn check(scenario: &Scenario, notes: &mut Decoder) {
    let mut checker = Checker {
        scenario,
        names: BTreeSet::new(),
        notes,
    };
    checker.names = scenario
        .services
        .iter()
        .map(|service| &*service.name)
        .collect();
    checker.numbers();
    checker.services();
    checker.faults();
    checker.roles();
    checker.timeline();
    checker.expectations();
}

struct Checker<'a> {
    scenario: &'a Scenario,
    names: BTreeSet<&'a str>,
    notes: &'a mut Decoder,
}

impl<'a> Checker<'a> {
    fn numbers(&mut self) {
        let scenario = self.scenario;
        if scenario.ticks == 0 || scenario.ticks > MAX_TICKS {
            let message = format!("`ticks` must be 1 to {MAX_TICKS}, not {}", scenario.ticks);
            self.notes.report("ticks", message, "out of range", None);
        }
        self.in_range("slo_budget", scenario.slo_budget.remaining, 0.0, MAX_BUDGET);
        self.in_range(
            "slo_burn_per_tick",
            scenario.slo_budget.burn_per_tick,
            0.0,
            MAX_BUDGET,
        );
    }

    fn in_range(&mut self, path: &str, number: f64, min: f64, max: f64) {
        if !(min..=max).contains(&number) {
            let message = format!("`{path}` must be {min} to {max}, not {number}");
            self.notes.report(path, message, "out of range", None);
        }
    }

    fn services(&mut self) {
        let scenario = self.scenario;
        if scenario.services.is_empty() {
            let message = "a scenario needs at least one service".to_owned();
            self.notes
                .report("services", message, "no service here", None);
        }
        if scenario.services.len() > MAX_SERVICES {
            let count = scenario.services.len();
            let message = format!("{count} services are too many: {MAX_SERVICES} are possible");
            self.notes.report("services", message, "", None);
        }
        let mut seen = BTreeSet::new();
        for (index, service) in scenario.services.iter().enumerate() {
            let path = self.service_path(index, service);
            if !seen.insert(&service.name) {
                let message = format!("service `{}` is given twice", service.name);
                self.notes.report(&path, message, "given again", None);
            } else if service.name.is_empty() {
                let message = "a service needs a name".to_owned();
                self.notes
                    .report(&format!("{path}@key"), message, "empty", None);
            }
            self.calls(&path, service);
            self.metrics(&format!("{path}.metrics"), &service.metrics, |_| false);
            for (name, value) in &service.extra_metrics {
                self.extra_metric(&format!("{path}.extra_metrics[{name:?}]"), name, value);
            }
        }
    }

    /// How a service's place is called: by its name in a map, by its number in a list.
    fn service_path(&self, index: usize, service: &Service) -> String {
        let by_name = format!("services[{:?}]", service.name);
        if self.notes.has_place(&by_name) {
            by_name
        } else {
            format!("services[{index}]")
        }
    }

    fn calls(&mut self, path: &str, service: &Service) {
        match &service.calls {
            Calls::Named(callees) => {
                for (index, callee) in callees.iter().enumerate() {
                    self.known_service(&format!("{path}.calls[{index}]"), callee, "");
                }
            }
            Calls::Catalogue if catalogue::find(&service.name).is_none() => {
                let message = format!("`{}` is not in the catalogue", service.name);
                let close = instead_of(&service.name, CATALOGUE.iter().map(|service| service.name));
                let help = close.unwrap_or_else(|| {
                    "a service of your own says what it calls: `\"name\": (calls: [...])`"
                        .to_owned()
                });
                self.notes.report(path, message, "", Some(help));
            }
            Calls::Catalogue => {}
        }
    }

    /// Whether the service exists; notes it if not. `hint` is added to the help.
    fn known_service(&mut self, path: &str, name: &str, hint: &str) -> bool {
        let known = self.names.contains(name);
        if !known && !self.notes.is_broken("services") {
            let message = format!("unknown service `{name}`");
            let close = instead_of(name, self.names.iter().copied());
            let help = match (close, hint.is_empty()) {
                (Some(close), false) => Some(format!("{close}; {hint}")),
                (None, false) => Some(hint.to_owned()),
                (close, true) => close,
            };
            self.notes.report(path, message, "not in `services`", help);
        }
        known
    }

    /// Checks values of known metrics. `own` tells metrics of the author's own, which are known too.
    fn metrics(&mut self, path: &str, metrics: &Metrics, own: impl Fn(&str) -> bool) {
        for (name, value) in metrics {
            let path = format!("{path}[{name:?}]");
            match find_metric(name) {
                Some(metric) => self.metric_value(&path, metric, value),
                None if own(name) => {}
                None => self.unknown_metric(&path, name),
            }
        }
    }

    fn unknown_metric(&mut self, path: &str, name: &str) {
        let message = format!("unknown metric `{name}`");
        let own = "a metric of your own stands in the service's `extra_metrics`";
        let help = match crate::problem::closest(name, METRICS.iter().map(|metric| metric.name)) {
            Some(close) => format!("did you mean `{close}`? ({own})"),
            None => own.to_owned(),
        };
        self.notes
            .report(&format!("{path}@key"), message, "", Some(help));
    }

    fn extra_metric(&mut self, path: &str, name: &str, _value: &Value) {
        if find_metric(name).is_some() {
            let message = format!("`{name}` is a known metric, not one of your own");
            let help = Some("put it into `metrics`".to_owned());
            self.notes.report(&format!("{path}@key"), message, "", help);
        }
    }

    fn metric_value(&mut self, path: &str, metric: &Metric, value: &Value) {
        if metric.kind == MetricKind::Status {
            let message = "`status` is derived and can't be set".to_owned();
            let help = "set what it is derived from: `http_server_error_rate`, \
                        `http_server_request_duration_p99` or `process_memory_utilization`";
            self.notes
                .report(&format!("{path}@key"), message, "", Some(help.to_owned()));
        } else if !metric.accepts(value) {
            let message = format!(
                "`{}` must be {}, not {value}",
                metric.name,
                metric.kind.describe()
            );
            let label = format!("expected {}", metric.kind.describe());
            self.notes.report(path, message, &label, None);
        } else if let Some(number) = value.as_f64()
            && !(metric.min..=metric.max).contains(&number)
        {
            let Metric {
                name,
                min,
                max,
                unit,
                ..
            } = metric;
            let unit = match *unit {
                "1" => " (a ratio)".to_owned(),
                "" => String::new(),
                unit => format!(" {unit}"),
            };
            let message = format!("`{name}` must be {min} to {max}{unit}, not {value}");
            self.notes.report(path, message, "out of range", None);
        }
    }

    fn faults(&mut self) {
        let scenario = self.scenario;
        for (index, fault) in scenario.faults.iter().enumerate() {
            let path = format!("faults[{index}]");
            self.fault(&path, fault);
            if fault.start_tick >= scenario.ticks {
                self.after_the_end(&format!("{path}.start_tick"), fault.start_tick);
            }
        }
        if scenario.engine == Engine::SingleFault {
            self.single_fault();
        }
    }

    fn fault(&mut self, path: &str, fault: &Fault) {
        let service_path = format!("{path}.service");
        if fault.absent && self.names.contains(&*fault.service) {
            let message = format!("`{}` is in the mesh, so it is not absent", fault.service);
            let help = Some("leave `absent` out".to_owned());
            self.notes
                .report(&format!("{path}.absent"), message, "", help);
        } else if !fault.absent {
            let hint =
                "a fault that is meant to be on a service outside the mesh says `absent: true`";
            self.known_service(&service_path, &fault.service, hint);
        }
        if self.scenario.red_herrings.contains(&fault.service) {
            let message = format!("`{}` is a red herring and has a fault", fault.service);
            let help =
                Some("a red herring only looks bad: take it out of one of the lists".to_owned());
            self.notes.report(&service_path, message, "", help);
        }
        self.in_range(&format!("{path}.speed"), fault.speed, 0.0, MAX_SPEED);
        let own = self.own_metrics(&fault.service);
        self.metrics(&format!("{path}.metrics"), &fault.metrics, |name| {
            own.contains(name)
        });
    }

    fn single_fault(&mut self) {
        let scenario = self.scenario;
        if scenario.faults.len() != 1 && !self.notes.is_broken("faults") {
            let count = scenario.faults.len();
            let message = format!("the single-fault engine takes exactly one fault, not {count}");
            self.notes.report("engine", message, "", None);
        }
        for (index, _) in scenario
            .faults
            .iter()
            .enumerate()
            .filter(|(_, f)| f.start_tick > 0)
        {
            let message = "in the single-fault engine the fault starts at once".to_owned();
            self.notes
                .report(&format!("faults[{index}].start_tick"), message, "", None);
        }
    }

    fn own_metrics(&self, service: &str) -> BTreeSet<&'a str> {
        let service = self.scenario.services.iter().find(|s| s.name == service);
        service
            .into_iter()
            .flat_map(|s| s.extra_metrics.keys())
            .map(String::as_str)
            .collect()
    }

    fn roles(&mut self) {
        let scenario = self.scenario;
        let mut seen = BTreeSet::new();
        for (index, name) in scenario.red_herrings.iter().enumerate() {
            let path = format!("red_herrings[{index}]");
            if self.known_service(&path, name, "") && !seen.insert(name) {
                let message = format!("`{name}` is a red herring already");
                self.notes.report(&path, message, "given again", None);
            }
        }
        if let Some(name) = &scenario.root_cause {
            let of_absent = scenario
                .faults
                .iter()
                .any(|f| f.absent && f.service == *name);
            if !of_absent {
                self.known_service("root_cause", name, "");
            }
        }
        if let Some(name) = &scenario.prompt_injection {
            self.known_service("prompt_injection", name, "");
        }
        for (index, planted) in scenario.adversarial_logs.iter().enumerate() {
            self.known_service(
                &format!("adversarial_logs[{index}].service"),
                &planted.service,
                "",
            );
        }
    }

    fn after_the_end(&mut self, path: &str, tick: u64) {
        let ticks = self.scenario.ticks;
        let message = format!("tick {tick} comes after the end: the run takes {ticks} ticks");
        let help = Some(format!(
            "the last tick at which something can still be done is {}",
            ticks.saturating_sub(1)
        ));
        if !self.notes.is_broken("ticks") {
            self.notes.report(path, message, "", help);
        }
    }

    fn timeline(&mut self) {
        for (index, event) in self.scenario.timeline.iter().enumerate() {
            let path = format!("timeline[{index}]");
            if event.tick >= self.scenario.ticks {
                self.after_the_end(&format!("{path}.tick"), event.tick);
            }
            let path = format!("{path}.do");
            match &event.action {
                Action::Halt(service) => self.halt(&path, service, event.tick),
                Action::Inject(fault) => {
                    self.fault(&format!("{path}.fault"), fault);
                    if self.scenario.engine == Engine::SingleFault {
                        let message = "the single-fault engine takes no further fault".to_owned();
                        self.notes.report(&path, message, "", None);
                    }
                }
                Action::Set(service, metrics) => {
                    if self.known_service(&format!("{path}.service"), service, "") {
                        let own = self.own_metrics(service);
                        let path = format!("{path}.metrics");
                        self.metrics(&path, metrics, |name| own.contains(name));
                    }
                }
            }
        }
    }

    fn halt(&mut self, path: &str, service: &str, tick: u64) {
        let path = format!("{path}.service");
        let starts: Vec<u64> = self
            .scenario
            .all_faults()
            .filter(|f| f.service == service)
            .map(|f| f.start_tick)
            .collect();
        match starts.iter().min() {
            Some(&start) if start > tick => {
                let message =
                    format!("`{service}` has no fault yet: its first starts at tick {start}");
                self.notes.report(&path, message, "", None);
            }
            Some(_) => {}
            None if self.known_service(&path, service, "") && !self.notes.is_broken("faults") => {
                let message = format!("`{service}` has no fault to halt");
                let afflicted: BTreeSet<&str> =
                    self.scenario.all_faults().map(|f| &*f.service).collect();
                let help = instead_of(service, afflicted.iter().copied());
                self.notes.report(&path, message, "", help);
            }
            None => {}
        }
    }

    fn expectations(&mut self) {
        for (index, expectation) in self.scenario.expect.iter().enumerate() {
            let path = format!("expect[{index}]");
            self.when(&path, expectation);
            match &expectation.check {
                Check::Status(service, comparison) => {
                    self.known_service(&format!("{path}.service"), service, "");
                    self.always_or_never(
                        &path,
                        comparison,
                        firewatch_sim::Status::Healthy,
                        firewatch_sim::Status::Down,
                    );
                }
                Check::Metric(service, metric, comparison) => {
                    if self.known_service(&format!("{path}.service"), service, "") {
                        self.metric_check(&path, service, metric, comparison);
                    }
                }
                Check::Quantity(quantity, comparison) => {
                    self.quantity(&path, *quantity, comparison)
                }
                Check::Fact(_) => {}
            }
        }
    }

    fn when(&mut self, path: &str, expectation: &Expectation) {
        let ticks = self.scenario.ticks;
        let path = format!("{path}.tick");
        match expectation.when {
            When::AtTick(tick) | When::ByTick(tick)
                if tick > ticks && !self.notes.is_broken("ticks") =>
            {
                let message = format!("tick {tick} is never reached: the run takes {ticks} ticks");
                self.notes.report(&path, message, "", None);
            }
            When::ByTick(0) => {
                let message = "nothing can happen by tick 0".to_owned();
                let help = Some("the state at the start is `at_tick(0, ...)`".to_owned());
                self.notes.report(&path, message, "", help);
            }
            _ => {}
        }
    }

    /// A comparison that no value from `min` to `max`, or every one, satisfies says nothing.
    fn always_or_never<T: PartialOrd>(
        &mut self,
        path: &str,
        comparison: &Comparison<T>,
        min: T,
        max: T,
    ) {
        let Comparison { operator, with } = comparison;
        let (decided, outcome) = match operator {
            Operator::Lt => (*with <= min || *with > max, *with > max),
            Operator::Le => (*with < min || *with >= max, *with >= max),
            Operator::Gt => (*with < min || *with >= max, *with < min),
            Operator::Ge => (*with <= min || *with > max, *with <= min),
            Operator::Eq => (*with < min || *with > max, false),
            Operator::Ne => (*with < min || *with > max, true),
        };
        if decided {
            let truth = if outcome { "always" } else { "never" };
            let message = format!("this comparison is {truth} true");
            self.notes
                .report(&format!("{path}.value"), message, "", None);
        }
    }

    fn quantity(&mut self, path: &str, quantity: Quantity, comparison: &Comparison<f64>) {
        let scenario = self.scenario;
        let services = scenario.services.len() as f64;
        let (min, max) = match quantity {
            Quantity::BadCustomerMinutes => (0.0, f64::INFINITY),
            Quantity::Mttm => (0.0, scenario.ticks as f64),
            Quantity::SloBudget => (0.0, scenario.slo_budget.remaining),
            Quantity::MeanErrorRate => (0.0, 1.0),
            Quantity::UnhealthyServices => (0.0, services),
            Quantity::BlastRadius => (1.0, f64::INFINITY),
        };
        // `mttm(le(ticks))` still asks that the incident is mitigated at all.
        if quantity != Quantity::Mttm || comparison.with < min || comparison.with > max {
            self.always_or_never(path, comparison, min, max);
        }
    }

    fn metric_check(
        &mut self,
        path: &str,
        service: &str,
        name: &str,
        comparison: &Comparison<Value>,
    ) {
        let value_path = format!("{path}.value");
        let own = self.own_metrics(service);
        match find_metric(name) {
            None if own.contains(name) => {}
            None => {
                let message = format!("unknown metric `{name}`");
                let known = METRICS
                    .iter()
                    .map(|metric| metric.name)
                    .chain(own.iter().copied());
                let help = crate::problem::closest(name, known)
                    .map(|close| format!("did you mean `{close}`?"));
                return self
                    .notes
                    .report(&format!("{path}.metric"), message, "", help);
            }
            Some(metric) => {
                if !metric.always && !self.may_have(service, name) {
                    let message = format!("`{service}` never has the metric `{name}`");
                    let help =
                        "nothing in `metrics`, `faults` or `timeline` attaches it".to_owned();
                    self.notes
                        .report(&format!("{path}.metric"), message, "", Some(help));
                }
                let comparable = match metric.kind {
                    // Between whole numbers there is room to compare with, too.
                    MetricKind::Int | MetricKind::Float => comparison.with.as_f64().is_some(),
                    _ => metric.accepts(&comparison.with),
                };
                if !comparable {
                    let expected = metric.kind.describe();
                    let message = format!(
                        "`{name}` is {expected}, it can't be compared with {}",
                        comparison.with
                    );
                    return self.notes.report(&value_path, message, "", None);
                }
            }
        }
        let ordered = comparison.with.as_f64().is_some();
        if !ordered && !matches!(comparison.operator, Operator::Eq | Operator::Ne) {
            let message = format!(
                "`{}` compares numbers, not {}",
                comparison.operator,
                comparison.with.kind()
            );
            self.notes.report(
                &value_path,
                message,
                "",
                Some("write `eq(...)` or `ne(...)`".to_owned()),
            );
        }
    }

    /// Whether something in the scenario, or a rule, can attach the metric to the service.
    fn may_have(&self, service: &str, name: &str) -> bool {
        let attached = |name: &str| {
            let scenario = self.scenario;
            let services = scenario
                .services
                .iter()
                .filter(|s| s.name == service)
                .map(|s| &s.metrics);
            let faults = scenario
                .all_faults()
                .filter(|f| f.service == service)
                .map(|f| &f.metrics);
            let set = scenario
                .timeline
                .iter()
                .filter_map(|event| match &event.action {
                    Action::Set(target, metrics) if target == service => Some(metrics),
                    _ => None,
                });
            services
                .chain(faults)
                .chain(set)
                .any(|metrics| metrics.contains_key(name))
        };
        let by_rule: &[&str] = match name {
            "effective_rps_multiplier" => &["process_cpu_throttle_rate"],
            "http_server_request_queue_depth" | "http_server_queue_drain_rate" => {
                &["metastable_feedback_loop_active"]
            }
            "pipeline_queue_depth"
            | "pipeline_throughput_ratio"
            | "data_freshness_lag_seconds"
            | "feature_vector_age_seconds_p99" => &[
                "pipeline_processing_rate_events_per_second",
                "pipeline_ingestion_rate_events_per_second",
            ],
            _ => &[],
        };
        attached(name) || (!by_rule.is_empty() && by_rule.iter().all(|&cause| attached(cause)))
    }
}
