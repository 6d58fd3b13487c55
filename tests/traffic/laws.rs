//! Laws that hold for any mesh and any faults.

use firewatch_traffic::{CallSpec, Knobs, Mesh, ServiceSpec, State, UserSpec};
use proptest::prelude::*;

use crate::meshes::{Parts, TICK_S, parts, play, turns};

const TICKS: usize = 8;

/// Requests that may be unaccounted for, for each that came: where nothing moves but a millionth of what comes, nothing is
/// taken to move.
const UNACCOUNTED: f64 = 2e-6;

fn check_numbers(mesh: &Mesh, state: &State) {
    let mut values = Vec::new();
    let mut shares = Vec::new();
    for index in 0..mesh.services().len() {
        let service = state.service(index);
        values.extend([
            service.arrived_rps,
            service.succeeded_rps,
            service.failed_rps,
        ]);
        values.extend([
            service.refused_rps,
            service.error_rps,
            service.call_failed_rps,
        ]);
        values.extend([
            service.killed_rps,
            service.timed_out_rps,
            service.latency_mean_s,
        ]);
        values.extend([
            service.latency_p50_s,
            service.latency_p99_s,
            service.busy_workers,
        ]);
        values.extend([service.workers, service.queued, service.queue_limit]);
        shares.push(service.utilization);
    }
    for index in 0..mesh.calls().len() {
        let call = state.call(index);
        values.extend([
            call.attempts_rps,
            call.retries_rps,
            call.fallback_rps,
            call.failed_rps,
        ]);
        values.extend([call.messages_waiting, call.oldest_message_s]);
        shares.extend([
            call.timeout_ratio,
            call.error_ratio,
            call.breaker_open,
            call.cache_hit_share,
        ]);
    }
    for index in 0..mesh.users().len() {
        let users = state.user(index);
        values.extend([
            users.sent_rps,
            users.attempts_rps,
            users.succeeded_rps,
            users.failed_rps,
        ]);
        values.extend([users.latency_p50_s, users.latency_p99_s]);
        shares.extend([users.refused_ratio, users.timeout_ratio, users.error_ratio]);
    }
    state.for_each_value(&mut |value| values.push(value));
    for value in values {
        assert!(
            value.is_finite() && value >= 0.0,
            "a value is {value}: {state:#?}"
        );
    }
    for share in shares {
        assert!(
            (0.0..=1.0).contains(&share),
            "a share is {share}: {state:#?}"
        );
    }
}

/// The numbers of a service that a permutation must move along.
fn numbers_of(state: &State, index: usize) -> [f64; 6] {
    let service = state.service(index);
    [
        service.arrived_rps,
        service.succeeded_rps,
        service.failed_rps,
        service.busy_workers,
        service.queued,
        service.latency_p99_s,
    ]
}

/// The same parts with services in the reverse order, and calls and users in the same.
fn reversed(parts: &Parts) -> Parts {
    let last = parts.services.len() - 1;
    let mut reversed = parts.clone();
    reversed.services.reverse();
    for call in &mut reversed.calls {
        (call.from, call.to) = (last - call.from, last - call.to);
        call.fallback = call.fallback.map(|fallback| last - fallback);
    }
    for users in &mut reversed.users {
        users.service = last - users.service;
    }
    reversed
}

/// Which services the users' requests reach by calls and fallbacks that don't lead through one of them.
fn reached_without(parts: &Parts, left_out: Option<usize>) -> Vec<bool> {
    let mut is_reached = vec![false; parts.services.len()];
    let mut open: Vec<usize> = parts.users.iter().map(|users| users.service).collect();
    while let Some(service) = open.pop() {
        if Some(service) == left_out || std::mem::replace(&mut is_reached[service], true) {
            continue;
        }
        let calls = parts.calls.iter().filter(|call| call.from == service);
        open.extend(
            calls
                .flat_map(|call| [Some(call.to), call.fallback])
                .flatten(),
        );
    }
    is_reached
}

/// A chain without cycles: each call goes to a service further down.
fn downwards(parts: &Parts) -> Parts {
    let count = parts.services.len();
    let mut parts = parts.clone();
    parts.calls.retain(|call| call.from + 1 < count);
    for call in &mut parts.calls {
        let below = count - call.from - 1;
        call.to = call.from + 1 + call.to % below;
        call.fallback = call
            .fallback
            .map(|fallback| call.from + 1 + fallback % below);
    }
    parts
}

/// A service with one worker that nothing waits for; its calls go to itself, and fail at once.
fn avalanche(calls: Vec<CallSpec>) -> Parts {
    let service = ServiceSpec {
        instances: 1,
        concurrency: 1,
        work_s: 0.0,
        queue_limit: 0.0,
    };
    let users = UserSpec {
        service: 0,
        rate_rps: 100.0,
        patience_s: 0.5,
        retries: 1,
        backoff_s: 0.0,
    };
    Parts {
        services: vec![service],
        calls,
        users: vec![users],
    }
}

/// Each round of calls is larger than the one before, by as much as retries without back-off can make it.
#[test]
fn retries_in_a_circle_stay_finite() {
    let call = |timeout_s, retries, share, optional| CallSpec {
        from: 0,
        to: 0,
        timeout_s,
        retries,
        backoff_s: 0.0,
        share,
        optional,
        fallback: None,
        breaker: None,
        cache: None,
        asynchronous: false,
    };
    let mut both = avalanche(vec![
        call(0.76, u32::MAX, 0.56, false),
        call(0.1, 1, 1.0, false),
    ]);
    both.services[0].instances = u32::MAX;
    let mut three = avalanche(vec![
        call(1e9, u32::MAX, 0.53, true),
        call(1.87, 1, 1.0, true),
        call(0.1, 1, 1.0, false),
    ]);
    three.services[0].concurrency = u32::MAX;
    three.services[0].work_s = 0.079;
    for parts in [both, three] {
        let mesh = parts.mesh();
        play(&mesh, &vec![None; TICKS], |knobs, state| {
            check_numbers(&mesh, state);
            let mut unreachable = state.clone();
            let mut knobs = knobs.clone();
            knobs.services[0].unreachable_ratio = 0.44;
            unreachable.tick(&mesh, &knobs, TICK_S);
            check_numbers(&mesh, &unreachable);
        });
    }
}

/// What the knobs come to, as text.
fn settings(state: &State) -> String {
    let saved = serde_json::to_value(state).expect("a state is plain numbers");
    saved["settings"].to_string()
}

/// Also of a service that is as empty as one that nothing was set for.
#[test]
fn what_an_empty_service_is_set_to_is_by_the_knobs_alone() {
    let mut parts = avalanche(Vec::new());
    parts.services[0].instances = 0;
    for users in [Vec::new(), parts.users.clone()] {
        parts.users = users;
        let mesh = parts.mesh();
        let mut knobs = Knobs::new(&mesh);
        let mut by_turns = State::new(&mesh);
        for down in [true, false] {
            knobs.services[0].down = down;
            by_turns.tick(&mesh, &knobs, TICK_S);
        }
        let mut at_once = State::new(&mesh);
        at_once.tick(&mesh, &knobs, TICK_S);
        assert_eq!(settings(&by_turns), settings(&at_once));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_number_is_negative_infinite_or_none(parts in parts(), turns in turns(TICKS)) {
        let mesh = parts.mesh();
        play(&mesh, &turns, |_, state| check_numbers(&mesh, state));
    }

    #[test]
    fn what_comes_and_does_not_go_is_there(parts in parts(), turns in turns(TICKS)) {
        let mesh = parts.mesh();
        let mut before = vec![0.0; mesh.services().len()];
        play(&mesh, &turns, |_, state| {
            for (index, before) in before.iter_mut().enumerate() {
                let service = state.service(index);
                let gone = service.succeeded_rps + service.failed_rps;
                let there = state.present(index);
                let change = (service.arrived_rps - gone) * TICK_S;
                let allowed = UNACCOUNTED * (service.arrived_rps * TICK_S + there + *before + 1.0);
                assert!(
                    (there - *before - change).abs() <= allowed,
                    "service {index}: {change} stayed, but there were {before} and are {there}: {service:?}"
                );
                let parts = service.refused_rps + service.error_rps + service.call_failed_rps + service.killed_rps;
                assert!((service.failed_rps - parts).abs() <= UNACCOUNTED * (1.0 + parts));
                *before = there;
            }
        });
    }

    #[test]
    fn users_that_come_and_do_not_go_are_there(parts in parts(), turns in turns(TICKS)) {
        let mesh = parts.mesh();
        let mut waiting = vec![0.0; mesh.users().len()];
        play(&mesh, &turns, |_, state| {
            for (index, waiting) in waiting.iter_mut().enumerate() {
                let users = state.user(index);
                let gone = users.succeeded_rps + users.failed_rps;
                let there = state.users_present(index);
                let change = (users.sent_rps - gone) * TICK_S;
                let allowed = UNACCOUNTED * (users.sent_rps * TICK_S + there + *waiting + 1.0);
                assert!((there - *waiting - change).abs() <= allowed, "{change}, {waiting}, {there}: {users:?}");
                *waiting = there;
            }
        });
    }

    #[test]
    fn a_state_that_was_saved_goes_on_to_the_bit(parts in parts(), turns in turns(TICKS), at in 0..TICKS) {
        let mesh = parts.mesh();
        let mut knobs = Knobs::new(&mesh);
        let mut state = State::new(&mesh);
        let mut restored = None;
        for (tick, turn) in turns.iter().enumerate() {
            if let Some(turn) = turn {
                turn.apply(&mut knobs);
            }
            if tick == at {
                let saved = serde_json::to_string(&state).expect("a state is plain numbers");
                restored = Some(serde_json::from_str::<State>(&saved).expect("it was one"));
            }
            state.tick(&mesh, &knobs, TICK_S);
            if let Some(restored) = &mut restored {
                restored.tick(&mesh, &knobs, TICK_S);
                prop_assert_eq!(&*restored, &state);
            }
        }
    }

    /// Whatever was turned before, in meshes with cycles too.
    #[test]
    fn what_is_set_is_by_the_knobs_alone(parts in parts(), turns in turns(TICKS)) {
        let mesh = parts.mesh();
        let mut knobs = Knobs::new(&mesh);
        let mut by_turns = State::new(&mesh);
        for turn in turns.iter().flatten() {
            turn.apply(&mut knobs);
            by_turns.tick(&mesh, &knobs, TICK_S);
        }
        by_turns.tick(&mesh, &knobs, TICK_S);
        let mut at_once = State::new(&mesh);
        at_once.tick(&mesh, &knobs, TICK_S);
        prop_assert_eq!(settings(&by_turns), settings(&at_once));
    }

    /// What all requests to a service have come through bounds how many can wait there: found by leaving out each service in
    /// turn, and seeing what is still reached.
    #[test]
    fn no_more_wait_than_what_all_come_through_can_hold(parts in parts()) {
        let mut parts = parts;
        for call in &mut parts.calls {
            call.asynchronous = false;
        }
        let mesh = parts.mesh();
        let mut state = State::new(&mesh);
        state.tick(&mesh, &Knobs::new(&mesh), TICK_S);
        let saved = serde_json::to_value(&state).expect("a state is plain numbers");
        let reached = reached_without(&parts, None);
        for gate in 0..parts.services.len() {
            let workers = f64::from(parts.services[gate].instances) * f64::from(parts.services[gate].concurrency);
            let without = reached_without(&parts, Some(gate));
            for service in (0..parts.services.len()).filter(|&service| service != gate) {
                let present = saved["settings"]["services"][service]["present"].as_f64();
                let present = present.expect("it is a number");
                let is_gate = reached[service] && !without[service];
                prop_assert!(!is_gate || present <= workers, "{present} at {service} behind {gate}, which has {workers}");
            }
        }
    }

    #[test]
    fn a_mesh_in_another_order_gives_the_same(parts in parts(), turns in turns(TICKS)) {
        // With cycles, the order says which call closes one. Two users of one service are added up in their own order.
        let mut parts = downwards(&parts);
        parts.users.truncate(1);
        let mesh = parts.mesh();
        let other = reversed(&parts).mesh();
        let count = mesh.services().len();
        let mut knobs = Knobs::new(&mesh);
        let (mut state, mut other_state) = (State::new(&mesh), State::new(&other));
        for turn in &turns {
            if let Some(turn) = turn {
                turn.apply(&mut knobs);
            }
            let mut other_knobs = knobs.clone();
            other_knobs.services.reverse();
            state.tick(&mesh, &knobs, TICK_S);
            other_state.tick(&other, &other_knobs, TICK_S);
            for index in 0..count {
                let (here, there) = (numbers_of(&state, index), numbers_of(&other_state, count - 1 - index));
                for (here, there) in here.into_iter().zip(there) {
                    // Sums over callers are taken in another order.
                    prop_assert!((here - there).abs() <= 1e-6 * (1.0 + here.abs()), "{here} and {there}");
                }
            }
        }
    }

    #[test]
    fn more_capacity_never_hurts_a_service_without_calls(
        workers in 1_u32..20, more in 1_u32..10, load in 0.05_f64..2.0, queue_limit in 0.0_f64..300.0,
        patience_s in 0.5_f64..10.0,
    ) {
        let served = |workers: u32, rate_rps: f64| {
            let service = ServiceSpec { instances: workers, concurrency: 1, work_s: 0.04, queue_limit };
            let users = UserSpec { patience_s, ..UserSpec::new(0, rate_rps) };
            let mesh = Mesh::new(vec![service], vec![], vec![users]).expect("it is a mesh");
            let mut state = State::new(&mesh);
            for _ in 0..6 {
                state.tick(&mesh, &Knobs::new(&mesh), TICK_S);
            }
            state.user(0).succeeded_rps
        };
        let rate_rps = load * f64::from(workers) / 0.04;
        let (with_less, with_more) = (served(workers, rate_rps), served(workers + more, rate_rps));
        // The curve of waiting is made of straight pieces, of which no two services have the same.
        prop_assert!(with_more >= with_less - 1e-3 * rate_rps, "{with_less} with less, {with_more} with more");
    }

    #[test]
    fn a_healthy_mesh_stays_as_it_is(rate_rps in 1.0_f64..60.0, hops in 1_usize..6) {
        let service = ServiceSpec { instances: 4, concurrency: 8, work_s: 0.02, queue_limit: 200.0 };
        let calls = (1..hops).map(|to| CallSpec::new(to - 1, to)).collect();
        let mesh = Mesh::new(vec![service; hops], calls, vec![UserSpec::new(0, rate_rps)]);
        let mesh = mesh.expect("it is a mesh");
        let knobs = Knobs::new(&mesh);
        let mut state = State::new(&mesh);
        for _ in 0..4 {
            state.tick(&mesh, &knobs, TICK_S);
        }
        let steady = state.clone();
        state.tick(&mesh, &knobs, TICK_S);
        prop_assert_eq!(&state, &steady);
        let users = state.user(0);
        prop_assert!((users.succeeded_rps - rate_rps).abs() <= 1e-4 * rate_rps, "{users:?}");
        prop_assert!(users.failed_rps <= 1e-4 * rate_rps, "{users:?}");
    }
}

#[test]
fn a_tick_of_no_length_and_one_of_another_mesh_change_nothing() {
    let service = ServiceSpec {
        instances: 1,
        concurrency: 1,
        work_s: 0.01,
        queue_limit: 10.0,
    };
    let mesh =
        Mesh::new(vec![service], vec![], vec![UserSpec::new(0, 10.0)]).expect("it is a mesh");
    let other = Mesh::new(vec![service; 2], vec![], vec![]).expect("it is a mesh");
    let knobs = Knobs::new(&mesh);
    let mut state = State::new(&mesh);
    state.tick(&mesh, &knobs, TICK_S);
    let before = state.clone();
    for tick_s in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        state.tick(&mesh, &knobs, tick_s);
    }
    state.tick(&other, &Knobs::new(&other), TICK_S);
    assert_eq!(state, before);
    assert!(!state.fits(&other));
}

#[test]
fn a_mesh_of_wrong_numbers_is_refused_by_name() {
    let service = ServiceSpec {
        instances: 1,
        concurrency: 1,
        work_s: 0.01,
        queue_limit: 10.0,
    };
    let refusal = |services, calls, users| {
        Mesh::new(services, calls, users)
            .expect_err("it is refused")
            .to_string()
    };
    let slow = ServiceSpec {
        work_s: f64::NAN,
        ..service
    };
    assert_eq!(
        refusal(vec![service, slow], vec![], vec![]),
        "work_s of service 1 is NaN; it has to be a finite number of 0 or more"
    );
    let call = CallSpec {
        share: 1.5,
        ..CallSpec::new(0, 0)
    };
    assert_eq!(
        refusal(vec![service], vec![call], vec![]),
        "share of call 0 is 1.5; it has to be a share from 0 to 1"
    );
    assert_eq!(
        refusal(vec![service], vec![CallSpec::new(0, 3)], vec![]),
        "to of call 0 is service 3; there are 1, counted from 0"
    );
}
