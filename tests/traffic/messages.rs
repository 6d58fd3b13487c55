//! Asynchronous calls: messages that wait for their consumer.

use firewatch_traffic::{CallSpec, Knobs, UserSpec};

use crate::meshes::TICK_S;
use crate::settled::{assert_near, mesh_of, service, settled};

fn message(from: usize, to: usize) -> CallSpec {
    CallSpec {
        asynchronous: true,
        ..CallSpec::new(from, to)
    }
}

/// A consumer that is away for 60 s leaves 6,000 messages at 100 a second. Back, it does 200 a second: after 30 s it has
/// done those 6,000 and 3,000 have come, of which the oldest came 30 s ago; after 60 s nothing waits. Nobody waits for it.
#[test]
fn messages_wait_for_their_consumer() {
    let call = message(0, 1);
    let services = vec![service(8, 0.01, 100.0), service(2, 0.01, 0.0)];
    let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 100.0)]);
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
    let call = message(0, 1);
    let services = vec![service(8, 0.001, 100.0), service(3, 0.04, 0.0)];
    let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 90.0)]);
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

#[test]
fn a_mesh_knows_who_sends_messages_to_a_service() {
    let calls = vec![
        message(2, 1),
        CallSpec::new(0, 1),
        message(0, 2),
        message(0, 1),
    ];
    let services = vec![service(1, 0.01, 0.0); 3];
    let mesh = mesh_of(services, calls, Vec::new());
    let sent = [0, 1, 2, 3].map(|to| mesh.message_calls_to(to).collect::<Vec<_>>());
    assert_eq!(sent, [vec![], vec![0, 3], vec![2], vec![]]);
}

/// Who can't send its message fails, unless it may do without; what the way swallows nobody misses.
#[test]
fn messages_that_are_not_sent_are_lost() {
    for (optional, failed) in [(false, 25.0), (true, 0.0)] {
        let call = CallSpec {
            optional,
            ..message(0, 1)
        };
        let services = vec![service(64, 0.01, 100.0), service(64, 0.01, 100.0)];
        let mesh = mesh_of(services, vec![call], vec![UserSpec::new(0, 100.0)]);
        let mut knobs = Knobs::new(&mesh);
        knobs.calls[0].error_ratio = 0.25;
        knobs.calls[0].unreachable_ratio = 0.5;
        let state = settled(&mesh, &knobs);
        assert!((state.user(0).failed_rps - failed).abs() < 0.01);
        assert_near(state.service(1).arrived_rps, 100.0 * 0.75 * 0.5, 0.01);
    }
}
