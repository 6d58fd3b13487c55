//! Evaluating the conditions of actions.

use firewatch_sim::{EnvironmentRef, Fault, FaultKind, MetricKey, Status, Value};

use crate::comparison::Comparison;
use crate::customers::CustomerRules;
use crate::effect::{KEYS, MEBIBYTE};
use crate::model::{
    ActionSpec, Branch, Change, Condition, Effect, Operand, ParameterIndex, Recipients,
    TrafficEffect,
};
use crate::parameter::Parameters;
use crate::request::HaltedFault;
use crate::session::ActionSession;

/// The faults that an action can see.
#[derive(Clone, Copy)]
pub(super) enum Seen {
    /// Only the first fault of the incident, if the target is its root cause.
    Primary,
    /// All faults of the target.
    Any,
    /// The faults of the target that act: those that were halted, or have not acted, leave nothing to be seen.
    Acting,
    Nothing,
}

/// Memory of a service in bytes.
struct Memory {
    used: f64,
    limit: f64,
    /// The limit that is asked for.
    new: f64,
}

/// What conditions are evaluated on, whatever the target and the faults that are seen.
pub(super) struct Scope<'a> {
    pub(super) view: &'a EnvironmentRef<'a>,
    /// All faults of the environment.
    pub(super) faults: &'a [Fault],
    pub(super) session: &'a ActionSession,
    pub(super) customers: &'a CustomerRules,
    /// Name of the action.
    pub(super) action: &'a str,
    pub(super) parameters: Parameters<'a>,
}

/// The state that conditions are evaluated on.
#[derive(Clone, Copy)]
pub(super) struct Situation<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) seen: Seen,
    pub(super) target: Option<usize>,
}

impl<'a> Situation<'a> {
    /// Returns the index of the first branch that applies. Where all faults of the target are seen, one about faults that
    /// are over gives way to the first that is about a fault that goes on.
    pub(super) fn branch_of(&self, spec: &ActionSpec) -> Option<usize> {
        let branches = spec.branches.iter().enumerate();
        let mut applying = branches.filter(|(_, branch)| self.applies(branch));
        let (first, branch) = applying.next()?;
        if !matches!(self.seen, Seen::Any) || self.are_faults_active(branch) {
            return Some(first);
        }
        let is_fault = |condition: &Condition| matches!(condition, Condition::Fault(_));
        let later = applying
            .find(|(_, branch)| branch.when.iter().any(is_fault) && self.are_faults_active(branch));
        Some(later.map_or(first, |(later, _)| later))
    }

    /// Returns the index of the first branch that applies and is in vain.
    pub(super) fn branch_in_vain(&self, spec: &ActionSpec) -> Option<usize> {
        let is_taken = |branch: &Branch| branch.in_vain && self.applies(branch);
        spec.branches.iter().position(is_taken)
    }

    fn applies(&self, branch: &Branch) -> bool {
        let holds = branch.when.iter().all(|condition| self.holds(condition));
        holds && (branch.when.is_empty() || self.changes_traffic(branch) != Some(false))
    }

    /// Returns whether the faults that a branch asks for are active.
    pub(super) fn are_faults_active(&self, branch: &Branch) -> bool {
        branch.when.iter().all(|condition| match condition {
            Condition::Fault(kinds) => self.has_active_fault(kinds),
            _ => true,
        })
    }

    /// Returns whether an effect of a branch on traffic would change anything; `None` without such effects.
    pub(super) fn changes_traffic(&self, branch: &Branch) -> Option<bool> {
        let effects = branch.effects.iter().filter_map(|effect| match effect {
            Effect::Traffic(effect) => Some(effect),
            _ => None,
        });
        let would_change = |effect: &TrafficEffect| {
            self.target.is_some_and(|target| {
                let changes = effect.changes(self.scope.view, target, self.scope.parameters);
                changes
                    .iter()
                    .any(|change| change.would_change(self.scope.view))
            })
        };
        effects.map(would_change).reduce(|some, one| some || one)
    }

    /// Returns whether the target has an active fault of one of these kinds; of any, if none is named.
    fn has_active_fault(&self, kinds: &[FaultKind]) -> bool {
        self.faults()
            .any(|(index, fault)| !fault.halted && self.is_one_of(index, fault, kinds))
    }

    /// Returns whether an effect sets a metric of the target to what it is not.
    pub(super) fn is_changed_by(&self, effect: &Effect) -> bool {
        let Effect::Change {
            metric,
            on: Recipients::Target,
            change: Change::Set { to, create: false },
        } = effect
        else {
            return false;
        };
        let metric_of = |metric: &MetricKey| self.scope.view.metric_at(self.target?, metric);
        let Some(present) = metric_of(metric) else {
            return false;
        };
        match to {
            Operand::Value(value) => present != *value,
            Operand::Parameter(index) => {
                let parameter = self.scope.parameters.get(*index);
                parameter.is_some_and(|value| present != *value)
            }
            Operand::Metric(other) => metric_of(other).is_some_and(|value| present != value),
        }
    }

    pub(super) fn holds(&self, condition: &Condition) -> bool {
        let Some(target) = self.target else {
            return self.holds_without_target(condition);
        };
        match condition {
            Condition::Fault(kinds) => {
                { self.faults() }.any(|(index, fault)| self.is_one_of(index, fault, kinds))
            }
            Condition::Metric(metric, comparison) => self.compares(target, metric, comparison),
            Condition::RedHerring => self.scope.view.is_red_herring(target),
            Condition::ActiveFault => self.faults().any(|(_, fault)| !fault.halted),
            Condition::HasMetric(metric) => self.scope.view.metric_at(target, metric).is_some(),
            Condition::RestartHelps => self.scope.view.is_mended_by_restart(target),
            Condition::MemoryShort => { self.scope.view.traffic() }
                .is_some_and(|traffic| traffic.is_short_of_memory(target)),
            Condition::UnhealthyCaller => {
                let mut vitals = self.scope.view.vitals().enumerate();
                let calls = |caller| self.scope.view.topology().calls(caller, target);
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
            | Condition::Recorded(_) => self.holds_without_target(condition),
        }
    }

    /// Returns whether a comparison holds for a metric of a service. The vitals and the status, which are asked about most,
    /// are compared where they are, without a [`Value`] of them.
    fn compares(&self, service: usize, metric: &MetricKey, to: &Comparison<Value>) -> bool {
        let vital = self.scope.view.vital_at(service, metric);
        if let Some((vital, with)) = vital.zip(to.with.as_f64()) {
            let operator = to.operator;
            return Comparison { operator, with }.holds(&vital);
        }
        if let (true, Value::Text(name)) = (metric.is_status(), &to.with) {
            let vitals = self.scope.view.vitals_at(service);
            return vitals
                .is_some_and(|vitals| to.operator.holds_unordered(vitals.status.name() == name));
        }
        let value = self.scope.view.metric_at(service, metric);
        value.is_some_and(|value| to.holds_for(&value))
    }

    /// Evaluates a condition without a target: `false` for those that are about one.
    fn holds_without_target(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Parameter(index, value) => {
                self.scope.parameters.get(*index).as_deref() == Some(value)
            }
            Condition::Recorded(comparison) => {
                comparison.holds(&(self.scope.session.recorded_ticks() as f64))
            }
            Condition::CustomersHit => {
                let (named, found) = self.scope.session.user_facing();
                self.scope
                    .customers
                    .are_hit_in(named, found, self.scope.view)
            }
            Condition::Somewhere(inner) => {
                let mut services = 0..self.scope.view.service_count();
                services.any(|service| self.holds_for(service, std::slice::from_ref(inner)))
            }
            Condition::Not(inner) => !self.holds(inner),
            _ => false,
        }
    }

    /// Returns the memory of the target, and the limit that a parameter asks for.
    fn memory(&self, limit: ParameterIndex, target: usize) -> Option<Memory> {
        let keys = &*KEYS;
        let number = |metric| {
            let value = self.scope.view.metric_at(target, metric);
            value.and_then(|value| value.as_f64())
        };
        let limit_bytes = number(&keys.limit)?;
        let given = self.scope.parameters.get(limit);
        let mebibytes = given.and_then(|given| given.as_f64());
        let used = number(&keys.usage)?;
        Some(Memory {
            // Bytes and utilization can differ before the first tick.
            used: used.max(number(&keys.utilization)? * limit_bytes),
            limit: limit_bytes,
            new: mebibytes.map_or(2.0 * limit_bytes, |mebibytes| mebibytes * MEBIBYTE as f64),
        })
    }

    /// Returns the faults of the target that actions can see, with their places in the list of all.
    fn faults(&self) -> impl Iterator<Item = (usize, &'a Fault)> + use<'a> {
        let Self {
            scope: Scope { view, faults, .. },
            target,
            seen,
        } = *self;
        let is_cause = view.environment().root_cause_service() == target;
        faults.iter().enumerate().filter_map(move |(index, fault)| {
            let is_here = Some(fault.node()) == target;
            let is_seen = match seen {
                Seen::Primary => is_cause && index == 0,
                Seen::Any => is_here,
                Seen::Acting => is_here && !fault.halted && fault.progression_tick > 0,
                Seen::Nothing => false,
            };
            is_seen.then_some((index, fault))
        })
    }

    /// Returns whether a fault is of one of these kinds; of any, if none is named. One that says itself what it turns says
    /// by which actions it ends, too: to each of them it is one of those that the action is about.
    fn is_one_of(&self, index: usize, fault: &Fault, kinds: &[FaultKind]) -> bool {
        match self.scope.view.fault_kind(fault) {
            _ if kinds.is_empty() => true,
            FaultKind::KNOBS => {
                let mut names = self.scope.view.actions_that_end_at(index).iter();
                names.any(|name| name == self.scope.action)
            }
            kind => kinds.contains(&kind),
        }
    }

    /// Returns the first active fault that a branch halts. Without `halts_where` it is on the target, and actions
    /// must see a fault of that kind, which need not be the same fault.
    pub(super) fn halted_by(&self, branch: &Branch) -> Option<HaltedFault> {
        let Branch {
            halts, halts_where, ..
        } = branch;
        if halts.is_empty() {
            return None;
        }
        let is_seen =
            |kind| { self.faults() }.any(|(_, seen)| self.scope.view.fault_kind(seen) == kind);
        let is_meant = |index: usize, fault: &Fault| {
            let kind = self.scope.view.fault_kind(fault);
            self.is_one_of(index, fault, halts)
                && match halts_where.is_empty() {
                    true => Some(fault.node()) == self.target && is_seen(kind),
                    false => self.holds_for(fault.node(), halts_where),
                }
        };
        let mut faults = self.scope.faults.iter().enumerate();
        let found = faults.find(|(index, fault)| !fault.halted && is_meant(*index, fault));
        found.map(|(index, fault)| HaltedFault {
            index,
            kind: self.scope.view.fault_kind(fault),
        })
    }

    /// Returns whether conditions hold for another service.
    fn holds_for(&self, service: usize, conditions: &[Condition]) -> bool {
        let target = Some(service);
        let there = Self { target, ..*self };
        conditions.iter().all(|condition| there.holds(condition))
    }
}
