//! The options of an audit.

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_scenario::Runbook;

/// Most work of an audit in service ticks, unless another limit is given. A tick of an episode counts its
/// services, the calls between them and its faults.
pub const DEFAULT_LIMIT: u64 = 100_000_000;

/// Most policies of a single action, unless another number is given.
pub const DEFAULT_SINGLES: u64 = 2048;

/// The options of an audit.
#[derive(Clone, Debug)]
pub struct AuditOptions {
    /// Whose rules and numbers hold; without one, the scenario's.
    pub profile: Option<Profile>,
    /// The actions that there are; without them, the scenario's.
    pub actions: Option<Arc<ActionCatalogue>>,
    /// Answers that should win.
    pub runbooks: Vec<Arc<Runbook>>,
    /// Most actions of an answer that the search looks for where no runbook wins; 0 for no search.
    pub max_actions: usize,
    /// Number of random policies.
    pub random: u64,
    /// Most policies of a single action: each remedy is done at each tick, or at ticks drawn by the scenario's
    /// seed if these would be more.
    pub singles: u64,
    /// Name of the scenario's file, without a folder: it must not give the answer away either.
    pub file: Option<String>,
    /// Most work, in [service ticks](DEFAULT_LIMIT). Policies that were not tried by then are left out, and
    /// checks that need them are [undecided](crate::AuditVerdict::Undecided). The work that
    /// [`least_work`](crate::least_work) counts is done in any case. The random policies and the single
    /// remedies take at most half of the limit, the search the rest.
    pub limit: u64,
    /// Threads that play policies, at least 1. The audit is the same with any number.
    pub threads: usize,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            profile: None,
            actions: None,
            runbooks: Vec::new(),
            max_actions: 4,
            random: 64,
            singles: DEFAULT_SINGLES,
            file: None,
            limit: DEFAULT_LIMIT,
            threads: 1,
        }
    }
}
