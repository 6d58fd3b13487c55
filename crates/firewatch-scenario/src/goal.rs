//! Goals: what should hold of the services when an episode ends, and what missing them costs.

use firewatch_sim::{EnvironmentRef, Value};

use firewatch_action::{Comparison, Operator};

/// What should hold at the end of an episode. A run looks at `expect` instead.
#[derive(Clone, Debug, PartialEq)]
pub struct Goals {
    /// The goals; all weigh the same.
    pub list: Vec<Goal>,
    /// What is taken off the score where all of them are missed, 0 to 1; less for fewer.
    pub cost: f64,
}

impl Default for Goals {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            cost: Self::DEFAULT_COST,
        }
    }
}

impl Goals {
    /// The cost of missing all goals, unless a scenario says otherwise.
    pub const DEFAULT_COST: f64 = 0.10;
}

/// Something that should hold of a metric of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The service.
    pub service: String,
    /// The metric.
    pub metric: String,
    /// What should hold of it.
    pub test: GoalTest,
}

/// Something that a metric's value can pass or fail. One that is absent fails, but for
/// [`GoalTest::OrAbsent`]; so does one that is no number where a number is needed.
#[derive(Clone, Debug, PartialEq)]
pub enum GoalTest {
    /// It compares so with a fixed value. Numbers compare by value (`0` equals `0.0`), text exactly,
    /// a truth value only with another.
    Compare(Comparison<Value>),
    /// It is one of these.
    OneOf(Vec<Value>),
    /// It lies between these two, both included.
    Between(f64, f64),
    /// It is at most so far from a number.
    Approx {
        /// The number.
        value: f64,
        /// How far at most.
        tolerance: f64,
    },
    /// It compares so with another metric of the same service.
    Than(Operator, String),
    /// Its absolute value passes.
    Abs(Box<GoalTest>),
    /// Its entry of that name passes, where it is a map.
    Entry(String, Box<GoalTest>),
    /// It passes, or is absent.
    OrAbsent(Box<GoalTest>),
}

impl Goal {
    /// Returns the goal that a metric of a service is below a number.
    pub(crate) fn below(service: &str, metric: &str, most: f64) -> Self {
        Self {
            service: service.to_owned(),
            metric: metric.to_owned(),
            test: GoalTest::Compare(Comparison {
                operator: Operator::Lt,
                with: Value::Float(most),
            }),
        }
    }

    /// Whether the goal is met. One about a service that is not in the mesh never is.
    #[must_use]
    pub fn is_met(&self, view: &EnvironmentRef) -> bool {
        let read = |metric: &str| view.metric(&self.service, metric);
        let known = view.topology().service(&self.service).is_some();
        known && self.test.passes(read(&self.metric), &read).unwrap_or(false)
    }
}

impl GoalTest {
    /// Whether the value passes; `read` gives other metrics of the same service. `None` where what it
    /// takes is absent.
    fn passes(&self, value: Option<Value>, read: &dyn Fn(&str) -> Option<Value>) -> Option<bool> {
        if let Self::OrAbsent(test) = self {
            return Some(test.passes(value, read).unwrap_or(true));
        }
        let value = value?;
        let number = value.as_f64();
        Some(match self {
            Self::Compare(comparison) => comparison.holds_for(&value),
            Self::OneOf(values) => values.contains(&value),
            Self::Between(low, high) => number.is_some_and(|x| *low <= x && x <= *high),
            Self::Approx {
                value: wanted,
                tolerance,
            } => number.is_some_and(|x| (x - wanted).abs() <= *tolerance),
            Self::Than(operator, other) => {
                let operator = *operator;
                let with = read(other)?;
                Comparison { operator, with }.holds_for(&value)
            }
            Self::Abs(test) => {
                let absolute = match value {
                    Value::Int(x) => Value::Int(x.saturating_abs()),
                    Value::Float(x) => Value::Float(x.abs()),
                    _ => return Some(false),
                };
                return test.passes(Some(absolute), read);
            }
            Self::Entry(name, test) => {
                let entry = match &value {
                    Value::Map(entries) => entries.get(name).cloned(),
                    _ => return Some(false),
                };
                return test.passes(entry, read);
            }
            Self::OrAbsent(_) => false,
        })
    }

    /// The tests from the outside in.
    pub(crate) fn nested(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |test| match test {
            Self::Abs(inner) | Self::Entry(_, inner) | Self::OrAbsent(inner) => Some(&**inner),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use firewatch_sim::{EnvironmentState, ServiceState, Simulation, SloBudget};

    use super::*;
    use crate::Scenario;

    /// The goal that a file says, on a service that has these metrics.
    fn is_met(test: &str, metrics: &[(&str, Value)]) -> bool {
        let text = format!(
            "Scenario(name: \"\", difficulty: easy, absent_services: [\"b\"], services: {{\"a\": \
             (extra_metrics: {{\"x\": 0, \"y\": 0}})}}, goals: [goal(\"a\", \"x\", {test})])"
        );
        let scenario = match Scenario::parse("test", &text) {
            Ok(scenario) => scenario,
            Err(problems) => panic!("{problems}"),
        };
        let goal = &scenario.goals.list[0];
        assert!(scenario.to_string().contains(&goal.to_string()));
        let metrics = { metrics.iter() }.map(|(name, value)| ((*name).to_owned(), value.clone()));
        let state = EnvironmentState {
            services: vec![ServiceState {
                name: "a".to_owned(),
                metrics: metrics.collect(),
            }],
            ..EnvironmentState::new(SloBudget {
                remaining: 1.0,
                burn_per_tick: 0.0,
            })
        };
        let simulation = Simulation::new(&state).unwrap();
        let elsewhere = Goal {
            service: "b".to_owned(),
            test: GoalTest::OrAbsent(Box::new(goal.test.clone())),
            ..goal.clone()
        };
        assert!(!elsewhere.is_met(&simulation.view()), "an absent service");
        goal.is_met(&simulation.view())
    }

    #[test]
    fn every_test_can_be_passed_and_failed() {
        let map = |x: i64| Value::Map(BTreeMap::from([("blue".to_owned(), x.into())]));
        let cases: &[(&str, Value, Value)] = &[
            ("lt(0.05)", 0.04.into(), 0.05.into()),
            ("le(5)", 5.0.into(), 5.1.into()),
            ("gt(7000000)", 7_000_001.into(), 7_000_000.into()),
            ("ge(3)", 3.into(), 2.into()),
            ("0", 0.0.into(), 0.5.into()),
            ("0", 0.into(), false.into()),
            ("\"INFO\"", "INFO".into(), "info".into()),
            ("ne(\"\")", "no".into(), "".into()),
            ("true", true.into(), 1.into()),
            ("false", false.into(), 0.into()),
            ("one_of([0.0, 100.0])", 100.into(), 50.into()),
            ("between(1, 200)", 200.into(), 0.into()),
            ("approx(1.0, 0.25)", 1.25.into(), 1.3.into()),
            // In doubles 1.3 - 1.0 and 1.0 - 0.7 are more than 0.3.
            ("approx(1.0, 0.3)", 1.29.into(), 1.3.into()),
            ("approx(1.0, 0.3)", 0.71.into(), 0.7.into()),
            ("abs(lt(1))", (-0.5).into(), (-1).into()),
            ("abs(lt(1))", 0.5.into(), "0.5".into()),
            ("entry(\"blue\", 0.0)", map(0), map(50)),
            ("or_absent(\"\")", "".into(), "ErrImagePull".into()),
        ];
        for (test, good, bad) in cases {
            assert!(is_met(test, &[("x", good.clone())]), "{test} of {good}");
            assert!(!is_met(test, &[("x", bad.clone())]), "{test} of {bad}");
            let if_absent = is_met(test, &[]);
            assert_eq!(
                if_absent,
                test.starts_with("or_absent"),
                "{test} of nothing"
            );
        }
    }

    #[test]
    fn a_metric_is_compared_with_another_and_either_may_be_absent() {
        let both = |x: i64, y: i64| is_met("than(le, \"y\")", &[("x", x.into()), ("y", y.into())]);
        assert!(both(5, 5));
        assert!(!both(6, 5));
        assert!(!is_met("than(le, \"y\")", &[("x", 5.into())]));
        assert!(is_met("or_absent(than(le, \"y\"))", &[("x", 5.into())]));
        let empty = Value::Map(BTreeMap::new());
        assert!(is_met(
            "or_absent(entry(\"blue\", 0))",
            &[("x", empty.clone())]
        ));
        assert!(!is_met("entry(\"blue\", 0)", &[("x", empty)]));
    }
}
