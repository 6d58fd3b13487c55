//! What can't be turned or set by hand, and changes nothing.

use firewatch_sim::{
    CallKnob, MetricKey, ServiceKnob, SimError, Simulation, TrafficChange, UserGroupState, UserKnob,
};

use crate::shop;

#[test]
fn changes_that_can_not_be_are_refused() {
    let mut simulation = Simulation::new(&shop()).unwrap();
    let before = simulation.state_hash();
    let call = |to, knob, value| TrafficChange::Call {
        from: "web",
        to,
        knob,
        value: Some(value),
    };
    let service = |knob, value| TrafficChange::Service {
        service: "web",
        knob,
        value: Some(value),
    };
    let users = |group, knob, value| TrafficChange::Users {
        group,
        knob,
        value: Some(value),
    };
    for (change, part) in [
        (
            TrafficChange::Restart { service: "x" },
            "no service is named `x`",
        ),
        (call("web", CallKnob::Cut, 1.0), "`web` does not call `web`"),
        (call("auth", CallKnob::Cut, 0.5), "`cut` must be 0 or 1"),
        (call("auth", CallKnob::Retries, 1.5), "whole number"),
        (
            call("auth", CallKnob::Retries, 1000.0),
            "`retries` must be 0 to 100",
        ),
        (
            call("auth", CallKnob::TimeoutS, f64::NAN),
            "`timeout_s` must be finite",
        ),
        (service(ServiceKnob::Instances, -1.0), "`instances`"),
        (service(ServiceKnob::Down, 2.0), "`down` must be 0 or 1"),
        (
            users("x", UserKnob::Rps, 1.0),
            "no group of users is named `x`",
        ),
        (users("shoppers", UserKnob::Rps, 1e300), "`rps`"),
    ] {
        let error = simulation
            .environment_mut()
            .change_traffic(&change)
            .unwrap_err()
            .to_string();
        assert!(error.contains(part), "{error:?} has no {part:?}");
    }
    assert_eq!(simulation.state_hash(), before);
}

#[test]
fn metrics_that_traffic_computes_are_not_set() {
    let mut simulation = Simulation::new(&shop()).unwrap();
    simulation.run(1);
    let before = simulation.state_hash();
    for name in [
        "http_server_error_rate",
        "process_memory_utilization",
        "http_server_request_rate",
        "status",
    ] {
        let error = simulation.set_metric("web", name, 0.5).unwrap_err();
        assert_eq!(
            error,
            SimError::ComputedMetric(MetricKey::new(name).name().to_owned().leak()),
            "{name}"
        );
        let mut environment = simulation.environment_mut();
        let by_key = environment
            .service(0)
            .unwrap()
            .set_metric(&MetricKey::new(name), &0.5.into());
        assert_eq!(by_key, Err(error));
    }
    let error = simulation
        .set_metric("web", "image_pull_error", "x")
        .unwrap_err();
    assert_eq!(error, SimError::ClassicMetric("image_pull_error"));
    assert_eq!(simulation.state_hash(), before);
    simulation.set_metric("web", "mine", 0.5).unwrap();
    simulation
        .set_metric("web", "restart_count", 3_i64)
        .unwrap();
    simulation.run(1);
    assert_eq!(crate::metric(&simulation, "web", "restart_count"), 3.0);
}

#[test]
fn users_of_defaults_are_in_order() {
    let mut state = shop();
    state
        .traffic
        .as_mut()
        .unwrap()
        .users
        .push(UserGroupState::new("others", "auth", 1.0));
    Simulation::new(&state).unwrap();
}
