//! The incident that an episode starts from.

use std::sync::Arc;

use firewatch_action::{ActionSession, Profile};
use firewatch_reference::{self as reference, ReferenceStart, Task};
use firewatch_response::Timetable;
use firewatch_response::score::ScoreTerms;
use firewatch_scenario::{Difficulty, Physics, SERVICE_CATALOGUE, Scenario, generate};
use firewatch_sim::{Blueprint, EnvironmentMut, SimError, Simulation};

use crate::error::EpisodeError;
use crate::request::{EpisodeRequest, graded_by};
use crate::start::{EpisodeStart, OpeningState};

/// An incident with what its episode is held against.
#[derive(Clone, Debug)]
pub(crate) struct PreparedIncident {
    pub(crate) blueprint: Blueprint,
    pub(crate) scenario: Arc<Scenario>,
    /// The steps that the scenario takes by itself; `None` without any.
    pub(crate) timetable: Option<Arc<Timetable>>,
    /// The terms that it is scored by.
    pub(crate) terms: ScoreTerms,
}

impl PreparedIncident {
    pub(crate) fn new(profile: Profile, request: &EpisodeRequest) -> Result<Self, EpisodeError> {
        match (profile, request) {
            (_, EpisodeRequest::Scenario(scenario)) => Self::of(profile, Arc::clone(scenario)),
            (Profile::Standard, EpisodeRequest::Drawn { difficulty, seed }) => {
                Self::of(profile, Arc::new(generate(*difficulty, *seed)))
            }
            (
                Profile::Standard,
                EpisodeRequest::Task {
                    id,
                    difficulty,
                    seed,
                },
            ) => {
                let task = reference::find(id)?;
                let scenario = &task.scenario;
                let task = Scenario {
                    slo_budget: difficulty.map_or(scenario.slo_budget, Difficulty::slo_budget),
                    seed: seed.unwrap_or(scenario.seed),
                    ..scenario.clone()
                };
                Self::of(profile, Arc::new(task))
            }
            (Profile::Reference, EpisodeRequest::Drawn { difficulty, seed }) => {
                Self::of_start(ReferenceStart::generate(*difficulty, *seed), *difficulty)
            }
            (
                Profile::Reference,
                EpisodeRequest::Task {
                    id,
                    difficulty,
                    seed,
                },
            ) => {
                let task = reference::find(id)?;
                let difficulty = difficulty.unwrap_or(Difficulty::Easy);
                let seed = seed.unwrap_or(task.scenario.seed);
                Self::of_start(
                    ReferenceStart::of_task_with(id, difficulty, seed)?,
                    difficulty,
                )
            }
        }
    }

    /// Returns the start of its episode.
    pub(crate) fn beginning(&self) -> EpisodeStart {
        EpisodeStart {
            terms: self.terms,
            scenario: Arc::clone(&self.scenario),
            timetable: self.timetable.clone(),
            seed: self.scenario.seed,
            initial_budget: self.blueprint.slo_budget.remaining,
        }
    }

    /// The environment after the tick that a reset does, and what the scenario's own actions before it
    /// left behind.
    pub(crate) fn begin(&self) -> Result<(Simulation, OpeningState), SimError> {
        let mut simulation = Simulation::from_blueprint(&self.blueprint)?;
        let opening = self.act_first(&mut simulation.environment_mut())?;
        simulation.tick();
        Ok((simulation, opening))
    }

    /// Runs the part of the timeline before the first tick. Returns its effects on the actions' session, and
    /// the first action that could not be carried out.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`].
    pub(crate) fn act_first(
        &self,
        environment: &mut EnvironmentMut,
    ) -> Result<OpeningState, SimError> {
        let actions = ActionSession::new().with_user_facing(&self.scenario.user_facing);
        let mut opening = OpeningState {
            actions,
            failed_action: None,
        };
        if let Some(timetable) = &self.timetable {
            let failed = timetable.act_at(&self.scenario, 0, environment, &mut opening.actions)?;
            opening.failed_action = failed.map(Box::new);
        }
        Ok(opening)
    }

    fn of(profile: Profile, mut scenario: Arc<Scenario>) -> Result<Self, EpisodeError> {
        // The timeline follows the same rules as the answer.
        if scenario.profile != profile {
            Arc::make_mut(&mut scenario).profile = profile;
        }
        if profile == Profile::Reference && scenario.physics == Physics::Traffic {
            return Err(EpisodeError::ClassicProfile);
        }
        let blueprint = scenario.blueprint()?;
        Ok(Self::with(profile, scenario, blueprint))
    }

    /// With the budget of the difficulty, whatever task it is.
    fn of_start(start: ReferenceStart, difficulty: Difficulty) -> Result<Self, EpisodeError> {
        let blueprint = start.state.blueprint()?;
        check_registered(start.task)?;
        let mut incident = Self::with(Profile::Reference, Arc::new(start.scenario), blueprint);
        let terms = &mut incident.terms;
        (terms.graded_ticks, terms.max_bad_customer_minutes) = graded_by(start.task, difficulty);
        Ok(incident)
    }

    fn with(profile: Profile, scenario: Arc<Scenario>, blueprint: Blueprint) -> Self {
        Self {
            blueprint,
            terms: ScoreTerms::of(profile, &scenario),
            timetable: Timetable::of_events(&scenario),
            scenario,
        }
    }
}

/// Whether the reference's catalogue has every service that the task names.
fn check_registered(task: Option<&'static Task>) -> Result<(), EpisodeError> {
    let Some(task) = task else { return Ok(()) };
    let Scenario {
        services,
        faults,
        red_herrings,
        adversarial_logs,
        ..
    } = &task.scenario;
    let named = { services.iter().map(|service| &service.name) }
        .chain(faults.iter().map(|fault| &fault.service))
        .chain(red_herrings)
        .chain(adversarial_logs.iter().map(|line| &line.service));
    let is_unknown = |name: &&String| {
        !SERVICE_CATALOGUE
            .iter()
            .any(|service| service.name == **name)
    };
    match { named }.find(is_unknown) {
        None => Ok(()),
        Some(service) => Err(EpisodeError::Unregistered {
            task: task.id,
            service: service.clone(),
        }),
    }
}
