//! What can't be is refused with an error that says what, and nothing has changed then.

use crate::{classic, shop, turning, with_course};
use firewatch_sim::{
    Autoscaling, CallState, Engine, EnvironmentState, FaultCourse, FaultKind, FaultKindDescriptor,
    FaultKinds, FaultKnobs, FaultState, ImpactMode, RateStep, SimError, Simulation, TrafficChange,
    TrafficState,
};

fn refused(change: impl Fn(&mut EnvironmentState)) -> String {
    let mut state = shop();
    change(&mut state);
    let error = Simulation::new(&state).err();
    error.expect("it is refused").to_string()
}

fn of_traffic(change: impl Fn(&mut TrafficState)) -> String {
    refused(|state| change(state.traffic.as_mut().unwrap()))
}

#[test]
fn a_state_whose_parts_do_not_fit_is_refused() {
    for (error, part) in [
        (refused(|s| s.traffic = None), "needs traffic"),
        (
            refused(|s| s.engine = Engine::MultiFault),
            "engine of the classic physics",
        ),
        (
            refused(|s| s.impact_mode = ImpactMode::Freshness),
            "impact is on users",
        ),
        (
            of_traffic(|t| drop(t.services.pop())),
            "nothing is said of the service `search`",
        ),
        (
            of_traffic(|t| t.services[0].name = "x".into()),
            "no service is named `x`",
        ),
        (
            of_traffic(|t| t.services[0] = t.services[1].clone()),
            "two services are named `auth`",
        ),
        (
            of_traffic(|t| t.users.push(t.users[0].clone())),
            "two groups of users are named `shoppers`",
        ),
        (
            of_traffic(|t| t.users[0].service = "x".into()),
            "no service is named `x`",
        ),
        (
            of_traffic(|t| t.users[0].rates.clear()),
            "rates of `shoppers`",
        ),
        (
            of_traffic(|t| t.users[0].rates[0].from_tick = 1),
            "rates of `shoppers`",
        ),
        (
            of_traffic(|t| {
                t.users[0].rates.push(RateStep {
                    from_tick: 0,
                    rps: 1.0,
                    ramp: false,
                })
            }),
            "rates of `shoppers`",
        ),
        (
            of_traffic(|t| t.users[0].rates[0].rps = f64::NAN),
            "`rps` must be finite",
        ),
        (
            of_traffic(|t| t.users[0].rates[0].rps = -1.0),
            "`rps` must be 0 to",
        ),
        (of_traffic(|t| t.users[0].patience_s = 0.0), "patience_s"),
        (of_traffic(|t| t.users[0].objective.served = 1.1), "served"),
        (
            of_traffic(|t| t.users[0].objective.latency_p99_s = Some(11.0)),
            "latency_p99_s",
        ),
        (of_traffic(|t| t.users[0].retries = 101), "retries"),
        (
            of_traffic(|t| t.users[0].rate_factor = f64::INFINITY),
            "rate_factor",
        ),
        (of_traffic(|t| t.services[0].instances = 0), "instances"),
        (of_traffic(|t| t.services[0].concurrency = 0), "concurrency"),
        (of_traffic(|t| t.services[0].work_s = -0.1), "work_s"),
        (
            of_traffic(|t| t.services[0].start_up_ticks = 0),
            "start_up_ticks",
        ),
        (
            of_traffic(|t| t.services[0].set.slow_factor = 0.0),
            "slow_factor",
        ),
        (
            of_traffic(|t| t.services[0].idle.memory_utilization = 0.98),
            "memory_utilization",
        ),
        (
            of_traffic(|t| t.services[2].zones[1] = "a".into()),
            "two zones of one name",
        ),
        (
            of_traffic(|t| {
                t.services[0].autoscaling = Some(Autoscaling {
                    target_utilization: 0.5,
                    min: 3,
                    max: 2,
                });
            }),
            "max",
        ),
        (
            of_traffic(|t| t.calls.push(CallState::new("auth", "search"))),
            "`auth` does not call `search`",
        ),
        (of_traffic(|t| t.calls[0].timeout_s = f64::NAN), "timeout_s"),
        (of_traffic(|t| t.calls[0].share = 1.5), "share"),
        (
            of_traffic(|t| t.calls[0].fallback = Some("x".into())),
            "no service is named `x`",
        ),
        (
            refused(|s| {
                drop(
                    s.services[0]
                        .metrics
                        .insert("cert_expiry_bomb_tick".into(), 3_i64.into()),
                )
            }),
            "`cert_expiry_bomb_tick` has no meaning where there is traffic",
        ),
    ] {
        assert!(error.contains(part), "{error:?} has no {part:?}");
    }
}

#[test]
fn a_flow_of_another_mesh_is_refused() {
    let mut simulation = Simulation::new(&shop()).unwrap();
    simulation.run(2);
    let flow = simulation.snapshot().traffic.unwrap().flow;
    let error = refused(|state| {
        state.services.pop();
        let traffic = state.traffic.as_mut().unwrap();
        traffic.services.pop();
        traffic.calls.pop();
        state.dependencies.pop();
        traffic.flow = flow.clone();
    });
    assert!(error.contains("another mesh"), "{error}");
    let error = of_traffic(|traffic| {
        traffic.flow = flow.clone();
        traffic.flow.as_mut().unwrap().knobs.calls.clear();
    });
    assert!(error.contains("another mesh"), "{error}");
}

#[test]
fn a_fault_that_can_not_be_is_refused_at_the_start_and_later() {
    let knobs = |knobs| turning("search", knobs);
    let course = |course| with_course(FaultState::new(FaultKind::OOM, "search", 1.0), course);
    let default = FaultKnobs::default;
    let zone = || Some("a".to_owned());
    for (fault, part) in [
        (
            FaultState::new(FaultKind::KNOBS, "search", 1.0),
            "say which knobs",
        ),
        (
            course(FaultCourse {
                level: 1.5,
                ..FaultCourse::default()
            }),
            "level",
        ),
        (
            course(FaultCourse {
                level: f64::NAN,
                ..FaultCourse::default()
            }),
            "level",
        ),
        (
            course(FaultCourse {
                leaked: -0.5,
                ..FaultCourse::default()
            }),
            "leaked",
        ),
        (
            turning(
                "web",
                FaultKnobs {
                    to: Some("search".to_owned()),
                    retries: Some(1000),
                    ..default()
                },
            ),
            "retries",
        ),
        (
            knobs(FaultKnobs {
                error_ratio: 2.0,
                ..default()
            }),
            "error_ratio",
        ),
        (
            knobs(FaultKnobs {
                slow_factor: Some(0.0),
                ..default()
            }),
            "slow_factor",
        ),
        (
            knobs(FaultKnobs {
                added_latency_s: f64::INFINITY,
                ..default()
            }),
            "added_latency_s",
        ),
        (
            knobs(FaultKnobs {
                zone: Some("x".into()),
                down: true,
                ..default()
            }),
            "`search` has no zone `x`",
        ),
        (
            knobs(FaultKnobs {
                cut: true,
                ..default()
            }),
            "by `to`",
        ),
        (
            knobs(FaultKnobs {
                to: Some("web".into()),
                cut: true,
                ..default()
            }),
            "`search` does not call `web`",
        ),
        (
            knobs(FaultKnobs {
                to: Some("web".into()),
                cut: true,
                zone: zone(),
                ..default()
            }),
            "make it two faults",
        ),
        (
            knobs(FaultKnobs {
                to: Some("web".into()),
                down: true,
                ..default()
            }),
            "make it two faults",
        ),
    ] {
        let at_start = refused(|state| state.faults = vec![fault.clone()]);
        let mut simulation = Simulation::new(&shop()).unwrap();
        let before = simulation.state_hash();
        let later = simulation.inject_fault(&fault).unwrap_err().to_string();
        assert_eq!(at_start, later);
        assert!(later.contains(part), "{later:?} has no {part:?}");
        assert_eq!(simulation.state_hash(), before);
        simulation.run(1);
    }
}

#[test]
fn a_kind_of_rules_about_metrics_needs_knobs() {
    let mut kinds = FaultKinds::default();
    let kind = kinds
        .register(FaultKindDescriptor::new("dns_outage", "Names stop resolving.").unwrap())
        .unwrap();
    let mut state = shop();
    state.faults = vec![FaultState::new(kind, "search", 1.0)];
    let error = state.blueprint().unwrap_err();
    assert_eq!(error, SimError::NoMeaningInTraffic(kind));
    let turned = turning(
        "search",
        FaultKnobs {
            down: true,
            ..FaultKnobs::default()
        },
    );
    state.faults = vec![FaultState { kind, ..turned }];
    let blueprint = state.blueprint().unwrap().with_fault_kinds(kinds);
    let mut simulation = Simulation::from_blueprint(&blueprint).unwrap();
    simulation.run(3);
    assert!(crate::metric(&simulation, "search", "http_server_error_rate") > 0.9);
}

#[test]
fn the_classic_physics_has_no_course_and_no_knobs() {
    let mut state = classic();
    let mut simulation = Simulation::new(&state).unwrap();
    let fault = with_course(
        FaultState::new(FaultKind::OOM, "database", 1.0),
        FaultCourse::default(),
    );
    assert_eq!(
        simulation.inject_fault(&fault),
        Err(SimError::ClassicCourse)
    );
    let knobs = FaultState::new(FaultKind::KNOBS, "database", 1.0);
    assert_eq!(
        simulation.inject_fault(&knobs),
        Err(SimError::ClassicCourse)
    );
    state.faults = vec![knobs];
    assert_eq!(state.blueprint().unwrap_err(), SimError::ClassicCourse);
    let change = TrafficChange::Restart {
        service: "database",
    };
    assert_eq!(
        simulation.environment_mut().change_traffic(&change),
        Err(SimError::NoTraffic)
    );
    assert!(simulation.view().traffic().is_none());
    state.faults = vec![fault];
    assert_eq!(state.blueprint().unwrap_err(), SimError::ClassicCourse);
}
