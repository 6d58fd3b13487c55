//! The second version of the generator: incidents with goals which, from medium on, ask for a diagnosis.
//!
//! A draw is tried out, and made again until it keeps what the version promises: see [`super::trial`]. Should every draw
//! of a seed be refused, the last ones keep it with any seed.

use firewatch_action::Metrics;
use firewatch_sim::{FaultKind, Value, round_decimal};

use super::trial;
use crate::draft::Draft;
use crate::draws::{RandomStreams, StreamId, Streams};
use crate::goal::Goal;
use crate::model::{Calls, Difficulty, Fault, Scenario, Service};

/// Draws that are tried, first of any mesh, then of a known one, and then with known vitals.
const ATTEMPTS: usize = 2000;
/// Seed of the draws with known vitals, whatever the seed of the incident.
const KNOWN_DRAWS: u64 = 0;
/// What every service begins with there, so that no trial depends on what the seed draws.
const KNOWN_VITALS: [(&str, f64); 3] = [
    ("http_server_error_rate", 0.005),
    ("http_server_request_duration_p99", 0.1),
    ("process_memory_utilization", 0.3),
];
/// The order of the calls in this mesh lets every difficulty find its structure.
const KNOWN_MESH: [&str; 7] = [
    "load-balancer",
    "api-gateway",
    "auth-service",
    "user-service",
    "db-proxy",
    "cache",
    "notification-service",
];
/// Kinds that grow faster than the recovery from an earlier fault mends.
pub(super) const LATER_KINDS: &[FaultKind] = &[
    FaultKind::OOM,
    FaultKind::CONFIG_DRIFT,
    FaultKind::NETWORK_PARTITION,
];
pub(super) const FIRST_SPEED: f64 = 1.0;
pub(super) const LATER_SPEED: f64 = 2.0;
/// Ticks done when the second fault begins.
const LATER_START: [i64; 2] = [14, 18];
/// Error rates of the red herrings: more than the cause has at the start, and so few that customers are well.
const HERRING_ERRORS: [f64; 2] = [0.06, 0.095];
/// The most red herrings: a hard incident needs the other services for two faults apart from each other.
pub(super) const MAX_HERRINGS: usize = 2;
/// Seconds since the deployment and the change of configuration that make a red herring tempting.
const TEMPTING_AGE: [i64; 2] = [60, 600];
/// What callers of the cause already show at the start.
const CALLER_ERRORS: [f64; 2] = [0.5, 0.7];
const CALLER_LATENCY: [f64; 2] = [2.1, 3.5];

/// Draws the incident of a difficulty and a seed.
#[expect(
    clippy::expect_used,
    reason = "no trial of the last draws depends on the seed, and a test finds a good one of each difficulty"
)]
pub(super) fn draw(difficulty: Difficulty, seed: u64) -> Scenario {
    let own = &mut Streams::new(seed);
    own.select(StreamId::Incident);
    first_good(Draws::AnyMesh, difficulty, seed, own)
        .or_else(|| first_good(Draws::KnownMesh, difficulty, seed, own))
        .or_else(|| first_good(Draws::KnownVitals, difficulty, seed, &mut known_draws()))
        .expect("see the reason above")
}

fn known_draws() -> Streams {
    let mut draws = Streams::new(KNOWN_DRAWS);
    draws.select(StreamId::Incident);
    draws
}

/// What is drawn, and what is given.
#[derive(Clone, Copy, PartialEq)]
enum Draws {
    AnyMesh,
    /// The services are given.
    KnownMesh,
    /// The services and their vitals are given.
    KnownVitals,
}

/// Returns the first draw that keeps what the version promises.
fn first_good(
    kind: Draws,
    difficulty: Difficulty,
    seed: u64,
    draws: &mut Streams,
) -> Option<Scenario> {
    let mut draft = Draft::new();
    (0..ATTEMPTS).find_map(|_| {
        match kind {
            Draws::AnyMesh => draft.draw_mesh(difficulty.service_count(), draws),
            _ => draft.take_mesh(&KNOWN_MESH[..difficulty.service_count()]),
        }
        let roles = Roles::draw(&draft, difficulty, draws)?;
        let mut drawn = roles.scenario(difficulty, seed, draws);
        if kind == Draws::KnownVitals {
            give_vitals(&mut drawn);
        }
        trial::is_good(&drawn, difficulty, &roles.facing).then_some(drawn)
    })
}

/// Gives each service the vitals that it does not have: then nothing that a trial looks at is drawn from the seed.
pub(super) fn give_vitals(scenario: &mut Scenario) {
    for service in &mut scenario.services {
        for (name, value) in KNOWN_VITALS {
            let metric = service.metrics.entry(name.to_owned());
            metric.or_insert(Value::Float(value));
        }
    }
}

/// Who is what in an incident; all are indices into the mesh.
pub(super) struct Roles {
    /// Names of the services.
    pub(super) mesh: Vec<&'static str>,
    /// Caller and callee.
    pub(super) calls: Vec<(usize, usize)>,
    pub(super) red_herrings: Vec<usize>,
    /// The services that customers talk to.
    pub(super) facing: Vec<usize>,
    /// The service of each fault.
    pub(super) causes: Vec<usize>,
}

impl Roles {
    /// Customers talk to the services that no other calls, without red herrings.
    pub(super) fn new(
        mesh: Vec<&'static str>,
        calls: Vec<(usize, usize)>,
        red_herrings: Vec<usize>,
        causes: Vec<usize>,
    ) -> Self {
        let is_called = |service: usize| calls.iter().any(|&(_, callee)| callee == service);
        let facing = (0..mesh.len())
            .filter(|service| !red_herrings.contains(service) && !is_called(*service))
            .collect();
        Self {
            mesh,
            calls,
            red_herrings,
            facing,
            causes,
        }
    }

    /// `None` if the mesh has no service that can be the cause.
    fn draw(draft: &Draft, difficulty: Difficulty, draws: &mut Streams) -> Option<Self> {
        let mesh: Vec<&str> = draft.services().map(|service| service.name).collect();
        let mut rest: Vec<usize> = (0..mesh.len()).collect();
        let herrings = (0..difficulty.red_herring_count().min(MAX_HERRINGS))
            .map(|_| rest.remove(draws.below(rest.len())))
            .collect();
        let mut roles = Self::new(mesh, draft.calls().collect(), herrings, Vec::new());
        // On easy, customers may talk to the callers themselves.
        let least = match difficulty {
            Difficulty::Easy => 1,
            Difficulty::Medium | Difficulty::Hard => 2,
        };
        let deep: Vec<usize> = { rest.iter().copied() }
            .filter(|&service| roles.depth(service) >= Some(least))
            .collect();
        let cause = draws.choose(&deep)?;
        roles.causes.push(cause);
        if difficulty == Difficulty::Hard {
            let others: Vec<usize> = { rest.iter().copied() }
                .filter(|&service| roles.depth(service) >= Some(1))
                // Who calls the first one suffers from that already.
                .filter(|service| !roles.callers(cause).contains(service))
                .collect();
            roles.causes.push(draws.choose(&others)?);
        }
        Some(roles)
    }

    /// The service and all that call it, nearest first, without red herrings, which pass no errors on.
    pub(super) fn callers(&self, service: usize) -> Vec<usize> {
        self.rings(service).concat()
    }

    /// Calls between the nearest service that customers talk to and this one; `None` if none leads here.
    pub(super) fn depth(&self, service: usize) -> Option<usize> {
        let rings = self.rings(service);
        let mut rings = rings.iter();
        rings.position(|ring| ring.iter().any(|at| self.facing.contains(at)))
    }

    /// The service, those that call it, those that call these, and so on; each once.
    fn rings(&self, service: usize) -> Vec<Vec<usize>> {
        let mut rings = vec![vec![service]];
        while let Some(last) = rings.last().filter(|last| !last.is_empty()) {
            let mut next: Vec<usize> = Vec::new();
            for &(caller, callee) in &self.calls {
                let is_known = next.contains(&caller) || rings.concat().contains(&caller);
                if last.contains(&callee) && !is_known && !self.red_herrings.contains(&caller) {
                    next.push(caller);
                }
            }
            rings.push(next);
        }
        rings
    }

    pub(super) fn name(&self, service: usize) -> String {
        self.mesh[service].to_owned()
    }

    fn scenario(&self, difficulty: Difficulty, seed: u64, draws: &mut Streams) -> Scenario {
        let faults = self.faults(difficulty, draws);
        let services = self.services(difficulty, draws);
        let mut scenario = Scenario {
            seed,
            services,
            red_herrings: { self.red_herrings.iter() }
                .map(|&index| self.name(index))
                .collect(),
            prompt_injection: match difficulty {
                Difficulty::Hard => draws
                    .choose(&self.red_herrings)
                    .map(|index| self.name(index)),
                Difficulty::Easy | Difficulty::Medium => None,
            },
            description: self.description(),
            ..Scenario::new(
                format!("Generated {difficulty} incident {seed}"),
                difficulty,
            )
        };
        scenario.goals.list = self.goals(&faults);
        scenario.faults = faults;
        scenario
    }

    /// Names who complains, which is never the cause.
    fn description(&self) -> String {
        let names: Vec<&str> = self.facing.iter().map(|&index| self.mesh[index]).collect();
        format!("Customers who use {} complain.", names.join(", "))
    }

    fn faults(&self, difficulty: Difficulty, draws: &mut Streams) -> Vec<Fault> {
        let first = draws.choose(difficulty.fault_kinds());
        let first = first.unwrap_or(FaultKind::OOM);
        let later: Vec<FaultKind> = { LATER_KINDS.iter().copied() }
            .filter(|&kind| kind != first)
            .collect();
        let mut faults = Vec::new();
        for (number, &service) in self.causes.iter().enumerate() {
            let is_first = number == 0;
            let kind = if is_first {
                first
            } else {
                draws.choose(&later).unwrap_or(FaultKind::OOM)
            };
            let [earliest, latest] = LATER_START;
            let start = if is_first {
                0
            } else {
                draws.whole(earliest, latest)
            };
            faults.push(Fault {
                speed: match kind {
                    _ if !is_first => LATER_SPEED,
                    // Slower, it would not reach customers in time.
                    FaultKind::MEMORY_LEAK => difficulty.fault_speed(),
                    _ => FIRST_SPEED,
                },
                start_tick: start.unsigned_abs(),
                ..Fault::new(kind, self.name(service))
            });
        }
        faults
    }

    /// The services: at the start red herrings have more errors than the cause, and its callers show its symptoms
    /// before it does.
    fn services(&self, difficulty: Difficulty, draws: &mut Streams) -> Vec<Service> {
        let of_catalogue = |&name: &&str| Service {
            name: name.to_owned(),
            calls: Calls::Catalogue,
            ..Service::default()
        };
        let mut services: Vec<Service> = self.mesh.iter().map(of_catalogue).collect();
        for &herring in &self.red_herrings {
            services[herring].metrics = tempting(draws);
        }
        if difficulty != Difficulty::Easy {
            for &(caller, callee) in &self.calls {
                let is_free = !self.red_herrings.contains(&caller);
                if Some(&callee) == self.causes.first() && is_free {
                    services[caller].metrics = symptoms(draws);
                }
            }
        }
        services
    }

    /// What each cause is like once it is mended, and what customers see then.
    fn goals(&self, faults: &[Fault]) -> Vec<Goal> {
        let mut goals = Vec::new();
        for fault in faults {
            goals.push(Goal::below(&fault.service, "http_server_error_rate", 0.1));
            goals.push(match fault.kind {
                FaultKind::OOM | FaultKind::MEMORY_LEAK => {
                    Goal::below(&fault.service, "process_memory_utilization", 0.8)
                }
                _ => Goal::below(&fault.service, "http_server_request_duration_p99", 0.5),
            });
        }
        let is_reached = |index: &&usize| {
            let mut causes = self.causes.iter();
            causes.any(|&cause| self.callers(cause).contains(index))
        };
        let facing = self.facing.iter().filter(is_reached);
        let facing = facing.map(|&index| self.mesh[index]);
        goals.extend(facing.map(|entry| Goal::below(entry, "http_server_error_rate", 0.1)));
        goals
    }
}

/// Errors that look bad and harm nobody, and changes that could explain them.
pub(super) fn tempting(draws: &mut Streams) -> Metrics {
    let [earliest, latest] = TEMPTING_AGE;
    let mut age = || Value::Int(draws.whole(earliest, latest));
    let (deployed, configured) = (age(), age());
    Metrics::from([
        (
            "http_server_error_rate".to_owned(),
            Value::Float(between(HERRING_ERRORS, draws)),
        ),
        ("last_deployment_age_seconds".to_owned(), deployed),
        ("last_config_age_seconds".to_owned(), configured),
    ])
}

pub(super) fn symptoms(draws: &mut Streams) -> Metrics {
    Metrics::from([
        (
            "http_server_error_rate".to_owned(),
            Value::Float(between(CALLER_ERRORS, draws)),
        ),
        (
            "http_server_request_duration_p99".to_owned(),
            Value::Float(between(CALLER_LATENCY, draws)),
        ),
    ])
}

fn between([min, max]: [f64; 2], draws: &mut Streams) -> f64 {
    round_decimal(min + draws.unit() * (max - min), 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::SERVICE_CATALOGUE;

    /// The draws do not depend on the seed, and neither do their trials: what is found for one is found for all.
    #[test]
    fn a_seed_whose_every_draw_is_refused_gets_a_good_incident() {
        for &difficulty in Difficulty::ALL {
            let drawn = |seed| {
                let draws = &mut known_draws();
                first_good(Draws::KnownVitals, difficulty, seed, draws).expect("there is one")
            };
            let first = drawn(0);
            for seed in (1..200).chain([u64::MAX]) {
                let name = format!("Generated {difficulty} incident {seed}");
                let other = Scenario {
                    seed,
                    name,
                    ..first.clone()
                };
                assert_eq!(drawn(seed), other);
            }
        }
    }

    #[test]
    fn the_known_mesh_is_of_the_catalogue() {
        for name in KNOWN_MESH {
            assert!(SERVICE_CATALOGUE.iter().any(|service| service.name == name));
        }
    }
}
