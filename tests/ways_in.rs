//! Every way into the engine refuses the same numbers: those that no rule could work with.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use bevy_ecs::prelude::*;
use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile};
use firewatch_sim::{
    Blueprint, EnvironmentState, FaultKind, FaultState, Fleet, Intervention, METRICS, Metric,
    MetricKey, MetricKind, ServiceState, SimError, Simulation, SloBudget, Value, Vitals,
    spawn_environment, write_metric,
};
use firewatch_tests::Footprint;

fn state(services: usize) -> EnvironmentState {
    let service = |index: usize| ServiceState {
        name: format!("service-{index}"),
        ..ServiceState::default()
    };
    EnvironmentState {
        services: (0..services).map(service).collect(),
        faults: vec![FaultState::new(FaultKind::OOM, "service-0", 1.0)],
        ..EnvironmentState::new(SloBudget {
            remaining: 30.0,
            burn_per_tick: 1.5,
        })
    }
}

/// What is done to a start to make it one that nobody may start from.
type Spoil = Box<dyn Fn(&mut Blueprint)>;

/// Numbers outside of the blueprint's services.
fn spoilt_totals(number: f64) -> Vec<(&'static str, Spoil)> {
    vec![
        (
            "slo_budget",
            Box::new(move |b| b.slo_budget.remaining = number),
        ),
        (
            "slo_burn_per_tick",
            Box::new(move |b| b.slo_budget.burn_per_tick = number),
        ),
        ("bcm_delta", Box::new(move |b| b.impact.bcm_delta = number)),
        (
            "bad_customer_minutes",
            Box::new(move |b| b.impact.bad_customer_minutes = number),
        ),
        ("speed", Box::new(move |b| b.faults[0].speed = number)),
    ]
}

/// Numbers that a service is built from, each in the last one.
fn spoilt_components(number: f64) -> Vec<(&'static str, Spoil)> {
    fn last(blueprint: &mut Blueprint) -> &mut firewatch_sim::ServiceBlueprint {
        blueprint.services.last_mut().unwrap()
    }
    vec![
        (
            "http_server_error_rate",
            Box::new(move |b| last(b).vitals.http_server_error_rate = number),
        ),
        (
            "http_server_request_duration_p99",
            Box::new(move |b| last(b).vitals.http_server_request_duration_p99 = number),
        ),
        (
            "process_cpu_utilization",
            Box::new(move |b| last(b).info.process_cpu_utilization = number),
        ),
    ]
}

/// Whole numbers that a start can't have.
fn spoilt_integers() -> Vec<(&'static str, Spoil)> {
    vec![
        (
            "sim_time_seconds",
            Box::new(|b| b.clock.sim_time_seconds = -30),
        ),
        (
            "restart_count",
            Box::new(|b| b.services[0].runtime.restart_count = -1),
        ),
        (
            "process_open_file_descriptors",
            Box::new(|b| b.services[0].runtime.process_open_file_descriptors = i64::MIN),
        ),
        (
            "last_deployment_age_seconds",
            Box::new(|b| b.services[0].runtime.last_deployment_age_seconds = -1),
        ),
        (
            "last_config_age_seconds",
            Box::new(|b| b.services[0].runtime.last_config_age_seconds = -1),
        ),
        (
            "last_config_revision",
            Box::new(|b| b.services[0].runtime.last_config_revision = -1),
        ),
        (
            "runtime_uptime_seconds",
            Box::new(|b| b.services[0].uptime.runtime_uptime_seconds = -1),
        ),
        (
            "http_server_active_requests",
            Box::new(|b| b.services[0].info.http_server_active_requests = -1),
        ),
    ]
}

fn spoilt() -> Vec<(&'static str, Spoil)> {
    let mut all = spoilt_integers();
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e-9] {
        all.extend(spoilt_totals(number));
        all.extend(spoilt_components(number));
    }
    for number in [f64::NAN, f64::INFINITY, 1e300] {
        let spoil: Spoil =
            Box::new(move |b| b.services[0].vitals.process_memory_utilization = number);
        all.push(("process_memory_utilization", spoil));
    }
    all
}

/// Asserts that no way in takes the blueprint, and that what was there before is as it was.
fn assert_refused(what: &str, blueprint: &Blueprint) {
    let refused = blueprint.check().unwrap_err();
    let text = refused.to_string();
    assert!(text.contains(what), "{what}: {text}");
    // As text: not-a-number equals nothing, itself included.
    let same = |error: SimError| assert_eq!(error.to_string(), text);
    same(Simulation::from_blueprint(blueprint).err().unwrap());
    same(blueprint.state().unwrap_err());
    same(Fleet::new([blueprint.clone()], 1).err().unwrap());
    let mut world = World::new();
    let entities = world.entities().count_spawned();
    same(blueprint.spawn(&mut world).unwrap_err());
    assert_eq!(world.entities().count_spawned(), entities);
    // In the entities of an environment of its shape, and in new ones.
    for services in [blueprint.services.len(), 1] {
        let good = state(services).blueprint().unwrap();
        let mut fleet = Fleet::new(vec![good; 2], 1).unwrap();
        let before = fleet.state_hash(1).unwrap();
        same(fleet.reset(1, blueprint).unwrap_err());
        let masked = fleet.reset_masked(&[false, true], |_| blueprint.clone());
        same(masked.unwrap_err());
        assert_eq!(fleet.state_hash(1).unwrap(), before);
    }
}

#[test]
fn no_way_in_takes_a_blueprint_with_an_impossible_number() {
    for (what, spoil) in spoilt() {
        let mut blueprint = state(2).blueprint().unwrap();
        assert_eq!(blueprint.check(), Ok(()));
        spoil(&mut blueprint);
        assert_refused(what, &blueprint);
    }
}

/// Numbers that a metric can't have.
fn impossible(metric: &Metric) -> Vec<Value> {
    let numbers = [
        f64::NAN,
        f64::INFINITY,
        -1e300,
        1e300,
        -1.0,
        1e-10,
        1.5,
        2.0,
    ];
    let bad = numbers.into_iter().filter(|x| !metric.allows(*x));
    match metric.kind {
        MetricKind::Float => bad.map(Value::Float).collect(),
        MetricKind::Int => {
            let whole = [i64::MIN, -1].into_iter();
            whole
                .filter(|n| !metric.allows(*n as f64))
                .map(Value::Int)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Asserts that the metric can't be set to the value in any way.
fn assert_unsettable(metric: &'static Metric, value: &Value) {
    let name = metric.name;
    let mut spoilt = state(2);
    spoilt.services[1]
        .metrics
        .insert(name.to_owned(), value.clone());
    let text = spoilt.blueprint().unwrap_err().to_string();
    assert!(text.contains(name), "{text}");
    let same = |error: SimError| assert_eq!(error.to_string(), text, "{name}: {value}");
    same(Simulation::new(&spoilt).err().unwrap());

    let mut simulation = Simulation::new(&state(2)).unwrap();
    let before = Footprint::of(simulation.view());
    same(simulation.restore(&spoilt).unwrap_err());
    same(spawn_environment(simulation.world_mut(), &spoilt).unwrap_err());
    same(
        simulation
            .set_metric("service-1", name, value.clone())
            .unwrap_err(),
    );
    let mut environment = simulation.environment_mut();
    let mut service = environment.service(1).unwrap();
    same(
        service
            .set_metric(&MetricKey::new(name), value)
            .unwrap_err(),
    );
    let world = simulation.world_mut();
    let entity = world
        .query_filtered::<Entity, With<Vitals>>()
        .iter(world)
        .last();
    let mut entity = world.entity_mut(entity.unwrap());
    same(write_metric(&mut entity, name, value).unwrap_err());
    assert_eq!(Footprint::of(simulation.view()), before);

    let mut fleet = Fleet::new([state(2).blueprint().unwrap()], 1).unwrap();
    let before = fleet.state_hash(0).unwrap();
    same(fleet.restore(0, &spoilt).unwrap_err());
    same(fleet.set_metric(0, "service-1", name, value).unwrap_err());
    let set = Intervention::SetMetric {
        service: "service-1",
        metric: name,
        value,
    };
    same(fleet.intervene(0, &set).unwrap_err());
    same(fleet.intervene_masked(&[true], &set).unwrap_err());
    assert_eq!(fleet.state_hash(0).unwrap(), before);
}

#[test]
fn no_way_in_takes_an_impossible_number_for_a_metric() {
    let mut tried = 0;
    for metric in METRICS {
        for value in impossible(metric) {
            assert_unsettable(metric, &value);
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn an_event_rate_is_0_or_large_enough_to_divide_by() {
    for rate in ["processing", "ingestion"] {
        let name = format!("pipeline_{rate}_rate_events_per_second");
        let mut simulation = Simulation::new(&state(1)).unwrap();
        for allowed in [0.0, 1e-9, 420.0, 1e15, 1e28] {
            simulation.set_metric("service-0", &name, allowed).unwrap();
        }
        for refused in [5e-324, 1e-320, 9.99e-10, 2e28, f64::MAX] {
            let error = simulation
                .set_metric("service-0", &name, refused)
                .unwrap_err();
            assert!(matches!(error, SimError::OutOfRange { .. }), "{error:?}");
        }
        let error = simulation
            .set_metric("service-0", &name, 1e-320)
            .unwrap_err();
        let text = format!("`{name}` must be 0 or at least 1e-9, not 1e-320");
        assert_eq!(error.to_string(), text);
    }
}

/// The reference takes a memory limit below 0, from which a utilization below 0 follows; and use stays
/// where a limit is lowered. What comes of both is a state like any other.
#[test]
fn a_memory_limit_below_zero_and_a_utilization_above_one_are_states_of_the_reference() {
    for (limit, utilization) in [(-1_048_576, -170.0), (1, 178_257_920.0), (i64::MAX, 2e-11)] {
        let mut start = state(1);
        let metrics = &mut start.services[0].metrics;
        metrics.insert("process_memory_limit_bytes".into(), limit.into());
        metrics.insert("process_memory_utilization".into(), utilization.into());
        let mut simulation = Simulation::new(&start).unwrap();
        for _ in 0..5 {
            simulation.tick();
            let saved = simulation.snapshot();
            simulation.restore(&saved).unwrap();
            assert_eq!(simulation.snapshot(), saved);
        }
    }
}

/// As above, by the reference's own action, in each of its signs and beyond 64 bits.
#[test]
fn what_scaling_makes_of_memory_can_be_saved_and_restored() {
    let catalogue = ActionCatalogue::built_in(Profile::Reference);
    let mut start = state(2);
    // It is not halted by more memory, and what is healthy is not acted on.
    start.faults[0].kind = FaultKind::BAD_DEPLOY;
    let mut simulation = Simulation::new(&start).unwrap();
    simulation.run(5);
    let mut session = ActionSession::new();
    for limit in [-1, 512, -5, 1, i64::MAX >> 20, i64::MIN >> 20, 2048] {
        let request = ActionRequest::new("scale_replicas", "service-0");
        let request = request.with("memory_limit_mb", limit);
        let outcome = catalogue.apply(&mut simulation.environment_mut(), &mut session, &request);
        assert!(outcome.unwrap().branch.is_some(), "{limit}");
        for _ in 0..3 {
            simulation.tick();
            let saved = simulation.snapshot();
            simulation.restore(&saved).unwrap();
            assert_eq!(simulation.snapshot(), saved, "{limit}");
        }
    }
}

#[test]
fn a_budget_below_zero_is_set_as_zero_and_no_other_is_made_up() {
    let mut simulation = Simulation::new(&state(1)).unwrap();
    for budget in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let set = Intervention::SetSloBudget(budget);
        let error = simulation.intervene(&set).unwrap_err();
        assert_eq!(error.to_string(), "`slo_budget` must be finite");
        assert_eq!(simulation.view().slo_budget().remaining, 30.0);
    }
    simulation
        .intervene(&Intervention::SetSloBudget(-5.0))
        .unwrap();
    assert_eq!(simulation.view().slo_budget().remaining, 0.0);
}
