//! A game: an episode, what is seen of it, and what was done.

use std::collections::VecDeque;

use firewatch_action::{ActionCatalogue, ActionError, ActionRequest, ActionSession, Profile, WAIT};
use firewatch_episode::{Episode, EpisodeError, Observation};
use firewatch_response::FailedAction;
use firewatch_response::score::{EpisodeEnd, Grade, Reward};
use firewatch_scenario::{Goal, Scenario};
use firewatch_sim::{EnvironmentRef, FaultState, ServiceState, Status, Value};

use super::incident::{self, Incident};
use crate::failure::Failure;

/// Ticks whose statuses are remembered.
pub const REMEMBERED_TICKS: usize = 12;

/// An incident that is being answered.
pub struct Game {
    episode: Episode,
    scenario: Scenario,
    now: Observation,
    before: Option<Observation>,
    /// The last statuses of each service, the latest last.
    statuses: Vec<VecDeque<Status>>,
    /// The tick at which each fault was there first.
    fault_ticks: Vec<u64>,
    deeds: Vec<Deed>,
}

/// Something that was done.
pub struct Deed {
    /// The tick of its step.
    pub tick: u64,
    /// What it was.
    pub request: ActionRequest,
    /// Whether there was nothing to remedy.
    pub wrong: bool,
    /// Whether it halted a fault.
    pub halted: bool,
    /// What was said about it.
    pub feedback: String,
    /// What it earned.
    pub reward: Reward,
    /// What the scenario's own timeline could not do before its tick.
    pub failed_action: Option<FailedAction>,
}

impl Deed {
    /// Whether a tick was let pass.
    pub fn is_wait(&self) -> bool {
        self.request.name == WAIT
    }
}

impl Game {
    /// Begins the incident and does its first tick.
    ///
    /// # Errors
    /// It can't begin.
    pub fn begin(incident: &Incident) -> Result<Self, Failure> {
        let mut episode = Episode::new(incident.profile);
        let now = episode.reset(&incident.request()?);
        let now = now.map_err(|error| incident::failure(&error))?;
        let scenario = episode.scenario().ok_or(EpisodeError::NotRunning);
        let mut game = Self {
            scenario: scenario
                .map_err(|error| incident::failure(&error))?
                .as_ref()
                .clone(),
            episode,
            statuses: vec![VecDeque::new(); now.services.len()],
            now,
            before: None,
            fault_ticks: Vec::new(),
            deeds: Vec::new(),
        };
        game.remember();
        Ok(game)
    }

    /// Lets a tick pass and does something.
    ///
    /// # Errors
    /// A bug: what can be typed can be done.
    pub fn step(&mut self, request: &ActionRequest) -> Result<&Deed, Failure> {
        let mut deed = Deed {
            tick: self.now.tick + 1,
            request: request.clone(),
            wrong: false,
            halted: false,
            feedback: String::new(),
            reward: Reward::default(),
            failed_action: None,
        };
        let now = match self.episode.step(request) {
            Ok(step) => {
                deed.wrong = step.wrong;
                deed.halted = step.halted.is_some();
                deed.feedback = step.feedback;
                deed.reward = step.reward;
                // What fails in the reference takes its tick: there is something to be seen after it.
                let now = step.error.and_then(|_| self.episode.observation());
                now.unwrap_or(step.observation)
            }
            // What doesn't fit the scenario takes its tick and earns nothing.
            Err(EpisodeError::Action(error @ ActionError::Unfit { .. })) => {
                deed.feedback = error.to_string();
                let observation = self.episode.observation();
                observation.ok_or_else(|| incident::failure(&EpisodeError::NotRunning))?
            }
            Err(error) => return Err(incident::failure(&error)),
        };
        deed.failed_action = self.episode.failed_action().cloned();
        self.before = Some(std::mem::replace(&mut self.now, now));
        self.remember();
        let index = self.deeds.len();
        self.deeds.push(deed);
        Ok(&self.deeds[index])
    }

    fn remember(&mut self) {
        for (statuses, service) in self.statuses.iter_mut().zip(&self.now.services) {
            if statuses.len() >= REMEMBERED_TICKS {
                statuses.pop_front();
            }
            statuses.push_back(status(service));
        }
        let faults = self.episode.view().map_or(0, |view| view.faults().count());
        self.fault_ticks
            .resize(faults.max(self.fault_ticks.len()), self.now.tick);
    }

    /// What can be done.
    pub fn actions(&self) -> &ActionCatalogue {
        self.episode.actions()
    }

    /// Whose rules hold.
    pub fn profile(&self) -> Profile {
        self.episode.profile()
    }

    /// What is played. Most of it is a secret until the end.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What is to be seen.
    pub fn now(&self) -> &Observation {
        &self.now
    }

    /// What was to be seen before the last step, if there was one.
    pub fn before(&self) -> Option<&Observation> {
        self.before.as_ref()
    }

    /// The last statuses of a service, the latest last.
    pub fn statuses(&self, service: usize) -> impl Iterator<Item = Status> {
        self.statuses.get(service).into_iter().flatten().copied()
    }

    /// Everything that was done, in order.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// The environment, which is for the mesh and for the end.
    pub fn view(&self) -> Option<EnvironmentRef<'_>> {
        self.episode.view()
    }

    /// What actions have left behind.
    pub fn action_session(&self) -> Option<&ActionSession> {
        self.episode.action_session()
    }

    /// Whether the incident is over.
    pub fn is_over(&self) -> bool {
        self.episode.end().is_some()
    }

    /// The sum of all rewards so far, and how many actions were wrong.
    pub fn tally(&self) -> (f64, u32) {
        let score = self.episode.score();
        score.map_or((0.0, 0), |score| {
            (score.total_reward(), score.wrong_actions())
        })
    }

    /// Why it ended and what it was worth, once it is over.
    pub fn result(&self) -> Option<(EpisodeEnd, Grade)> {
        self.episode.end().zip(self.episode.grade())
    }

    /// The goals that count, and whether each is met.
    pub fn goals(&self) -> Vec<(&Goal, bool)> {
        self.episode.goals()
    }

    /// The faults there were so far, with the tick at which each was there first.
    pub fn faults(&self) -> Vec<(FaultState, u64)> {
        let faults = self.view().map(|view| view.capture().faults);
        let ticks = self.fault_ticks.iter().copied();
        faults.unwrap_or_default().into_iter().zip(ticks).collect()
    }
}

/// How a service is doing.
pub fn status(service: &ServiceState) -> Status {
    let status = service.metrics.get("status").and_then(text);
    status
        .and_then(|status| status.parse().ok())
        .unwrap_or_default()
}

/// A metric of a service that is a number.
pub fn number(service: &ServiceState, metric: &str) -> Option<f64> {
    service.metrics.get(metric)?.as_f64()
}

/// What a value says, if it is text.
pub fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Deeds in order, where waiting tick after tick is one.
pub fn stretches(deeds: &[Deed]) -> impl Iterator<Item = &[Deed]> {
    deeds.chunk_by(|a, b| a.is_wait() && b.is_wait())
}
