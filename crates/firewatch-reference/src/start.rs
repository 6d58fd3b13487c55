//! An episode of the reference before its first tick.

use firewatch_scenario::{Difficulty, Scenario};
use firewatch_sim::{EnvironmentState, LogTexts};

use crate::draw::draw;
use crate::python::PythonRandom;
use crate::task::{self, Task, UnknownTask};

/// An incident as the reference begins it, before any tick.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceStart {
    /// The task that it was made from, if it was not drawn.
    pub task: Option<&'static Task>,
    /// The incident with its difficulty and seed: the task's, or the one that was drawn.
    pub scenario: Scenario,
    /// The state that it starts from. The first fault's speed is what the reference calls degradation speed;
    /// the log script has the lines planted by the task and the service of the prompt injection.
    pub state: EnvironmentState,
}

impl ReferenceStart {
    /// The reference's episode for a difficulty and a seed: the first task that has both, else one
    /// that is drawn.
    #[must_use]
    pub fn generate(difficulty: Difficulty, seed: u64) -> Self {
        if let Some(task) = task::matching(difficulty, seed) {
            return Self::of(task, difficulty, seed);
        }
        let mut random = PythonRandom::new(seed);
        let scenario = draw(difficulty, seed, &mut random);
        Self {
            task: None,
            state: start(&scenario, &mut random),
            scenario,
        }
    }

    /// The reference's episode for a task, with the task's own difficulty and seed.
    ///
    /// # Errors
    /// [`UnknownTask`]
    pub fn of_task(id: &str) -> Result<Self, UnknownTask> {
        let task = task::find(id)?;
        Ok(Self::of(task, task.difficulty(), task.scenario.seed))
    }

    /// The same with another seed, which draws other baselines, or another difficulty, which gives
    /// another SLO budget and burn. All else remains the task's, ticks and speed of faults included.
    ///
    /// # Errors
    /// [`UnknownTask`]
    pub fn of_task_with(id: &str, difficulty: Difficulty, seed: u64) -> Result<Self, UnknownTask> {
        task::find(id).map(|task| Self::of(task, difficulty, seed))
    }

    fn of(task: &'static Task, difficulty: Difficulty, seed: u64) -> Self {
        let mut scenario = Scenario {
            difficulty: Some(difficulty),
            slo_budget: difficulty.slo_budget(),
            seed,
            ..task.scenario.clone()
        };
        for service in &mut scenario.services {
            let extra = &mut service.extra_metrics;
            extra.retain(|name, _| !STANDARD_METRICS.contains(&name.as_str()));
        }
        Self {
            task: Some(task),
            state: start(&scenario, &mut PythonRandom::new(seed)),
            scenario,
        }
    }
}

/// Metrics of tasks that the reference does not have: they say what only its descriptions say, so that the remedies
/// of the standard profile can tell these faults from others of their kind.
const STANDARD_METRICS: [&str; 2] = [
    "config_last_reload_successful",
    "http_server_reconnecting_clients",
];

#[expect(
    clippy::expect_used,
    reason = "what is drawn and what is embedded is in order"
)]
fn start(scenario: &Scenario, random: &mut PythonRandom) -> EnvironmentState {
    let mut state = scenario
        .initial_state_from(random)
        .expect("an incident that is in order");
    // A task's scenario is of the standard profile, so that it can be played under either.
    state.log_script.texts = LogTexts::Reference;
    state
}
