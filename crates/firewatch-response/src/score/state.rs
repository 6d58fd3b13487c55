//! The state of a score: what steps are worth so far. It reads the environment and never changes it.

use firewatch_sim::{EnvironmentRef, Status, Vitals, round_decimal};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::account::{self, ImpactTally};
use super::alert::{ALERTS_PER_SERVICE, Alert, Clock, FiringAlert, FiringSince};
use super::changed::ChangedServices;
use super::clone::clone_by_fields;
use super::mesh;
use super::missed;
use super::outcome::Incident;
use super::reward::{BUDGET_DECIMALS, Reward, RewardInput, weighted_mean_error_rate};
use super::rules::{AffectedRule, ImpactRule, ScoreRules};
use super::service::{Look, ObservationRules, ServiceRecord};
use super::slo::Slo;
use super::step_record::StepRecord;
use firewatch_action::{Profile, StateError};

/// The state of a score.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScoreState {
    pub(crate) profile: Profile,
    /// The services, in order. Up to 8 are stored inline, so that a loop over episodes reads memory in order.
    pub(crate) records: SmallVec<[ServiceRecord; 8]>,
    /// Since when the alerts of each fire, where the profile says so.
    since: Vec<FiringSince>,
    /// Nodes of the topology that have a fault or reach one through calls; only the reference's account
    /// of who is affected asks for them.
    pub(super) reachable: Vec<bool>,
    pub(crate) slo: Slo,
    pub(super) account: ImpactTally,
    /// The tick at which the incident counted as mitigated, as last observed.
    pub(crate) mttm_tick: Option<u64>,
    bonus_paid: bool,
    /// The weighted mean error rate of the last observation after a step.
    health_before: f64,
    /// Budget as last shown.
    budget_before: f64,
    /// Whether customers were hit at the last step.
    hit_before: bool,
    pub(crate) wrong_actions: u32,
    /// Faults that actions of the answer halted.
    pub(crate) ended_faults: u32,
}

clone_by_fields!(ScoreState {
    profile,
    records,
    since,
    reachable,
    slo,
    account,
    mttm_tick,
    bonus_paid,
    health_before,
    budget_before,
    hit_before,
    wrong_actions,
    ended_faults,
});

impl ScoreState {
    /// Starts after the tick of the reset. `user_facing` are the services that the scenario names so.
    pub(crate) fn new(
        profile: Profile,
        initial_budget: f64,
        user_facing: &[String],
        view: &EnvironmentRef,
    ) -> Self {
        let topology = view.topology();
        let rules = ScoreRules::of(profile);
        let roles = mesh::roles(&rules.customers, user_facing, topology);
        let records: SmallVec<[ServiceRecord; 8]> = roles.map(ServiceRecord::new).collect();
        let reachable = match rules.affected {
            AffectedRule::ReachingFaults => {
                mesh::reachable(topology, view.faults().map(|f| f.node()))
            }
            AffectedRule::Harmed => Vec::new(),
        };
        let mut state = Self {
            profile,
            since: vec![FiringSince::default(); records.len()],
            records,
            reachable,
            slo: Slo::begin(&rules.slo, initial_budget, view.slo_budget()),
            account: ImpactTally::default(),
            mttm_tick: None,
            bonus_paid: false,
            health_before: 0.0,
            budget_before: 0.0,
            hit_before: false,
            wrong_actions: 0,
            ended_faults: 0,
        };
        let look = state.look(view, |_| {});
        for record in &mut state.records {
            record.keep_error_rate();
        }
        state.health_before = state.health();
        state.note_engine_mitigation(view);
        if rules.counts_reset_tick {
            // Nobody was hit before, so nothing is asked.
            state.note_impact(view, &look, || false);
            state.slo.charge_after_action(&rules.slo, false);
            state.note_statuses(view.clock().tick);
        }
        state.budget_before = state.shown_budget();
        state.hit_before = state.slo.user_impact;
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
            before.into_iter().all(f64::is_finite)
                && self.slo.is_finite()
                && self.account.is_finite(),
        )
    }

    pub(super) fn rules(&self) -> &'static ScoreRules {
        ScoreRules::of(self.profile)
    }

    /// Returns the budget left, rounded as it is shown.
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

    /// Goes through the services, with what is done to each before it is observed.
    #[inline]
    fn look(&mut self, view: &EnvironmentRef, before: impl Fn(&mut ServiceRecord)) -> Look {
        let mut gathered = SmallVec::<[Vitals; 8]>::new();
        let vitals = view.vitals_slice(&mut gathered);
        let look = Look::of_profile(self.profile, &mut self.records, vitals, before);
        missed::note(&mut self.records, view);
        look
    }

    /// Goes through the services that have changed.
    pub(crate) fn look_again(&mut self, view: &EnvironmentRef, changed: ChangedServices) {
        if changed.are_all() {
            self.look(view, |_| {});
        } else {
            self.look_at(changed, |service| view.vitals_at(service).copied());
        }
    }

    /// Goes through these services, with the vitals that are given for each.
    pub(crate) fn look_at(
        &mut self,
        services: ChangedServices,
        vitals: impl Fn(usize) -> Option<Vitals>,
    ) {
        if services.is_empty() {
            return;
        }
        let rules = ObservationRules::of_profile(self.profile);
        for service in services.iter() {
            let record = self.records.get_mut(service);
            if let Some((record, vitals)) = record.zip(vitals(service)) {
                let before = record.alerts;
                record.observe(rules, &vitals);
                record.alerts.keep_missed_objective(before);
            }
        }
    }

    /// Looks at the environment after the tick of a step, before the action.
    pub(crate) fn after_tick(&mut self, incident: &Incident, view: &EnvironmentRef) {
        let look = self.look(view, ServiceRecord::keep_error_rate);
        self.note_impact(view, &look, || incident.is_all_ended(view));
        let rules = &self.rules().slo;
        let services = self.records.len();
        self.slo.charge_after_tick(rules, look.unhealthy, services);
    }

    /// Finishes a step whose action has been observed, and returns its reward.
    pub(crate) fn finish_step(&mut self, view: &EnvironmentRef, step_record: StepRecord) -> Reward {
        let rules = self.rules();
        let with_specialist = step_record.with_specialist;
        self.slo.charge_after_action(&rules.slo, with_specialist);
        let newly_mitigated = self.note_engine_mitigation(view) && !self.bonus_paid;
        self.bonus_paid |= newly_mitigated;
        let (tick, budget) = (view.clock().tick, self.shown_budget());
        let health = self.health();
        let reward = self.reward(tick, budget, health, newly_mitigated, step_record);
        (self.budget_before, self.health_before) = (budget, health);
        self.hit_before = self.slo.user_impact;
        self.note_statuses(tick);
        self.wrong_actions = self.wrong_actions.saturating_add(step_record.wrong_actions);
        self.ended_faults = self.ended_faults.saturating_add(step_record.halted);
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
        let rules = self.rules();
        let exit = if step_record.declared {
            rules
                .reward
                .premature_exit(self.mttm_tick.is_some(), tick, self.mean_error_rate())
        } else {
            0.0
        };
        let input = RewardInput {
            error_rate_before: if rules.keeps_observation_before {
                self.health_before
            } else {
                health
            },
            error_rate_after: health,
            budget_before: self.budget_before,
            budget_after: budget,
            initial_budget: self.slo.initial(),
            hit_before: self.hit_before,
            hit_after: self.slo.user_impact,
            newly_mitigated,
            wrong_actions: step_record.wrong_actions,
            premature_exit: exit,
        };
        Reward::new(&rules.reward, &input)
    }

    fn note_impact(
        &mut self,
        view: &EnvironmentRef,
        look: &Look,
        all_ended: impl FnOnce() -> bool,
    ) {
        let (rules, traffic) = (self.rules(), view.traffic());
        let hit = rules.customers.are_hit(look.hurts_customers, view);
        self.slo.note_impact(&rules.slo, hit, look.unhealthy == 0);
        if let Some(traffic) = &traffic {
            self.slo.burn_by(traffic.failed_share());
        }
        let ImpactRule::Account { quiet_ticks } = rules.impact else {
            return;
        };
        if traffic.is_some() || !view.fault_entities().is_empty() {
            for record in &mut self.records {
                record.seen |= record.hurts;
            }
        }
        let minutes = hit.then(|| account::minutes(view, look.unhealthy_facing_minutes));
        let tick = view.clock().tick;
        self.account.observe(quiet_ticks, tick, minutes, all_ended);
        self.mttm_tick = self.account.mitigated_at;
    }

    /// Whether the incident counts as mitigated since this step, where the engine says so.
    fn note_engine_mitigation(&mut self, view: &EnvironmentRef) -> bool {
        if self.rules().impact != ImpactRule::Engine {
            return false;
        }
        let mttm_tick = view.impact().mttm_achieved_tick;
        let before = std::mem::replace(&mut self.mttm_tick, mttm_tick);
        before.is_none() && mttm_tick.is_some()
    }

    /// Notes which alerts fire, and where the profile goes by that, who is not healthy and who is so again.
    fn note_statuses(&mut self, tick: u64) {
        if self.rules().affected == AffectedRule::ReachingFaults {
            for record in &mut self.records {
                let is_healthy = record.status == Status::Healthy;
                record.recovered |= record.seen & is_healthy;
                record.seen |= !is_healthy;
            }
        }
        // At most ticks none begins or ends.
        let records = self.records.iter_mut().enumerate();
        for (service, record) in records.filter(|(_, record)| record.has_new_alerts()) {
            if let Some(since) = self.since.get_mut(service) {
                since.note(tick, record.noted_alerts, record.alerts);
            }
            record.noted_alerts = record.alerts;
        }
    }

    /// The tick since which an alert of a service has been firing without a break, if it does.
    fn firing_since(&self, service: usize, alert: usize) -> Option<u64> {
        let record = self.records.get(service)?;
        let fires = record.noted_alerts.contains(alert);
        self.since.get(service).filter(|_| fires)?.tick(alert)
    }

    /// The alerts of a service that fire.
    pub(crate) fn firing(
        &self,
        view: &EnvironmentRef,
        service: usize,
    ) -> [Option<FiringAlert>; ALERTS_PER_SERVICE] {
        let record = self.records.get(service);
        missed::firing(&self.rules().alerts, record, view, service)
    }

    /// The alerts that fire, in order; their ids come from the seed.
    pub(crate) fn alerts(&self, view: &EnvironmentRef, seed: u64) -> Vec<Alert> {
        let clock = Clock {
            seed,
            tick: view.clock().tick,
        };
        let remembers = self.rules().alerts_remember_start;
        let mut alerts = Vec::new();
        for (index, name) in view.service_names().enumerate() {
            for (number, firing) in self.firing(view, index).into_iter().enumerate() {
                let since = self.firing_since(index, number).filter(|_| remembers);
                alerts.extend(firing.map(|f| f.alert(&clock, (index, name), number, since)));
            }
        }
        alerts
    }

    /// The tick since which the incident is mitigated as far as an operator sees by now.
    pub(crate) fn seen_mttm_tick(&self, now: u64) -> Option<u64> {
        match self.rules().impact {
            ImpactRule::Engine => self.mttm_tick,
            ImpactRule::Account { quiet_ticks } => self.account.unhit_since(quiet_ticks, now),
        }
    }

    /// Error rate of each service before the step and now.
    pub(crate) fn error_rate_changes(&self) -> impl Iterator<Item = (f64, f64)> {
        let compares = self.rules().keeps_observation_before;
        let records = self.records.iter();
        records.map(move |record| {
            let now = record.error_rate;
            let before = record.error_rate_before;
            (if compares { before } else { now }, now)
        })
    }

    /// Services whose error rate fell by more than 0.01 in the step.
    pub(crate) fn recovering(&self) -> impl Iterator<Item = usize> {
        let drop = self.rules().recovering_drop;
        let changes = self.error_rate_changes().enumerate();
        let fell = changes.filter(move |(_, (before, now))| *now < before - drop);
        fell.map(|(index, _)| index)
    }
}
