//! What a tick of a hard mesh costs (8 services, 12 calls, two groups of users), in microseconds: the least of many runs.
//!
//! `cargo bench -p firewatch-traffic --bench ticks` prints three rows: ticks after each of which something is set (faults
//! that come and go), ticks in which a fault's consequences go on, and ticks in which nothing changes.

#![expect(clippy::expect_used, reason = "a benchmark without a mesh fails")]

use std::hint::black_box;
use std::time::Instant;

use firewatch_traffic::{Breaker, CallSpec, Knobs, Mesh, ServiceSpec, State, UserSpec};

const TICK_S: f64 = 30.0;
const RUNS: usize = 200;

fn mesh() -> Mesh {
    let service = |instances, concurrency, work_ms: f64| ServiceSpec {
        instances,
        concurrency,
        work_s: work_ms / 1000.0,
        queue_limit: 200.0,
    };
    // An entry, two halves that meet at one database, a chain, a cache, and an optional service.
    let services = vec![
        service(4, 16, 10.0),
        service(4, 8, 15.0),
        service(4, 8, 15.0),
        service(3, 8, 10.0),
        service(2, 4, 18.0),
        service(2, 4, 20.0),
        service(2, 2, 10.0),
        service(2, 2, 12.0),
    ];
    let call = |from, to, retries| CallSpec {
        retries,
        ..CallSpec::new(from, to)
    };
    let breaker = Breaker {
        failure_ratio: 0.6,
        min_requests: 20.0,
        window_s: 10.0,
        open_s: 15.0,
    };
    let calls = vec![
        call(0, 1, 1),
        call(0, 2, 0),
        CallSpec {
            optional: true,
            timeout_s: 0.3,
            ..call(0, 7, 0)
        },
        call(1, 3, 2),
        call(1, 4, 1),
        call(2, 4, 1),
        CallSpec {
            share: 0.5,
            ..call(2, 5, 0)
        },
        CallSpec {
            breaker: Some(breaker),
            backoff_s: 0.1,
            ..call(3, 5, 3)
        },
        CallSpec {
            share: 0.3,
            ..call(3, 6, 0)
        },
        CallSpec {
            fallback: Some(7),
            ..call(4, 6, 0)
        },
        CallSpec {
            share: 0.4,
            ..call(5, 6, 1)
        },
        call(1, 7, 0),
    ];
    let users = vec![
        UserSpec {
            retries: 1,
            backoff_s: 1.0,
            ..UserSpec::new(0, 60.0)
        },
        UserSpec::new(2, 10.0),
    ];
    Mesh::new(services, calls, users).expect("it is a mesh")
}

/// The least microseconds of a tick, over runs of `ticks`, with `turn` before each.
fn least_us(ticks: usize, prepare: impl Fn(&mut Knobs), turn: impl Fn(&mut Knobs, usize)) -> f64 {
    let mesh = mesh();
    let mut least = f64::MAX;
    let mut start = State::new(&mesh);
    let mut knobs = Knobs::new(&mesh);
    for _ in 0..10 {
        start.tick(&mesh, &knobs, TICK_S);
    }
    prepare(&mut knobs);
    for _ in 0..RUNS {
        let (mut state, mut knobs) = (start.clone(), knobs.clone());
        let begun = Instant::now();
        for tick in 0..ticks {
            turn(&mut knobs, tick);
            state.tick(&mesh, black_box(&knobs), TICK_S);
        }
        least = least.min(begun.elapsed().as_secs_f64() * 1e6 / ticks as f64);
        black_box(state.user(0));
    }
    least
}

fn main() {
    let slow = |knobs: &mut Knobs| knobs.services[6].slow_factor = 4.0;
    let set = least_us(
        20,
        |_| {},
        |knobs, tick| {
            knobs.services[6].slow_factor = if tick % 4 < 2 {
                4.0
            } else {
                1.0 + 0.1 * (tick % 2) as f64
            }
        },
    );
    println!("a knob is turned before each tick  {set:8.2} us a tick");
    println!(
        "a fault begins and stays           {:8.2} us a tick",
        least_us(10, slow, |_, _| {})
    );
    println!(
        "nothing changes                    {:8.2} us a tick",
        least_us(100, |_| {}, |_, _| {})
    );
}
