//! The incident that the reference draws for a difficulty and a seed.

use firewatch_action::Profile;
use firewatch_scenario::{
    Calls, Difficulty, Fault, RandomStreams, SERVICE_CATALOGUE, Scenario, Service,
};
use firewatch_sim::FaultKind;

use crate::python::PythonRandom;

/// Draws services, root cause, fault kind, red herrings and, on hard, which of them lies. The
/// services are independent draws, so that most meshes are hardly connected.
pub(crate) fn draw(difficulty: Difficulty, seed: u64, random: &mut PythonRandom) -> Scenario {
    let catalogue: Vec<&str> = SERVICE_CATALOGUE
        .iter()
        .map(|service| service.name)
        .collect();
    let services = random.sample(&catalogue, difficulty.service_count());
    // Neither list is empty.
    let root_cause = random.choose(&services).unwrap_or_default();
    let kind = random
        .choose(difficulty.fault_kinds())
        .unwrap_or(FaultKind::OOM);
    let others: Vec<&str> = services
        .iter()
        .copied()
        .filter(|name| *name != root_cause)
        .collect();
    let red_herrings = random.sample(&others, difficulty.red_herring_count());
    let prompt_injection = match difficulty {
        Difficulty::Hard => random.choose(&red_herrings),
        Difficulty::Easy | Difficulty::Medium => None,
    };
    Scenario {
        seed,
        ticks: TICKS,
        profile: Profile::Reference,
        services: services.into_iter().map(of_catalogue).collect(),
        faults: vec![Fault {
            speed: difficulty.fault_speed(),
            ..Fault::new(kind, root_cause)
        }],
        red_herrings: red_herrings.into_iter().map(str::to_owned).collect(),
        prompt_injection: prompt_injection.map(str::to_owned),
        ..Scenario::new(format!("Reference {difficulty} episode {seed}"), difficulty)
    }
}

/// Ticks of an episode without a task, whatever its difficulty.
const TICKS: u64 = 20;

fn of_catalogue(name: &str) -> Service {
    Service {
        name: name.to_owned(),
        calls: Calls::Catalogue,
        ..Service::default()
    }
}
