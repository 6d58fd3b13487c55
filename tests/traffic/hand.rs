//! Numbers that can be computed by hand.

use firewatch_traffic::{
    Breaker, Cache, CallSpec, Knobs, Mesh, ServiceKnobs, ServiceSpec, State, UserSpec,
};

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
        let mesh = Mesh::new(services, vec![call], vec![UserSpec::new(0, 100.0)]);
        let mesh = mesh.expect("it is a mesh");
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

fn cached_mesh() -> Mesh {
    let call = CallSpec {
        cache: Some(Cache {
            hit_share: 0.9,
            warm_up_s: 60.0,
        }),
        ..CallSpec::new(0, 1)
    };
    let services = vec![service(64, 0.01, 100.0), service(64, 0.01, 100.0)];
    Mesh::new(services, vec![call], vec![UserSpec::new(0, 100.0)]).expect("it is a mesh")
}

/// A warm cache with a hit share of 0.9 lets one request in ten through. Empty, it lets all through, and 60 s later it has
/// come to 1 - 1/e of its hit share: 1 - 0.9 (1 - 1/e) = 0.431 of the requests miss.
#[test]
fn a_cache_spares_calls_and_fills_again() {
    let mesh = cached_mesh();
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    assert_near(state.call(0).attempts_rps, 10.0, 1e-3);
    assert_near(state.call(0).cache_hit_share, 0.9, 1e-9);
    knobs.calls[0].cache_flushed = true;
    state.tick(&mesh, &knobs, TICK_S);
    assert_near(state.call(0).attempts_rps, 100.0, 0.01);
    assert_eq!(state.call(0).cache_hit_share, 0.0);
    knobs.calls[0].cache_flushed = false;
    for _ in 0..2 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert_near(1.0 - state.call(0).cache_hit_share, 0.431, 0.01);
    for _ in 0..40 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert_near(state.call(0).attempts_rps, 10.0, 0.01);
    assert_near(state.user(0).succeeded_rps, 100.0, 1e-3);
}

/// Failures fill no cache; half of the answers fill it half as fast.
#[test]
fn only_answers_fill_a_cache() {
    let mesh = cached_mesh();
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    state.lose_caches(&mesh, 0, 1.0);
    knobs.services[1].error_ratio = 1.0;
    for _ in 0..4 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    // What was on its way is still answered.
    assert!(state.call(0).cache_hit_share < 1e-3);
    knobs.services[1].error_ratio = 0.5;
    for _ in 0..4 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert_near(1.0 - state.call(0).cache_hit_share, 0.431, 0.02);
}

/// The instances of a service that start anew have empty caches; those of a service that is down are lost.
#[test]
fn caches_are_lost_with_who_keeps_them() {
    let mesh = cached_mesh();
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    state.lose_caches(&mesh, 1, 1.0);
    state.tick(&mesh, &knobs, TICK_S);
    assert_near(state.call(0).cache_hit_share, 0.9, 1e-9);
    state.lose_caches(&mesh, 0, 0.5);
    knobs.services[1].error_ratio = 1.0;
    state.tick(&mesh, &knobs, TICK_S);
    assert_near(state.call(0).cache_hit_share, 0.45, 1e-3);
    knobs.services[0].down = true;
    state.tick(&mesh, &knobs, TICK_S);
    assert_eq!(state.call(0).cache_hit_share, 0.0);
}

/// A consumer that is away for 60 s leaves 6,000 messages at 100 a second. Back, it does 200 a second: after 30 s it has
/// done those 6,000 and 3,000 have come, of which the oldest came 30 s ago; after 60 s nothing waits. Nobody waits for it.
#[test]
fn messages_wait_for_their_consumer() {
    let call = CallSpec {
        asynchronous: true,
        ..CallSpec::new(0, 1)
    };
    let services = vec![service(8, 0.01, 100.0), service(2, 0.01, 0.0)];
    let mesh =
        Mesh::new(services, vec![call], vec![UserSpec::new(0, 100.0)]).expect("it is a mesh");
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    assert_eq!(state.call(0).messages_waiting, 0.0);
    assert_near(state.service(1).arrived_rps, 100.0, 1e-3);
    assert_near(state.service(1).busy_workers, 1.0, 0.01);
    knobs.services[1].down = true;
    for _ in 0..2 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert_near(state.call(0).messages_waiting, 6000.0, 0.01);
    assert_near(state.call(0).oldest_message_s, 60.0, 0.02);
    assert_near(state.user(0).succeeded_rps, 100.0, 1e-3);
    knobs.services[1].down = false;
    state.tick(&mesh, &knobs, TICK_S);
    assert_near(state.service(1).succeeded_rps, 200.0, 0.01);
    assert_near(state.service(1).utilization, 1.0, 0.01);
    assert_near(state.call(0).messages_waiting, 3000.0, 0.02);
    assert_near(state.call(0).oldest_message_s, 30.0, 0.03);
    for _ in 0..2 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert_eq!(state.call(0).messages_waiting, 0.0);
    assert_eq!(state.call(0).oldest_message_s, 0.0);
    assert_near(state.user(0).latency_p99_s, 0.01 * 100.0_f64.ln(), 0.1);
}

/// 90 messages a second to a consumer that does 75. With none at the start, after t seconds 15 t wait; the oldest of them is the
/// one after the first 75 t, which were sent by 75 t / 90, so that it has waited for t / 6.
#[test]
fn messages_wait_from_the_start_on() {
    let call = CallSpec {
        asynchronous: true,
        ..CallSpec::new(0, 1)
    };
    let services = vec![service(8, 0.001, 100.0), service(3, 0.04, 0.0)];
    let mesh = Mesh::new(services, vec![call], vec![UserSpec::new(0, 90.0)]).expect("it is a mesh");
    let knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    state.clear_messages();
    assert_eq!(state.call(0).messages_waiting, 0.0);
    assert_eq!(state.call(0).oldest_message_s, 0.0);
    for tick in 1..=3 {
        state.tick(&mesh, &knobs, TICK_S);
        let passed_s = TICK_S * f64::from(tick);
        assert_near(state.call(0).messages_waiting, 15.0 * passed_s, 0.01);
        assert_near(state.call(0).oldest_message_s, passed_s / 6.0, 0.02);
    }
}

/// A service whose users make 1 call per request, through a breaker with a window of 10 s that opens at half of failures.
fn behind_a_breaker(rate_rps: f64, min_requests: f64, open_s: f64) -> Mesh {
    let call = CallSpec {
        optional: true,
        breaker: Some(Breaker {
            failure_ratio: 0.5,
            min_requests,
            window_s: 10.0,
            open_s,
        }),
        ..CallSpec::new(0, 1)
    };
    let services = vec![service(64, 0.0001, 100.0), service(64, 0.01, 100.0)];
    let users = UserSpec::new(0, rate_rps);
    Mesh::new(services, vec![call], vec![users]).expect("it is a mesh")
}

/// Where every attempt fails, a breaker opens with the first that makes its number full, and stays open: so many are made.
#[test]
fn a_breaker_opens_with_the_attempt_that_fills_it() {
    for rate_rps in [7.0, 16.0, 40.0, 90.0, 400.0] {
        for min_requests in [20.0, 25.0, 31.0, 50.0] {
            let mesh = behind_a_breaker(rate_rps, min_requests, 60.0);
            let mut knobs = Knobs::new(&mesh);
            let mut state = State::new(&mesh);
            knobs.services[1].error_ratio = 1.0;
            state.tick(&mesh, &knobs, TICK_S);
            // Sub-steps of a quarter of a second would make 100 more at 400 a second: of this, one begins it.
            let made = state.call(0).attempts_rps * TICK_S;
            let first = 0.25 * rate_rps;
            let more = 0.07 * rate_rps + 0.03 * min_requests;
            assert!(
                made >= 0.95 * min_requests && made <= min_requests.max(first) + more,
                "{made} for {min_requests} at {rate_rps}"
            );
        }
    }
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
        let mesh = Mesh::new(vec![service], Vec::new(), vec![users]).expect("it is a mesh");
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

/// Where every attempt fails, a breaker is open for its time, and then closed for as many attempts as open it, again and again.
#[test]
fn a_breaker_opens_again_after_each_time() {
    for (rate_rps, open_s) in [(10.0, 20.0), (40.0, 20.0), (40.0, 3.0), (200.0, 30.0)] {
        let min_requests = 20.0;
        let mesh = behind_a_breaker(rate_rps, min_requests, open_s);
        let mut knobs = Knobs::new(&mesh);
        let mut state = State::new(&mesh);
        knobs.services[1].error_ratio = 1.0;
        let mut made = 0.0;
        for _ in 0..20 {
            state.tick(&mesh, &knobs, TICK_S);
            made += state.call(0).attempts_rps * TICK_S;
        }
        let times = 20.0 * TICK_S / (open_s + min_requests / rate_rps);
        // It opens at the end of a sub-step of a quarter of a second.
        let most = min_requests + 0.25 * rate_rps;
        assert!(
            made >= 0.95 * times * min_requests && made <= 1.05 * times * most,
            "{made} in {times} times at {rate_rps}, open for {open_s}"
        );
    }
}

/// A breaker that saw 10 s of 40 answers a second sees the share of failures rise by a tenth in each second in which all fail: with
/// as little scatter as so many have it opens within a second before the half is full, however calm it was before.
#[test]
fn a_breaker_remembers_a_calm_window() {
    let mesh = behind_a_breaker(40.0, 20.0, 60.0);
    for calm_ticks in [1, 2, 5, 40] {
        let mut knobs = Knobs::new(&mesh);
        let mut state = State::new(&mesh);
        for _ in 0..calm_ticks {
            state.tick(&mesh, &knobs, TICK_S);
        }
        knobs.services[1].error_ratio = 1.0;
        state.tick(&mesh, &knobs, TICK_S);
        let made = state.call(0).attempts_rps * TICK_S;
        assert!(
            (160.0..=204.0).contains(&made),
            "{made} after {calm_ticks} calm ticks"
        );
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
    let mesh = Mesh::new(services, calls.collect(), vec![users]).expect("it is a mesh");
    let mut state = State::new(&mesh);
    state.tick(&mesh, &Knobs::new(&mesh), TICK_S);
    assert_near(state.service(3).arrived_rps, 5.0, 0.01);
}

#[test]
fn a_mesh_knows_who_sends_messages_to_a_service() {
    let message = |from, to| CallSpec {
        asynchronous: true,
        ..CallSpec::new(from, to)
    };
    let calls = vec![
        message(2, 1),
        CallSpec::new(0, 1),
        message(0, 2),
        message(0, 1),
    ];
    let services = vec![service(1, 0.01, 0.0); 3];
    let mesh = Mesh::new(services, calls, Vec::new()).expect("it is a mesh");
    let sent = [0, 1, 2, 3].map(|to| mesh.message_calls_to(to).collect::<Vec<_>>());
    assert_eq!(sent, [vec![], vec![0, 3], vec![2], vec![]]);
}

/// Who can't send its message fails, unless it may do without; what the way swallows nobody misses.
#[test]
fn messages_that_are_not_sent_are_lost() {
    for (optional, failed) in [(false, 25.0), (true, 0.0)] {
        let call = CallSpec {
            asynchronous: true,
            optional,
            ..CallSpec::new(0, 1)
        };
        let services = vec![service(64, 0.01, 100.0), service(64, 0.01, 100.0)];
        let mesh =
            Mesh::new(services, vec![call], vec![UserSpec::new(0, 100.0)]).expect("it is a mesh");
        let mut knobs = Knobs::new(&mesh);
        knobs.calls[0].error_ratio = 0.25;
        knobs.calls[0].unreachable_ratio = 0.5;
        let state = settled(&mesh, &knobs);
        assert!((state.user(0).failed_rps - failed).abs() < 0.01);
        assert_near(state.service(1).arrived_rps, 100.0 * 0.75 * 0.5, 0.01);
    }
}

/// Three of four attempts of one call fail on their way: 9 of 16 of its calls are lost, after 1.75 attempts, of which
/// one in four arrives. The other caller of the same service notices nothing.
#[test]
fn errors_on_one_call_are_of_no_other() {
    let call = CallSpec {
        retries: 1,
        ..CallSpec::new(0, 2)
    };
    let services = vec![service(32, 0.01, 100.0); 3];
    let users = vec![UserSpec::new(0, 16.0), UserSpec::new(1, 16.0)];
    let mesh = Mesh::new(services, vec![call, CallSpec::new(1, 2)], users).expect("it is a mesh");
    let mut knobs = Knobs::new(&mesh);
    knobs.calls[0].error_ratio = 0.75;
    let state = settled(&mesh, &knobs);
    assert_near(state.call(0).attempts_rps, 28.0, 0.01);
    assert_near(state.call(0).error_ratio, 0.75, 0.01);
    assert_near(state.user(0).failed_rps, 9.0, 0.01);
    assert_near(state.service(2).arrived_rps, 7.0 + 16.0, 0.01);
    assert!(state.user(1).failed_rps < 1e-3);
}

/// Half a second on the way of a call holds its caller's workers and not its callee's; what the timeout leaves less than
/// that never answers.
#[test]
fn latency_of_a_call_is_its_callers() {
    let services = vec![service(64, 0.01, 100.0), service(64, 0.01, 100.0)];
    let calls = vec![CallSpec::new(0, 1)];
    let mesh = Mesh::new(services, calls, vec![UserSpec::new(0, 20.0)]).expect("it is a mesh");
    let mut knobs = Knobs::new(&mesh);
    knobs.calls[0].added_latency_s = 0.5;
    let state = settled(&mesh, &knobs);
    assert_near(
        state.service(0).busy_workers,
        20.0 * (0.01 + 0.5 + 0.01),
        0.01,
    );
    assert_near(state.service(1).busy_workers, 20.0 * 0.01, 0.01);
    assert_near(state.user(0).succeeded_rps, 20.0, 1e-3);
    knobs.calls[0].added_latency_s = 1.0;
    let state = settled(&mesh, &knobs);
    assert_near(state.service(0).busy_workers, 20.0 * (0.01 + 1.0), 0.01);
    assert_near(state.user(0).failed_rps, 20.0, 0.01);
}

/// What is unreachable on one call holds that caller for its timeouts, and does not reach the callee.
#[test]
fn a_call_that_nobody_answers_holds_its_caller() {
    let services = vec![service(64, 0.0, 100.0), service(8, 0.01, 100.0)];
    let call = CallSpec {
        timeout_s: 0.5,
        ..CallSpec::new(0, 1)
    };
    let mesh = Mesh::new(services, vec![call], vec![UserSpec::new(0, 20.0)]).expect("it is a mesh");
    let mut knobs = Knobs::new(&mesh);
    knobs.calls[0].unreachable_ratio = 0.5;
    let state = settled(&mesh, &knobs);
    assert_near(state.service(1).arrived_rps, 10.0, 0.01);
    assert_near(state.user(0).failed_rps, 10.0, 0.01);
    assert_near(
        state.service(0).busy_workers,
        10.0 * 0.5 + 10.0 * 0.01,
        0.02,
    );
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
