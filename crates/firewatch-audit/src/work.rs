//! Counts and limits the simulation work of an audit.
//!
//! Work is counted in service ticks. A tick of an episode goes through each service, each call and each fault:
//! it counts as many.

use std::sync::atomic::{AtomicU64, Ordering};

use firewatch_action::Category;
use firewatch_scenario::{Calls, SERVICE_CATALOGUE, Scenario, Service};

use crate::options::AuditOptions;

/// Answers that the best one is compared with.
const COMPARED: u64 = 3;
/// Variants of the best answer for each step: it is left there, or one of its remedies, two at a guess, is done
/// there alone.
const VARIANTS: u64 = 3;

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
    /// Some blind policies that act in turn.
    pub(crate) in_turn: bool,
    /// Some answers that the search would have tried.
    pub(crate) search: bool,
    /// Some reports of investigations.
    pub(crate) reports: bool,
    /// Some steps at which the best answer is left, or at which one of its remedies is done alone.
    pub(crate) variants: bool,
    /// Some policies that would have been played again.
    pub(crate) repeats: bool,
}

impl Cuts {
    /// Whether anything was.
    pub(crate) fn any(self) -> bool {
        let policies = self.random || self.singles || self.in_turn || self.variants;
        policies || self.search || self.reports || self.repeats
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

/// Returns the limit of the search: it leaves enough to compare its result, and to leave it early if that is at
/// most a quarter.
pub(crate) fn limit_of_search(scenario: &Scenario, limit: u64) -> u64 {
    let of_episode = of_episode(scenario);
    let leaves = scenario.ticks.saturating_mul(VARIANTS);
    let variants = of_episode.saturating_mul(leaves).min(limit / 4);
    limit.saturating_sub(of_episode.saturating_mul(COMPARED).max(variants))
}

/// Most work, in service ticks, of what every audit of an incident does: waiting, with and without each fault,
/// reading the logs, declaring at once, the runbooks, and comparing the best answer. The
/// [limit](AuditOptions::limit) does not stop it.
#[must_use]
pub fn least_work(scenario: &Scenario, options: &AuditOptions) -> u64 {
    let without = scenario.all_faults().count() + 1;
    // Beside each chunk of those goes the incident itself.
    let worlds = without + without.div_ceil(chunk(scenario));
    let nothing_declared_and_logs = 3;
    let runbooks = options.runbooks.len() as u64;
    let episodes = worlds as u64 + nothing_declared_and_logs + runbooks + COMPARED;
    of_episode(scenario).saturating_mul(episodes)
}

/// About how much work an audit will be, in service ticks, and at most its limit: all of [`least_work`], the blind
/// policies, the reports of investigations and the variants of the best answer; and if no runbook is given, as much
/// again as a search of one action takes.
#[must_use]
pub fn estimated_work(scenario: &Scenario, options: &AuditOptions) -> u64 {
    let own;
    let catalogue = match &options.actions {
        Some(actions) => &**actions,
        None => {
            own = scenario.actions();
            own
        }
    };
    let services = scenario.services.len() as u64;
    let of = |category: Category| {
        let specs = { catalogue.actions().iter() }.filter(|spec| spec.category() == category);
        specs.count() as u64 * services
    };
    let remedies = of(Category::Remediation);
    let steps = scenario.ticks.saturating_sub(1);
    let singles = remedies.saturating_mul(steps).min(options.singles);
    let search = if options.runbooks.is_empty() && options.max_actions > 0 {
        remedies
    } else {
        0
    };
    let variants = steps.saturating_mul(VARIANTS);
    let reports = of(Category::Investigation);
    let episodes = [singles, options.random, search, variants, reports];
    let episodes = episodes.into_iter().fold(0, u64::saturating_add);
    let work = of_episode(scenario).saturating_mul(episodes);
    let least = least_work(scenario, options);
    work.saturating_add(least).min(options.limit.max(least))
}
