//! Scenarios from a difficulty and a seed.

use crate::draft::Draft;
use crate::model::{Calls, Difficulty, Fault, Scenario, Service};

/// Draws an episode: services of the catalogue that form one connected mesh, a root cause that
/// somebody calls, its fault, red herrings, and on hard a lying log.
#[must_use]
pub fn generate(difficulty: Difficulty, seed: u64) -> Scenario {
    let mut draft = Draft::new();
    draft.draw(difficulty, seed);
    let mesh: Vec<&str> = draft.services().map(|service| service.name).collect();
    let name = |index: usize| mesh[index].to_owned();
    let of_catalogue = |name: &&str| Service {
        name: (*name).to_owned(),
        calls: Calls::Catalogue,
        ..Service::default()
    };
    let red_herrings = draft.red_herrings.iter();
    Scenario {
        seed,
        services: mesh.iter().map(of_catalogue).collect(),
        faults: vec![Fault {
            speed: difficulty.fault_speed(),
            ..Fault::new(draft.kind, name(draft.root_cause))
        }],
        red_herrings: red_herrings.map(|&index| name(index)).collect(),
        prompt_injection: draft.prompt_injection.map(name),
        ..Scenario::new(format!("Generated {difficulty} episode {seed}"), difficulty)
    }
}

impl Scenario {
    /// The same scenario with another seed: other baselines and, if its file leaves the services to
    /// be drawn, another mesh and fault. What was right may be wrong then: see [`Scenario::problems`].
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        let reseeded = Self { seed, ..self };
        if reseeded.generated {
            expand(reseeded)
        } else {
            reseeded
        }
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
