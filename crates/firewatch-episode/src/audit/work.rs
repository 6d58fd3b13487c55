//! How much is simulated for an audit, and how much may be.

use std::sync::atomic::{AtomicU64, Ordering};

use firewatch_scenario::Scenario;

use super::AuditOptions;

/// Answers that the best one is compared with.
const COMPARED: u64 = 3;

/// Counts what is simulated, in ticks of one service.
pub(super) struct Work<'a> {
    done: AtomicU64,
    progress: &'a (dyn Fn(u64) + Sync),
}

impl<'a> Work<'a> {
    /// Nothing is done yet; `progress` is told of what is, piece by piece.
    pub(super) fn new(progress: &'a (dyn Fn(u64) + Sync)) -> Self {
        let done = AtomicU64::new(0);
        Self { done, progress }
    }

    /// A tick of so many episodes of a mesh of so many services is done.
    pub(super) fn add(&self, episodes: usize, services: usize) {
        let work = (episodes as u64).saturating_mul(services as u64);
        self.done.fetch_add(work, Ordering::Relaxed);
        (self.progress)(work);
    }

    /// What is done. Exact where nothing is played at that time.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

/// What was left out because of the limit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cuts {
    /// Some random policies.
    pub(super) random: bool,
    /// Some single remedies.
    pub(super) singles: bool,
    /// Some answers that the search would have tried.
    pub(super) search: bool,
}

impl Cuts {
    /// Whether anything was.
    pub(super) fn any(self) -> bool {
        self.random || self.singles || self.search
    }
}

/// Most work of an episode: it may end before its last tick.
pub(super) fn of_episode(scenario: &Scenario) -> u64 {
    let services = scenario.services.len().max(1) as u64;
    scenario.ticks.saturating_mul(services)
}

/// What a search may take up to: what is left has to do for comparing what it finds.
pub(super) fn limit_of_search(scenario: &Scenario, limit: u64) -> u64 {
    limit.saturating_sub(of_episode(scenario).saturating_mul(COMPARED))
}

/// Most work, in ticks of one service, of what every audit of an incident does: waiting, with and without
/// each fault, the runbooks, and comparing the best answer. The [limit](AuditOptions::limit) does not stop it.
#[must_use]
pub fn least_work(scenario: &Scenario, options: &AuditOptions) -> u64 {
    let worlds = scenario.all_faults().count() as u64 + 2;
    let nothing = 1;
    let episodes = worlds + nothing + options.runbooks.len() as u64 + COMPARED;
    of_episode(scenario).saturating_mul(episodes)
}
