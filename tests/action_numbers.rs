//! Numbers in files of actions: what is refused when they are read, and what becomes of the others.

#![expect(clippy::unwrap_used, reason = "a test whose actions are refused fails")]

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile};
use firewatch_sim::{
    EnvironmentState, METRICS, MetricKind, ServiceState, Simulation, SloBudget, Value,
};

const PROCESSING: &str = "pipeline_processing_rate_events_per_second";
const INGESTION: &str = "pipeline_ingestion_rate_events_per_second";
const ERRORS: &str = "http_server_error_rate";
const P99: &str = "http_server_request_duration_p99";

/// A file with one action that has the effects, on lines of their own.
fn file(effects: &str) -> String {
    format!(
        "Actions(
    extra_metrics: [\"own\"],
    actions: {{
        \"act\": (
            about: \"Acts.\",
            category: remediation,
            applies_when_healthy: true,
            parameters: {{\"to\": (type: number, default: 0.0, about: \"A number.\")}},
            branches: [(
                effects: [
                    {effects},
                ],
                feedback: \"done\",
            )],
        ),
    }},
)"
    )
}

fn catalogue(effects: &str) -> Result<ActionCatalogue, String> {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let extended = standard.extended_by("own.ron", &file(effects));
    extended.map_err(|problems| problems.render(false))
}

/// Does the action that often; the result is the metric.
fn done(effects: &str, times: usize, to: f64, start: (&str, Value), metric: &str) -> Value {
    let catalogue = catalogue(effects).unwrap();
    let state = EnvironmentState {
        services: vec![ServiceState {
            name: "db".into(),
            metrics: [(start.0.to_owned(), start.1)].into(),
        }],
        ..EnvironmentState::new(SloBudget {
            remaining: 30.0,
            burn_per_tick: 1.5,
        })
    };
    let mut simulation = Simulation::new(&state).unwrap();
    let mut session = ActionSession::new();
    let request = ActionRequest::new("act", "db").with("to", to);
    for _ in 0..times {
        let outcome = catalogue.apply(&mut simulation.environment_mut(), &mut session, &request);
        assert_eq!(outcome.unwrap().feedback, "done", "{effects}");
    }
    simulation.view().metric("db", metric).unwrap()
}

#[test]
fn a_number_of_decimals_is_0_to_14() {
    let scale = |round: &str| format!("scale(metric: {P99:?}, by: 0.5, round: {round})");
    for round in ["0", "4", "14", "Some(14)", "None", "0x0e"] {
        assert!(catalogue(&scale(round)).is_ok(), "{round}");
    }
    for round in [
        "15",
        "19",
        "20",
        "64",
        "4294967296",
        "18446744073709551616",
        "-1",
        "0.5",
        "1e1",
        "true",
    ] {
        let Err(said) = catalogue(&scale(round)) else {
            panic!("{round} is accepted");
        };
        let expected = "expected a whole number from 0 to 14";
        assert!(said.contains(expected), "{round}: {said}");
        assert!(said.contains(" --> own.ron:11:"), "{round}: {said}");
        assert_eq!(said.matches("error: ").count(), 1, "{said}");
    }
}

#[test]
fn the_message_about_decimals_shows_where_they_stand() {
    let said = catalogue("scale(metric: \"http_server_error_rate\", by: 0.5, round: 64)");
    let expected = "\
error: `actions[\"act\"].branches[0].effects[0].round` must be a whole number from 0 to 14, not the number `64`
  --> own.ron:11:77
   |
11 |                     scale(metric: \"http_server_error_rate\", by: 0.5, round: 64),
   |                                                                             ^^ expected a whole number from 0 to 14

";
    assert_eq!(said.err().unwrap(), expected);
}

#[test]
fn a_metric_is_not_set_to_what_it_cannot_be() {
    for (metric, value, message) in [
        (PROCESSING, "1e-320", "must be 0 or at least 1e-9, not"),
        (INGESTION, "9e-10", "must be 0 or at least 1e-9, not"),
        (INGESTION, "-1", "must be 0 or more, not -1"),
        (
            PROCESSING,
            "1e300",
            "must be 0 to 1000000000000000, not 1e300",
        ),
        (ERRORS, "1.5", "must be 0 to 1 (a ratio), not 1.5"),
        ("restart_count", "-1", "must be 0 or more, not -1"),
    ] {
        let said = catalogue(&format!(
            "set(metric: {metric:?}, to: {value}, create: true)"
        ));
        let said = said.err().unwrap();
        assert!(said.contains(&format!("`{metric}` {message}")), "{said}");
        assert!(said.contains(" --> own.ron:11:"), "{said}");
    }
}

/// Whatever numbers an action comes to, no tick after it makes one that is not finite.
#[test]
fn calculated_numbers_saturate_at_what_the_metric_can_be() {
    let scale = |metric: &str, by: &str| format!("scale(metric: {metric:?}, by: {by})");
    let add = |metric: &str, amount: &str| format!("add(metric: {metric:?}, amount: {amount})");
    let rate = |x: f64| (PROCESSING, Value::Float(x));
    for (effects, times, start, metric, expected) in [
        (scale(PROCESSING, "0.1"), 40, rate(420.0), PROCESSING, 0.0),
        (scale(PROCESSING, "0.5"), 1, rate(1e-9), PROCESSING, 1e-9),
        (scale(PROCESSING, "1e300"), 3, rate(420.0), PROCESSING, 1e28),
        (scale(PROCESSING, "-1"), 1, rate(420.0), PROCESSING, 0.0),
        (scale(P99, "1e300"), 3, (P99, 0.2.into()), P99, 1e38),
        (add(ERRORS, "0.75"), 2, (ERRORS, 0.5.into()), ERRORS, 1.0),
        (add(ERRORS, "-0.75"), 1, (ERRORS, 0.5.into()), ERRORS, 0.0),
        (
            add("restart_count", "-5"),
            1,
            (P99, 0.2.into()),
            "restart_count",
            0.0,
        ),
        (
            scale("own", "1e300"),
            3,
            ("own", 1.0.into()),
            "own",
            f64::MAX,
        ),
        (
            scale("own", "-1e300"),
            3,
            ("own", 1.0.into()),
            "own",
            f64::MIN,
        ),
    ] {
        let found = done(&effects, times, 0.0, start, metric);
        assert_eq!(found.as_f64(), Some(expected), "{effects}");
    }
}

#[test]
fn parameters_saturate_at_what_the_metric_can_be() {
    let numbers = METRICS
        .iter()
        .filter(|metric| metric.kind == MetricKind::Float);
    for metric in numbers {
        let name = metric.name;
        let effects = format!("set(metric: {name:?}, to: parameter(\"to\"), create: true)");
        for to in [f64::NEG_INFINITY, -1.0, 1e-320, 1e300, f64::INFINITY] {
            let found = done(&effects, 1, to, (P99, 0.2.into()), name);
            let found = found.as_f64().unwrap();
            assert!(metric.allows(found), "{name}: {to} -> {found}");
            assert!(!metric.allows(to) || found == to, "{name}: {to} -> {found}");
        }
    }
}
