//! Numbers that can be computed by hand.

use firewatch_traffic::{CallSpec, Knobs, Mesh, ServiceKnobs, ServiceSpec, State, UserSpec};

use crate::meshes::TICK_S;

fn service(workers: u32, work_s: f64, queue_limit: f64) -> ServiceSpec {
    ServiceSpec {
        instances: workers,
        concurrency: 1,
        work_s,
        queue_limit,
    }
}

fn settled(mesh: &Mesh, knobs: &Knobs) -> State {
    let mut state = State::new(mesh);
    for _ in 0..20 {
        state.tick(mesh, knobs, TICK_S);
    }
    state
}

fn assert_near(value: f64, wanted: f64, share: f64) {
    assert!(
        (value - wanted).abs() <= share * wanted,
        "{value} is not within {share} of {wanted}"
    );
}

/// One worker, half busy: the mean time in the system is the work over what is idle, 0.01 / 0.5, and exponential.
#[test]
fn one_worker_half_busy_is_m_m_1() {
    let mesh = Mesh::new(
        vec![service(1, 0.01, 1e6)],
        vec![],
        vec![UserSpec::new(0, 50.0)],
    );
    let mesh = mesh.expect("it is a mesh");
    let state = settled(&mesh, &Knobs::new(&mesh));
    let traffic = state.service(0);
    assert_near(traffic.busy_workers, 0.5, 0.01);
    assert_near(traffic.queued, 0.5, 0.05);
    assert_near(traffic.latency_mean_s, 0.02, 0.05);
    assert_near(state.user(0).latency_p99_s, 0.02 * 100.0_f64.ln(), 0.1);
}

/// Two workers and no room, offered two workers' worth of work: Erlang's loss formula refuses 2 of 5.
#[test]
fn two_workers_without_a_queue_lose_what_erlang_says() {
    let mesh = Mesh::new(
        vec![service(2, 0.01, 0.0)],
        vec![],
        vec![UserSpec::new(0, 200.0)],
    );
    let mesh = mesh.expect("it is a mesh");
    let traffic = settled(&mesh, &Knobs::new(&mesh)).service(0);
    assert_near(traffic.refused_rps, 80.0, 0.06);
}

/// Three of four attempts fail with errors at once: of a call with one retry 9 of 16 fail, after 1.75 attempts.
#[test]
fn errors_are_retried() {
    let call = CallSpec {
        retries: 1,
        ..CallSpec::new(0, 1)
    };
    let services = vec![service(32, 0.01, 100.0), service(32, 0.01, 100.0)];
    let mesh = Mesh::new(services, vec![call], vec![UserSpec::new(0, 16.0)]).expect("it is a mesh");
    let mut knobs = Knobs::new(&mesh);
    knobs.services[1].error_ratio = 0.75;
    let state = settled(&mesh, &knobs);
    assert_near(state.call(0).attempts_rps, 28.0, 0.01);
    assert_near(state.call(0).retries_rps, 12.0, 0.01);
    assert_near(state.user(0).failed_rps, 9.0, 0.01);
    assert_near(state.user(0).error_ratio, 1.0, 1e-6);
}

/// A service that nobody reaches holds its caller's workers for the whole timeout, of each attempt.
#[test]
fn an_unreachable_service_holds_workers_for_its_timeouts() {
    let call = CallSpec {
        retries: 1,
        timeout_s: 0.5,
        ..CallSpec::new(0, 1)
    };
    let services = vec![service(64, 0.0, 100.0), service(4, 0.01, 100.0)];
    let mesh = Mesh::new(services, vec![call], vec![UserSpec::new(0, 20.0)]).expect("it is a mesh");
    let mut knobs = Knobs::new(&mesh);
    knobs.services[1].unreachable_ratio = 1.0;
    let state = settled(&mesh, &knobs);
    assert_near(state.service(0).busy_workers, 20.0 * 2.0 * 0.5, 0.01);
    assert_eq!(state.service(1).arrived_rps, 0.0);
    assert_near(state.call(0).timeout_ratio, 1.0, 1e-6);
    assert_near(state.user(0).failed_rps, 20.0, 0.01);
}

/// Beside an optional call that is down, requests succeed; with a fallback, they go there.
#[test]
fn optional_calls_and_fallbacks_keep_requests_alive() {
    let optional = CallSpec {
        optional: true,
        ..CallSpec::new(0, 1)
    };
    let backed = CallSpec {
        fallback: Some(2),
        ..CallSpec::new(0, 1)
    };
    for call in [optional, backed] {
        let services = vec![service(8, 0.01, 100.0); 3];
        let mesh =
            Mesh::new(services, vec![call], vec![UserSpec::new(0, 20.0)]).expect("it is a mesh");
        let mut knobs = Knobs::new(&mesh);
        knobs.services[1].down = true;
        let state = settled(&mesh, &knobs);
        assert_near(state.user(0).succeeded_rps, 20.0, 1e-3);
        let to_fallback = if call.fallback.is_some() { 20.0 } else { 0.0 };
        assert!((state.call(0).fallback_rps - to_fallback).abs() < 0.01);
    }
}

/// What is refused for a full queue shows as refusals; what a request fails of is told apart.
#[test]
fn users_are_told_why() {
    let mesh = Mesh::new(
        vec![service(1, 0.1, 2.0)],
        vec![],
        vec![UserSpec::new(0, 100.0)],
    );
    let mesh = mesh.expect("it is a mesh");
    let users = settled(&mesh, &Knobs::new(&mesh)).user(0);
    assert_near(users.succeeded_rps, 10.0, 0.02);
    assert_near(users.refused_ratio, 1.0, 1e-6);
}

#[test]
fn knobs_add_up() {
    let mut knobs = ServiceKnobs {
        error_ratio: 0.5,
        slow_factor: 2.0,
        added_latency_s: 0.1,
        instances: Some(3.0),
        ..ServiceKnobs::default()
    };
    knobs.add(&ServiceKnobs {
        error_ratio: 0.5,
        slow_factor: 3.0,
        added_latency_s: 0.2,
        instances: Some(2.0),
        down: true,
        unreachable_ratio: 1.0,
        queue_limit: Some(5.0),
    });
    let sum = ServiceKnobs {
        error_ratio: 0.75,
        slow_factor: 6.0,
        added_latency_s: 0.1 + 0.2,
        instances: Some(2.0),
        down: true,
        unreachable_ratio: 1.0,
        queue_limit: Some(5.0),
    };
    assert_eq!(knobs, sum);
}

/// Over zones, numbers are means over the instances that run, and these add up.
#[test]
fn zones_add_up() {
    let whole = ServiceKnobs::default();
    let lost = ServiceKnobs {
        down: true,
        error_ratio: 1.0,
        ..whole
    };
    let failing = ServiceKnobs {
        error_ratio: 1.0,
        slow_factor: 5.0,
        added_latency_s: 0.2,
        instances: Some(1.0),
        ..whole
    };
    let over = |zones: &[ServiceKnobs]| ServiceKnobs::over_zones(zones.iter().copied(), 3.0);
    assert_eq!(over(&[whole, whole]), whole);
    let mean = ServiceKnobs {
        error_ratio: 0.25,
        slow_factor: 2.0,
        added_latency_s: 0.05,
        instances: Some(4.0),
        ..whole
    };
    assert_eq!(over(&[whole, lost, failing]), mean);
    let none = ServiceKnobs {
        instances: Some(0.0),
        down: true,
        ..whole
    };
    assert_eq!(over(&[lost, lost]), none);
}

/// Nothing is allocated in a tick.
#[test]
fn a_tick_allocates_nothing() {
    let services = vec![service(8, 0.01, 100.0); 4];
    let calls = (1..4).map(|to| CallSpec::new(to - 1, to)).collect();
    let mesh = Mesh::new(services, calls, vec![UserSpec::new(0, 200.0)]).expect("it is a mesh");
    let mut knobs = Knobs::new(&mesh);
    let mut state = State::new(&mesh);
    let counted = allocation_counter::measure(|| {
        for tick in 0..10 {
            knobs.services[3].slow_factor = 1.0 + f64::from(tick % 3);
            state.tick(&mesh, &knobs, TICK_S);
        }
    });
    assert_eq!(counted.count_total, 0);
}
