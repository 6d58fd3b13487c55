//! The beginnings of the episodes of a batch.

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_response::score::ScoreTerms;
use firewatch_scenario::{Difficulty, Physics, Scenario, ScenarioGenerator, generate};
use firewatch_sim::{FleetPart, NewPart, SimError, Topology};

use crate::error::EpisodeError;
use crate::incident::PreparedIncident;
use crate::request::EpisodeRequest;
use crate::session::Session;
use crate::start::{EpisodeStart, OpeningState};

/// A request that can be met: whatever can be wrong with one has been looked at, and the blueprint has been
/// checked. A timeline's action that can't be carried out before the first tick is no error.
#[derive(Clone)]
pub(crate) enum PreparedEpisode {
    /// Drawn straight into the fleet.
    Drawn { difficulty: Difficulty, seed: u64 },
    /// A scenario, a task, or what the reference draws.
    Incident(Arc<PreparedIncident>),
}

impl PreparedEpisode {
    pub(crate) fn new(profile: Profile, request: &EpisodeRequest) -> Result<Self, EpisodeError> {
        match (profile, request) {
            (Profile::Standard, &EpisodeRequest::Drawn { difficulty, seed }) => {
                Ok(Self::Drawn { difficulty, seed })
            }
            _ => Ok(Self::Incident(Arc::new(PreparedIncident::new(
                profile, request,
            )?))),
        }
    }

    /// What there has to be room for.
    pub(crate) fn needs(&self) -> EpisodeNeeds {
        match self {
            Self::Drawn { difficulty, .. } => EpisodeNeeds {
                physics: Physics::Classic,
                services: difficulty.service_count(),
                user_groups: 0,
            },
            Self::Incident(incident) => EpisodeNeeds {
                services: incident.blueprint.services.len(),
                ..EpisodeNeeds::of(&incident.scenario)
            },
        }
    }
}

/// What codes and observations have to have room for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EpisodeNeeds {
    pub(crate) physics: Physics,
    pub(crate) services: usize,
    pub(crate) user_groups: usize,
}

impl EpisodeNeeds {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        Self {
            physics: scenario.physics,
            services: scenario.services.len(),
            user_groups: scenario.users.len(),
        }
    }
}

/// Begins episodes of one part of a fleet. Keeps the memory that it draws in.
pub(crate) struct EpisodeFactory {
    profile: Profile,
    episodes: ScenarioGenerator,
    /// The scenario that stands for all drawn episodes of a difficulty, in the order of the difficulties. Each
    /// factory has its own, so that threads don't share the count of references.
    drawn: [Arc<Scenario>; 3],
    /// Of each environment of the part, the mesh of the last episode that was drawn for it: once another takes its place,
    /// the next is drawn into its memory.
    meshes: Vec<Option<Arc<Topology>>>,
    /// Indices of the episodes that begin; kept, as is the next.
    beginning: Vec<usize>,
    openings: Vec<OpeningState>,
}

impl EpisodeFactory {
    pub(crate) fn new(profile: Profile) -> Self {
        Self {
            profile,
            episodes: ScenarioGenerator::new(),
            drawn: [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard]
                .map(|difficulty| Arc::new(generate(difficulty, 0))),
            meshes: Vec::new(),
            beginning: Vec::new(),
            openings: Vec::new(),
        }
    }

    /// Fills a part of a new fleet with the environments of these episodes.
    pub(crate) fn fill(
        &mut self,
        part: &mut NewPart,
        episodes: &[(usize, PreparedEpisode)],
    ) -> Result<(), SimError> {
        for (_, prepared) in episodes {
            let mut mesh = None;
            match prepared {
                &PreparedEpisode::Drawn { difficulty, seed } => {
                    let blueprint = self.episodes.draw(difficulty, seed);
                    part.push(blueprint)?;
                    mesh = Some(Arc::clone(&blueprint.topology));
                }
                PreparedEpisode::Incident(incident) => part.push(&incident.blueprint)?,
            }
            self.meshes.push(mesh);
        }
        Ok(())
    }

    /// Puts the environments of these episodes in the places of others.
    ///
    /// # Errors
    /// One of them is not of this part: the blueprint of what is prepared was checked.
    pub(crate) fn reset(
        &mut self,
        part: &mut FleetPart,
        episodes: &[(usize, PreparedEpisode)],
    ) -> Result<(), SimError> {
        let first = part.range().start;
        for &(environment, ref prepared) in episodes {
            match prepared {
                &PreparedEpisode::Drawn { difficulty, seed } => {
                    let blueprint = self.episodes.draw(difficulty, seed);
                    part.reset(environment, blueprint)?;
                    let mesh = Arc::clone(&blueprint.topology);
                    if let Some(earlier) = self.meshes[environment - first].replace(mesh) {
                        self.episodes.reuse(earlier);
                    }
                }
                PreparedEpisode::Incident(incident) => {
                    part.reset(environment, &incident.blueprint)?;
                }
            }
        }
        Ok(())
    }

    /// Does the first tick of episodes whose environments are fresh, and hands each one's session to
    /// `begun`.
    ///
    /// # Errors
    /// One of them is not of this part: what a timeline can't do is noted in its session.
    pub(crate) fn begin(
        &mut self,
        part: &mut FleetPart,
        catalogue: &ActionCatalogue,
        episodes: &[(usize, PreparedEpisode)],
        mut begun: impl FnMut(usize, Session),
    ) -> Result<(), SimError> {
        self.beginning.clear();
        self.openings.clear();
        for &(environment, ref prepared) in episodes {
            self.beginning.push(environment);
            let mut opening = match prepared {
                PreparedEpisode::Drawn { .. } => OpeningState::default(),
                PreparedEpisode::Incident(incident) => {
                    incident.act_first(&mut part.environment_mut(environment)?)?
                }
            };
            if self.profile == Profile::Standard {
                // Only reports read it. Nobody reads those, but the reference fails at some.
                opening.actions.forget_history();
            }
            self.openings.push(opening);
        }
        part.tick_picked(&self.beginning)?;
        for ((index, prepared), opening) in episodes.iter().zip(self.openings.drain(..)) {
            let beginning = match prepared {
                &PreparedEpisode::Drawn { difficulty, seed } => {
                    let scenario = &self.drawn[difficulty as usize];
                    EpisodeStart {
                        terms: ScoreTerms::of(self.profile, scenario),
                        scenario: Arc::clone(scenario),
                        // Nothing happens by itself in what is drawn.
                        timetable: None,
                        seed,
                        initial_budget: difficulty.slo_budget().remaining,
                    }
                }
                PreparedEpisode::Incident(incident) => incident.beginning(),
            };
            let session = part.read(*index, |view| {
                Session::begin(beginning, opening, catalogue, view)
            })?;
            begun(*index, session);
        }
        Ok(())
    }
}
