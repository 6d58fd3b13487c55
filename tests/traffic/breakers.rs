//! Circuit breakers: when they open, and for how long.

use firewatch_traffic::{Breaker, CallSpec, Knobs, Mesh, State, UserSpec};

use crate::meshes::TICK_S;
use crate::settled::{assert_near, mesh_of, service, settled};

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
    mesh_of(services, vec![call], vec![users])
}

/// If every attempt fails, a breaker opens as soon as its minimum number has ended, and stays open: no more are made.
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

/// A breaker that saw 40 good answers a second for 10 s sees the failed share rise by a tenth per second once all fail. With so
/// little scatter it opens within the second before half of its window has failed, however long it was calm before.
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

/// What is read is the share of the tick in which it was open, however long sub-steps are.
#[test]
fn a_breaker_is_read_as_open_for_its_share_of_the_tick() {
    let mesh = behind_a_breaker(100.0, 20.0, 1e9);
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    assert_near(state.call(0).breaker_open, 0.0, 0.0);
    knobs.services[1].error_ratio = 1.0;
    state.tick(&mesh, &knobs, TICK_S);
    // Half of what it saw in 10 s has to fail before it opens.
    assert_near(state.call(0).breaker_open, 25.0 / 30.0, 0.03);
    for _ in 0..3 {
        state.tick(&mesh, &knobs, TICK_S);
        assert_near(state.call(0).breaker_open, 1.0, 1e-9);
    }
}
