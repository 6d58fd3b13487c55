//! A session: an episode, its observations and the actions performed.

use std::collections::VecDeque;
use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile, WAIT};
use firewatch_episode::{Episode, EpisodeError, EpisodeRequest, Observation};
use firewatch_response::FailedAction;
use firewatch_response::score::{EpisodeEnd, Grade, Reward};
use firewatch_scenario::{Goal, Scenario, TimelineAction, TimelineEvent};
use firewatch_sim::{EnvironmentRef, FaultState, ServiceState, Status, Value};

use super::incident::{self, PlayIncident};
use crate::failure::Failure;

/// Ticks of status history per service.
pub const REMEMBERED_TICKS: usize = 12;

/// A session of responding to an incident.
pub struct PlaySession {
    request: EpisodeRequest,
    is_its_scenario: bool,
    episode: Episode,
    scenario: Arc<Scenario>,
    now: Observation,
    before: Option<Observation>,
    /// Recent statuses of each service, latest last.
    statuses: Vec<VecDeque<Status>>,
    /// The first tick of each fault.
    fault_ticks: Vec<u64>,
    steps: Vec<StepRecord>,
}

/// A step of the session.
pub struct StepRecord {
    /// Tick of the step.
    pub tick: u64,
    /// The action.
    pub request: ActionRequest,
    /// Whether it was a wrong action.
    pub wrong: bool,
    /// The index of the fault that it halted.
    pub halted: Option<usize>,
    /// Feedback of the action.
    pub feedback: String,
    /// Reward of the step.
    pub reward: Reward,
    /// The action of the scenario's timeline that failed before this tick, if one did.
    pub failed_action: Option<FailedAction>,
}

impl StepRecord {
    /// Returns whether the step waited.
    pub fn is_wait(&self) -> bool {
        self.request.name == WAIT
    }
}

impl PlaySession {
    /// Starts the incident and plays its first tick.
    ///
    /// # Errors
    /// The incident can't start.
    pub fn begin(incident: &PlayIncident) -> Result<Self, Failure> {
        let mut episode = Episode::new(incident.profile);
        let request = incident.request()?;
        let now = episode.reset(&request);
        let now = now.map_err(|error| incident::failure(&error))?;
        let scenario = episode.scenario().ok_or(EpisodeError::NotRunning);
        let mut session = Self {
            scenario: scenario.map_err(|error| incident::failure(&error))?.clone(),
            request,
            is_its_scenario: incident.begins_as_its_scenario(),
            episode,
            statuses: vec![VecDeque::new(); now.services.len()],
            now,
            before: None,
            fault_ticks: Vec::new(),
            steps: Vec::new(),
        };
        session.remember();
        Ok(session)
    }

    /// Plays a tick and performs an action.
    ///
    /// # Errors
    /// A bug: the parser accepts only valid actions.
    pub fn step(&mut self, request: &ActionRequest) -> Result<&StepRecord, Failure> {
        let mut record = StepRecord {
            tick: self.now.tick + 1,
            request: request.clone(),
            wrong: false,
            halted: None,
            feedback: String::new(),
            reward: Reward::default(),
            failed_action: None,
        };
        let now = match self.episode.step(request) {
            Ok(step) => {
                record.feedback = step.feedback;
                record.reward = step.reward;
                // An action that fails in the reference takes its tick, so there is a new observation.
                let now = step.error.and_then(|_| self.episode.observation());
                now.unwrap_or(step.observation)
            }
            Err(error) => return Err(incident::failure(&error)),
        };
        // The session conceals what an operator must not know yet: `tells_wrong_actions`.
        let verdict = self.episode.privileged_verdicts().last();
        if let Some(verdict) = verdict.filter(|verdict| verdict.tick == record.tick) {
            (record.wrong, record.halted) = (verdict.wrong, verdict.halted);
        }
        record.failed_action = self.episode.failed_action().cloned();
        self.before = Some(std::mem::replace(&mut self.now, now));
        self.remember();
        let index = self.steps.len();
        self.steps.push(record);
        Ok(&self.steps[index])
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

    /// Returns whether the incident began in the state that its scenario describes.
    pub fn is_its_scenario(&self) -> bool {
        self.is_its_scenario
    }

    /// Returns the incident anew, at its first tick.
    ///
    /// # Errors
    /// None for an incident that could start before.
    pub fn restart(&self) -> Result<Episode, Failure> {
        let mut episode = Episode::new(self.profile());
        let reset = episode.reset(&self.request);
        reset.map_err(|error| incident::failure(&error))?;
        Ok(episode)
    }

    /// Returns the events of the timeline that took place before the last tick.
    pub fn events(&self) -> impl Iterator<Item = &TimelineEvent> {
        let events = self.scenario.timeline.iter();
        events.filter(|event| event.tick < self.now.tick)
    }

    /// Returns whether the event of the timeline halted a fault.
    pub fn has_halted(&self, event: &TimelineEvent) -> bool {
        let TimelineAction::Halt(service) = &event.action else {
            return false;
        };
        let by_action = |index: usize| self.steps.iter().any(|step| step.halted == Some(index));
        let mut faults = self.faults().into_iter().enumerate();
        faults.any(|(index, (fault, _))| {
            let here = fault.service == *service && fault.halted_at_tick == Some(event.tick);
            here && !by_action(index)
        })
    }

    /// Returns the available actions.
    pub fn actions(&self) -> &ActionCatalogue {
        self.episode.actions()
    }

    /// Returns whether it may be told which actions were wrong: in the standard profile only at the end.
    pub fn tells_wrong_actions(&self) -> bool {
        self.is_over() || self.profile() == Profile::Reference
    }

    /// Returns the profile.
    pub fn profile(&self) -> Profile {
        self.episode.profile()
    }

    /// Returns the scenario. Most of it is secret until the end.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Returns the current observation.
    pub fn now(&self) -> &Observation {
        &self.now
    }

    /// Returns the observation before the last step, if there was one.
    pub fn before(&self) -> Option<&Observation> {
        self.before.as_ref()
    }

    /// Returns the recent statuses of a service, latest last.
    pub fn statuses(&self, service: usize) -> impl Iterator<Item = Status> {
        self.statuses.get(service).into_iter().flatten().copied()
    }

    /// Returns all steps in order.
    pub fn steps(&self) -> &[StepRecord] {
        &self.steps
    }

    /// Returns the environment, for the topology and the ending.
    pub fn view(&self) -> Option<EnvironmentRef<'_>> {
        self.episode.view()
    }

    /// Returns the lasting effects of actions.
    pub fn action_session(&self) -> Option<&ActionSession> {
        self.episode.action_session()
    }

    /// Returns whether the incident is over.
    pub fn is_over(&self) -> bool {
        self.episode.end().is_some()
    }

    /// Returns the total reward and the number of wrong actions so far.
    pub fn tally(&self) -> (f64, u32) {
        let score = self.episode.score();
        score.map_or((0.0, 0), |score| {
            (score.total_reward(), score.wrong_actions())
        })
    }

    /// Returns the reason for the end and the grade, once the incident is over.
    pub fn result(&self) -> Option<(EpisodeEnd, Grade)> {
        self.episode.end().zip(self.episode.grade())
    }

    /// Returns the tick at which it was declared resolved.
    pub fn declared_at(&self) -> Option<u64> {
        self.episode.score()?.declared_at()
    }

    /// Returns the goals that count, and whether each is met.
    pub fn goals(&self) -> Vec<(&Goal, bool)> {
        self.episode.goals()
    }

    /// Returns the faults so far, with the first tick of each.
    pub fn faults(&self) -> Vec<(FaultState, u64)> {
        let faults = self.view().map(|view| view.capture().faults);
        let ticks = self.fault_ticks.iter().copied();
        faults.unwrap_or_default().into_iter().zip(ticks).collect()
    }
}

/// Returns the status of a service.
pub fn status(service: &ServiceState) -> Status {
    let status = service.metrics.get("status").and_then(text);
    status
        .and_then(|status| status.parse().ok())
        .unwrap_or_default()
}

/// Returns a numeric metric of a service.
pub fn number(service: &ServiceState, metric: &str) -> Option<f64> {
    service.metrics.get(metric)?.as_f64()
}

/// Returns the text of a value.
pub fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Groups consecutive waits; every other step is a group of its own.
pub fn group_waits(steps: &[StepRecord]) -> impl Iterator<Item = &[StepRecord]> {
    steps.chunk_by(|a, b| a.is_wait() && b.is_wait())
}
