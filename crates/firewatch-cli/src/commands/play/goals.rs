//! Goals as sentences.

use firewatch_action::{Comparison, Operator};
use firewatch_scenario::{Goal, GoalTest};
use firewatch_sim::Value;

use crate::ui::units::{latency, percent};

/// The metrics that customers notice. A goal about another one would name the cause.
const NOTICED: [&str; 4] = [
    "http_server_error_rate",
    "http_server_request_duration_p99",
    "data_freshness_lag_seconds",
    "pipeline_throughput_ratio",
];

/// Returns whether the goal is about what customers notice.
pub fn is_about_customers(goal: &Goal) -> bool {
    NOTICED.contains(&&*goal.metric)
}

/// Returns the goal as a sentence.
pub fn sentence(goal: &Goal) -> String {
    let Goal {
        service,
        metric,
        test,
    } = goal;
    let (what, wanted) = subject(metric, test);
    format!("{what} of {service} {wanted}.")
}

/// Returns what is tested and what should hold of it.
fn subject(metric: &str, test: &GoalTest) -> (String, String) {
    match test {
        GoalTest::Abs(test) => {
            let (what, wanted) = subject(metric, test);
            (format!("{what} without its sign"), wanted)
        }
        GoalTest::Entry(entry, test) => {
            let (what, wanted) = subject(metric, test);
            (format!("{what} ({entry})"), wanted)
        }
        GoalTest::OrAbsent(test) => {
            let (what, wanted) = subject(metric, test);
            (what, format!("{wanted}, if there is any"))
        }
        test => (name(metric), wanted(metric, test)),
    }
}

fn name(metric: &str) -> String {
    match metric {
        "http_server_error_rate" => "The error rate".to_owned(),
        "http_server_request_duration_p99" => "The p99 latency".to_owned(),
        "data_freshness_lag_seconds" => "The data age".to_owned(),
        metric => metric.to_owned(),
    }
}

fn wanted(metric: &str, test: &GoalTest) -> String {
    let shown = |value: &Value| shown(metric, value);
    let number = |number: f64| shown(&Value::Float(number));
    match test {
        GoalTest::Compare(Comparison { operator, with }) => {
            format!("{} {}", words(*operator), shown(with))
        }
        GoalTest::OneOf(values) => {
            let values: Vec<String> = values.iter().map(shown).collect();
            format!("is {}", values.join(" or "))
        }
        GoalTest::Between(low, high) => {
            format!("is between {} and {}", number(*low), number(*high))
        }
        GoalTest::Approx { value, tolerance } => {
            format!("is {}, give or take {tolerance:?}", number(*value))
        }
        GoalTest::Than(operator, other) => format!("{} its {other}", words(*operator)),
        // `subject` has taken these apart.
        GoalTest::Abs(_) | GoalTest::Entry(..) | GoalTest::OrAbsent(_) => test.to_string(),
    }
}

fn words(operator: Operator) -> &'static str {
    match operator {
        Operator::Lt => "is below",
        Operator::Le => "is at most",
        Operator::Gt => "is above",
        Operator::Ge => "is at least",
        Operator::Eq => "is",
        Operator::Ne => "is not",
    }
}

/// Formats a value of a metric in its unit.
pub fn shown(metric: &str, value: &Value) -> String {
    match (metric, value.as_f64(), value) {
        ("http_server_error_rate" | "process_memory_utilization", Some(ratio), _) => percent(ratio),
        ("http_server_request_duration_p99", Some(seconds), _) => latency(seconds),
        ("data_freshness_lag_seconds", Some(seconds), _) => format!("{seconds:.0}s"),
        (_, _, Value::Text(text)) if text.is_empty() => "empty".to_owned(),
        (_, _, Value::Text(text)) => text.clone(),
        (_, _, Value::Float(number)) => {
            const DECIMALS: u32 = 4;
            format!("{:?}", firewatch_sim::round_decimal(*number, DECIMALS))
        }
        (_, _, value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(metric: &str, test: GoalTest) -> Goal {
        Goal {
            service: "api".to_owned(),
            metric: metric.to_owned(),
            test,
        }
    }

    #[test]
    fn goals_are_sentences() {
        let below = |limit: f64| {
            GoalTest::Compare(Comparison {
                operator: Operator::Lt,
                with: Value::Float(limit),
            })
        };
        let cases = [
            (
                goal("http_server_error_rate", below(0.05)),
                "The error rate of api is below 5.0%.",
            ),
            (
                goal("x_offset", GoalTest::Abs(Box::new(below(1.0)))),
                "x_offset without its sign of api is below 1.0.",
            ),
            (
                goal("ready", GoalTest::Than(Operator::Ge, "wanted".to_owned())),
                "ready of api is at least its wanted.",
            ),
            (
                goal(
                    "weights",
                    GoalTest::Entry("blue".to_owned(), Box::new(GoalTest::Between(0.0, 1.0))),
                ),
                "weights (blue) of api is between 0.0 and 1.0.",
            ),
        ];
        for (goal, expected) in cases {
            assert_eq!(sentence(&goal), expected);
        }
        let of = |metric: &str| is_about_customers(&goal(metric, below(1.0)));
        assert!(of("http_server_request_duration_p99") && !of("tls_certificate_expiry_seconds"));
    }
}
