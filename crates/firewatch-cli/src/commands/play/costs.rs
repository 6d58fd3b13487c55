//! What the actions of a session cost: each is left out in a replay, and the difference is what it did.

use firewatch_sim::Status;

use super::replay::Replay;
use super::session::{PlaySession, StepRecord};
use crate::failure::Failure;

/// Most work of all replays together, in service ticks.
pub const REPLAY_LIMIT: u64 = 200_000;

/// What an action did.
pub struct ActionCost {
    /// Index of the step.
    pub step: usize,
    /// What it added to the grade.
    pub grade: f64,
    /// The services that were worse because of it, with the number of ticks.
    pub worse: Vec<(String, u64)>,
}

/// Returns what each action did, waits left out; `None` for those that do not fit into the limit.
///
/// # Errors
/// None for a session that could be played.
pub fn of(session: &PlaySession, whole: &Replay) -> Result<Vec<Option<ActionCost>>, Failure> {
    let services = session.now().services.len().max(1) as u64;
    let of_replay = session.scenario().ticks.saturating_mul(services);
    let mut left = REPLAY_LIMIT;
    let acts = |(_, step): &(usize, &StepRecord)| !step.is_wait();
    let steps = session.steps().iter().enumerate().filter(acts);
    let cost = |(index, _)| {
        let Some(rest) = left.checked_sub(of_replay) else {
            return Ok(None);
        };
        left = rest;
        let without = Replay::of(session, Some(index))?;
        Ok(Some(compare(session, index, whole, &without)))
    };
    steps.map(cost).collect()
}

/// Returns whether one replay fits into the limit.
pub fn can_replay(session: &PlaySession) -> bool {
    let services = session.now().services.len().max(1) as u64;
    session.scenario().ticks.saturating_mul(services) <= REPLAY_LIMIT
}

fn compare(session: &PlaySession, step: usize, whole: &Replay, without: &Replay) -> ActionCost {
    let total = |replay: &Replay| replay.grade.map_or(0.0, |grade| grade.total);
    let is_worse = |service: usize| {
        let ticks = whole.ticks.iter().zip(&without.ticks);
        let status = |statuses: &[Status]| statuses.get(service).copied().unwrap_or_default();
        let worse = ticks.filter(|(a, b)| status(&a.statuses) > status(&b.statuses));
        worse.count() as u64
    };
    let services = session.now().services.iter().enumerate();
    let worse = services.map(|(index, service)| (service.name.clone(), is_worse(index)));
    ActionCost {
        step,
        grade: total(whole) - total(without),
        worse: worse.filter(|(_, ticks)| *ticks > 0).collect(),
    }
}
