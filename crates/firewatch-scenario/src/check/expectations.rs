//! Expectations: whether they can be evaluated, and whether they say anything.

use firewatch_sim::{
    METRICS, Metric, MetricKind, SimError, Status, Value, check_settable, find_metric,
};

use super::metrics::{describe, metric_help};
use super::{Checker, count_ticks};
use crate::codes;
use crate::model::{Check, Expectation, Physics, Quantity, UserGroup, UserQuantity, When};
use crate::model::{GRADE_MAX, GRADE_MIN};
use firewatch_action::decode::join;
use firewatch_action::{Comparison, Operator, Profile};
use firewatch_ron::{shown, suggest};

/// Numbers that something can be.
pub(super) struct Numbers {
    pub(super) min: f64,
    pub(super) max: f64,
    /// Only whole ones.
    pub(super) whole: bool,
}

/// The outcome of a comparison that is the same for all values from `min` to `max`.
fn decided<T: PartialOrd>(comparison: &Comparison<T>, min: &T, max: &T) -> Option<bool> {
    let Comparison { operator, with } = comparison;
    let (always, never) = match operator {
        Operator::Lt => (with > max, with <= min),
        Operator::Le => (with >= max, with < min),
        Operator::Gt => (with < min, with >= max),
        Operator::Ge => (with <= min, with > max),
        Operator::Eq => (false, with < min || with > max),
        Operator::Ne => (with < min || with > max, false),
    };
    (always || never).then_some(always)
}

impl Numbers {
    pub(super) fn decide(&self, comparison: &Comparison<f64>) -> Option<bool> {
        let is_fraction = self.whole && comparison.with.fract() != 0.0;
        match comparison.operator {
            Operator::Eq if is_fraction => Some(false),
            Operator::Ne if is_fraction => Some(true),
            _ => decided(comparison, &self.min, &self.max),
        }
    }

    pub(super) fn describe(&self) -> String {
        let noun = if self.whole {
            "a whole number"
        } else {
            "a number"
        };
        if self.min == f64::NEG_INFINITY {
            noun.to_owned()
        } else if self.max == f64::INFINITY {
            format!("{noun} from {} up", self.min)
        } else {
            format!("{noun} from {} to {}", self.min, self.max)
        }
    }
}

impl Checker<'_> {
    pub(super) fn expectations(&mut self, field: &str, expectations: &[Expectation]) {
        for (index, expectation) in expectations.iter().enumerate() {
            let path = format!("{field}[{index}]");
            self.when(&path, expectation);
            self.check(&path, &expectation.check);
        }
    }

    pub(super) fn check(&mut self, path: &str, check: &Check) {
        match check {
            Check::Status(service, comparison) => {
                self.known_service(&join(path, "service"), service, "");
                let outcome = decided(comparison, &Status::Healthy, &Status::Down);
                let range = "a status, from best to worst, is `healthy`, `degraded`, \
                                 `critical` or `down`";
                self.same_outcome(path, outcome, range.to_owned());
            }
            Check::Metric(service, metric, comparison) => {
                if self.known_service(&join(path, "service"), service, "") {
                    self.metric_check(path, service, metric, comparison);
                }
            }
            Check::Quantity(quantity, comparison) => {
                self.quantity(path, *quantity, comparison);
            }
            Check::Fact(_) => {}
            Check::Users(group, quantity, comparison) => {
                self.user_check(path, group, *quantity, comparison);
            }
        }
    }

    /// Whether there is a group of users of that name; notes it if not.
    pub(super) fn known_users(&mut self, path: &str, name: &str) -> bool {
        let users = &self.scenario.users;
        let is_known = users.iter().any(|users| users.name() == name);
        if !is_known && !self.notes.is_broken_within("users") {
            let message = format!("unknown users `{}`", shown(name));
            let names = users.iter().map(UserGroup::name);
            self.notes
                .report_with(codes::UNKNOWN_USERS, path, message, "", || {
                    suggest(name, "groups of users", names)
                        .or_else(|| Some("only a scenario with `users` has some".to_owned()))
                });
        }
        is_known
    }

    fn user_check(
        &mut self,
        path: &str,
        name: &str,
        quantity: UserQuantity,
        comparison: &Comparison<f64>,
    ) {
        self.known_users(&join(path, "users"), name);
        let max = match quantity {
            UserQuantity::Served => 1.0,
            UserQuantity::P99 => f64::INFINITY,
        };
        let numbers = Numbers {
            min: 0.0,
            max,
            whole: false,
        };
        let range = format!("`{quantity}` is {}", numbers.describe());
        self.same_outcome(path, numbers.decide(comparison), range);
    }

    fn when(&mut self, path: &str, expectation: &Expectation) {
        let ticks = self.scenario.ticks;
        let path = join(path, "tick");
        match expectation.when {
            When::AtTick(tick) | When::ByTick(tick)
                if tick > ticks && ticks > 0 && !self.notes.is_broken("ticks") =>
            {
                let run = count_ticks(ticks);
                let message = format!("tick {tick} is never reached: the run takes {run}");
                self.notes
                    .report(codes::UNREACHABLE_TICK, &path, message, "", None);
            }
            When::ByTick(0) => {
                let message = "nothing can happen by tick 0".to_owned();
                let help = Some("the state at the start is `at_tick(0, ...)`".to_owned());
                self.notes
                    .report(codes::UNREACHABLE_TICK, &path, message, "", help);
            }
            _ => {}
        }
    }

    /// A comparison that has the same outcome whatever happens says nothing.
    pub(super) fn same_outcome(&mut self, path: &str, outcome: Option<bool>, range: String) {
        if let Some(outcome) = outcome {
            let truth = if outcome { "always" } else { "never" };
            let message = format!("this comparison is {truth} true");
            self.notes.report(
                codes::CONSTANT_COMPARISON,
                &join(path, "value"),
                message,
                "",
                Some(range),
            );
        }
    }

    fn quantity(&mut self, path: &str, quantity: Quantity, comparison: &Comparison<f64>) {
        let scenario = self.scenario;
        let services = scenario.services.len() as f64;
        // In the reference's account at least one service counts as reached, and grades keep off the ends.
        let (least_zone, grades) = match scenario.profile {
            Profile::Reference => (1.0, (GRADE_MIN, GRADE_MAX)),
            Profile::Standard => (0.0, (0.0, 1.0)),
        };
        let (min, max, whole) = match quantity {
            Quantity::BadCustomerMinutes => (0.0, f64::INFINITY, false),
            Quantity::Mttm => (0.0, scenario.ticks as f64, true),
            Quantity::SloBudget => (0.0, scenario.slo_budget.remaining, false),
            Quantity::MeanErrorRate => (0.0, 1.0, false),
            Quantity::UnhealthyServices => (0.0, services, true),
            Quantity::BlastRadius => (least_zone, f64::INFINITY, true),
            Quantity::Reward => (f64::NEG_INFINITY, f64::INFINITY, false),
            Quantity::Grade => (grades.0, grades.1, false),
            Quantity::WrongActions => (0.0, f64::INFINITY, true),
        };
        let unreadable = match quantity {
            Quantity::Mttm => self.notes.is_broken("ticks"),
            Quantity::SloBudget => self.notes.is_broken("slo_budget"),
            Quantity::UnhealthyServices => self.notes.lacks_names,
            _ => false,
        };
        let numbers = Numbers { min, max, whole };
        // Nothing holds of `mttm` before the incident is mitigated: so `le(ticks)` asks for that. So does
        // the greatest grade for an answer that has ended.
        let outcome = numbers.decide(comparison).filter(|outcome| {
            let may_be_absent = matches!(quantity, Quantity::Mttm | Quantity::Grade);
            !(unreadable || *outcome && may_be_absent)
        });
        let range = format!("`{quantity}` is {} here", numbers.describe());
        self.same_outcome(path, outcome, range);
    }

    fn metric_check(
        &mut self,
        path: &str,
        service: &str,
        name: &str,
        comparison: &Comparison<Value>,
    ) {
        let (metric_path, value_path) = (join(path, "metric"), join(path, "value"));
        let known = find_metric(name);
        let own = self.services.get(service).map(|s| &s.extra_metrics);
        let is_own = own.is_some_and(|own| own.contains_key(name));
        if known.is_none() && !is_own && !self.is_created(service, name) {
            let own = own.into_iter().flat_map(|own| own.keys());
            let known = METRICS.iter().map(|metric| metric.name);
            let names = known.chain(own.map(String::as_str));
            let message = format!("unknown metric `{}`", shown(name));
            return self.notes.report_with(
                codes::UNKNOWN_METRIC,
                &metric_path,
                message,
                "",
                || Some(metric_help(name, names)),
            );
        }
        if let Some(metric) = known {
            if !metric.always && !self.may_have(service, name) {
                let message = format!("`{}` never has the metric `{name}`", shown(service));
                let help = "nothing in `metrics`, `faults` or `timeline` attaches it".to_owned();
                self.notes
                    .report(codes::ABSENT_METRIC, &metric_path, message, "", Some(help));
            }
            if !is_comparable(metric, &comparison.with) {
                let (expected, found) =
                    (describe(metric.kind), shown(&comparison.with.to_string()));
                let message =
                    format!("`{name}` is {expected}, it can't be compared with `{found}`");
                return self
                    .notes
                    .report(codes::NOT_COMPARABLE, &value_path, message, "", None);
            }
        }
        let is_ordered = comparison.with.as_f64().is_some();
        if !is_ordered && !matches!(comparison.operator, Operator::Eq | Operator::Ne) {
            let (operator, kind) = (comparison.operator, comparison.with.kind());
            let message = format!("`{operator}` compares numbers, not {kind}");
            let help = Some("only `eq(...)` and `ne(...)` do".to_owned());
            self.notes
                .report(codes::NOT_COMPARABLE, &value_path, message, "", help);
        } else if let Some(metric) = known {
            self.never_in_range(path, metric, comparison);
        }
    }

    /// What a metric can't be, whatever happens.
    fn never_in_range(&mut self, path: &str, metric: &Metric, comparison: &Comparison<Value>) {
        let whole = metric.kind == MetricKind::Int;
        if !whole && metric.kind != MetricKind::Float {
            return;
        }
        // Only ratios have an upper end that the rules keep to.
        let max = if metric.max == 1.0 {
            1.0
        } else {
            f64::INFINITY
        };
        let numbers = Numbers {
            min: metric.min,
            max,
            whole,
        };
        let outcome = comparison.with.as_f64().and_then(|with| {
            let operator = comparison.operator;
            numbers.decide(&Comparison { operator, with })
        });
        let range = format!("`{}` is {}", metric.name, numbers.describe());
        self.same_outcome(path, outcome.filter(|outcome| !outcome), range);
    }

    /// Whether the scenario or an action that it does gives the metric to the service.
    fn is_given(&self, service: &str, name: &str) -> bool {
        self.given_metrics.contains(&(service, name)) || self.is_created(service, name)
    }

    /// Whether an action that the scenario does gives the metric to the service.
    fn is_created(&self, service: &str, name: &str) -> bool {
        let is_spared =
            self.red_herrings.contains(service) && self.scenario.actions().spares_red_herrings();
        let own = self.services.get(service);
        own.is_some_and(|own| self.created.gives(own, name, is_spared))
    }

    /// Whether something in the scenario, or a rule, can attach the metric to the service.
    fn may_have(&self, service: &str, name: &str) -> bool {
        if self.scenario.physics == Physics::Traffic
            && matches!(check_settable(name), Err(SimError::ComputedMetric(_)))
        {
            return true;
        }
        let unreadable = ["services", "faults", "timeline"];
        let is_given = |name: &str| self.is_given(service, name);
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
        is_given(name)
            || (!by_rule.is_empty() && by_rule.iter().all(|&cause| is_given(cause)))
            || unreadable
                .iter()
                .any(|path| self.notes.is_broken_within(path))
    }
}

fn is_comparable(metric: &Metric, with: &Value) -> bool {
    match metric.kind {
        // Between whole numbers there is room to compare with, too.
        MetricKind::Int | MetricKind::Float => with.as_f64().is_some(),
        _ => metric.accepts(with),
    }
}
