//! Deciding what an action does, before anything changes.

use firewatch_sim::{EnvironmentRef, Fault, FaultKind, ServiceHandle, Status};

use crate::catalogue::{ActionCatalogue, ActionId};
use crate::model::{ActionSpec, Branch, Category, Condition, Matching};
use crate::parameter::{Parameters, Unfit};
use crate::request::{HaltedFault, RequestedAction, Target};
use crate::session::ActionSession;

/// What an action will do to an environment in its current state.
///
/// [`ActionCatalogue::plan`] reads an environment and [`ActionCatalogue::perform`] changes it, so that a caller
/// can read many environments before it changes one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActionPlan {
    pub(super) action: ActionId,
    /// Index of the target in the mesh.
    pub(super) service: Option<usize>,
    /// Handle of the target, which saves a lookup when the plan is performed.
    pub(super) handle: Option<ServiceHandle>,
    pub(super) wrong: bool,
    pub(super) effect: ActionEffect,
    pub(super) halts: Option<HaltedFault>,
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
            handle: None,
            wrong: false,
            effect: ActionEffect::Nothing,
            halts: None,
        };
        if let Some(spec) = self.get(action) {
            let matching = self.rules().matching;
            let looks = spec.category == Category::Investigation;
            let at = Situation {
                view,
                session,
                primary_only: matching == Matching::Primary,
                active_only: matching == Matching::Any && looks,
                target: None,
                parameters: self.parameters(spec, request),
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
                Target::Service(index) => {
                    plan.service = Some(index);
                    plan.handle = at.view.service_handle(index);
                }
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
        plan.wrong = spec.guarded && self.is_wrong(&at);
        plan.effect = if plan.wrong && !spec.applies_when_healthy {
            ActionEffect::NotNeeded
        } else if unfit.is_some() {
            ActionEffect::Raised
        } else {
            let fits = |branch: &Branch| branch.when.iter().all(|condition| at.holds(condition));
            let chosen = spec.branches.iter().position(fits);
            chosen.map_or(ActionEffect::Nothing, ActionEffect::Branch)
        };
        if let ActionEffect::Branch(index) = plan.effect {
            plan.halts = at.halted_by(&spec.branches[index].halts);
        }
    }

    /// Returns whether the target needs no remedy.
    fn is_wrong(&self, at: &Situation) -> bool {
        let rules = self.rules();
        (rules.spare_red_herrings && at.holds(&Condition::RedHerring))
            || rules.healthy.iter().all(|condition| at.holds(condition))
    }
}

/// The state that conditions are evaluated on.
#[derive(Clone, Copy)]
struct Situation<'a> {
    view: &'a EnvironmentRef<'a>,
    session: &'a ActionSession,
    primary_only: bool,
    /// Whether faults that were halted, or have not acted, leave nothing to be seen.
    active_only: bool,
    target: Option<usize>,
    parameters: Parameters<'a>,
}

impl<'a> Situation<'a> {
    fn holds(&self, condition: &Condition) -> bool {
        let Some(target) = self.target else {
            return self.holds_without_target(condition);
        };
        match condition {
            Condition::Fault(kinds) => {
                let fits = |fault| kinds.is_empty() || kinds.contains(&self.view.fault_kind(fault));
                self.faults().any(fits)
            }
            Condition::ActiveFault => self.faults().any(|fault| !fault.halted),
            Condition::RedHerring => self.is_red_herring(target),
            Condition::Metric(metric, comparison) => {
                let value = self.view.metric_at(target, metric);
                value.is_some_and(|value| comparison.holds_for(&value))
            }
            Condition::HasMetric(metric) => self.view.metric_at(target, metric).is_some(),
            Condition::UnhealthyCaller => {
                let mut vitals = self.view.vitals().enumerate();
                let calls = |caller| self.view.topology().calls(caller, target);
                vitals.any(|(caller, v)| v.status != Status::Healthy && calls(caller))
            }
            Condition::Not(inner) => !self.holds(inner),
            Condition::Parameter(..) | Condition::Recorded(_) => {
                self.holds_without_target(condition)
            }
        }
    }

    /// Evaluates a condition without a target: `false` for those that are about one.
    fn holds_without_target(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Parameter(index, value) => {
                self.parameters.get(*index).as_deref() == Some(value)
            }
            Condition::Recorded(comparison) => {
                comparison.holds(&(self.session.recorded_ticks() as f64))
            }
            Condition::Not(inner) => !self.holds(inner),
            _ => false,
        }
    }

    fn is_red_herring(&self, target: usize) -> bool {
        self.view.is_red_herring(target)
    }

    /// Returns the faults of the target that actions can see.
    fn faults(&self) -> impl Iterator<Item = &'a Fault> + use<'a> {
        let Self {
            view,
            target,
            primary_only,
            active_only,
            ..
        } = *self;
        let is_cause = primary_only && view.environment().root_cause_service() == target;
        view.faults().enumerate().filter_map(move |(index, fault)| {
            let matches = match primary_only {
                true => is_cause && index == 0,
                false => Some(fault.node()) == target,
            };
            let is_seen = !active_only || (!fault.halted && fault.progression_tick > 0);
            (matches && is_seen).then_some(fault)
        })
    }

    /// Returns the first active fault of the target that a branch with these `halts` halts. Actions must see
    /// a fault of that kind, which need not be the same fault.
    fn halted_by(&self, halts: &[FaultKind]) -> Option<HaltedFault> {
        if halts.is_empty() {
            return None;
        }
        let is_seen = |kind| {
            let is_kind = |fault| self.view.fault_kind(fault) == kind;
            halts.contains(&kind) && self.faults().any(is_kind)
        };
        let mut faults = self.view.faults().enumerate();
        let found = faults.find(|(_, fault)| {
            !fault.halted
                && Some(fault.node()) == self.target
                && is_seen(self.view.fault_kind(fault))
        });
        found.map(|(index, fault)| HaltedFault {
            index,
            kind: self.view.fault_kind(fault),
        })
    }
}
