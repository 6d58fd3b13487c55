//! Generated episodes as blueprints, without the detour over a scenario.

use std::sync::Arc;

use firewatch_sim::{
    Blueprint, Clock, Engine, FaultBlueprint, FaultKindDescriptor, FaultKinds, Impact, ImpactMode,
    LogScript, SmolStr, Topology,
};

use crate::baseline;
use crate::catalogue::CatalogueService;
use crate::draft::Draft;
use crate::draws::Streams;
use crate::model::Difficulty;

/// Draws generated episodes for whoever needs many, such as a fleet whose environments are reset again
/// and again. Keeps the memory that it draws in.
///
/// ```
/// # fn main() -> Result<(), firewatch_sim::SimError> {
/// use firewatch_scenario::{Difficulty, ScenarioGenerator, generate};
/// use firewatch_sim::{Fleet, Simulation};
///
/// let mut episodes = ScenarioGenerator::new();
/// let mut fleet = Fleet::new([episodes.draw(Difficulty::Hard, 0).clone()], 1)?;
/// fleet.tick_many(40);
/// fleet.reset(0, episodes.draw(Difficulty::Hard, 1))?;
///
/// let same = generate(Difficulty::Hard, 1).blueprint()?;
/// assert_eq!(fleet.state_hash(0)?, Simulation::from_blueprint(&same)?.state_hash());
/// # Ok(())
/// # }
/// ```
pub struct ScenarioGenerator {
    draft: Draft,
    names: Vec<SmolStr>,
    calls: Vec<(usize, usize)>,
    /// The last episode that was drawn; its mesh is drawn over if nobody else has it.
    blueprint: Blueprint,
}

impl Default for ScenarioGenerator {
    fn default() -> Self {
        Self::new()
    }
}

impl ScenarioGenerator {
    /// Has drawn nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            draft: Draft::new(),
            names: Vec::new(),
            calls: Vec::new(),
            blueprint: Blueprint {
                engine: Engine::default(),
                impact_mode: ImpactMode::default(),
                clock: Clock::default(),
                slo_budget: Difficulty::Easy.slo_budget(),
                impact: Impact::default(),
                topology: Arc::default(),
                root_cause: None,
                services: Vec::new(),
                faults: Vec::new(),
                fault_kinds: FaultKinds::default(),
                log_script: LogScript::default(),
                traffic: None,
            },
        }
    }

    /// The episode of that difficulty and seed, the same as [`crate::generate`] draws.
    pub fn draw(&mut self, difficulty: Difficulty, seed: u64) -> &Blueprint {
        self.draft.draw(difficulty, seed);
        let (draft, blueprint) = (&self.draft, &mut self.blueprint);
        blueprint.slo_budget = difficulty.slo_budget();
        blueprint.root_cause = Some(draft.root_cause);
        blueprint.faults.clear();
        blueprint.faults.push(FaultBlueprint::new(
            draft.kind,
            draft.root_cause,
            difficulty.fault_speed(),
        ));
        let kind = blueprint.fault_kinds.get(draft.kind);
        let change = kind.and_then(FaultKindDescriptor::preceding_change);
        baseline::draw_services(
            &mut Streams::new(seed),
            draft.services().map(|entry| (entry.name, Some(entry))),
            draft.red_herrings.iter().copied().map(Some),
            change.map(|change| (change, draft.root_cause)),
            &mut blueprint.services,
        );
        for service in &mut blueprint.services {
            baseline::derive_status(service);
        }
        let liar = draft
            .prompt_injection
            .and_then(|index| draft.services().nth(index));
        put_name(liar, &mut blueprint.log_script.prompt_injection_service);
        blueprint.log_script.seed = seed;
        self.draw_topology();
        &self.blueprint
    }

    #[expect(
        clippy::expect_used,
        reason = "the catalogue names each service once, and the draft has indices of its own mesh"
    )]
    fn draw_topology(&mut self) {
        let draft = &self.draft;
        self.names.clear();
        self.names.extend(
            draft
                .services()
                .map(|entry| SmolStr::new_static(entry.name)),
        );
        self.calls.clear();
        self.calls.extend(draft.calls());
        let topology = &mut self.blueprint.topology;
        if Arc::get_mut(topology).is_none() {
            *topology = Arc::default();
        }
        if let Some(topology) = Arc::get_mut(topology) {
            let drawn = topology.rebuild(&self.names, &self.calls, &draft.red_herrings);
            drawn.expect("a drawn mesh is in order");
        }
    }

    /// Takes the mesh of an earlier episode, to draw the next one into its memory if nobody else has it. The last episode
    /// that was drawn is gone then.
    pub fn reuse(&mut self, mesh: Arc<Topology>) {
        self.blueprint.topology = mesh;
    }
}

/// Writes the name into the memory of an earlier one.
fn put_name(service: Option<&CatalogueService>, name: &mut Option<String>) {
    match service {
        Some(service) => {
            let name = name.get_or_insert_default();
            name.clear();
            name.push_str(service.name);
        }
        None => *name = None,
    }
}
