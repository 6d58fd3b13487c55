//! Scenarios from a difficulty and a seed, and blueprints from scenarios.

use std::collections::BTreeSet;

use firewatch_sim::{Blueprint, EnvironmentState, FaultState, LogScript, ServiceState, SimError};

use crate::baseline::{derive_status, draw_services};
use crate::catalogue;
use crate::draw::Draft;
use crate::model::{Calls, Difficulty, Fault, Metrics, Scenario, Service};

/// Draws an episode: services of the catalogue that form one connected mesh, a root cause that
/// somebody calls, its fault, red herrings, and on hard a lying log.
#[must_use]
pub fn generate(difficulty: Difficulty, seed: u64) -> Scenario {
    let mut draft = Draft::new();
    draft.draw(difficulty, seed);
    let mesh: Vec<&str> = draft.services().map(|service| service.name).collect();
    let name = |index: usize| mesh[index].to_owned();
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
            .map(|&name| Service {
                name: name.to_owned(),
                calls: Calls::Catalogue,
                ..Service::default()
            })
            .collect(),
        faults: vec![Fault {
            kind: draft.kind,
            service: name(draft.root_cause),
            speed: difficulty.fault_speed(),
            start_tick: 0,
            metrics: Metrics::new(),
            absent: false,
        }],
        red_herrings: draft
            .red_herrings
            .iter()
            .map(|&index| name(index))
            .collect(),
        root_cause: None,
        prompt_injection: draft.prompt_injection.map(name),
        adversarial_logs: Vec::new(),
        timeline: Vec::new(),
        expect: Vec::new(),
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

/// What the scenario starts from. Faults that start later are not in it.
pub(crate) fn blueprint(scenario: &Scenario) -> Result<Blueprint, SimError> {
    let mut blueprint = shape(scenario).blueprint()?;
    let position =
        |name: &str| { scenario.services.iter() }.position(|service| service.name == name);
    let named = scenario.services.iter().map(|service| &*service.name);
    let red_herrings = scenario.red_herrings.iter();
    // What starts later leaves its own trace when it does.
    let first = scenario
        .faults
        .first()
        .filter(|fault| fault.start_tick == 0);
    let root_cause = scenario.root_cause_name().and_then(position);
    draw_services(
        scenario.seed,
        named.map(|name| (name, catalogue::find(name))),
        red_herrings.map(|name| position(name)),
        first.map(|fault| fault.kind).zip(root_cause),
        &mut blueprint.services,
    );
    for (service, drawn) in scenario.services.iter().zip(&mut blueprint.services) {
        drawn.metrics.clone_from(&service.metrics);
    }
    for fault in at_once(scenario) {
        if let Some(index) = position(&fault.service) {
            let metrics = &mut blueprint.services[index].metrics;
            metrics.extend(fault.metrics.clone());
        }
    }
    for (service, drawn) in scenario.services.iter().zip(&mut blueprint.services) {
        derive_status(drawn);
        // It is always derived.
        drawn.metrics.remove("status");
        drawn.metrics.extend(service.extra_metrics.clone());
    }
    blueprint.check()?;
    Ok(blueprint)
}

fn at_once(scenario: &Scenario) -> impl Iterator<Item = &Fault> {
    { scenario.faults.iter() }.filter(|fault| fault.start_tick == 0)
}

/// The environment that the scenario starts from, but for the metrics of its services.
fn shape(scenario: &Scenario) -> EnvironmentState {
    let service = |service: &Service| ServiceState {
        name: service.name.clone(),
        ..ServiceState::default()
    };
    EnvironmentState {
        engine: scenario.engine,
        impact_mode: scenario.impact,
        services: scenario.services.iter().map(service).collect(),
        dependencies: dependencies(scenario),
        red_herrings: scenario.red_herrings.clone(),
        root_cause: scenario.root_cause_name().map(str::to_owned),
        faults: at_once(scenario).map(fault_state).collect(),
        log_script: LogScript {
            prompt_injection_service: scenario.prompt_injection.clone(),
            adversarial: scenario.adversarial_logs.clone(),
        },
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
