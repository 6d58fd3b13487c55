//! Drawing episodes from a difficulty and a seed.

use firewatch_sim::FaultKind;

use crate::catalogue::{CATALOGUE, CatalogueService};
use crate::draws::{Draws, Purpose, Streams};
use crate::model::{Calls, Difficulty, Fault, Metrics, Scenario, Service};

/// Draws an episode: services of the catalogue that form one connected mesh, a root cause that
/// somebody calls, its fault, red herrings, and on hard a lying log.
#[must_use]
pub fn generate(difficulty: Difficulty, seed: u64) -> Scenario {
    let mut draws = Streams::new(seed);
    draws.turn_to(Purpose::Mesh);
    let mesh = draw_mesh(difficulty.service_count(), &mut draws);
    draws.turn_to(Purpose::Cause);
    let (root_cause, kind) = draw_cause(difficulty, &mesh, &mut draws);
    let mut others: Vec<&str> = mesh
        .iter()
        .map(|service| service.name)
        .filter(|name| *name != root_cause)
        .collect();
    draws.turn_to(Purpose::RedHerrings);
    let red_herrings: Vec<&str> = (0..difficulty.red_herring_count().min(others.len()))
        .map(|_| others.remove(draws.below(others.len())))
        .collect();
    draws.turn_to(Purpose::PromptInjection);
    let prompt_injection = match difficulty {
        Difficulty::Hard => draws.choose(&red_herrings),
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
        absent_services: Vec::new(),
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
fn draw_mesh(count: usize, draws: &mut Streams) -> Vec<&'static CatalogueService> {
    // Every service with a link is in one connected part large enough, or in a small one that is
    // skipped: growth from there would stop short.
    loop {
        let Some(first) = draws.choose(&CATALOGUE.iter().collect::<Vec<_>>()) else {
            return Vec::new();
        };
        let mut mesh = vec![first];
        while mesh.len() < count {
            let neighbours: Vec<&CatalogueService> = CATALOGUE
                .iter()
                .filter(|service| !mesh.iter().any(|member| member.name == service.name))
                .filter(|service| mesh.iter().any(|member| are_linked(member, service)))
                .collect();
            let Some(next) = draws.choose(&neighbours) else {
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
    draws: &mut Streams,
) -> (&'static str, FaultKind) {
    let called: Vec<&'static str> = mesh
        .iter()
        .map(|service| service.name)
        .filter(|name| mesh.iter().any(|caller| caller.calls.contains(name)))
        .collect();
    // A connected mesh of two or more has a called service, and no list of kinds is empty.
    let root_cause = draws.choose(&called).unwrap_or(mesh[0].name);
    let kind = draws
        .choose(difficulty.fault_kinds())
        .unwrap_or(FaultKind::Oom);
    (root_cause, kind)
}
