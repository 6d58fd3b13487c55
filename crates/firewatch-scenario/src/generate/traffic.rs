//! Incidents of traffic from a difficulty and a seed: a mesh with its load and policies, and what goes wrong.
//!
//! No draw depends on how traffic is simulated: faults are severe enough for the load that was drawn, so that none has
//! to be tried out, and a better model of traffic changes no draw.

use firewatch_sim::{FaultKind, FaultKnobs, round_decimal};

use super::traffic_mesh::{DrawnCall, DrawnMesh};
use crate::draws::{RandomStreams, StreamId, Streams};
use crate::goal::Goal;
use crate::model::{
    Breaker, Call, Calls, Capacity, Difficulty, Fault, Load, LoadPoint, Physics, Scenario, Service,
    UserGroup,
};

/// Requests per second of a group of users, in steps of 5.
const RPS: [i64; 2] = [6, 24];
const RPS_STEP: f64 = 5.0;
/// Own work on a request, milliseconds.
const WORK_MS: [f64; 8] = [2.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 40.0];
const INSTANCES: [i64; 2] = [2, 6];
/// Share of the workers that are busy while all is well: tried twice, every request still finds a worker.
const UTILIZATION: [f64; 2] = [0.36, 0.46];
/// Timeout by the time that its answer takes while all is well, and the shortest timeout.
const TIMEOUT_OF_ANSWER: f64 = 10.0;
const LEAST_TIMEOUT_S: f64 = 0.3;
/// A caller waits longer than the calls that it waits for may take.
const CALLER_WAITS: f64 = 1.2;
/// Ticks done when the first fault begins: what was normal can be seen before.
const FIRST_START: [i64; 2] = [2, 4];
/// Ticks done when the second fault begins.
const LATER_START: [i64; 2] = [15, 18];
/// Share of requests that fail because of a release or the network.
const FAILING: [f64; 2] = [0.25, 0.45];
/// How far the load exceeds the workers that a change of the configuration leaves, while it is lowest.
const OVERLOAD: [f64; 2] = [1.4, 1.9];
/// Share of the load that is there at the start.
const LOAD_AT_START: [f64; 2] = [0.8, 0.95];
/// Errors of a service that nobody needs, which look bad and harm nobody.
const HARMLESS_ERRORS: [f64; 2] = [0.15, 0.3];
/// Errors of customers in a tick above which they have not what they are promised.
const GOAL_ERRORS: f64 = 0.05;

/// Kinds that harm customers from their first ticks on, at any load that is drawn.
const KINDS: &[FaultKind] = &[
    FaultKind::BAD_DEPLOY,
    FaultKind::CONFIG_DRIFT,
    FaultKind::NETWORK_PARTITION,
];
/// What an easy incident draws from: a change, which its service shows.
const EASY_KINDS: &[FaultKind] = &[FaultKind::BAD_DEPLOY, FaultKind::CONFIG_DRIFT];

/// Draws the incident of a difficulty and a seed.
pub(super) fn draw(difficulty: Difficulty, seed: u64) -> Scenario {
    let draws = &mut Streams::new(seed);
    draws.select(StreamId::TrafficMesh);
    let mesh = DrawnMesh::draw(difficulty, draws);
    draws.select(StreamId::TrafficLoad);
    let rates: Vec<f64> = mesh.entries.iter().map(|_| rate(draws)).collect();
    let (services, utilization) = services(&mesh, &rates, difficulty, draws);
    let users = users(&mesh, &rates, &services, difficulty, draws);
    draws.select(StreamId::TrafficFaults);
    let faults = faults(&mesh, &utilization, difficulty, draws);
    let mut scenario = Scenario {
        seed,
        physics: Physics::Traffic,
        description: description(&mesh),
        users,
        services,
        ..Scenario::new(
            format!("Generated {difficulty} incident of traffic {seed}"),
            difficulty,
        )
    };
    scenario.goals.list = goals(&mesh);
    scenario.root_cause = mesh
        .causes
        .first()
        .map(|&cause| mesh.names[cause].to_owned());
    scenario.faults = faults;
    scenario
}

/// Names who complains, which is never the cause.
fn description(mesh: &DrawnMesh) -> String {
    let names: Vec<&str> = mesh
        .entries
        .iter()
        .map(|&entry| mesh.names[entry])
        .collect();
    format!("Customers who use {} complain.", names.join(" and "))
}

fn rate(draws: &mut Streams) -> f64 {
    let [least, most] = RPS;
    draws.whole(least, most) as f64 * RPS_STEP
}

fn between([least, most]: [f64; 2], draws: &mut Streams) -> f64 {
    round_decimal(least + draws.unit() * (most - least), 2)
}

/// The services, with calls whose timeouts leave time for the answer, and with workers for the load; and the share of
/// those that are busy while all is well.
fn services(
    mesh: &DrawnMesh,
    rates: &[f64],
    difficulty: Difficulty,
    draws: &mut Streams,
) -> (Vec<Service>, Vec<f64>) {
    let count = mesh.names.len();
    let work_ms: Vec<f64> = (0..count)
        .map(|_| WORK_MS[draws.below(WORK_MS.len())])
        .collect();
    let retrying = (difficulty != Difficulty::Easy).then(|| draws.below(count));
    let mut holding_s: Vec<f64> = work_ms.iter().map(|ms| ms / 1000.0).collect();
    let mut services: Vec<Service> = Vec::new();
    services.resize_with(count, Service::default);
    // Callees before callers.
    for &service in mesh.callers_first.iter().rev() {
        let mut calls = Vec::new();
        for drawn in mesh.calls_of(service) {
            holding_s[service] += drawn.share * holding_s[drawn.to];
            let inner = longest_wait_s(&services[drawn.to]) * CALLER_WAITS;
            let answer = holding_s[drawn.to] * TIMEOUT_OF_ANSWER;
            calls.push(Call {
                timeout_s: Some(up_to_tenths(inner.max(answer).max(LEAST_TIMEOUT_S))),
                retries: (retrying == Some(service)).then_some(1),
                share: (drawn.share < 1.0).then_some(drawn.share),
                optional: drawn.optional,
                breaker: breaker(drawn, difficulty, draws),
                ..Call::new(mesh.names[drawn.to])
            });
        }
        services[service] = Service {
            name: mesh.names[service].to_owned(),
            calls: Calls::Named(calls),
            ..Service::default()
        };
    }
    let arriving = arriving_rps(mesh, rates);
    let mut utilization = Vec::new();
    for service in 0..count {
        let [least, most] = INSTANCES;
        let instances = draws.whole(least, most).unsigned_abs();
        let busy = arriving[service] * holding_s[service] / between(UTILIZATION, draws);
        // At most some hundreds.
        let workers = (busy / instances as f64).ceil().max(1.0) as u64;
        let all_workers = (workers * instances) as f64;
        utilization.push(arriving[service] * holding_s[service] / all_workers);
        services[service].capacity = Capacity {
            instances: Some(instances),
            concurrency: Some(workers),
            work_ms: Some(work_ms[service]),
            queue_limit: Some((workers * instances * 10).max(100)),
            ..Capacity::default()
        };
    }
    (services, utilization)
}

/// The longest that a service waits for the answers to its calls, one after the other, again and again.
fn longest_wait_s(service: &Service) -> f64 {
    let Calls::Named(calls) = &service.calls else {
        return 0.0;
    };
    let waits = calls.iter().map(|call| {
        let attempts = (call.retries() + 1) as f64;
        attempts * call.timeout_s() + call.retries() as f64 * call.backoff_s()
    });
    waits.sum()
}

fn up_to_tenths(seconds: f64) -> f64 {
    round_decimal((seconds * 10.0).ceil() / 10.0, 1)
}

fn breaker(drawn: &DrawnCall, difficulty: Difficulty, draws: &mut Streams) -> Option<Breaker> {
    let is_drawn = difficulty == Difficulty::Hard && drawn.optional && draws.below(2) == 0;
    is_drawn.then(Breaker::default)
}

/// Requests per second at each service while all is well.
fn arriving_rps(mesh: &DrawnMesh, rates: &[f64]) -> Vec<f64> {
    let mut arriving = vec![0.0; mesh.names.len()];
    for (&entry, rate) in mesh.entries.iter().zip(rates) {
        arriving[entry] += rate;
    }
    for &service in &mesh.callers_first {
        for call in mesh.calls_of(service) {
            arriving[call.to] += arriving[service] * call.share;
        }
    }
    arriving
}

/// The users of each entry: patient enough for what it waits for, and on medium and hard more of them later on.
fn users(
    mesh: &DrawnMesh,
    rates: &[f64],
    services: &[Service],
    difficulty: Difficulty,
    draws: &mut Streams,
) -> Vec<UserGroup> {
    let mut groups = Vec::new();
    for (&entry, &rps) in mesh.entries.iter().zip(rates) {
        let waits = longest_wait_s(&services[entry]) * CALLER_WAITS;
        let mut users = UserGroup::new(mesh.names[entry], rps);
        users.patience_s = Some((waits + 1.0).ceil());
        if difficulty != Difficulty::Easy {
            let start = round_decimal(rps * between(LOAD_AT_START, draws), 0);
            let from = LoadPoint {
                tick: 0,
                rps: start,
            };
            let to = LoadPoint {
                tick: difficulty.ticks() - 1,
                rps,
            };
            users.rps = Load::Ramp(vec![from, to]);
        }
        groups.push(users);
    }
    groups
}

/// The faults, the causes first. Each is as severe as it must be to harm customers at the load that was drawn.
fn faults(
    mesh: &DrawnMesh,
    utilization: &[f64],
    difficulty: Difficulty,
    draws: &mut Streams,
) -> Vec<Fault> {
    let kinds = match difficulty {
        Difficulty::Easy => EASY_KINDS,
        Difficulty::Medium | Difficulty::Hard => KINDS,
    };
    let mut faults: Vec<Fault> = Vec::new();
    for (number, &cause) in mesh.causes.iter().enumerate() {
        let free: Vec<FaultKind> = { kinds.iter().copied() }
            .filter(|kind| faults.iter().all(|fault| fault.kind != *kind))
            .collect();
        let kind = draws.choose(&free).unwrap_or(FaultKind::BAD_DEPLOY);
        let [earliest, latest] = if number == 0 {
            FIRST_START
        } else {
            LATER_START
        };
        let level = match kind {
            FaultKind::CONFIG_DRIFT => {
                let lowest = utilization[cause] * LOAD_AT_START[0];
                1.0 - lowest / between(OVERLOAD, draws)
            }
            _ => between(FAILING, draws),
        };
        faults.push(Fault {
            level: Some(round_decimal(level, 3)),
            start_tick: draws.whole(earliest, latest).unsigned_abs(),
            speed: difficulty.fault_speed(),
            ..Fault::new(kind, mesh.names[cause])
        });
    }
    // In the order in which they begin.
    let mut all: Vec<Fault> = mesh
        .harmless
        .iter()
        .map(|&service| harmless(mesh, service, difficulty, draws))
        .collect();
    all.append(&mut faults);
    all
}

fn harmless(
    mesh: &DrawnMesh,
    service: usize,
    difficulty: Difficulty,
    draws: &mut Streams,
) -> Fault {
    let knobs = FaultKnobs {
        error_ratio: between(HARMLESS_ERRORS, draws),
        ..FaultKnobs::default()
    };
    Fault {
        speed: difficulty.fault_speed(),
        ..Fault::of_knobs(knobs, mesh.names[service])
    }
}

/// What customers get once all causes are mended.
fn goals(mesh: &DrawnMesh) -> Vec<Goal> {
    let entries = mesh.entries.iter().map(|&entry| mesh.names[entry]);
    entries
        .map(|entry| Goal::below(entry, "http_server_error_rate", GOAL_ERRORS))
        .collect()
}
