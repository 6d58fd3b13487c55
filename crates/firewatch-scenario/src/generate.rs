//! Scenarios from a difficulty and a seed.

use firewatch_sim::FaultKinds;

use crate::custom_actions::CustomActions;
use crate::draft::Draft;
use crate::goal::Goals;
use crate::model::{Calls, Difficulty, Fault, Physics, Scenario, Service};
use crate::sweep::Sweep;
use firewatch_action::Profile;

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
        profile: Profile::default(),
        custom_actions: CustomActions::default(),
        fault_kinds: FaultKinds::default(),
        engine: firewatch_sim::Engine::default(),
        physics: Physics::default(),
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
            speed: difficulty.fault_speed(),
            ..Fault::new(draft.kind, name(draft.root_cause))
        }],
        absent_services: Vec::new(),
        red_herrings: draft
            .red_herrings
            .iter()
            .map(|&index| name(index))
            .collect(),
        user_facing: Vec::new(),
        root_cause: None,
        prompt_injection: draft.prompt_injection.map(name),
        adversarial_logs: Vec::new(),
        timeline: Vec::new(),
        expect: Vec::new(),
        expect_unanswered: Vec::new(),
        goals: Goals::default(),
        sweep: Sweep::default(),
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
