//! The customers are the users.

use firewatch_sim::{
    FaultKnobs, FaultState, Objective, ServiceKnob, Simulation, Status, TrafficChange,
    UserGroupState,
};

use crate::{environment, service, shop, turning};

fn errors(share: f64) -> FaultState {
    turning(
        "web",
        FaultKnobs {
            error_ratio: share,
            ..FaultKnobs::default()
        },
    )
}

#[test]
fn a_healthy_mesh_has_no_impact_and_changes_no_more() {
    let mut simulation = Simulation::new(&shop()).unwrap();
    assert_eq!(simulation.run(20), 0.0);
    assert!(simulation.view().all_healthy());
    let services = simulation.snapshot().services;
    let view = |state: &[firewatch_sim::ServiceState]| {
        let mut services = state.to_vec();
        services.iter_mut().for_each(|service| {
            service.metrics.remove("runtime_uptime_seconds");
        });
        services
    };
    simulation.run(5);
    let later = simulation.snapshot().services;
    for (a, b) in view(&services).iter().zip(view(&later)) {
        for (name, value) in &a.metrics {
            match (value.as_f64(), b.metrics[name].as_f64()) {
                (Some(x), Some(y)) => {
                    assert!((x - y).abs() <= 1e-3 * x.abs(), "{name}: {x}, then {y}")
                }
                _ => assert_eq!(value, &b.metrics[name], "{name}"),
            }
        }
    }
}

#[test]
fn the_first_tick_is_warm() {
    let simulation = Simulation::new(&shop()).unwrap();
    let view = simulation.view();
    let users = view.traffic().unwrap().users().next().unwrap();
    assert!(users.served().unwrap() > 0.99 && users.traffic.sent_rps > 99.0);
    let rate = view.metric("search", "http_server_request_rate").unwrap();
    assert!(rate.as_f64().unwrap() > 90.0);
}

#[test]
fn bad_minutes_are_what_misses_the_objective() {
    let mut state = shop();
    state.faults = vec![errors(0.25)];
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(2);
    // Half a minute a tick, of which 25 % is lost and 0.1 % may be.
    let minutes = simulation.tick();
    assert!((minutes - 0.5 * 0.249).abs() < 0.01, "{minutes}");
    let budget = simulation.view().slo_budget().remaining;
    assert!((budget - (30.0 - 3.0 * 1.5 * 0.25)).abs() < 0.1, "{budget}");
    let streak = |simulation: &Simulation| simulation.view().impact().zero_streak;
    assert_eq!(streak(&simulation), 0);
    simulation.halt_fault(0).unwrap();
    simulation.run(4);
    assert!(streak(&simulation) >= 2);
    let mitigated = simulation.view().impact().mttm_achieved_tick;
    assert!(
        mitigated.is_some_and(|tick| (4..=5).contains(&tick)),
        "{mitigated:?}"
    );
    assert_eq!(simulation.tick(), 0.0);
}

#[test]
fn what_may_fail_has_no_impact() {
    let mut state = shop();
    state.faults = vec![errors(0.25)];
    state.traffic.as_mut().unwrap().users[0].objective.served = 0.7;
    let mut simulation = Simulation::new(&state).unwrap();
    assert_eq!(simulation.run(5), 0.0);
}

#[test]
fn slowness_counts_half() {
    let slow = |added: f64, bound: Option<f64>| {
        let mut state = shop();
        let group = &mut state.traffic.as_mut().unwrap().users[0];
        group.objective = Objective {
            latency_p99_s: bound,
            ..Objective::default()
        };
        let knobs = FaultKnobs {
            added_latency_s: added,
            ..FaultKnobs::default()
        };
        state.faults = vec![turning("web", knobs)];
        let mut simulation = Simulation::new(&state).unwrap();
        simulation.run(4);
        let minutes = simulation.tick();
        let p99 = { simulation.view().traffic().unwrap().users() }
            .next()
            .unwrap()
            .traffic
            .latency_p99_s;
        (minutes, p99)
    };
    assert_eq!(slow(1.0, None).0, 0.0);
    let (minutes, p99) = slow(1.0, Some(0.5));
    let expected = 0.5 * 0.5 * (p99 - 0.5) / 9.5;
    assert!(
        p99 > 1.0 && (minutes - expected).abs() < 1e-3,
        "{minutes} for {expected}"
    );
}

#[test]
fn groups_weigh_by_their_rates() {
    let users = vec![
        UserGroupState::new("many", "web", 90.0),
        UserGroupState::new("few", "app", 10.0),
    ];
    let services = vec![
        service("web", 100, 0.01, 100.0),
        service("app", 100, 0.01, 100.0),
    ];
    let minutes = |down| {
        let mut simulation =
            Simulation::new(&environment(services.clone(), vec![], users.clone())).unwrap();
        let change = TrafficChange::Service {
            service: down,
            knob: ServiceKnob::Down,
            value: Some(1.0),
        };
        simulation
            .environment_mut()
            .change_traffic(&change)
            .unwrap();
        simulation.run(3);
        simulation.tick()
    };
    assert!((minutes("web") - 0.45).abs() < 0.01);
    assert!((minutes("app") - 0.05).abs() < 0.01);
}

#[test]
fn a_service_that_nobody_needs_hurts_nobody() {
    let mut state = shop();
    let spare = service("spare", 4, 0.01, 10.0);
    state.services.push(firewatch_sim::ServiceState {
        name: "spare".into(),
        ..Default::default()
    });
    state.traffic.as_mut().unwrap().services.push(spare);
    state.faults = vec![turning(
        "spare",
        FaultKnobs {
            down: true,
            ..FaultKnobs::default()
        },
    )];
    let mut simulation = Simulation::new(&state).unwrap();
    assert_eq!(simulation.run(6), 0.0);
    // Its status is that of its own knobs.
    assert_eq!(simulation.view().status("spare"), Some(Status::Down));
}

#[test]
fn nobody_who_sends_has_no_impact() {
    let mut state = shop();
    state.traffic.as_mut().unwrap().users.clear();
    state.faults = vec![errors(1.0)];
    let mut simulation = Simulation::new(&state).unwrap();
    assert_eq!(simulation.run(4), 0.0);
    assert_eq!(simulation.view().slo_budget().remaining, 30.0);
}
