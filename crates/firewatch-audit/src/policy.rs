//! Policies: ways to answer an incident, step by step.

use std::sync::Arc;

use firewatch_action::ActionRequest;
use firewatch_response::Responder;
use firewatch_scenario::Runbook;
use firewatch_sim::EnvironmentRef;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde::Serialize;

use firewatch_response::score::Score;

/// The kinds of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// Waits throughout.
    Nothing,
    /// Draws an action each step, out of all on all services but those that wait or end the episode.
    Random,
    /// Does one remedy at the first step, then waits.
    Single,
    /// Follows a given runbook.
    Runbook,
    /// Does what the search found to win.
    Found,
    /// Gives the best answer half of the ticks later.
    Late,
    /// Gives the best answer after a wrong action.
    WrongFirst,
    /// Does the best answer's remedy to every service in turn, from the tick at which that does it.
    Everywhere,
}

/// The actions of a policy, by steps counted from 0: the first step does tick 2.
#[derive(Clone, Debug)]
pub(crate) enum PolicyPlan<'a> {
    /// One of the moves each step; the number is that of its stream of random numbers.
    Random(u64, &'a [ActionRequest]),
    /// Each action at its step, in order; none for doing nothing.
    Sequence(Vec<(u64, ActionRequest)>),
    /// The steps of the runbook.
    Runbook(Arc<Runbook>),
}

/// A way to answer an incident.
#[derive(Clone, Debug)]
pub(crate) struct Policy<'a> {
    pub(crate) kind: PolicyKind,
    pub(crate) name: String,
    /// Steps before the plan begins, in which it waits.
    pub(crate) delay: u64,
    /// The action at the first step, before the plan begins.
    pub(crate) first: Option<ActionRequest>,
    pub(crate) plan: PolicyPlan<'a>,
}

impl<'a> Policy<'a> {
    pub(crate) fn new(kind: PolicyKind, name: impl Into<String>, plan: PolicyPlan<'a>) -> Self {
        Self {
            kind,
            name: name.into(),
            delay: 0,
            first: None,
            plan,
        }
    }

    /// Returns a runner of the policy, at the start of an episode of that seed.
    pub(crate) fn player(&self, seed: u64) -> PolicyRunner<'_> {
        PolicyRunner {
            policy: self,
            step: 0,
            mind: match &self.plan {
                PolicyPlan::Random(number, moves) => {
                    PolicyState::Random(Box::new(stream(seed, *number)), moves)
                }
                PolicyPlan::Sequence(actions) => PolicyState::Sequence(actions),
                PolicyPlan::Runbook(runbook) => {
                    PolicyState::Runbook(Responder::new(Arc::clone(runbook)))
                }
            },
        }
    }
}

/// Each random policy has a ChaCha stream of its own, keyed by the scenario's seed.
fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    // Apart from the streams that the scenario itself draws from.
    key[8..13].copy_from_slice(b"audit");
    let mut random = ChaCha8Rng::from_seed(key);
    random.set_stream(number);
    random
}

/// Follows a policy through an episode.
pub(crate) struct PolicyRunner<'a> {
    policy: &'a Policy<'a>,
    step: u64,
    mind: PolicyState<'a>,
}

enum PolicyState<'a> {
    Random(Box<ChaCha8Rng>, &'a [ActionRequest]),
    Sequence(&'a [(u64, ActionRequest)]),
    Runbook(Responder),
}

impl PolicyRunner<'_> {
    /// Returns the action at the next step, decided on the state before it.
    pub(crate) fn next(&mut self, view: &EnvironmentRef, score: &Score) -> ActionRequest {
        let step = self.step;
        self.step += 1;
        let first = self.policy.first.as_ref();
        if let Some(first) = first.filter(|_| step == 0) {
            return first.clone();
        }
        let begins = self.policy.delay + u64::from(first.is_some());
        let step = step.checked_sub(begins);
        let asked = step.and_then(|step| self.mind.decide(step, view, score));
        asked.unwrap_or_else(ActionRequest::wait)
    }
}

impl PolicyState<'_> {
    fn decide(&mut self, step: u64, view: &EnvironmentRef, score: &Score) -> Option<ActionRequest> {
        match self {
            Self::Random(random, moves) => {
                let product = u128::from(random.next_u64()) * moves.len() as u128;
                // The high half is below the number of moves.
                moves.get(usize::try_from(product >> 64).ok()?).cloned()
            }
            Self::Sequence(actions) => {
                let due = actions.iter().find(|(at, _)| *at == step);
                due.map(|(_, request)| request.clone())
            }
            Self::Runbook(responder) => responder.next(view, score).cloned(),
        }
    }
}
