//! Drawing: episodes from a difficulty and a seed, and the baselines of every scenario's services.
//!
//! Each purpose has a ChaCha stream of its own, keyed by the seed, so that what one of them draws
//! never shifts what another one does: an explicit scenario with the services, fault and red herrings
//! of a generated one has the same baselines.

use std::collections::BTreeSet;

use firewatch_sim::{
    EnvironmentState, FaultKind, FaultState, LogScript, ServiceState, Status, Value, round_decimal,
};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::catalogue::{self, CATALOGUE, CatalogueService, DEFAULT_MEMORY_LIMIT_MEBIBYTES};
use crate::model::{Calls, Difficulty, Fault, Metrics, Scenario, Service};

/// What is drawn from a stream; its number selects the stream.
#[derive(Clone, Copy)]
enum Purpose {
    Mesh = 1,
    Cause = 2,
    RedHerrings = 3,
    PromptInjection = 4,
    Baseline = 5,
    Degradation = 6,
    Change = 7,
}

struct Stream(ChaCha8Rng);

impl Stream {
    fn new(seed: u64, purpose: Purpose) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(purpose as u64);
        Self(rng)
    }

    /// A number from 0 up to but not including 1, in steps of 2^-53.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `count`, which is far below 2^32: the bias is less than 2^-32.
    fn below(&mut self, count: usize) -> usize {
        let product = u128::from(self.0.next_u64()) * count as u128;
        // The high half is below `count`.
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// A whole number from `min` to `max`, both included.
    fn whole(&mut self, min: i64, max: i64) -> i64 {
        let count = usize::try_from(max - min + 1).unwrap_or(1);
        min + i64::try_from(self.below(count)).unwrap_or(0)
    }

    fn choose<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() {
            None
        } else {
            items.get(self.below(items.len())).copied()
        }
    }

    fn text(&mut self, alphabet: &[u8; 16], length: usize) -> String {
        (0..length)
            .map(|_| char::from(alphabet[self.below(alphabet.len())]))
            .collect()
    }
}

/// Draws an episode: services of the catalogue that form one connected mesh, a root cause that
/// somebody calls, its fault, red herrings, and on hard a lying log.
#[must_use]
pub fn generate(difficulty: Difficulty, seed: u64) -> Scenario {
    let mesh = draw_mesh(
        difficulty.service_count(),
        &mut Stream::new(seed, Purpose::Mesh),
    );
    let (root_cause, kind) = draw_cause(difficulty, &mesh, &mut Stream::new(seed, Purpose::Cause));
    let mut others: Vec<&str> = mesh
        .iter()
        .map(|service| service.name)
        .filter(|name| *name != root_cause)
        .collect();
    let mut stream = Stream::new(seed, Purpose::RedHerrings);
    let red_herrings: Vec<&str> = (0..difficulty.red_herring_count().min(others.len()))
        .map(|_| others.remove(stream.below(others.len())))
        .collect();
    let prompt_injection = match difficulty {
        Difficulty::Hard => Stream::new(seed, Purpose::PromptInjection).choose(&red_herrings),
        Difficulty::Easy | Difficulty::Medium => None,
    };
    Scenario {
        name: format!("Generated {difficulty} episode {seed}"),
        description: String::new(),
        seed,
        difficulty: Some(difficulty),
        ticks: difficulty.ticks(),
        slo_budget: difficulty.slo_budget(),
        impact: firewatch_sim::ImpactMode::default(),
        engine: firewatch_sim::Engine::default(),
        generated: false,
        services: mesh
            .iter()
            .map(|service| Service {
                name: service.name.to_owned(),
                calls: Calls::Catalogue,
                ..Service::default()
            })
            .collect(),
        faults: vec![Fault {
            kind,
            service: root_cause.to_owned(),
            speed: difficulty.fault_speed(),
            start_tick: 0,
            metrics: Metrics::new(),
            absent: false,
        }],
        red_herrings: red_herrings.into_iter().map(str::to_owned).collect(),
        root_cause: None,
        prompt_injection: prompt_injection.map(str::to_owned),
        adversarial_logs: Vec::new(),
        timeline: Vec::new(),
        expect: Vec::new(),
        sweep: crate::sweep::Sweep::default(),
    }
}

/// Fills in what a scenario without services leaves to be drawn from its difficulty and seed.
pub(crate) fn expand(scenario: Scenario) -> Scenario {
    let Some(difficulty) = scenario.difficulty else {
        return scenario;
    };
    let drawn = generate(difficulty, scenario.seed);
    Scenario {
        services: drawn.services,
        faults: drawn.faults,
        red_herrings: drawn.red_herrings,
        prompt_injection: drawn.prompt_injection,
        ..scenario
    }
}

fn are_linked(a: &CatalogueService, b: &CatalogueService) -> bool {
    a.calls.contains(&b.name) || b.calls.contains(&a.name)
}

/// Grows a mesh from one linked service to the next.
fn draw_mesh(count: usize, stream: &mut Stream) -> Vec<&'static CatalogueService> {
    // Every service with a link is in one connected part large enough, or in a small one that is
    // skipped: growth from there would stop short.
    loop {
        let Some(first) = stream.choose(&CATALOGUE.iter().collect::<Vec<_>>()) else {
            return Vec::new();
        };
        let mut mesh = vec![first];
        while mesh.len() < count {
            let neighbours: Vec<&CatalogueService> = CATALOGUE
                .iter()
                .filter(|service| !mesh.iter().any(|member| member.name == service.name))
                .filter(|service| mesh.iter().any(|member| are_linked(member, service)))
                .collect();
            let Some(next) = stream.choose(&neighbours) else {
                break;
            };
            mesh.push(next);
        }
        if mesh.len() == count {
            return mesh;
        }
    }
}

/// The root cause, among the services that another one of the mesh calls, and its fault.
fn draw_cause(
    difficulty: Difficulty,
    mesh: &[&CatalogueService],
    stream: &mut Stream,
) -> (&'static str, FaultKind) {
    let called: Vec<&'static str> = mesh
        .iter()
        .map(|service| service.name)
        .filter(|name| mesh.iter().any(|caller| caller.calls.contains(name)))
        .collect();
    // A connected mesh of two or more has a called service, and no list of kinds is empty.
    let root_cause = stream.choose(&called).unwrap_or(mesh[0].name);
    let kind = stream
        .choose(difficulty.fault_kinds())
        .unwrap_or(FaultKind::Oom);
    (root_cause, kind)
}

/// The environment that the scenario starts from. Faults that start later are not in it.
pub(crate) fn initial_state(scenario: &Scenario) -> EnvironmentState {
    let mut stream = Stream::new(scenario.seed, Purpose::Baseline);
    let mut services: Vec<ServiceState> = scenario
        .services
        .iter()
        .map(|service| baseline(&service.name, &mut stream))
        .collect();
    degrade_red_herrings(scenario, &mut services);
    mark_recent_change(scenario, &mut services);
    for (service, state) in scenario.services.iter().zip(&mut services) {
        state.metrics.extend(service.metrics.clone());
    }
    let at_once: Vec<&Fault> = scenario
        .faults
        .iter()
        .filter(|fault| fault.start_tick == 0)
        .collect();
    for fault in &at_once {
        if let Some(state) = services
            .iter_mut()
            .find(|state| state.name == fault.service)
        {
            state.metrics.extend(fault.metrics.clone());
        }
    }
    for (service, state) in scenario.services.iter().zip(&mut services) {
        derive_status(state);
        state.metrics.extend(service.extra_metrics.clone());
    }
    EnvironmentState {
        engine: scenario.engine,
        impact_mode: scenario.impact,
        dependencies: dependencies(scenario),
        red_herrings: scenario.red_herrings.clone(),
        root_cause: scenario.root_cause_name().map(str::to_owned),
        faults: at_once.into_iter().map(fault_state).collect(),
        log_script: LogScript {
            prompt_injection_service: scenario.prompt_injection.clone(),
            adversarial: scenario.adversarial_logs.clone(),
        },
        services,
        ..EnvironmentState::new(scenario.slo_budget)
    }
}

pub(crate) fn fault_state(fault: &Fault) -> FaultState {
    FaultState::new(fault.kind, &fault.service, fault.speed)
}

fn dependencies(scenario: &Scenario) -> Vec<(String, Vec<String>)> {
    let names: BTreeSet<&str> = scenario
        .services
        .iter()
        .map(|service| &*service.name)
        .collect();
    let of = |service: &Service| match &service.calls {
        Calls::Named(callees) => callees.clone(),
        Calls::Catalogue => {
            let all = catalogue::find(&service.name).map_or(&[][..], |service| service.calls);
            all.iter()
                .filter(|name| names.contains(*name))
                .map(|&name| name.to_owned())
                .collect()
        }
    };
    scenario
        .services
        .iter()
        .map(|service| (service.name.clone(), of(service)))
        .collect()
}

/// A healthy service. The order of the draws is part of what a seed means: it never changes.
fn baseline(name: &str, stream: &mut Stream) -> ServiceState {
    let limit = catalogue::find(name).map_or(DEFAULT_MEMORY_LIMIT_MEBIBYTES, |service| {
        service.memory_limit_mebibytes
    }) << 20;
    let memory = 0.25 + stream.unit() * 0.15;
    let cpu = 0.10 + stream.unit() * 0.10;
    let latency = 0.05 + stream.unit() * 0.10;
    let active_requests = 30 + stream.whole(0, 80);
    let suffix = stream.text(b"abcdef0123456789", 6);
    let short: String = name
        .split('-')
        .next()
        .unwrap_or(name)
        .chars()
        .take(4)
        .collect();
    let version = format!(
        "v{}.{}.{}",
        stream.whole(1, 3),
        stream.whole(0, 9),
        stream.whole(0, 9)
    );
    let error_rate = stream.unit() * 0.02;
    let descriptors = 80 + stream.whole(0, 80);
    let uptime = 3600 + stream.whole(0, 172_800);
    let sha = stream.text(b"0123456789abcdef", 7);
    let deployment_age = 3600 + stream.whole(0, 604_800);
    let config_revision = stream.whole(1, 20);
    let config_age = 3600 + stream.whole(0, 604_800);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction of a byte is dropped"
    )]
    let usage = (memory * limit as f64) as i64;
    let metrics: [(&str, Value); 15] = [
        (
            "process_memory_utilization",
            round_decimal(memory, 4).into(),
        ),
        ("process_memory_usage_bytes", usage.into()),
        ("process_memory_limit_bytes", limit.into()),
        ("process_cpu_utilization", round_decimal(cpu, 4).into()),
        (
            "http_server_request_duration_p99",
            round_decimal(latency, 4).into(),
        ),
        ("http_server_active_requests", active_requests.into()),
        (
            "service_instance_id",
            format!("{short}-{suffix}-{}", &suffix[3..]).into(),
        ),
        ("service_version", version.into()),
        (
            "http_server_error_rate",
            round_decimal(error_rate, 4).into(),
        ),
        ("process_open_file_descriptors", descriptors.into()),
        ("runtime_uptime_seconds", uptime.into()),
        ("last_deployment_sha", sha.into()),
        ("last_deployment_age_seconds", deployment_age.into()),
        ("last_config_revision", config_revision.into()),
        ("last_config_age_seconds", config_age.into()),
    ];
    let metrics = metrics
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    ServiceState {
        name: name.to_owned(),
        metrics,
    }
}

fn degrade_red_herrings(scenario: &Scenario, services: &mut [ServiceState]) {
    let mut stream = Stream::new(scenario.seed, Purpose::Degradation);
    for name in &scenario.red_herrings {
        let error_rate = round_decimal(0.05 + stream.unit() * (0.09 - 0.05), 4);
        if let Some(state) = services.iter_mut().find(|state| state.name == *name) {
            state
                .metrics
                .insert("http_server_error_rate".to_owned(), error_rate.into());
        }
    }
}

/// A deployment or a configuration change that went wrong happened a short while ago.
fn mark_recent_change(scenario: &Scenario, services: &mut [ServiceState]) {
    let mut stream = Stream::new(scenario.seed, Purpose::Change);
    // What starts later leaves its own trace when it does.
    let first = scenario
        .faults
        .first()
        .filter(|fault| fault.start_tick == 0);
    let Some(kind) = first.map(|fault| fault.kind) else {
        return;
    };
    let root_cause = scenario.root_cause_name();
    let Some(state) = services.iter_mut().find(|s| Some(&*s.name) == root_cause) else {
        return;
    };
    let mut set = |name: &str, value: Value| {
        state.metrics.insert(name.to_owned(), value);
    };
    match kind {
        FaultKind::BadDeploy => {
            set("last_deployment_age_seconds", stream.whole(30, 300).into());
            set(
                "last_deployment_sha",
                stream.text(b"0123456789abcdef", 7).into(),
            );
        }
        FaultKind::ConfigDrift => {
            set("last_config_age_seconds", stream.whole(10, 120).into());
            if let Some(Value::Int(revision)) = state.metrics.get_mut("last_config_revision") {
                *revision += 1;
            }
        }
        _ => {}
    }
}

fn derive_status(state: &mut ServiceState) {
    let number = |name: &str| {
        state
            .metrics
            .get(name)
            .and_then(Value::as_f64)
            .unwrap_or(0.0)
    };
    let status = Status::derive(
        number("http_server_error_rate"),
        number("http_server_request_duration_p99"),
        number("process_memory_utilization"),
    );
    state
        .metrics
        .insert("status".to_owned(), status.name().into());
}
