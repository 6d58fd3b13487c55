//! Scenarios from a difficulty and a seed.

mod answer;
mod incident;
mod mesh;
mod traffic;
mod traffic_mesh;
mod trial;
mod unbiased;

use crate::draft::Draft;
use crate::generator_version::{GeneratorVersion, TrafficGeneratorVersion};
use crate::model::{Calls, Difficulty, Fault, Physics, Scenario, Service};
use crate::runbook::Runbook;

/// Draws an incident with that version of the generator.
///
/// Version 2 draws goals, too. On medium and hard the cause is at least two calls away from the customers, its
/// callers show symptoms before it does and look worse, and red herrings have more errors at the start and a change
/// that could explain them; on hard a second fault of another kind begins later, on another service. Doing nothing
/// misses goals, and [`generate_answer`] meets them.
///
/// Version 3 does the same, but each service is equally likely to be the cause, whatever its name and its place in the file
/// and the mesh, and symptoms show on services that talk with it. Its goals are about what customers notice.
#[must_use]
pub fn generate_with(version: GeneratorVersion, difficulty: Difficulty, seed: u64) -> Scenario {
    match version {
        GeneratorVersion::V1 => generate(difficulty, seed),
        GeneratorVersion::V2 => incident::draw(difficulty, seed),
        GeneratorVersion::V3 => unbiased::draw(difficulty, seed),
    }
}

/// Returns the right answer to what [`generate_with`] draws: the remedy of each fault, once it shows.
#[must_use]
pub fn generate_answer(version: GeneratorVersion, difficulty: Difficulty, seed: u64) -> Runbook {
    answer::answer(&generate_with(version, difficulty, seed))
}

/// Draws an incident of the physics of traffic with that version of its generator: users, a mesh with capacities and
/// policies, faults and goals.
///
/// Its causes are not what users call. On medium there is a service besides that looks bad and harms nobody, and the load
/// grows; on hard there are two of these, two groups of users, and a second fault of another kind that begins later.
#[must_use]
pub fn generate_traffic_with(
    version: TrafficGeneratorVersion,
    difficulty: Difficulty,
    seed: u64,
) -> Scenario {
    match version {
        TrafficGeneratorVersion::V1 => traffic::draw(difficulty, seed),
    }
}

/// Returns the right answer to what [`generate_traffic_with`] draws: the remedy of each fault, once customers feel it.
#[must_use]
pub fn generate_traffic_answer(
    version: TrafficGeneratorVersion,
    difficulty: Difficulty,
    seed: u64,
) -> Runbook {
    answer::answer(&generate_traffic_with(version, difficulty, seed))
}

/// Draws an incident of the physics of traffic with version 1: what a scenario file without services asks for.
#[must_use]
pub fn generate_traffic(difficulty: Difficulty, seed: u64) -> Scenario {
    generate_traffic_with(TrafficGeneratorVersion::V1, difficulty, seed)
}

/// Draws an incident with version 1: services of the catalogue that form one connected mesh, a root cause that
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
    if scenario.physics == Physics::Traffic {
        // Another number is refused before.
        let version = TrafficGeneratorVersion::of_number(scenario.generator.number());
        let drawn = generate_traffic_with(version.unwrap_or_default(), difficulty, scenario.seed);
        return Scenario {
            users: drawn.users,
            services: drawn.services,
            faults: drawn.faults,
            root_cause: drawn.root_cause,
            goals: drawn.goals,
            ..scenario
        };
    }
    let drawn = generate_with(scenario.generator, difficulty, scenario.seed);
    let goals = match scenario.generator.draws_goals() {
        true => drawn.goals,
        false => scenario.goals,
    };
    Scenario {
        goals,
        services: drawn.services,
        faults: drawn.faults,
        red_herrings: drawn.red_herrings,
        prompt_injection: drawn.prompt_injection,
        ..scenario
    }
}
