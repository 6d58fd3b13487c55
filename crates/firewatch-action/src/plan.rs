//! Deciding what an action does, before anything changes.

use firewatch_sim::{EnvironmentRef, Fault};
use smallvec::SmallVec;

use crate::catalogue::{ActionCatalogue, ActionId};
use crate::model::{ActionSpec, Branch, Category, Condition, Effect, Matching};
use crate::parameter::{Parameters, Unfit};
use crate::request::{HaltedFault, RequestedAction, Target};
use crate::session::ActionSession;
use crate::situation::{Scope, Seen, Situation};

/// What an action will do to an environment in its current state.
///
/// [`ActionCatalogue::plan`] reads an environment and [`ActionCatalogue::perform`] changes it, so that a caller
/// can read many environments before it changes one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActionPlan {
    pub(super) action: ActionId,
    /// Index of the target in the mesh.
    pub(super) service: Option<usize>,
    pub(super) wrong: bool,
    pub(super) effect: ActionEffect,
    pub(super) halts: Option<HaltedFault>,
    /// Whether it would change the traffic, and what it sets is so already.
    pub(super) is_idle: bool,
}

/// The effect of an action: one of its branches, or the reason for none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ActionEffect {
    /// The action needs a target, and the request has none.
    NoTarget,
    /// The mesh has no such service.
    NoService,
    /// The parameter at that index has an invalid value.
    BadParameter(usize),
    /// The target needs no remedy.
    NotNeeded,
    /// A parameter raises an exception in the reference.
    Raised,
    /// The branch at that index is taken.
    Branch(usize),
    /// No branch applies. A catalogue that was checked has none such.
    Nothing,
}

impl ActionEffect {
    fn of(branch: Option<usize>) -> Self {
        branch.map_or(Self::Nothing, Self::Branch)
    }
}

impl ActionCatalogue {
    /// Plans what an action does to the environment in its current state. `action` is the number from
    /// [`RequestedAction::action`]: the caller looks it up once.
    #[must_use]
    pub fn plan(
        &self,
        view: &EnvironmentRef,
        session: &ActionSession,
        action: ActionId,
        request: &impl RequestedAction,
    ) -> ActionPlan {
        let mut plan = ActionPlan {
            action,
            service: None,
            wrong: false,
            effect: ActionEffect::Nothing,
            halts: None,
            is_idle: false,
        };
        if let Some(spec) = self.get(action) {
            let seen = match self.rules().matching {
                Matching::Primary => Seen::Primary,
                Matching::Any if spec.category == Category::Investigation => Seen::Acting,
                Matching::Any => Seen::Any,
            };
            let gathered: SmallVec<[Fault; 4]>;
            let faults = match view.faults_slice() {
                Some(faults) => faults,
                None => {
                    gathered = view.faults().copied().collect();
                    &gathered
                }
            };
            let scope = Scope {
                view,
                faults,
                session,
                customers: self.customers(),
                action: &spec.name,
                parameters: self.parameters(spec, request),
            };
            let at = Situation {
                scope: &scope,
                seen,
                target: None,
            };
            self.fill_in(&mut plan, spec, at, request);
        }
        plan
    }

    /// Returns the parameters of a request as an action takes them.
    pub(super) fn parameters<'a>(
        &self,
        spec: &'a ActionSpec,
        request: &'a impl RequestedAction,
    ) -> Parameters<'a> {
        Parameters::new(&spec.parameters, request.parameters(), self.rules().raises)
    }

    fn fill_in(
        &self,
        plan: &mut ActionPlan,
        spec: &ActionSpec,
        at: Situation,
        request: &impl RequestedAction,
    ) {
        if spec.needs_target() {
            match request.target(at.view) {
                Target::Missing => plan.effect = ActionEffect::NoTarget,
                Target::Unknown => plan.effect = ActionEffect::NoService,
                Target::Service(index) => plan.service = Some(index),
            }
            if plan.service.is_none() {
                return;
            }
        }
        let at = Situation {
            target: plan.service,
            ..at
        };
        let unfit = at.parameters.check();
        if let Some(Unfit::Rejected(index)) = unfit {
            plan.effect = ActionEffect::BadParameter(index);
            return;
        }
        if self.rules().conceals && unfit.is_none() {
            return self.fill_in_concealed(plan, spec, &at);
        }
        plan.wrong = spec.guarded && (self.is_spared(&at) || self.looks_healthy(&at));
        plan.effect = if plan.wrong && !spec.applies_when_healthy {
            ActionEffect::NotNeeded
        } else if unfit.is_some() {
            ActionEffect::Raised
        } else {
            ActionEffect::of(at.branch_of(spec))
        };
        if let ActionEffect::Branch(index) = plan.effect {
            plan.halts = at.halted_by(&spec.branches[index]);
        }
    }

    /// Fills in the plan where a fault that does not show yet is concealed: the action halts it, but has the effects
    /// and the feedback that it would have without the fault.
    fn fill_in_concealed(&self, plan: &mut ActionPlan, spec: &ActionSpec, at: &Situation) {
        if spec.is_plain() {
            plan.effect = ActionEffect::Branch(0);
            return;
        }
        let applying = at.branch_of(spec);
        let branch = applying.and_then(|index| spec.branches.get(index));
        plan.halts = branch.and_then(|branch| at.halted_by(branch));
        // Investigations report the state of a red herring as that of any service.
        let is_spared = spec.category != Category::Investigation && self.is_spared(at);
        let looks_healthy = self.looks_healthy(at);
        let seen = Seen::Nothing;
        let blind = Situation { seen, ..*at };
        plan.effect = ActionEffect::of(if is_spared && (looks_healthy || plan.halts.is_none()) {
            let last = spec.branches.len().checked_sub(1);
            blind.branch_in_vain(spec).or(last)
        } else if looks_healthy && spec.asks_for_faults() {
            blind.branch_of(spec)
        } else {
            applying
        });
        let taken = match plan.effect {
            ActionEffect::Branch(index) => spec.branches.get(index),
            _ => None,
        };
        plan.is_idle = taken.is_some_and(|taken| blind.changes_traffic(taken) == Some(false));
        let mends = || self.mends(spec, branch, looks_healthy, at);
        plan.wrong = spec.guarded && plan.halts.is_none() && !mends();
    }

    /// Returns whether an action that halts nothing mends something by design: a symptom, or a metric that it sets.
    fn mends(
        &self,
        spec: &ActionSpec,
        branch: Option<&Branch>,
        looks_healthy: bool,
        at: &Situation,
    ) -> bool {
        let Some(branch) = branch.filter(|_| !self.is_spared(at)) else {
            return false;
        };
        if spec.always.iter().any(|effect| at.is_changed_by(effect)) {
            return true;
        }
        if spec.branches.len() == 1 {
            // It does not tell when it helps.
            return !looks_healthy || at.holds(&Condition::ActiveFault);
        }
        let may_mend = !branch.when.is_empty() && branch.halts.is_empty() && !branch.in_vain;
        may_mend && at.are_faults_active(branch)
    }

    /// Returns whether the target is a red herring, which needs no remedy.
    fn is_spared(&self, at: &Situation) -> bool {
        self.rules().spare_red_herrings && at.holds(&Condition::RedHerring)
    }

    /// Returns whether the target looks healthy.
    fn looks_healthy(&self, at: &Situation) -> bool {
        let mut healthy = self.rules().healthy.iter();
        healthy.all(|condition| at.holds(condition))
    }
}

impl ActionSpec {
    /// Returns whether it does the same whatever the state, and is never wrong: its only branch has no conditions, halts
    /// nothing and turns nothing.
    fn is_plain(&self) -> bool {
        let is_plain = |branch: &Branch| {
            let turns = |effect: &Effect| matches!(effect, Effect::Traffic(_));
            branch.when.is_empty() && branch.halts.is_empty() && !branch.effects.iter().any(turns)
        };
        matches!(&*self.branches, [only] if !self.guarded && is_plain(only))
    }

    /// Returns whether faults decide which branch applies.
    fn asks_for_faults(&self) -> bool {
        let mut conditions = self.branches.iter().flat_map(|branch| &branch.when);
        conditions.any(Condition::is_about_faults)
    }
}

impl Condition {
    fn is_about_faults(&self) -> bool {
        match self {
            Self::Fault(_) | Self::ActiveFault => true,
            Self::Somewhere(inner) | Self::Not(inner) => inner.is_about_faults(),
            _ => false,
        }
    }
}
