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
            let mut gathered = SmallVec::<[Fault; 4]>::new();
            let scope = Scope {
                view,
                faults: view.faults_slice(&mut gathered),
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
            match request.target(at.scope.view) {
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
        let unfit = at.scope.parameters.check();
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
        } else {
            self.fill_in_by_state(plan, spec, at, spec.asks_for_faults());
        }
    }

    /// The same for any action. Without `asks_for_faults`, faults don't decide which branch applies.
    fn fill_in_by_state(
        &self,
        plan: &mut ActionPlan,
        spec: &ActionSpec,
        at: &Situation,
        asks_for_faults: bool,
    ) {
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
        } else if looks_healthy && asks_for_faults {
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
            Self::RedHerring
            | Self::Metric(..)
            | Self::HasMetric(_)
            | Self::Parameter(..)
            | Self::Recorded(_)
            | Self::UnhealthyCaller
            | Self::CustomersHit
            | Self::MoreMemory(_)
            | Self::TooLittleMemory(_)
            | Self::RestartHelps
            | Self::MemoryShort => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use firewatch_sim::{
        EnvironmentState, FaultKind, FaultState, ServiceState, Simulation, SloBudget,
    };

    use super::*;
    use crate::{ActionRequest, Profile};

    /// Three services: one that gets a fault, one that calls it, and a red herring.
    fn incident(kind: FaultKind) -> Simulation {
        let service = |name: &str| ServiceState {
            name: name.into(),
            ..Default::default()
        };
        let state = EnvironmentState {
            services: ["a", "b", "c"].map(service).into(),
            red_herrings: vec!["c".into()],
            faults: vec![FaultState::new(kind, "a", 2.0)],
            ..EnvironmentState::new(SloBudget {
                remaining: 30.0,
                burn_per_tick: 1.5,
            })
        };
        Simulation::new(&state).unwrap()
    }

    #[test]
    fn shortcuts_plan_what_is_planned_without_them() {
        let catalogue = ActionCatalogue::built_in(Profile::Standard);
        let mut plain = 0;
        for kind in [
            FaultKind::OOM,
            FaultKind::MEMORY_LEAK,
            FaultKind::BAD_DEPLOY,
            FaultKind::CONFIG_DRIFT,
            FaultKind::NETWORK_PARTITION,
        ] {
            let mut simulation = incident(kind);
            for tick in 0..12 {
                simulation.run(1);
                if tick == 8 {
                    let halt = firewatch_sim::Intervention::HaltFault(0);
                    simulation.environment_mut().intervene(&halt).unwrap();
                }
                let (view, session) = (simulation.view(), ActionSession::new());
                for (spec, target) in
                    { catalogue.actions().iter() }.flat_map(|spec| [0, 1, 2].map(|at| (spec, at)))
                {
                    let request = ActionRequest::new(spec.name(), ["a", "b", "c"][target]);
                    let action = request.action(catalogue).unwrap();
                    let planned = catalogue.plan(&view, &session, action, &request);
                    plain += usize::from(spec.is_plain());
                    let mut gathered = SmallVec::<[Fault; 4]>::new();
                    let at = Situation {
                        scope: &Scope {
                            view: &view,
                            faults: view.faults_slice(&mut gathered),
                            session: &session,
                            customers: catalogue.customers(),
                            action: spec.name(),
                            parameters: catalogue.parameters(spec, &request),
                        },
                        seen: match spec.category {
                            Category::Investigation => Seen::Acting,
                            _ => Seen::Any,
                        },
                        target: planned.service,
                    };
                    let mut whole = ActionPlan {
                        effect: ActionEffect::Nothing,
                        wrong: false,
                        halts: None,
                        is_idle: false,
                        ..planned
                    };
                    catalogue.fill_in_by_state(&mut whole, spec, &at, true);
                    assert_eq!(whole, planned, "{} of {kind} at {tick}", spec.name());
                }
            }
        }
        assert!(plain > 0);
    }
}
