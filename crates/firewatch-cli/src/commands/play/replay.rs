//! Plays a session again, tick by tick, with all its actions or without one.

use firewatch_action::ActionRequest;
use firewatch_episode::Episode;
use firewatch_response::score::{Alert, Grade, ScoreRules};
use firewatch_sim::Status;

use super::incident;
use super::session::{PlaySession, status};
use crate::failure::Failure;

/// What a replay saw after a tick.
pub struct ReplayTick {
    pub tick: u64,
    /// Of each service, in order.
    pub statuses: Vec<Status>,
    pub alerts: Vec<Alert>,
}

/// A session that was played again, from the first tick to the end of the incident.
pub struct Replay {
    pub ticks: Vec<ReplayTick>,
    pub grade: Option<Grade>,
}

impl Replay {
    /// Replays the session. `without` is the index of a step in which the replay waits instead.
    ///
    /// Where an incident is played on after it was declared resolved, waiting for its end is the same, tick
    /// by tick.
    ///
    /// # Errors
    /// None for a session that could be played.
    pub fn of(session: &PlaySession, without: Option<usize>) -> Result<Self, Failure> {
        let mut episode = session.restart()?;
        let plays_on = ScoreRules::of(session.profile()).plays_on;
        let mut ticks = Vec::new();
        note(&episode, &mut ticks);
        for (index, step) in session.steps().iter().enumerate() {
            let ends = { session.actions().find(&step.request.name) }
                .is_some_and(|action| action.ends_episode());
            let waits = without == Some(index) || (ends && plays_on);
            let wait = ActionRequest::wait();
            play_step(&mut episode, if waits { &wait } else { &step.request })?;
            note(&episode, &mut ticks);
        }
        while episode.end().is_none() {
            play_step(&mut episode, &ActionRequest::wait())?;
            note(&episode, &mut ticks);
        }
        let grade = episode.grade();
        Ok(Self { ticks, grade })
    }
}

/// Plays a step, unless the episode has ended.
fn play_step(episode: &mut Episode, request: &ActionRequest) -> Result<(), Failure> {
    if episode.end().is_some() {
        return Ok(());
    }
    match episode.step(request) {
        Ok(_) => Ok(()),
        Err(error) => Err(incident::failure(&error)),
    }
}

fn note(episode: &Episode, ticks: &mut Vec<ReplayTick>) {
    let Some(observation) = episode.observation() else {
        return;
    };
    if { ticks.last() }.is_some_and(|last: &ReplayTick| last.tick == observation.tick) {
        return;
    }
    ticks.push(ReplayTick {
        tick: observation.tick,
        statuses: observation.services.iter().map(status).collect(),
        alerts: observation.alerts,
    });
}
