//! Deciding what an action does, before anything changes.

use firewatch_sim::{EnvironmentRef, FaultKind, ServiceHandle, Status};

use crate::catalogue::{ActionCatalogue, ActionId};
use crate::model::{ActionSpec, Branch, Category, Condition, Matching};
use crate::parameter::{Parameters, Unfit};
use crate::request::{HaltedFault, RequestedAction, Target};
use crate::session::ActionSession;

/// What an action is going to do to an environment as it stands.
///
/// An action is done in two halves for the sake of those who look at many environments before they
/// change any: [`ActionCatalogue::plan`] and [`ActionCatalogue::perform`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActionPlan {
    pub(super) action: ActionId,
    /// The target's place in the mesh.
    pub(super) service: Option<usize>,
    /// The target itself: whoever plans has it at hand, and whoever acts would have to look for it.
    pub(super) handle: Option<ServiceHandle>,
    pub(super) wrong: bool,
    pub(super) course: ActionEffect,
    pub(super) halts: Option<HaltedFault>,
}

/// The course that an action takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ActionEffect {
    /// It needs a target, and none is given.
    NoTarget,
    /// The mesh has no such service.
    NoService,
    /// The parameter of that number can't have its value.
    BadParameter(usize),
    /// The target has nothing to be remedied.
    Spared,
    /// The reference fails at a parameter.
    Raised,
    /// The branch of that number.
    Branch(usize),
    /// No branch fits: none of a catalogue that was checked does so.
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
            course: ActionEffect::Nothing,
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
                parameters: Parameters::of(spec, request.parameters(), self.rules()),
            };
            self.fill_in(&mut plan, spec, at, request);
        }
        plan
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
                Target::Missing => plan.course = ActionEffect::NoTarget,
                Target::Unknown => plan.course = ActionEffect::NoService,
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
            plan.course = ActionEffect::BadParameter(index);
            return;
        }
        plan.wrong = spec.guarded && self.is_wrong(&at);
        plan.course = if plan.wrong && !spec.applies_when_healthy {
            ActionEffect::Spared
        } else if unfit.is_some() {
            ActionEffect::Raised
        } else {
            let fits = |branch: &Branch| branch.when.iter().all(|condition| at.holds(condition));
            let chosen = spec.branches.iter().position(fits);
            chosen.map_or(ActionEffect::Nothing, ActionEffect::Branch)
        };
        if let ActionEffect::Branch(index) = plan.course {
            plan.halts = at.halted_by(&spec.branches[index].halts);
        }
    }

    /// Whether there is nothing to be remedied about the target.
    fn is_wrong(&self, at: &Situation) -> bool {
        let rules = self.rules();
        (rules.spare_red_herrings && at.holds(&Condition::RedHerring))
            || rules.healthy.iter().all(|condition| at.holds(condition))
    }
}

/// What conditions are held against.
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
            return self.holds_anyway(condition);
        };
        match condition {
            Condition::Fault(kinds) => {
                let fits = |kind: &FaultKind| kinds.is_empty() || kinds.contains(kind);
                self.faults().any(|(_, kind, _)| fits(&kind))
            }
            Condition::ActiveFault => self.faults().any(|(_, _, halted)| !halted),
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
            Condition::Parameter(..) | Condition::Recorded(_) => self.holds_anyway(condition),
        }
    }

    /// Of conditions that are not about a target; the others don't hold without one.
    fn holds_anyway(&self, condition: &Condition) -> bool {
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
        self.view.topology().is_red_herring(target)
    }

    /// The faults of the target that actions can see: index, kind and whether halted.
    fn faults(&self) -> impl Iterator<Item = (usize, FaultKind, bool)> + use<'a> {
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
            (matches && is_seen).then(|| (index, view.fault_kind(fault), fault.halted))
        })
    }

    /// The first fault that a branch is good for which halts these kinds. The kind has to be one that
    /// actions can see; the fault itself need not be the one that was seen.
    fn halted_by(&self, halts: &[FaultKind]) -> Option<HaltedFault> {
        let is_seen =
            |kind| halts.contains(&kind) && self.faults().any(|(_, seen, _)| seen == kind);
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
