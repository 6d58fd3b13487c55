//! Knobs on calls, and knobs that meet.

use firewatch_traffic::{CallSpec, Knobs, ServiceKnobs, UserSpec};

use crate::meshes::TICK_S;
use crate::settled::{assert_near, mesh_of, service, settled};

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
    let mesh = mesh_of(services, vec![call, CallSpec::new(1, 2)], users);
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
    let mesh = mesh_of(services, calls, vec![UserSpec::new(0, 20.0)]);
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
    let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 20.0)]);
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

/// What never reached a service is not answered by it when it can be reached again: users who wait then, for up to 10 s, time
/// out, and no more is served than comes.
#[test]
fn what_was_lost_on_its_way_is_not_answered() {
    let users = vec![UserSpec::new(0, 90.0)];
    let mesh = mesh_of(vec![service(8, 0.02, 500.0)], vec![], users);
    for unreachable_ratio in [0.5, 1.0] {
        let mut knobs = Knobs::new(&mesh);
        let mut state = settled(&mesh, &knobs);
        for turned_ratio in [unreachable_ratio, 0.0] {
            knobs.services[0].unreachable_ratio = turned_ratio;
            state.tick(&mesh, &knobs, TICK_S);
            let (served_rps, wanted_rps) =
                (state.user(0).succeeded_rps, 90.0 * (1.0 - turned_ratio));
            assert!(
                (served_rps - wanted_rps).abs() <= 1.0,
                "{served_rps} instead of {wanted_rps}"
            );
        }
        state.tick(&mesh, &knobs, TICK_S);
        assert_near(state.user(0).succeeded_rps, 90.0, 1e-3);
    }
}

/// What goes down kills what came to it, and not what was lost on its way: that waits for its whole patience.
#[test]
fn what_was_lost_on_its_way_is_not_killed() {
    let users = UserSpec {
        patience_s: 90.0,
        ..UserSpec::new(0, 40.0)
    };
    let mesh = mesh_of(vec![service(8, 0.02, 500.0)], vec![], vec![users]);
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    knobs.services[0].unreachable_ratio = 1.0;
    state.tick(&mesh, &knobs, TICK_S);
    (knobs.services[0].unreachable_ratio, knobs.services[0].down) = (0.0, true);
    state.tick(&mesh, &knobs, TICK_S);
    // Those that come are refused; 1,200 wait.
    assert_near(state.user(0).failed_rps, 40.0, 0.2);
    assert_near(state.users_present(0), 1200.0, 0.2);
}

/// Where nobody comes any more nobody ends, and there are no percentiles.
#[test]
fn what_fades_away_is_nobody() {
    let users = vec![UserSpec::new(0, 40.0)];
    let mesh = mesh_of(vec![service(8, 0.02, 500.0)], vec![], users);
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    knobs.users[0].rate_rps = 0.0;
    for tick in 0..20 {
        state.tick(&mesh, &knobs, TICK_S);
        let users = state.user(0);
        let has_ended = users.has_ended();
        assert_eq!(has_ended, users.latency_p99_s > 0.0, "{tick}: {users:?}");
        assert!(tick == 0 || !has_ended, "{tick}: {users:?}");
    }
}
