//! Numbers that can be computed by hand: the theory of queues, attempts, reasons.

use firewatch_traffic::{CallSpec, Knobs, ServiceSpec, State, UserSpec};

use crate::meshes::TICK_S;
use crate::settled::{assert_near, mesh_of, service, settled};

/// One worker, half busy: the mean time in the system is the work over what is idle, 0.01 / 0.5, and exponential.
#[test]
fn one_worker_half_busy_is_m_m_1() {
    let mesh = mesh_of(
        vec![service(1, 0.01, 1e6)],
        vec![],
        vec![UserSpec::new(0, 50.0)],
    );
    let state = settled(&mesh, &Knobs::new(&mesh));
    let traffic = state.service(0);
    assert_near(traffic.busy_workers, 0.5, 0.01);
    assert_near(traffic.queued, 0.5, 0.05);
    assert_near(traffic.latency_mean_s, 0.02, 0.05);
    assert_near(state.user(0).latency_p99_s, 0.02 * 100.0_f64.ln(), 0.1);
}

/// One request in twenty makes a call of 1 s: the median is that of the others, and the 99th percentile the time that four
/// of five such calls don't take, 1.609 s.
#[test]
fn a_service_with_two_kinds_of_requests_has_the_percentiles_of_both() {
    let call = CallSpec {
        share: 0.05,
        timeout_s: 10.0,
        ..CallSpec::new(0, 1)
    };
    let services = vec![service(1000, 0.01, 1e3), service(1000, 1.0, 1e3)];
    let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 50.0)]);
    let state = settled(&mesh, &Knobs::new(&mesh));
    let traffic = state.service(0);
    assert_near(traffic.latency_p50_s, 0.0075, 0.1);
    assert_near(traffic.latency_p99_s, 1.609, 0.05);
    assert_near(state.user(0).latency_p99_s, 1.609, 0.05);
}

/// Whoever asks a service that is unreachable for some waits for its timeout, and no longer, however few these are.
#[test]
fn no_percentile_is_above_the_timeout_of_what_is_slow() {
    for unreachable_ratio in [0.02, 0.1, 0.3, 0.5, 0.9] {
        let call = CallSpec {
            timeout_s: 2.0,
            ..CallSpec::new(0, 1)
        };
        let services = vec![service(1000, 0.01, 1e3), service(1000, 0.01, 1e3)];
        let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 50.0)]);
        let mut knobs = Knobs::new(&mesh);
        knobs.calls[0].unreachable_ratio = unreachable_ratio;
        let traffic = settled(&mesh, &knobs).service(0);
        assert_near(traffic.latency_p99_s, 2.03, 0.03);
        let median_s = if unreachable_ratio < 0.45 { 0.02 } else { 2.0 };
        if unreachable_ratio != 0.5 {
            assert_near(traffic.latency_p50_s, median_s, 0.5);
        }
    }
}

/// Nobody waits where most workers are free: an attempt is late if its own work is, with the probability e^-1 where the timeout
/// is the mean of the work, and so are as many of those that follow it.
#[test]
fn where_nobody_waits_the_work_alone_is_late() {
    let users = UserSpec {
        patience_s: 0.1,
        retries: 3,
        backoff_s: 0.0,
        ..UserSpec::new(0, 40.0)
    };
    let mesh = mesh_of(vec![service(60, 0.1, 200.0)], vec![], vec![users]);
    let mut state = settled(&mesh, &Knobs::new(&mesh));
    let late = (-1.0_f64).exp();
    let attempts_rps = 40.0 * (1.0 + late + late * late + late * late * late);
    assert_near(state.user(0).attempts_rps, attempts_rps, 0.03);
    // Less work and more again leave it as it was.
    let mut knobs = Knobs::new(&mesh);
    for slow_factor in [0.5, 1.0] {
        knobs.services[0].slow_factor = slow_factor;
        for _ in 0..5 {
            state.tick(&mesh, &knobs, TICK_S);
        }
    }
    assert_near(state.user(0).attempts_rps, attempts_rps, 0.03);
}

/// Requests that queue while no instance runs are served once instances are back, and so are those that come later.
#[test]
fn who_waited_for_workers_is_served_when_they_come() {
    let users = UserSpec {
        patience_s: 60.0,
        ..UserSpec::new(0, 40.0)
    };
    let mesh = mesh_of(vec![service(8, 0.08, 5000.0)], vec![], vec![users]);
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    knobs.services[0].instances = Some(0.0);
    state.tick(&mesh, &knobs, TICK_S);
    knobs.services[0].instances = None;
    let mut failed_rps = 0.0;
    state.tick(&mesh, &knobs, TICK_S);
    assert_near(state.user(0).succeeded_rps, 80.0, 0.1);
    for _ in 0..8 {
        failed_rps += state.user(0).failed_rps;
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert!(failed_rps < 4.0, "{failed_rps}");
}

/// A time that is added to the work is a constant: nobody is answered before.
#[test]
fn no_answer_is_faster_than_what_is_added_to_the_work() {
    let users = UserSpec {
        patience_s: 3.0,
        ..UserSpec::new(0, 40.0)
    };
    let mesh = mesh_of(vec![service(400, 0.02, 1e3)], vec![], vec![users]);
    for (added_latency_s, served_rps) in [(4.0, 0.0), (3.05, 0.0), (2.5, 40.0)] {
        let mut knobs = Knobs::new(&mesh);
        knobs.services[0].added_latency_s = added_latency_s;
        let state = settled(&mesh, &knobs);
        let found_rps = state.user(0).succeeded_rps;
        assert!((found_rps - served_rps).abs() < 0.5, "{found_rps}");
    }
}

/// Two workers and no room, offered two workers' worth of work: Erlang's loss formula refuses 2 of 5.
#[test]
fn two_workers_without_a_queue_lose_what_erlang_says() {
    let mesh = mesh_of(
        vec![service(2, 0.01, 0.0)],
        vec![],
        vec![UserSpec::new(0, 200.0)],
    );
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
    let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 16.0)]);
    let mut knobs = Knobs::new(&mesh);
    knobs.services[1].error_ratio = 0.75;
    let state = settled(&mesh, &knobs);
    assert_near(state.call(0).attempts_rps, 28.0, 0.01);
    assert_near(state.call(0).retries_rps, 12.0, 0.01);
    assert_near(state.user(0).failed_rps, 9.0, 0.01);
    assert_near(state.user(0).error_ratio, 1.0, 1e-6);
}

/// Where every attempt fails at once, a call holds its caller's worker for its back-offs, however many there are.
#[test]
fn each_retry_holds_a_worker_for_its_back_off() {
    for retries in [0, 1, 4, 5, 8, 20, 100] {
        let call = CallSpec {
            retries,
            backoff_s: 0.1,
            ..CallSpec::new(0, 1)
        };
        let services = vec![service(2000, 0.01, 100.0), service(32, 0.01, 100.0)];
        let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 100.0)]);
        let mut knobs = Knobs::new(&mesh);
        knobs.services[1].error_ratio = 1.0;
        let state = settled(&mesh, &knobs);
        let holding_s = 0.01 + 0.1 * f64::from(retries);
        assert_near(state.service(0).busy_workers, 100.0 * holding_s, 0.01);
    }
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
    let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 20.0)]);
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
        let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 20.0)]);
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
    let mesh = mesh_of(
        vec![service(1, 0.1, 2.0)],
        vec![],
        vec![UserSpec::new(0, 100.0)],
    );
    let users = settled(&mesh, &Knobs::new(&mesh)).user(0);
    assert_near(users.succeeded_rps, 10.0, 0.02);
    assert_near(users.refused_ratio, 1.0, 1e-6);
}

/// Users who try again are served no more than there is capacity for, however long it lasts.
#[test]
fn no_more_is_served_than_there_is_capacity() {
    for (rate_rps, retries, queue_limit) in [
        (500.0, 3, 10.0),
        (110.0, 3, 10.0),
        (500.0, 1, 10.0),
        (500.0, 3, 1000.0),
        (5000.0, 2, 0.0),
    ] {
        let service = ServiceSpec {
            instances: 2,
            concurrency: 5,
            work_s: 0.1,
            queue_limit,
        };
        let users = UserSpec {
            retries,
            ..UserSpec::new(0, rate_rps)
        };
        let mesh = mesh_of(vec![service], Vec::new(), vec![users]);
        let knobs = Knobs::new(&mesh);
        // What comes while the queue fills is expected to wait less than it does.
        let mut state = settled(&mesh, &knobs);
        for tick in 0..20 {
            state.tick(&mesh, &knobs, TICK_S);
            let served_rps = state.user(0).succeeded_rps;
            assert!(
                served_rps <= 101.0,
                "{served_rps} of 100 in tick {tick} at {rate_rps}"
            );
        }
    }
}

/// A chain of 5,000 diamonds, of which each service calls one that all call, too. Each joint is on the way to all that come after
/// it; listing them for each would take the square of their number.
#[test]
fn thousands_of_services_are_a_mesh() {
    let diamonds = 5_000;
    let hub = 3 * diamonds + 1;
    let sides = (0..diamonds).flat_map(|index| {
        let (top, next) = (3 * index, 3 * index + 3);
        [
            (top, top + 1),
            (top, top + 2),
            (top + 1, next),
            (top + 2, next),
        ]
    });
    let to_hub = (0..hub).map(|from| (from, hub));
    let calls = sides.chain(to_hub).map(|(from, to)| CallSpec {
        share: 0.5,
        ..CallSpec::new(from, to)
    });
    let mut services = vec![service(8, 1e-4, 100.0); hub + 1];
    services[3].instances = 2;
    let users = UserSpec::new(0, 10.0);
    let mesh = mesh_of(services, calls.collect(), vec![users]);
    let mut state = State::new(&mesh);
    state.tick(&mesh, &Knobs::new(&mesh), TICK_S);
    assert_near(state.service(3).arrived_rps, 5.0, 0.01);
}

/// Nothing is allocated in a tick.
#[test]
fn a_tick_allocates_nothing() {
    let services = vec![service(8, 0.01, 100.0); 4];
    let calls = (1..4).map(|to| CallSpec::new(to - 1, to)).collect();
    let mesh = mesh_of(services, calls, vec![UserSpec::new(0, 200.0)]);
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
