//! Deciding what an action does, before anything changes.

use firewatch_sim::{EnvironmentRef, FaultKind, MetricKey, ServiceHandle, Status};

use crate::catalogue::{ActionCatalogue, ActionId};
use crate::effect::{KEYS, MEBIBYTE};
use crate::model::{
    ActionSpec, Branch, Change, Condition, Effect, Matching, Operand, ParameterIndex, Recipients,
};
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
            let at = Situation {
                view,
                session,
                primary_only: self.rules().matching == Matching::Primary,
                sees_faults: true,
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
        if self.rules().conceals && unfit.is_none() {
            return self.fill_in_concealed(plan, spec, &at);
        }
        plan.wrong = spec.guarded && (self.is_spared(&at) || self.looks_healthy(&at));
        plan.course = if plan.wrong && !spec.applies_when_healthy {
            ActionEffect::Spared
        } else if unfit.is_some() {
            ActionEffect::Raised
        } else {
            at.branch_of(spec)
        };
        if let ActionEffect::Branch(index) = plan.course {
            plan.halts = at.halted_by(&spec.branches[index]);
        }
    }

    /// The same where nobody is told of a fault that does not show yet: what is done and said is what would be
    /// without it, though the fault is halted all the same.
    fn fill_in_concealed(&self, plan: &mut ActionPlan, spec: &ActionSpec, at: &Situation) {
        let fitting = at.branch_of(spec);
        let branch = match fitting {
            ActionEffect::Branch(index) => spec.branches.get(index),
            _ => None,
        };
        plan.halts = branch.and_then(|branch| at.halted_by(branch));
        let (looks_healthy, is_spared) = (self.looks_healthy(at), self.is_spared(at));
        plan.course = if is_spared && (looks_healthy || plan.halts.is_none()) {
            let last = spec.branches.len().checked_sub(1);
            last.map_or(ActionEffect::Nothing, ActionEffect::Branch)
        } else if looks_healthy {
            let sees_faults = false;
            Situation { sees_faults, ..*at }.branch_of(spec)
        } else {
            fitting
        };
        plan.wrong = spec.guarded && plan.halts.is_none() && !self.mends(spec, branch, at);
    }

    /// Whether an action that halts nothing mends something by design: a symptom, or a metric that it sets.
    fn mends(&self, spec: &ActionSpec, branch: Option<&Branch>, at: &Situation) -> bool {
        let Some(branch) = branch.filter(|_| !self.is_spared(at)) else {
            return false;
        };
        if spec.always.iter().any(|effect| at.is_changed_by(effect)) {
            return true;
        }
        if spec.branches.len() == 1 {
            // It does not tell when it helps.
            return !self.looks_healthy(at) || at.holds(&Condition::ActiveFault);
        }
        let is_active = |condition: &Condition| match condition {
            Condition::Fault(kinds) => at.has_active_fault(kinds),
            _ => true,
        };
        let may_mend = !branch.when.is_empty() && branch.halts.is_empty() && !branch.in_vain;
        may_mend && branch.when.iter().all(is_active)
    }

    /// Whether the target is a red herring, about which there is nothing to remedy.
    fn is_spared(&self, at: &Situation) -> bool {
        self.rules().spare_red_herrings && at.holds(&Condition::RedHerring)
    }

    /// Whether the target looks healthy.
    fn looks_healthy(&self, at: &Situation) -> bool {
        let mut healthy = self.rules().healthy.iter();
        healthy.all(|condition| at.holds(condition))
    }
}

/// Memory of a service in bytes.
struct Memory {
    used: f64,
    limit: f64,
    /// The limit that is asked for.
    new: f64,
}

/// What conditions are held against.
#[derive(Clone, Copy)]
struct Situation<'a> {
    view: &'a EnvironmentRef<'a>,
    session: &'a ActionSession,
    primary_only: bool,
    /// Whether conditions know of faults.
    sees_faults: bool,
    target: Option<usize>,
    parameters: Parameters<'a>,
}

impl<'a> Situation<'a> {
    /// The first branch that fits.
    fn branch_of(&self, spec: &ActionSpec) -> ActionEffect {
        let fits = |branch: &Branch| branch.when.iter().all(|condition| self.holds(condition));
        let chosen = spec.branches.iter().position(fits);
        chosen.map_or(ActionEffect::Nothing, ActionEffect::Branch)
    }

    /// Whether the target has a fault of one of these kinds, or of any if there are none, that is not halted.
    fn has_active_fault(&self, kinds: &[FaultKind]) -> bool {
        let fits = |kind: &FaultKind| kinds.is_empty() || kinds.contains(kind);
        { self.faults() }.any(|(_, kind, halted)| !halted && fits(&kind))
    }

    /// Whether an effect sets a metric of the target to what it is not.
    fn is_changed_by(&self, effect: &Effect) -> bool {
        let Effect::Change {
            metric,
            on: Recipients::Target,
            change: Change::Set { to, create: false },
        } = effect
        else {
            return false;
        };
        let metric_of = |metric: &MetricKey| self.view.metric_at(self.target?, metric);
        let Some(present) = metric_of(metric) else {
            return false;
        };
        match to {
            Operand::Value(value) => present != *value,
            Operand::Parameter(index) => {
                { self.parameters.get(*index) }.is_some_and(|value| present != *value)
            }
            Operand::Metric(other) => metric_of(other).is_some_and(|value| present != value),
        }
    }

    /// Whether some service that nobody calls is not healthy. Red herrings never are.
    fn are_customers_hit(&self) -> bool {
        let topology = self.view.topology();
        let mut is_called = vec![false; topology.graph().node_count()];
        for call in topology.graph().raw_edges() {
            is_called[call.target().index()] |= call.source() != call.target();
        }
        let mut services = self.view.vitals().zip(is_called).enumerate();
        services.any(|(service, (vitals, is_called))| {
            !is_called && vitals.status != Status::Healthy && !topology.is_red_herring(service)
        })
    }

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
            Condition::MoreMemory(limit) => self
                .memory(*limit, target)
                .is_some_and(|memory| memory.new > memory.limit),
            Condition::TooLittleMemory(limit) => self
                .memory(*limit, target)
                .is_some_and(|memory| memory.new < memory.used),
            Condition::Not(inner) => !self.holds(inner),
            Condition::CustomersHit
            | Condition::Somewhere(_)
            | Condition::Parameter(..)
            | Condition::Recorded(_) => self.holds_anyway(condition),
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
            Condition::CustomersHit => self.are_customers_hit(),
            Condition::Somewhere(inner) => {
                let mut services = 0..self.view.service_count();
                services.any(|service| self.holds_for(service, std::slice::from_ref(inner)))
            }
            Condition::Not(inner) => !self.holds(inner),
            _ => false,
        }
    }

    /// The memory of the target beside the limit that a parameter asks for.
    fn memory(&self, limit: ParameterIndex, target: usize) -> Option<Memory> {
        let keys = &*KEYS;
        let number = |metric| {
            let value = self.view.metric_at(target, metric);
            value.and_then(|value| value.as_f64())
        };
        let limit_bytes = number(&keys.limit)?;
        let given = self.parameters.get(limit);
        let mebibytes = given.and_then(|given| given.as_f64());
        let used = number(&keys.usage)?;
        Some(Memory {
            // Bytes and utilization can differ before the first tick.
            used: used.max(number(&keys.utilization)? * limit_bytes),
            limit: limit_bytes,
            new: mebibytes.map_or(2.0 * limit_bytes, |mebibytes| mebibytes * MEBIBYTE as f64),
        })
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
            sees_faults,
            ..
        } = *self;
        let is_cause = primary_only && view.environment().root_cause_service() == target;
        view.faults().enumerate().filter_map(move |(index, fault)| {
            let matches = match primary_only {
                true => is_cause && index == 0,
                false => Some(fault.node()) == target,
            };
            (sees_faults && matches).then(|| (index, view.fault_kind(fault), fault.halted))
        })
    }

    /// The first fault that a branch halts. Its kind has to be one that actions can see; the fault itself need
    /// not be the one that was seen.
    fn halted_by(&self, branch: &Branch) -> Option<HaltedFault> {
        let halts = &branch.halts;
        let is_seen =
            |kind| halts.contains(&kind) && self.faults().any(|(_, seen, _)| seen == kind);
        let is_meant = |kind: FaultKind, service: usize| match branch.halts_where.is_empty() {
            true => Some(service) == self.target && is_seen(kind),
            false => halts.contains(&kind) && self.holds_for(service, &branch.halts_where),
        };
        let mut faults = self.view.faults().enumerate();
        let found = faults.find(|(_, fault)| {
            !fault.halted && is_meant(self.view.fault_kind(fault), fault.node())
        });
        found.map(|(index, fault)| HaltedFault {
            index,
            kind: self.view.fault_kind(fault),
        })
    }

    /// Whether conditions hold for another service.
    fn holds_for(&self, service: usize, conditions: &[Condition]) -> bool {
        let target = Some(service);
        let there = Self { target, ..*self };
        conditions.iter().all(|condition| there.holds(condition))
    }
}
