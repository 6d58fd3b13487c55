//! What actions of the second physics say that change nothing.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose incident can't be played fails"
)]

use std::sync::Arc;

use firewatch_action::{ActionRequest, Metrics, Profile};
use firewatch_episode::{Episode, EpisodeRequest};
use firewatch_scenario::Scenario;
use firewatch_sim::Value;

fn begun(text: &str) -> Episode {
    let read = Scenario::parse("file.ron", text);
    let scenario = Arc::new(read.unwrap_or_else(|problems| panic!("{problems}")));
    let mut episode = Episode::new(Profile::Standard);
    let request = EpisodeRequest::Scenario(scenario);
    episode.reset(&request).expect("it begins");
    episode
}

/// Whoever does something a second time is told that nothing changed; and that is by what was set, not by what is wrong.
#[test]
fn what_changes_nothing_is_said_to_change_nothing() {
    let mesh = |fault: &str| {
        format!(
            "Scenario(name: \"x\", ticks: 60, slo_budget: 600, slo_burn_per_tick: 2, \
             users: [(service: \"web\", rps: 70)], services: {{\
             \"web\": (calls: [(to: \"db\", retries: 2), (to: \"mail\", asynchronous: true)]), \
             \"db\": (instances: 1, start_up_ticks: 9), \"mail\": (calls: [(to: \"log\", asynchronous: true)]), \
             \"log\": ()}}, faults: [{fault}])"
        )
    };
    let with = |name: &str, value: f64| {
        let value = if value.fract() == 0.0 {
            Value::Int(value as i64)
        } else {
            Value::Float(value)
        };
        Metrics::from([(name.to_owned(), value)])
    };
    // What is done, to what, and what is said where it changes nothing; `None` where it changes something.
    let cases: [(&str, &str, Metrics, Option<&str>); 19] = [
        (
            "set_retries",
            "web",
            with("retries", 2.0),
            Some("web was set like that already"),
        ),
        ("set_retries", "web", with("retries", 1.0), None),
        (
            "set_retries",
            "web",
            with("retries", 1.0),
            Some("web was set like that already"),
        ),
        ("disable_retries", "web", Metrics::new(), None),
        (
            "disable_retries",
            "web",
            Metrics::new(),
            Some("web was set like that already"),
        ),
        (
            "set_timeout",
            "mail",
            with("timeout_s", 9.0),
            Some("mail waits for no answer"),
        ),
        (
            "set_timeout",
            "log",
            Metrics::new(),
            Some("log waits for no answer"),
        ),
        (
            "shed_load",
            "db",
            with("share", 0.0),
            Some("db was set like that already"),
        ),
        ("shed_load", "db", with("share", 0.5), None),
        (
            "shed_load",
            "db",
            with("share", 0.5),
            Some("db was set like that already"),
        ),
        (
            "set_queue_limit",
            "db",
            with("requests", 1000.0),
            Some("db was set like that already"),
        ),
        (
            "close_circuit_breaker",
            "db",
            Metrics::new(),
            Some("db was set like that already"),
        ),
        (
            "open_circuit_breaker",
            "web",
            Metrics::new(),
            Some("nobody calls web"),
        ),
        ("open_circuit_breaker", "db", Metrics::new(), None),
        (
            "open_circuit_breaker",
            "db",
            Metrics::new(),
            Some("db was set like that already"),
        ),
        (
            "fail_over",
            "db",
            Metrics::new(),
            Some("no call to db has a fallback"),
        ),
        ("scale_out", "db", with("instances", 1.0), None),
        (
            "scale_out",
            "db",
            with("instances", 1.0),
            Some("instances of db are starting"),
        ),
        ("scale_out", "web", with("instances", 100.0), None),
    ];
    for fault in [
        "(knobs: (slow_factor: 1.5), service: \"web\")",
        "(knobs: (queue_limit: 7), service: \"db\")",
        "(knobs: (to: \"db\", cut: true, retries: 0, timeout_s: 0.1), service: \"web\")",
        "(kind: network_partition, service: \"db\", level: 0.5)",
    ] {
        let mut episode = begun(&mesh(fault));
        for (name, target, parameters, said) in &cases {
            let request = ActionRequest {
                parameters: parameters.clone(),
                ..ActionRequest::new(name, target)
            };
            let step = episode.step(&request).expect("it is done");
            match said {
                Some(why) => {
                    let wanted = format!("{why}: nothing changed.");
                    assert!(
                        step.feedback.starts_with(&wanted),
                        "{name} {target}: {}",
                        step.feedback
                    );
                }
                None => assert!(
                    !step.feedback.contains("nothing changed"),
                    "{name} {target}: {}",
                    step.feedback
                ),
            }
        }
    }
}
