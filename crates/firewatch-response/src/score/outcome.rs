//! What an incident has come to at its horizon: whether it is won.

use firewatch_action::{ActionCatalogue, CustomerRules, Profile};
use firewatch_scenario::{Goal, Scenario};
use firewatch_sim::{EnvironmentRef, Fault, FaultKind};
use serde::{Deserialize, Serialize};

use super::mesh;
use super::rules::ScoreRules;

/// An incident, the actions that can be done in it, and whose rules hold.
#[derive(Clone, Copy, Debug)]
pub struct Incident<'a> {
    /// Whose rules and numbers hold.
    pub profile: Profile,
    /// The incident.
    pub scenario: &'a Scenario,
    /// The actions.
    pub catalogue: &'a ActionCatalogue,
}

/// What is left of an incident.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Outcome {
    /// Faults so far that an action can end.
    pub endable_faults: usize,
    /// Those of them that go on.
    pub open_faults: usize,
    /// Whether a fault that no action can end hits customers; in traffic, whether anything does.
    pub others_hit: bool,
    /// Goals that count and are missed.
    pub missed_goals: usize,
}

impl Outcome {
    /// Whether every fault that an action can end is over, and the others hit no customers.
    #[must_use]
    pub fn is_mended(&self) -> bool {
        self.open_faults == 0 && !self.others_hit
    }

    /// Whether it is mended and every goal is met.
    #[must_use]
    pub fn is_won(&self) -> bool {
        self.is_mended() && self.missed_goals == 0
    }
}

impl ScoreRules {
    /// The goals of the scenario that count. One about a service that is not in the mesh can't be met:
    /// only the reference counts it.
    pub(crate) fn counted_goals<'a>(
        &self,
        scenario: &'a Scenario,
        view: &EnvironmentRef,
    ) -> impl Iterator<Item = &'a Goal> {
        let counts_all = self.counts_goals_outside_mesh;
        let counts = move |service: &str| counts_all || view.topology().service(service).is_some();
        let goals = scenario.goals.list.iter();
        goals.filter(move |goal| counts(&goal.service))
    }
}

impl<'a> Incident<'a> {
    /// That of a scenario, with the actions that it has.
    #[must_use]
    pub fn of(scenario: &'a Scenario) -> Self {
        Self {
            profile: scenario.profile,
            scenario,
            catalogue: scenario.actions(),
        }
    }

    /// Whether an action can end a fault of that kind: one halts it, or is one of those that the fault says it is
    /// `ended_by`; and the fault's service is in the mesh. `is_red_herring` says of a service in the mesh whether it is one.
    fn can_end(&self, kind: FaultKind, ended_by: &[String], is_red_herring: Option<bool>) -> bool {
        let can_halt = |spared| match kind {
            FaultKind::KNOBS => { ended_by.iter() }.any(|name| self.catalogue.find(name).is_some()),
            kind => self.catalogue.can_halt(kind, spared),
        };
        is_red_herring.is_some_and(can_halt)
    }

    /// Whether an action can end the fault of an environment, over or not, which has these `ended_by`.
    fn can_end_begun(&self, view: &EnvironmentRef, fault: &Fault, ended_by: &[String]) -> bool {
        let (node, topology) = (fault.node(), view.topology());
        let is_here = node < topology.service_count();
        let is_red_herring = is_here.then(|| topology.is_red_herring(node));
        self.can_end(view.fault_kind(fault), ended_by, is_red_herring)
    }

    /// The faults of an environment, each with whether an action can end it, over or not.
    fn faults<'w>(&self, view: &EnvironmentRef<'w>) -> impl Iterator<Item = (&'w Fault, bool)> {
        view.faults().enumerate().map(|(index, fault)| {
            let ended_by = view.actions_that_end_at(index);
            (fault, self.can_end_begun(view, fault, ended_by))
        })
    }

    /// Whether an action can end a fault of the scenario, once that has begun.
    #[must_use]
    pub fn can_end_planned(&self, fault: &firewatch_scenario::Fault) -> bool {
        let is_here = self.scenario.has_service(&fault.service);
        let is_red_herring = is_here.then(|| self.scenario.red_herrings.contains(&fault.service));
        self.can_end(fault.kind, &fault.ended_by, is_red_herring)
    }

    /// Whether the fault of an environment goes on and has to be ended, because an action can.
    #[must_use]
    pub fn has_to_end(&self, view: &EnvironmentRef, fault: &Fault) -> bool {
        !fault.halted && self.can_end_begun(view, fault, view.actions_that_end(fault))
    }

    /// Whether none of the faults so far goes on that has to be ended.
    #[must_use]
    pub fn is_all_ended(&self, view: &EnvironmentRef) -> bool {
        !self
            .faults(view)
            .any(|(fault, can_end)| !fault.halted && can_end)
    }

    /// What is left of it by now.
    #[must_use]
    pub fn outcome(&self, view: &EnvironmentRef) -> Outcome {
        let rules = ScoreRules::of(self.profile);
        let endable = self.faults(view).filter(|(_, can_end)| *can_end);
        let open = { self.faults(view) }.filter(|(fault, can_end)| !fault.halted && *can_end);
        let goals = rules.counted_goals(self.scenario, view);
        Outcome {
            endable_faults: endable.count(),
            open_faults: open.count(),
            others_hit: self.others_hit(&rules.customers, view),
            missed_goals: goals.filter(|goal| !goal.is_met(view)).count(),
        }
    }

    /// Whether a fault that no action can end hits customers; in traffic, whether anything does: load needs no fault.
    fn others_hit(&self, customers: &CustomerRules, view: &EnvironmentRef) -> bool {
        if let Some(traffic) = view.traffic() {
            return traffic.are_users_hit();
        }
        let others = { self.faults(view) }.filter(|(fault, can_end)| !fault.halted && !can_end);
        let reach = mesh::reachable(view.topology(), others.map(|(fault, _)| fault.node()));
        let roles = mesh::roles(customers, &self.scenario.user_facing, view.topology());
        let mut services = roles.zip(view.vitals()).zip(reach);
        services.any(|((role, vitals), reached)| {
            reached && role.user_facing && customers.user_impact.holds(vitals)
        })
    }
}
