//! What a host or an action can turn, and what of it can be read.

use firewatch_sim::{
    CallKnob, CallState, FailureReason, FaultKnobs, Intervention, RateStep, ServiceKnob, SimError,
    Simulation, TrafficChange, UserGroupState, UserKnob,
};

use crate::{environment, metric, served, service, shop, turning};

fn change(simulation: &mut Simulation, change: TrafficChange) {
    simulation
        .environment_mut()
        .change_traffic(&change)
        .unwrap();
}

fn on_search(knob: ServiceKnob, value: Option<f64>) -> TrafficChange<'static> {
    TrafficChange::Service {
        service: "search",
        knob,
        value,
    }
}

#[test]
fn each_knob_of_a_service_is_turned_and_taken_back() {
    for (knob, value, name, moved) in [
        (ServiceKnob::ErrorRatio, 0.4, "http_server_error_rate", 0.3),
        (
            ServiceKnob::AddedLatencyS,
            0.3,
            "http_server_request_duration_median",
            0.2,
        ),
        (
            ServiceKnob::SlowFactor,
            1.5,
            "http_server_worker_utilization",
            0.1,
        ),
        (
            ServiceKnob::Instances,
            3.0,
            "http_server_worker_utilization",
            0.1,
        ),
        (ServiceKnob::Down, 1.0, "http_server_error_rate", 0.9),
        (
            ServiceKnob::UnreachableRatio,
            0.5,
            "http_client_retry_rate",
            -1.0,
        ),
        (
            ServiceKnob::QueueLimit,
            7.0,
            "http_server_request_queue_limit",
            -300.0,
        ),
        (ServiceKnob::ShedRatio, 0.4, "http_server_error_rate", 0.3),
        (
            ServiceKnob::MemoryFactor,
            2.0,
            "process_memory_utilization",
            -0.1,
        ),
    ] {
        let mut simulation = Simulation::new(&shop()).unwrap();
        simulation.run(2);
        let before = metric(&simulation, "search", name);
        change(&mut simulation, on_search(knob, Some(value)));
        simulation.run(4);
        let turned = metric(&simulation, "search", name) - before;
        let has_moved = if moved > 0.0 {
            turned > moved
        } else {
            turned < moved
        };
        // What does not reach search is seen at its caller only.
        let has_moved = has_moved
            || knob == ServiceKnob::UnreachableRatio && metric(&simulation, "web", name) > 10.0;
        assert!(has_moved, "{knob:?}: {before}, then {turned} more");
        change(&mut simulation, on_search(knob, None));
        simulation.run(8);
        let back = metric(&simulation, "search", name);
        assert!(
            (back - before).abs() < 0.02,
            "{knob:?}: {before}, then {back}"
        );
    }
}

#[test]
fn calls_and_users_have_knobs_too() {
    let mut simulation = Simulation::new(&shop()).unwrap();
    let call = |knob, value| TrafficChange::Call {
        from: "web",
        to: "search",
        knob,
        value,
    };
    change(&mut simulation, call(CallKnob::Cut, Some(1.0)));
    assert!(served(&mut simulation, 3)[2] < 0.01);
    change(&mut simulation, call(CallKnob::Cut, None));
    change(&mut simulation, call(CallKnob::Share, Some(0.0)));
    change(&mut simulation, on_search(ServiceKnob::Down, Some(1.0)));
    assert!(served(&mut simulation, 3)[2] > 0.99);
    let users = |knob, value| TrafficChange::Users {
        group: "shoppers",
        knob,
        value,
    };
    let sent = |simulation: &mut Simulation| {
        simulation.run(1);
        simulation
            .view()
            .traffic()
            .unwrap()
            .users()
            .next()
            .unwrap()
            .traffic
            .sent_rps
    };
    change(&mut simulation, users(UserKnob::RateFactor, Some(0.5)));
    assert!((sent(&mut simulation) - 50.0).abs() < 1e-6);
    change(&mut simulation, users(UserKnob::Rps, Some(30.0)));
    assert!((sent(&mut simulation) - 15.0).abs() < 1e-6);
    change(&mut simulation, users(UserKnob::Rps, None));
    change(&mut simulation, users(UserKnob::RateFactor, None));
    assert!((sent(&mut simulation) - 100.0).abs() < 1e-6);
}

#[test]
fn rates_have_steps_and_ramps() {
    let step = |from_tick, rps, ramp| RateStep {
        from_tick,
        rps,
        ramp,
    };
    let mut state = shop();
    let traffic = state.traffic.as_mut().unwrap();
    traffic.users[0].rates = vec![
        step(0, 50.0, false),
        step(2, 80.0, false),
        step(4, 60.0, true),
        step(5, 0.0, false),
    ];
    let mut simulation = Simulation::new(&state).unwrap();
    let sent = (0..6).map(|_| {
        simulation.run(1);
        simulation
            .view()
            .traffic()
            .unwrap()
            .users()
            .next()
            .unwrap()
            .traffic
            .sent_rps
    });
    let sent: Vec<f64> = sent.collect();
    for (got, expected) in sent.iter().zip([50.0, 50.0, 80.0, 70.0, 60.0, 0.0]) {
        assert!((got - expected).abs() < 1e-6, "{sent:?}");
    }
}

#[test]
fn a_metastable_loop_holds_and_a_knob_ends_it() {
    // The queue outlasts the timeout, and retries keep it full: 70/s of 100, four attempts each.
    let call = CallState {
        retries: 3,
        backoff_s: 0.1,
        ..CallState::new("web", "search")
    };
    let users = vec![UserGroupState::new("users", "web", 70.0)];
    let services = vec![
        service("web", 2000, 0.001, 1000.0),
        service("search", 4, 0.04, 400.0),
    ];
    let mut simulation = Simulation::new(&environment(services, vec![call], users)).unwrap();
    assert!(served(&mut simulation, 5)[4] > 0.99);
    let slow = FaultKnobs {
        slow_factor: Some(4.0),
        ..FaultKnobs::default()
    };
    simulation.inject_fault(&turning("search", slow)).unwrap();
    simulation.run(3);
    simulation.halt_fault(0).unwrap();
    let after = served(&mut simulation, 40);
    assert!(after[39] < 0.5, "the loop holds: {after:?}");
    let none = TrafficChange::Call {
        from: "web",
        to: "search",
        knob: CallKnob::Retries,
        value: Some(0.0),
    };
    change(&mut simulation, none);
    let mended = served(&mut simulation, 10);
    assert!(mended[9] > 0.99, "{mended:?}");
    // Retries do no harm now.
    change(
        &mut simulation,
        TrafficChange::Call {
            from: "web",
            to: "search",
            knob: CallKnob::Retries,
            value: None,
        },
    );
    assert!(served(&mut simulation, 10)[9] > 0.99);
}

/// What is shed is no error of the service: letting everything in again ends no error.
#[test]
fn shed_load_and_errors_are_turned_apart() {
    let mut simulation = Simulation::new(&shop()).unwrap();
    change(
        &mut simulation,
        on_search(ServiceKnob::ErrorRatio, Some(0.5)),
    );
    change(
        &mut simulation,
        on_search(ServiceKnob::ShedRatio, Some(0.5)),
    );
    simulation.run(2);
    let error_rate =
        |simulation: &Simulation| metric(simulation, "search", "http_server_error_rate");
    assert!((error_rate(&simulation) - 0.75).abs() < 0.02);
    change(
        &mut simulation,
        on_search(ServiceKnob::ShedRatio, Some(0.0)),
    );
    simulation.run(2);
    assert!((error_rate(&simulation) - 0.5).abs() < 0.02);
    let none = simulation
        .view()
        .is_changed_by(&on_search(ServiceKnob::ShedRatio, Some(0.0)));
    assert_eq!(none, Ok(false));
}

#[test]
fn the_cause_of_failures_is_told() {
    let cause = |change: TrafficChange| {
        let mut simulation = Simulation::new(&shop()).unwrap();
        simulation
            .environment_mut()
            .change_traffic(&change)
            .unwrap();
        simulation.run(6);
        let view = simulation.view();
        let traffic = view.traffic().unwrap();
        let cause = traffic.failure_cause(&traffic.users().next().unwrap());
        cause.map(|cause| (cause.service.to_owned(), cause.reason, cause.to_string()))
    };
    let of = |service, knob, value| {
        cause(TrafficChange::Service {
            service,
            knob,
            value: Some(value),
        })
    };
    let some =
        |service: &str, reason, text: &str| Some((service.to_owned(), reason, text.to_owned()));
    assert_eq!(
        of("search", ServiceKnob::Down, 1.0),
        some("search", FailureReason::Down, "refused: search down")
    );
    assert_eq!(
        of("web", ServiceKnob::Down, 1.0),
        some("web", FailureReason::Down, "refused: web down")
    );
    assert_eq!(
        of("auth", ServiceKnob::ErrorRatio, 0.3),
        some("auth", FailureReason::Error, "errors of auth")
    );
    assert_eq!(
        of("search", ServiceKnob::UnreachableRatio, 1.0),
        some("search", FailureReason::Unreachable, "search unreachable")
    );
    assert_eq!(
        of("auth", ServiceKnob::UnreachableRatio, 0.3),
        some("auth", FailureReason::Unreachable, "auth unreachable")
    );
    assert_eq!(
        of("auth", ServiceKnob::AddedLatencyS, 4.0).unwrap().0,
        "auth"
    );
    // The service is well; what its caller sends gets lost, or arrives late.
    let of_calls = |knob, value| {
        cause(TrafficChange::Call {
            from: "web",
            to: "search",
            knob,
            value: Some(value),
        })
    };
    assert_eq!(
        of_calls(CallKnob::UnreachableRatio, 0.5),
        some(
            "search",
            FailureReason::CallsLost,
            "calls to search never arrived"
        )
    );
    assert_eq!(
        of_calls(CallKnob::AddedLatencyS, 10.0),
        some(
            "search",
            FailureReason::CallsSlow,
            "calls to search slow on their way"
        )
    );
}

#[test]
fn a_change_by_intervention_is_checked_first() {
    let mut simulation = Simulation::new(&shop()).unwrap();
    let intervention = Intervention::ChangeTraffic(on_search(ServiceKnob::ErrorRatio, Some(1.5)));
    let before = simulation.state_hash();
    let error = simulation.intervene(&intervention).unwrap_err();
    assert!(
        matches!(
            error,
            SimError::OutOfRange {
                what: "error_ratio",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(simulation.state_hash(), before);
    simulation
        .intervene(&Intervention::ChangeTraffic(on_search(
            ServiceKnob::ErrorRatio,
            Some(0.5),
        )))
        .unwrap();
    assert_ne!(simulation.state_hash(), before);
}

#[test]
fn names_of_knobs_are_read_back() {
    for &knob in ServiceKnob::ALL {
        assert_eq!(knob.name().parse(), Ok(knob));
    }
    for &knob in CallKnob::ALL {
        assert_eq!(knob.name().parse(), Ok(knob));
    }
    for &knob in UserKnob::ALL {
        assert_eq!(knob.name().parse(), Ok(knob));
    }
    assert!("speed".parse::<ServiceKnob>().is_err());
}
