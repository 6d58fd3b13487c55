//! What an episode starts from.

use std::fmt;
use std::sync::Arc;

use firewatch_action::{ActionError, Profile, Stage};
use firewatch_response::Timetable;
use firewatch_response::score::{ScoreTerms, grade::max_bad_customer_minutes};
use firewatch_scenario::{CATALOGUE, Difficulty, Scenario, generate};
use firewatch_sim::{Blueprint, SimError, Simulation};

use crate::session::{EpisodeStart, OpeningState};
use firewatch_reference::ReferenceStart;
use firewatch_reference::{self as reference, Task, UnknownTask};

/// What a reset asks for.
#[derive(Clone, Debug)]
pub enum EpisodeRequest {
    /// The incident of a scenario, with the scenario's own seed.
    Scenario(Arc<Scenario>),
    /// A task of the reference.
    Task {
        /// Its id.
        id: String,
        /// Whose SLO budget and burn it has. If it is left out they are the task's own, under the
        /// reference profile those of `easy`.
        difficulty: Option<Difficulty>,
        /// Draws its baselines; if it is left out, the task's own.
        seed: Option<u64>,
    },
    /// One that is drawn. Under the reference profile as the reference draws it, which may be a task:
    /// see [`ReferenceStart::generate`].
    Drawn {
        /// How hard it is.
        difficulty: Difficulty,
        /// The seed.
        seed: u64,
    },
}

impl EpisodeRequest {
    /// The incident of a scenario, given as a [`Scenario`] or an [`Arc`] of one.
    #[must_use]
    pub fn scenario(scenario: impl Into<Arc<Scenario>>) -> Self {
        Self::Scenario(scenario.into())
    }

    /// A task as it is meant, with its own difficulty and seed.
    ///
    /// # Errors
    /// [`UnknownTask`]
    pub fn task(id: &str) -> Result<Self, UnknownTask> {
        let task = reference::find(id)?;
        Ok(Self::Task {
            id: id.to_owned(),
            difficulty: Some(task.difficulty()),
            seed: Some(task.scenario.seed),
        })
    }
}

/// Why an episode could not begin, or a step not be done.
#[derive(Clone, Debug, PartialEq)]
pub enum EpisodeError {
    /// There is no such task.
    Task(UnknownTask),
    /// The task names a service that the reference's catalogue does not have.
    Unregistered {
        /// Id of the task.
        task: &'static str,
        /// The service.
        service: String,
    },
    /// The episode is over, or none has begun: [`crate::Episode::reset`] begins one.
    NotRunning,
    /// The action could not be done. The tick has happened.
    Action(ActionError),
    /// The incident can't be built, or the batch has no episode of that index.
    Sim(SimError),
}

impl EpisodeError {
    /// Whether the reference shows it as an empty observation.
    pub(crate) fn is_shown(&self) -> bool {
        matches!(
            self,
            Self::NotRunning | Self::Action(ActionError::Raised { .. })
        )
    }
}

impl fmt::Display for EpisodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(error) => error.fmt(f),
            Self::Unregistered { task, service } => write!(
                f,
                "the task {task} can't begin under the reference profile: the catalogue does not have its service `{service}`"
            ),
            Self::NotRunning => f.write_str("no episode is running: a reset begins one"),
            Self::Action(error) => error.fmt(f),
            Self::Sim(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for EpisodeError {}

macro_rules! from {
    ($($error:ty => $variant:ident),*) => {$(
        impl From<$error> for EpisodeError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}

from!(UnknownTask => Task, ActionError => Action, SimError => Sim);

/// An incident with what its episode is held against.
#[derive(Clone, Debug)]
pub(crate) struct PreparedIncident {
    pub(crate) blueprint: Blueprint,
    pub(crate) scenario: Arc<Scenario>,
    /// What the scenario does by itself; `None` for nothing.
    pub(crate) timetable: Option<Arc<Timetable>>,
    /// What it is scored by.
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

    /// What its episode begins with.
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
        let opening = self.act_first(&mut simulation)?;
        simulation.tick();
        Ok((simulation, opening))
    }

    /// Does what the scenario itself does before the first tick. Returns what that left behind, and what it
    /// could not do.
    ///
    /// # Errors
    /// The stage has no environment.
    pub(crate) fn act_first(&self, stage: &mut impl Stage) -> Result<OpeningState, SimError> {
        let mut opening = OpeningState::default();
        if let Some(timetable) = &self.timetable {
            let failed = timetable.act_at(&self.scenario, 0, stage, &mut opening.actions)?;
            opening.failed_action = failed.map(Box::new);
        }
        Ok(opening)
    }

    fn of(profile: Profile, mut scenario: Arc<Scenario>) -> Result<Self, EpisodeError> {
        // What its timeline does goes by the rules that its answer goes by.
        if scenario.profile != profile {
            Arc::make_mut(&mut scenario).profile = profile;
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
            timetable: Some(Timetable::of(&scenario))
                .filter(|timetable| !timetable.is_empty())
                .map(Arc::new),
            scenario,
        }
    }
}

/// Ticks and bad customer minutes that the reference grades against: the task's, else those of the
/// difficulty, which all its tasks share.
fn graded_by(task: Option<&Task>, difficulty: Difficulty) -> (u64, f64) {
    let difficulty = task.map_or(difficulty, Task::difficulty);
    let ticks = task.map_or(difficulty.ticks(), |task| task.scenario.ticks);
    (ticks, max_bad_customer_minutes(difficulty))
}

/// What a reset that fails has already set when it does: the reference then goes on with the episode
/// before it, but by these.
pub(crate) struct FailedReset {
    pub(crate) difficulty: Difficulty,
    pub(crate) seed: Option<u64>,
    /// The task whose goals are graded from then on.
    pub(crate) task: Option<&'static Task>,
    pub(crate) graded_ticks: u64,
    pub(crate) max_bad_customer_minutes: f64,
}

impl FailedReset {
    /// `None` for a scenario: the reference has none.
    pub(crate) fn of(request: &EpisodeRequest) -> Option<Self> {
        let (difficulty, seed, task) = match request {
            EpisodeRequest::Scenario(_) => return None,
            EpisodeRequest::Drawn { difficulty, seed } => (
                *difficulty,
                Some(*seed),
                reference::matching(*difficulty, *seed),
            ),
            EpisodeRequest::Task {
                id,
                difficulty,
                seed,
            } => (
                difficulty.unwrap_or(Difficulty::Easy),
                *seed,
                reference::find(id).ok(),
            ),
        };
        let (graded_ticks, max_bad_customer_minutes) = graded_by(task, difficulty);
        Some(Self {
            difficulty,
            seed,
            task,
            graded_ticks,
            max_bad_customer_minutes,
        })
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
    let is_unknown = |name: &&String| !CATALOGUE.iter().any(|service| service.name == **name);
    match { named }.find(is_unknown) {
        None => Ok(()),
        Some(service) => Err(EpisodeError::Unregistered {
            task: task.id,
            service: service.clone(),
        }),
    }
}
