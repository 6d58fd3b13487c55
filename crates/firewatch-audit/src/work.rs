//! Counts and limits the simulation work of an audit.
//!
//! Work is counted in service ticks. A tick of an episode goes through each service, each call and each fault:
//! it counts as many.

use std::sync::atomic::{AtomicU64, Ordering};

use firewatch_scenario::{Calls, SERVICE_CATALOGUE, Scenario, Service};

use crate::options::AuditOptions;

/// Answers that the best one is compared with.
const COMPARED: u64 = 3;

/// Most episodes of a batch, and most work of a tick of all of them: so much stays in a core's cache, and the
/// memory that an audit takes does not grow with the number of faults or policies times the size of the
/// incident.
const CHUNK: usize = 256;
const CHUNK_WORK: u64 = 16_384;

/// Counts what is simulated, in service ticks.
pub(crate) struct Work<'a> {
    done: AtomicU64,
    progress: &'a (dyn Fn(u64) + Sync),
}

impl<'a> Work<'a> {
    /// Starts at 0; `progress` is called with each piece of work.
    pub(crate) fn new(progress: &'a (dyn Fn(u64) + Sync)) -> Self {
        let done = AtomicU64::new(0);
        Self { done, progress }
    }

    /// Counts a tick of `episodes` episodes, each at [`of_tick`].
    pub(crate) fn add(&self, episodes: usize, of_tick: u64) {
        let work = (episodes as u64).saturating_mul(of_tick);
        self.done.fetch_add(work, Ordering::Relaxed);
        (self.progress)(work);
    }

    /// Returns the work done; exact while no policy is being played.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

/// The parts of an audit that were left out because of the limit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cuts {
    /// Some random policies.
    pub(crate) random: bool,
    /// Some single remedies.
    pub(crate) singles: bool,
    /// Some answers that the search would have tried.
    pub(crate) search: bool,
}

impl Cuts {
    /// Whether anything was.
    pub(crate) fn any(self) -> bool {
        self.random || self.singles || self.search
    }
}

/// Work of a tick: services, the calls between them, and faults.
pub(crate) fn of_tick(scenario: &Scenario) -> u64 {
    let calls = |service: &Service| match &service.calls {
        Calls::Named(callees) => callees.len(),
        Calls::Catalogue => {
            let mut catalogue = SERVICE_CATALOGUE.iter();
            let known = catalogue.find(|known| known.name == service.name);
            known.map_or(0, |known| known.calls.len())
        }
    };
    let calls: usize = scenario.services.iter().map(calls).sum();
    let size = scenario.services.len() + calls + scenario.all_faults().count();
    (size as u64).max(1)
}

/// How many episodes are played side by side.
pub(crate) fn chunk(scenario: &Scenario) -> usize {
    let fitting = usize::try_from(CHUNK_WORK / of_tick(scenario));
    fitting.unwrap_or(CHUNK).clamp(1, CHUNK)
}

/// Most work of an episode: it may end before its last tick.
pub(crate) fn of_episode(scenario: &Scenario) -> u64 {
    scenario.ticks.saturating_mul(of_tick(scenario))
}

/// Returns the limit of the search: it leaves enough to compare its result.
pub(crate) fn limit_of_search(scenario: &Scenario, limit: u64) -> u64 {
    limit.saturating_sub(of_episode(scenario).saturating_mul(COMPARED))
}

/// Most work, in service ticks, of what every audit of an incident does: waiting, with and without each fault,
/// the runbooks, and comparing the best answer. The [limit](AuditOptions::limit) does not stop it.
#[must_use]
pub fn least_work(scenario: &Scenario, options: &AuditOptions) -> u64 {
    let without = scenario.all_faults().count() + 1;
    // Beside each chunk of those goes the incident itself.
    let worlds = without + without.div_ceil(chunk(scenario));
    let nothing = 1;
    let episodes = worlds as u64 + nothing + options.runbooks.len() as u64 + COMPARED;
    of_episode(scenario).saturating_mul(episodes)
}
