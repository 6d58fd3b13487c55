//! Random meshes, with cycles, self calls and numbers at their ends, and random faults in them.

use firewatch_traffic::{Breaker, Cache, CallSpec, Knobs, Mesh, ServiceSpec, State, UserSpec};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

pub const TICK_S: f64 = 30.0;

/// Numbers as they occur, and at their ends.
fn number(usual: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    prop_oneof![8 => usual, 1 => Just(0.0), 1 => prop_oneof![Just(1e-9), Just(1e9), Just(f64::MAX)]]
}

fn share() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..=1.0, 1 => Just(0.0), 1 => Just(1.0)]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 1_u32..6, 1 => Just(0), 1 => Just(u32::MAX)]
}

fn service() -> impl Strategy<Value = ServiceSpec> {
    (count(), count(), number(0.001..0.1), number(0.0..500.0)).prop_map(
        |(instances, concurrency, work_s, queue_limit)| ServiceSpec {
            instances,
            concurrency,
            work_s,
            queue_limit,
        },
    )
}

fn breaker() -> impl Strategy<Value = Breaker> {
    (
        share(),
        number(1.0..40.0),
        number(1.0..15.0),
        number(1.0..30.0),
    )
        .prop_map(|(failure_ratio, min_requests, window_s, open_s)| Breaker {
            failure_ratio,
            min_requests,
            window_s,
            open_s,
        })
}

fn cache() -> impl Strategy<Value = Cache> {
    (share(), number(1.0..100.0)).prop_map(|(hit_share, warm_up_s)| Cache {
        hit_share,
        warm_up_s,
    })
}

fn call(services: usize) -> impl Strategy<Value = CallSpec> {
    let service = move || 0..services;
    let policy = (
        number(0.1..3.0),
        count(),
        number(0.0..0.5),
        share(),
        any::<bool>(),
    );
    let ends = (
        service(),
        service(),
        option::weighted(0.2, service()),
        option::weighted(0.2, breaker()),
        option::weighted(0.2, cache()),
        proptest::bool::weighted(0.2),
    );
    (ends, policy).prop_map(|(ends, policy)| {
        let (from, to, fallback, breaker, cache, asynchronous) = ends;
        let (timeout_s, retries, backoff_s, share, optional) = policy;
        CallSpec {
            from,
            to,
            timeout_s,
            retries,
            backoff_s,
            share,
            optional,
            fallback,
            breaker,
            cache,
            asynchronous,
        }
    })
}

fn users(services: usize) -> impl Strategy<Value = UserSpec> {
    (
        0..services,
        number(0.0..100.0),
        number(0.5..10.0),
        count(),
        number(0.0..3.0),
    )
        .prop_map(
            |(service, rate_rps, patience_s, retries, backoff_s)| UserSpec {
                service,
                rate_rps,
                patience_s,
                retries,
                backoff_s,
            },
        )
}

/// The parts of a mesh.
#[derive(Debug, Clone)]
pub struct Parts {
    pub services: Vec<ServiceSpec>,
    pub calls: Vec<CallSpec>,
    pub users: Vec<UserSpec>,
}

impl Parts {
    pub fn mesh(&self) -> Mesh {
        let (services, calls, users) = (
            self.services.clone(),
            self.calls.clone(),
            self.users.clone(),
        );
        Mesh::new(services, calls, users).expect("the numbers are in their ranges")
    }
}

pub fn parts() -> impl Strategy<Value = Parts> {
    (1_usize..7).prop_flat_map(|services| {
        (
            vec(service(), services),
            vec(call(services), 0..9),
            vec(users(services), 0..3),
        )
            .prop_map(|(services, calls, users)| Parts {
                services,
                calls,
                users,
            })
    })
}

/// Something that is set before a tick: of which service, call or group (whatever there is), and how far.
#[derive(Debug, Clone)]
pub struct Turn {
    what: usize,
    whose: usize,
    level: f64,
}

pub fn turns(ticks: usize) -> impl Strategy<Value = Vec<Option<Turn>>> {
    let turn = (
        0_usize..15,
        0_usize..6,
        prop_oneof![4 => 0.0..=1.0, 1 => Just(1e12), 1 => Just(f64::NAN)],
    )
        .prop_map(|(what, whose, level)| Turn { what, whose, level });
    vec(option::weighted(0.6, turn), ticks)
}

impl Turn {
    pub fn apply(&self, knobs: &mut Knobs) {
        let services = knobs.services.len();
        let service = &mut knobs.services[self.whose % services];
        match self.what {
            0 => service.error_ratio = self.level,
            1 => service.added_latency_s = 3.0 * self.level,
            2 => service.slow_factor = 10.0 * self.level,
            3 => service.instances = Some(4.0 * self.level),
            4 => service.down = !service.down,
            5 => service.unreachable_ratio = self.level,
            6 => service.queue_limit = Some(100.0 * self.level),
            _ => self.apply_to_legs(knobs),
        }
    }

    fn apply_to_legs(&self, knobs: &mut Knobs) {
        let (calls, users) = (knobs.calls.len(), knobs.users.len());
        if calls > 0 {
            let call = &mut knobs.calls[self.whose % calls];
            match self.what {
                7 => call.retries = Some((4.0 * self.level) as u32),
                8 => call.timeout_s = Some(2.0 * self.level),
                9 => call.cut = !call.cut,
                11 => call.error_ratio = self.level,
                12 => call.added_latency_s = self.level,
                13 => call.unreachable_ratio = self.level,
                14 => call.cache_flushed = !call.cache_flushed,
                _ => {}
            }
        }
        if users > 0 && self.what == 10 {
            knobs.users[self.whose % users].rate_rps = 200.0 * self.level;
        }
    }
}

/// Plays the turns, and shows the state after each tick.
pub fn play(mesh: &Mesh, turns: &[Option<Turn>], mut see: impl FnMut(&Knobs, &State)) {
    let mut knobs = Knobs::new(mesh);
    let mut state = State::new(mesh);
    for turn in turns {
        if let Some(turn) = turn {
            turn.apply(&mut knobs);
        }
        state.tick(mesh, &knobs, TICK_S);
        see(&knobs, &state);
    }
}
