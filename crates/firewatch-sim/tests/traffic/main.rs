//! Environments with traffic: the same bits wherever they run, faults that come and go, knobs that are turned by
//! hand, users who are the customers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose incident is refused fails"
)]

mod caches;
mod crowd;
mod everywhere;
mod faults;
mod hands;
mod kinds;
mod numbers;
mod refusals;
mod scaling;
mod unsettable;
mod users;
mod zones;

use std::num::NonZeroU64;

use firewatch_sim::{
    CallState, Engine, EnvironmentRef, EnvironmentState, FaultCourse, FaultKind, FaultKnobs,
    FaultState, ServiceState, Simulation, SloBudget, TrafficServiceState, TrafficState,
    UserGroupState,
};

/// An environment of these services, calls and users.
fn environment(
    services: Vec<TrafficServiceState>,
    calls: Vec<CallState>,
    users: Vec<UserGroupState>,
) -> EnvironmentState {
    let budget = SloBudget {
        remaining: 30.0,
        burn_per_tick: 1.5,
    };
    let named = services.iter().map(|service| ServiceState {
        name: service.name.clone(),
        ..ServiceState::default()
    });
    EnvironmentState {
        engine: Engine::Traffic,
        services: named.collect(),
        dependencies: { calls.iter() }
            .map(|call| (call.from.clone(), vec![call.to.clone()]))
            .collect(),
        traffic: Some(TrafficState {
            users,
            services,
            calls,
            flow: None,
        }),
        ..EnvironmentState::new(budget)
    }
}

/// A service of so many workers, in one instance.
fn service(name: &str, workers: u32, work_s: f64, queue_limit: f64) -> TrafficServiceState {
    TrafficServiceState {
        instances: 1,
        concurrency: workers,
        work_s,
        queue_limit,
        ..TrafficServiceState::new(name)
    }
}

/// Users call `web`, which calls `auth` and `search`: half of what they can is asked of them. Search has four
/// instances in two zones.
fn shop() -> EnvironmentState {
    let search = TrafficServiceState {
        instances: 4,
        zones: vec!["a".into(), "b".into()],
        ..service("search", 5, 0.1, 400.0)
    };
    let call = |to: &str, retries: u32| CallState {
        retries,
        backoff_s: 0.1,
        ..CallState::new("web", to)
    };
    environment(
        vec![
            service("web", 200, 0.005, 1000.0),
            service("auth", 10, 0.02, 200.0),
            search,
        ],
        vec![call("auth", 0), call("search", 1)],
        vec![UserGroupState::new("shoppers", "web", 100.0)],
    )
}

fn ticks(count: u64) -> NonZeroU64 {
    NonZeroU64::new(count).unwrap()
}

/// A fault on a service that turns these knobs.
fn turning(service: &str, knobs: FaultKnobs) -> FaultState {
    let course = FaultCourse {
        knobs: Some(knobs),
        ..FaultCourse::default()
    };
    with_course(FaultState::new(FaultKind::KNOBS, service, 1.0), course)
}

fn with_course(fault: FaultState, course: FaultCourse) -> FaultState {
    FaultState {
        course: Some(course),
        ..fault
    }
}

/// The share of the first group's requests that is served in each of so many ticks.
fn served(simulation: &mut Simulation, ticks: u64) -> Vec<f64> {
    let mut shares = Vec::new();
    for _ in 0..ticks {
        simulation.tick();
        let view = simulation.view();
        let users = view.traffic().unwrap().users().next().unwrap();
        shares.push(users.served().unwrap_or(0.0));
    }
    shares
}

fn metric(simulation: &Simulation, service: &str, name: &str) -> f64 {
    let value = simulation.view().metric(service, name);
    value.expect("the service has the metric").as_f64().unwrap()
}

/// Everything that can be seen of an environment at some moment, and its fingerprint: bits, where equality of states
/// lets `0.0` equal `-0.0`.
#[derive(Clone, Debug, PartialEq)]
struct Footprint {
    hash: u64,
    state: EnvironmentState,
}

impl Footprint {
    fn of(view: EnvironmentRef) -> Self {
        Self {
            hash: view.state_hash(),
            state: view.capture(),
        }
    }
}

/// An incident of the classic physics: checkout calls database, which has a bad deployment.
fn classic() -> EnvironmentState {
    let service = |name: &str| ServiceState {
        name: name.into(),
        ..ServiceState::default()
    };
    EnvironmentState {
        services: ["checkout", "database"].map(service).into(),
        dependencies: vec![("checkout".into(), vec!["database".into()])],
        faults: vec![FaultState::new(FaultKind::BAD_DEPLOY, "database", 1.0)],
        ..EnvironmentState::new(SloBudget {
            remaining: 4.0,
            burn_per_tick: 1.5,
        })
    }
}
