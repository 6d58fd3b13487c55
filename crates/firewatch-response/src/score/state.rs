//! The accounting of an episode: what each step and the whole of it are worth. It reads the
//! environment and never changes it.

use firewatch_sim::{EnvironmentRef, Fault, ImpactMode, Status, Vitals, round_decimal};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::alert::{AlertSet, FiringSince};
use super::mesh::{self, Role};
use super::mitigation::{FRESH_SECONDS, Mitigation};
use super::reward::{
    BUDGET_DECIMALS, Reward, RewardInput, premature_exit, weighted_mean_error_rate,
};
use super::slo::{Slo, hits_users, hurts_users};
use firewatch_action::{Profile, StateError};

/// What was done in a step, as far as it matters for what it is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepRecord {
    /// Actions that were wrong.
    pub wrong_actions: u32,
    /// Whether the incident was declared resolved.
    pub declared: bool,
    /// Whether a specialist helped with an investigation.
    pub with_specialist: bool,
}

/// The books of an episode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScoreState {
    #[serde(with = "crate::serial::profile")]
    profile: Profile,
    /// The services, in order. Those of most meshes lie beside the rest of the books: episodes that are
    /// gone through one after the other then are too.
    pub(crate) records: SmallVec<[ServiceRecord; 8]>,
    /// Since when the alerts of each fire, where the profile says so.
    since: Vec<FiringSince>,
    /// Nodes of the topology that have a fault or reach one through calls; only the reference's account
    /// of who is affected asks for them.
    reachable: Vec<bool>,
    pub(crate) slo: Slo,
    mitigation: Mitigation,
    /// The tick at which the incident counted as mitigated, as last observed.
    pub(crate) mttm_tick: Option<u64>,
    bonus_paid: bool,
    /// The weighted mean error rate of the last observation after a step.
    health_before: f64,
    /// Budget as last shown.
    budget_before: f64,
    pub(crate) wrong_actions: u32,
}

/// What the books have about a service. All of it is gone through at every step: what is rarely asked for
/// lies elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceRecord {
    // Its role: in the account it takes no padding.
    weight: f64,
    user_facing: bool,
    red_herring: bool,
    /// As last observed: after the tick, then after the action.
    error_rate: f64,
    /// Of the observation before the step.
    error_rate_before: f64,
    /// The status that the profile goes by, as last observed.
    pub(crate) status: Status,
    /// Whether customers would be hit if they talked to it, as last observed.
    hurts: bool,
    /// The alerts that fire, as last observed.
    alerts: AlertSet,
    /// Those that fired at the end of the last step.
    noted_alerts: AlertSet,
    /// Not healthy at some observation.
    seen: bool,
    /// Healthy again later.
    recovered: bool,
}

// Seven services take four cache lines.
const _: () = assert!(size_of::<ServiceRecord>() == 32);

impl ServiceRecord {
    fn new(role: Role) -> Self {
        let Role {
            weight,
            user_facing,
            red_herring,
        } = role;
        Self {
            weight,
            user_facing,
            red_herring,
            error_rate: 0.0,
            error_rate_before: 0.0,
            status: Status::Healthy,
            hurts: false,
            alerts: AlertSet::default(),
            noted_alerts: AlertSet::default(),
            seen: false,
            recovered: false,
        }
    }

    #[inline]
    fn observe(&mut self, profile: Profile, vitals: &Vitals) {
        self.error_rate = vitals.http_server_error_rate;
        self.status = status(profile, vitals);
        self.hurts = hurts_users(profile, vitals);
        self.alerts = AlertSet::of(vitals, self.status);
    }
}

/// The status that a profile goes by: the reference by that of the last tick, the standard by the one that
/// the vitals make, action included.
#[inline]
fn status(profile: Profile, vitals: &Vitals) -> Status {
    match profile {
        Profile::Reference => vitals.status,
        Profile::Standard => vitals.derived_status(),
    }
}

impl ScoreState {
    /// Opens the books after the tick of the reset.
    pub(crate) fn new(profile: Profile, initial_budget: f64, view: &EnvironmentRef) -> Self {
        let topology = view.topology();
        let records: SmallVec<[ServiceRecord; 8]> = mesh::roles(profile, topology)
            .map(ServiceRecord::new)
            .collect();
        let reachable = match profile {
            Profile::Reference => mesh::reachable(topology, view.faults().map(|f| f.node())),
            Profile::Standard => Vec::new(),
        };
        let mut state = Self {
            profile,
            since: vec![FiringSince::default(); records.len()],
            records,
            reachable,
            slo: Slo::begin(initial_budget, view.slo_budget()),
            mitigation: Mitigation::default(),
            mttm_tick: None,
            bonus_paid: false,
            health_before: 0.0,
            budget_before: 0.0,
            wrong_actions: 0,
        };
        state.look(view);
        state.keep_error_rates();
        state.budget_before = state.shown_budget();
        state.health_before = state.health();
        state.note_mitigation(view);
        if profile == Profile::Standard {
            // The reference neither counts nor shows what the tick of a reset does.
            state.note_impact(view);
            state.note_statuses(view.clock().tick);
        }
        state
    }

    /// Checks that a state which was read fits the environment.
    ///
    /// # Errors
    /// [`StateError`]: the first thing that does not.
    pub(crate) fn check(&self, view: &EnvironmentRef) -> Result<(), StateError> {
        let topology = view.topology();
        let services = topology.service_count();
        StateError::check_services("records", self.records.len(), services)?;
        StateError::check_services("since", self.since.len(), services)?;
        let nodes = topology.graph().node_count();
        StateError::check_at_most("reachable", self.reachable.len(), nodes)?;
        let mut records = self.records.iter();
        let numbers = |r: &ServiceRecord| [r.weight, r.error_rate, r.error_rate_before];
        StateError::check_finite(
            "records",
            records.all(|record| numbers(record).into_iter().all(f64::is_finite)),
        )?;
        let before = [self.health_before, self.budget_before];
        StateError::check_finite(
            "state",
            before.into_iter().all(f64::is_finite) && self.slo.is_finite(),
        )
    }

    /// How many services are not healthy.
    pub(crate) fn unhealthy(&self) -> usize {
        let records = self.records.iter();
        records
            .filter(|record| record.status != Status::Healthy)
            .count()
    }

    /// What is left of the budget, as it is shown.
    pub(crate) fn shown_budget(&self) -> f64 {
        round_decimal(self.slo.remaining, BUDGET_DECIMALS)
    }

    fn error_rates(&self) -> impl Iterator<Item = f64> {
        let records = self.records.iter();
        records.map(|record| record.error_rate)
    }

    /// The weighted mean error rate, as last observed.
    fn health(&self) -> f64 {
        let weights = self.records.iter().map(|record| record.weight);
        weighted_mean_error_rate(self.error_rates(), weights)
    }

    /// Plain mean error rate over all services; 0 for none.
    fn mean_error_rate(&self) -> f64 {
        let sum = self.error_rates().fold(0.0, |sum, rate| sum + rate);
        if self.records.is_empty() {
            0.0
        } else {
            sum / self.records.len() as f64
        }
    }

    /// Goes through the services; `for_each` does so in plain loops where their rows lie side by side.
    #[inline]
    fn look(&mut self, view: &EnvironmentRef) {
        let profile = self.profile;
        let mut records = self.records.iter_mut();
        view.vitals().for_each(|vitals| {
            if let Some(record) = records.next() {
                record.observe(profile, vitals);
            }
        });
    }

    /// What was observed last becomes what was before the step.
    fn keep_error_rates(&mut self) {
        for record in &mut self.records {
            record.error_rate_before = record.error_rate;
        }
    }

    /// Looks at the environment after the tick of a step, before the action.
    pub(crate) fn after_tick(&mut self, view: &EnvironmentRef) {
        self.keep_error_rates();
        self.look(view);
        self.note_impact(view);
        if self.profile == Profile::Reference {
            let unhealthy = self.unhealthy();
            self.slo.charge_as_reference(unhealthy, self.records.len());
        }
    }

    /// Looks at the environment after the action, and says what the step earned.
    pub(crate) fn after_action(
        &mut self,
        view: &EnvironmentRef,
        step_record: StepRecord,
    ) -> Reward {
        self.look(view);
        self.settle(view, step_record)
    }

    /// The same where nothing was changed since [`after_tick`](Self::after_tick) looked.
    pub(crate) fn settle(&mut self, view: &EnvironmentRef, step_record: StepRecord) -> Reward {
        match self.profile {
            Profile::Reference if step_record.with_specialist => self.slo.refund_as_reference(),
            Profile::Reference => {}
            Profile::Standard => self.slo.charge(step_record.with_specialist),
        }
        let newly_mitigated = self.note_mitigation(view) && !self.bonus_paid;
        self.bonus_paid |= newly_mitigated;
        let (tick, budget) = (view.clock().tick, self.shown_budget());
        let health = self.health();
        let reward = self.reward(tick, budget, health, newly_mitigated, step_record);
        (self.budget_before, self.health_before) = (budget, health);
        self.note_statuses(tick);
        self.wrong_actions = self.wrong_actions.saturating_add(step_record.wrong_actions);
        reward
    }

    fn reward(
        &self,
        tick: u64,
        budget: f64,
        health: f64,
        newly_mitigated: bool,
        step_record: StepRecord,
    ) -> Reward {
        let exit = if step_record.declared {
            premature_exit(self.mttm_tick.is_some(), tick, self.mean_error_rate())
        } else {
            0.0
        };
        Reward::new(&RewardInput {
            error_rate_before: match self.profile {
                Profile::Standard => self.health_before,
                // Both of its observations show the services as they are now.
                Profile::Reference => health,
            },
            error_rate_after: health,
            budget_before: self.budget_before,
            budget_after: budget,
            newly_mitigated,
            wrong_actions: step_record.wrong_actions,
            premature_exit: exit,
        })
    }

    fn note_impact(&mut self, view: &EnvironmentRef) {
        let is_stale = || root_cause_lag(view).is_some_and(|lag| lag >= FRESH_SECONDS);
        let faced = self.records.iter().filter(|a| a.user_facing);
        let hit = hits_users(self.profile, faced.map(|record| record.hurts), is_stale);
        // Whether a healthy mesh burns, only the standard profile asks, and only if nobody is hit.
        let all_healthy = !hit && self.profile == Profile::Standard && self.unhealthy() == 0;
        self.slo.note_impact(hit, all_healthy);
    }

    /// Whether the incident counts as mitigated since this step.
    fn note_mitigation(&mut self, view: &EnvironmentRef) -> bool {
        let mttm_tick = match self.profile {
            Profile::Reference => view.impact().mttm_achieved_tick,
            Profile::Standard => {
                let clear = match root_cause_lag(view) {
                    Some(lag) => lag < FRESH_SECONDS,
                    None => view.impact().bcm_delta <= 0.0,
                };
                let all_halted = view.faults().all(|fault| fault.halted);
                let tick = view.clock().tick;
                self.mitigation.observe(tick, clear, all_halted);
                self.mitigation.at
            }
        };
        let before = std::mem::replace(&mut self.mttm_tick, mttm_tick);
        before.is_none() && mttm_tick.is_some()
    }

    /// Notes who is not healthy, who is so again, and which alerts fire.
    fn note_statuses(&mut self, tick: u64) {
        for (record, since) in self.records.iter_mut().zip(&mut self.since) {
            let is_healthy = record.status == Status::Healthy;
            record.recovered |= record.seen & is_healthy;
            record.seen |= !is_healthy;
            // At most ticks none begins or ends.
            if record.alerts != record.noted_alerts {
                since.note(tick, record.noted_alerts, record.alerts);
                record.noted_alerts = record.alerts;
            }
        }
    }

    /// The tick since which an alert of a service has been firing without a break, if it does.
    pub(crate) fn firing_since(&self, service: usize, alert: usize) -> Option<u64> {
        let record = self.records.get(service)?;
        let fires = record.noted_alerts.contains(alert);
        fires
            .then(|| self.since.get(service)?.tick(alert))
            .flatten()
    }

    /// How many services were affected, and how many of them recovered.
    pub(crate) fn recovery(&self, view: &EnvironmentRef) -> (usize, usize) {
        match self.profile {
            Profile::Reference => {
                let seen = |node: usize| self.records.get(node).is_some_and(|a| a.seen);
                let reachable = self.reachable.iter().enumerate();
                let affected = reachable.filter(|(node, reachable)| **reachable || seen(*node));
                let recovered = self.records.iter().filter(|record| record.recovered);
                (affected.count(), recovered.count())
            }
            Profile::Standard => {
                let affected = self.affected(view);
                let active = self.have_faults(view, |fault| !fault.halted);
                let is_well = |service: &usize| {
                    self.records[*service].status == Status::Healthy && !active[*service]
                };
                let recovered = affected.clone().filter(is_well).count();
                (affected.count(), recovered)
            }
        }
    }

    /// Services with a fault, and those that were seen not healthy; red herrings have no part in
    /// the incident, unless one has a fault.
    fn affected(&self, view: &EnvironmentRef) -> impl Iterator<Item = usize> + Clone {
        let records = self.records.iter().enumerate();
        let has_fault = self.have_faults(view, |_| true);
        let affected = records.filter(move |(service, record)| {
            (record.seen && !record.red_herring) || has_fault[*service]
        });
        affected.map(|(service, _)| service)
    }

    /// Of each service, whether one of its faults is wanted.
    fn have_faults(&self, view: &EnvironmentRef, wanted: impl Fn(&Fault) -> bool) -> Vec<bool> {
        let mut have = vec![false; self.records.len()];
        for fault in view.faults().filter(|fault| wanted(fault)) {
            // One on a service outside the mesh is nobody's.
            if let Some(has) = have.get_mut(fault.node()) {
                *has = true;
            }
        }
        have
    }

    /// Error rate of each service before the step and now.
    pub(crate) fn error_rate_changes(&self) -> impl Iterator<Item = (f64, f64)> {
        // Both of the reference's observations show the services as they are now.
        let compares = self.profile == Profile::Standard;
        let records = self.records.iter();
        records.map(move |record| {
            let now = record.error_rate;
            let before = record.error_rate_before;
            (if compares { before } else { now }, now)
        })
    }

    /// Services whose error rate fell by more than 0.01 in the step.
    pub(crate) fn recovering(&self) -> impl Iterator<Item = usize> {
        const NOTABLE: f64 = 0.01;
        let changes = self.error_rate_changes().enumerate();
        let fell = changes.filter(|(_, (before, now))| *now < before - NOTABLE);
        fell.map(|(index, _)| index)
    }
}

/// Age of the root cause's data where that is what counts as impact; absent elsewhere, and where the
/// root cause is not in the mesh.
fn root_cause_lag(view: &EnvironmentRef) -> Option<f64> {
    const LAG_IF_ABSENT_SECONDS: f64 = 9999.0;
    let environment = view.environment();
    if environment.impact_mode() != ImpactMode::Freshness {
        return None;
    }
    let service = view.service(environment.root_cause()?)?;
    let pipeline = service.get::<firewatch_sim::Pipeline>();
    let lag = pipeline.and_then(|pipeline| pipeline.data_freshness_lag_seconds);
    Some(lag.unwrap_or(LAG_IF_ABSENT_SECONDS))
}
