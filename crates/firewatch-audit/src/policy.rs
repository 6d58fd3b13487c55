//! Policies: ways to answer an incident, step by step.

use std::fmt;
use std::sync::Arc;

use firewatch_action::ActionRequest;
use firewatch_response::Responder;
use firewatch_scenario::Runbook;
use firewatch_sim::EnvironmentRef;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::aim::Aim;
use crate::chance;
use firewatch_response::score::Score;

/// The kinds with their names: each name stands here and nowhere else.
macro_rules! kinds {
    ($($(#[doc = $about:literal])* $variant:ident = $name:literal,)*) => {
        /// The kinds of policies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum PolicyKind {
            $($(#[doc = $about])* $variant,)*
        }

        impl PolicyKind {
            /// The name in reports.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// Waits throughout.
    Nothing = "nothing",
    /// Declares the incident resolved at the first step.
    Declare = "declare",
    /// Draws an action each step, out of all on all services but those that wait or end the episode.
    Random = "random",
    /// Does one remedy at one step.
    Single = "single",
    /// Does the common remedies in turn to the service that is worst off.
    CycleWorst = "cycle_worst",
    /// Does the common remedies in turn to the deepest unhealthy service.
    CycleDeepest = "cycle_deepest",
    /// Does each remedy in the order of the catalogue to the service that is worst off.
    CatalogueOrder = "catalogue_order",
    /// Does the first remedy of the best answer, and declares before the next fault begins.
    FirstThenLeave = "first_then_leave",
    /// Follows a given runbook.
    Runbook = "runbook",
    /// Does what the search found to win.
    Found = "found",
    /// Gives the best answer half of the ticks later.
    Late = "late",
    /// Gives the best answer after a wrong action.
    WrongFirst = "wrong_first",
    /// Does the best answer's remedy to every service in turn, from the tick at which that does it.
    Everywhere = "everywhere",
    /// Does one remedy of the best answer alone, at one step.
    Alone = "alone",
    /// Gives the best answer up to a step, and declares there.
    Left = "left",
}

impl PolicyKind {
    /// The families of blind policies: they know nothing of the incident, or leave it after the first remedy.
    pub const BLIND: [Self; 7] = [
        Self::Declare,
        Self::Single,
        Self::CycleWorst,
        Self::CycleDeepest,
        Self::CatalogueOrder,
        Self::Random,
        Self::FirstThenLeave,
    ];
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
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
    /// The actions in turn, on the service that is aimed at if they take one, as long as one is not healthy.
    InTurn(Aim, Arc<[ActionRequest]>),
}

/// Returns the step that does that tick; a reset does the first.
pub(crate) fn step_of_tick(tick: u64) -> u64 {
    tick.saturating_sub(2)
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
    /// The step at which it declares, in place of what the plan does there.
    pub(crate) leaves: Option<(u64, ActionRequest)>,
}

impl<'a> Policy<'a> {
    pub(crate) fn new(kind: PolicyKind, name: impl Into<String>, plan: PolicyPlan<'a>) -> Self {
        Self {
            kind,
            name: name.into(),
            delay: 0,
            first: None,
            plan,
            leaves: None,
        }
    }

    /// Returns a runner of the policy, at the start of an episode of that seed.
    pub(crate) fn player(&self, seed: u64) -> PolicyRunner<'_> {
        PolicyRunner {
            policy: self,
            step: 0,
            mind: match &self.plan {
                PolicyPlan::Random(number, moves) => {
                    PolicyState::Random(Box::new(chance::stream(seed, *number)), moves)
                }
                PolicyPlan::Sequence(actions) => PolicyState::Sequence(actions),
                PolicyPlan::Runbook(runbook) => {
                    PolicyState::Runbook(Responder::new(Arc::clone(runbook)))
                }
                PolicyPlan::InTurn(aim, actions) => PolicyState::InTurn(*aim, actions, 0),
            },
        }
    }
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
    /// With the number of actions so far.
    InTurn(Aim, &'a [ActionRequest], usize),
}

impl PolicyRunner<'_> {
    /// Returns the action at the next step, decided on the state before it.
    pub(crate) fn next(&mut self, view: &EnvironmentRef, score: &Score) -> ActionRequest {
        let step = self.step;
        self.step += 1;
        if let Some((_, declare)) = self.policy.leaves.as_ref().filter(|(at, _)| *at == step) {
            return declare.clone();
        }
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
            Self::Random(random, moves) => moves.get(chance::index(random, moves.len())).cloned(),
            Self::Sequence(actions) => {
                let due = actions.iter().find(|(at, _)| *at == step);
                due.map(|(_, request)| request.clone())
            }
            Self::Runbook(responder) => responder.next(view, score).cloned(),
            Self::InTurn(aim, actions, done) => {
                let target = aim.pick(view)?;
                let action = actions.get(*done % actions.len().max(1))?.clone();
                *done += 1;
                Some(match action.target {
                    Some(_) => ActionRequest {
                        target: Some(target.to_owned()),
                        ..action
                    },
                    None => action,
                })
            }
        }
    }
}
