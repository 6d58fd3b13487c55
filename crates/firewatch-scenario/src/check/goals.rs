//! Goals: whether they are about something, and can be met and missed.

use std::collections::BTreeSet;

use firewatch_sim::{METRICS, Value, find_metric};

use super::metrics::metric_help;
use super::{Checker, MAX_GOALS};
use crate::codes;
use crate::goal::{Goal, GoalTest};
use firewatch_action::ActionSpec;
use firewatch_action::Operator;
use firewatch_action::decode::join;
use firewatch_ron::Code;
use firewatch_ron::shown;

impl Checker<'_> {
    pub(super) fn goals(&mut self) {
        let goals = &self.scenario.goals;
        let actions = self.scenario.actions().actions().iter();
        let created: BTreeSet<&str> = { actions.flat_map(ActionSpec::creates) }
            .map(|(_, metric)| metric)
            .collect();
        self.at_most("goals", "goals", goals.list.len(), MAX_GOALS);
        self.in_range("goals_cost", goals.cost, 0.0, 1.0);
        for (index, goal) in goals.list.iter().enumerate() {
            let path = format!("goals[{index}]");
            self.known_role(&join(&path, "service"), &goal.service);
            let other = goal.test.nested().find_map(|test| match test {
                GoalTest::Than(_, metric) => Some(metric),
                _ => None,
            });
            self.goal_metric(&join(&path, "metric"), goal, &goal.metric, &created);
            if let Some(other) = other {
                self.goal_metric(&join(&path, "value"), goal, other, &created);
            }
            if let Some((code, message)) = goal.test.nested().find_map(nonsense) {
                self.notes
                    .report(code, &join(&path, "value"), message, "", None);
            }
        }
    }

    /// A metric that Firewatch knows, one of the service's own or one that an action can create. A service
    /// that is not in the mesh has none that could be looked up.
    fn goal_metric(&mut self, path: &str, goal: &Goal, metric: &str, created: &BTreeSet<&str>) {
        let Some(service) = self.services.get(&*goal.service) else {
            return;
        };
        let is_own = service.extra_metrics.contains_key(metric) || created.contains(metric);
        if is_own || find_metric(metric).is_some() {
            return;
        }
        let own = service.extra_metrics.keys().map(String::as_str);
        let names = METRICS.iter().map(|metric| metric.name).chain(own);
        let message = format!("unknown metric `{}`", shown(metric));
        self.notes
            .report_with(codes::UNKNOWN_METRIC, path, message, "", || {
                Some(metric_help(metric, names))
            });
    }
}

/// What makes a test one that nothing or everything passes.
fn nonsense(test: &GoalTest) -> Option<(Code, String)> {
    let finite = |value: &Value| value.is_finite();
    match test {
        GoalTest::Compare(comparison) if !finite(&comparison.with) => Some((
            codes::OUT_OF_RANGE,
            "a goal needs a finite number".to_owned(),
        )),
        GoalTest::Compare(comparison)
            if comparison.with.as_f64().is_none()
                && !matches!(comparison.operator, Operator::Eq | Operator::Ne) =>
        {
            let (operator, kind) = (comparison.operator, comparison.with.kind());
            Some((
                codes::NOT_COMPARABLE,
                format!("`{operator}` compares numbers, not {kind}"),
            ))
        }
        GoalTest::OneOf(values) if values.is_empty() => Some((
            codes::EMPTY_LIST,
            "`one_of` needs at least one value".to_owned(),
        )),
        GoalTest::OneOf(values) if !values.iter().all(finite) => Some((
            codes::OUT_OF_RANGE,
            "a goal needs finite numbers".to_owned(),
        )),
        GoalTest::Between(low, high) if !(low.is_finite() && high.is_finite() && low <= high) => {
            Some((
                codes::EMPTY_RANGE,
                format!("nothing lies between {low} and {high}"),
            ))
        }
        GoalTest::Approx { value, tolerance }
            if !(value.is_finite() && (0.0..f64::INFINITY).contains(tolerance)) =>
        {
            Some((
                codes::EMPTY_RANGE,
                format!("nothing is within {tolerance} of {value}"),
            ))
        }
        _ => None,
    }
}
