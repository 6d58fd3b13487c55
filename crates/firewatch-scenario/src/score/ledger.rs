//! The accounting of an episode: what each step and the whole of it are worth. It reads the
//! environment and never changes it.

use firewatch_sim::{EnvironmentRef, ImpactMode, Status, Vitals, round_decimal};

use super::mesh::Mesh;
use super::mitigation::{FRESH_SECONDS, Mitigation};
use super::reward::{BUDGET_DECIMALS, Reward, StepFacts, premature_exit, weighted_mean_error_rate};
use super::slo::{Slo, hits_users};
use crate::action::Profile;

/// What was done in a step, as far as it matters for what it is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deed {
    /// Actions that were wrong.
    pub wrong_actions: u32,
    /// Whether the incident was declared resolved.
    pub declared: bool,
    /// Whether a specialist helped with an investigation.
    pub with_specialist: bool,
}

/// The books of an episode.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    profile: Profile,
    pub(crate) mesh: Mesh,
    pub(crate) slo: Slo,
    mitigation: Mitigation,
    /// The tick at which the incident counted as mitigated, as last observed.
    pub(crate) mttm_tick: Option<u64>,
    bonus_paid: bool,
    /// The services as last observed: after the tick, then after the action.
    pub(crate) vitals: Vec<Vitals>,
    /// Error rates of the observation before the step.
    error_rates_before: Vec<f64>,
    health_before: f64,
    /// Budget as last shown.
    budget_before: f64,
    /// Not healthy at some observation, by service.
    seen: Vec<bool>,
    /// Healthy again later, by service.
    recovered: Vec<bool>,
    pub(crate) wrong_actions: u32,
}

/// The status of a service, as of the last tick.
pub(crate) fn stale_status(vitals: &Vitals) -> Status {
    vitals.status
}

/// The status that a service's vitals make, action included.
pub(crate) fn fresh_status(vitals: &Vitals) -> Status {
    Status::derive(
        vitals.http_server_error_rate,
        vitals.http_server_request_duration_p99,
        vitals.process_memory_utilization,
    )
}

impl Ledger {
    /// Opens the books after the tick of the reset.
    pub(crate) fn new(profile: Profile, initial_budget: f64, view: &EnvironmentRef) -> Self {
        let mesh = Mesh::new(profile, view);
        let vitals: Vec<Vitals> = view.vitals().copied().collect();
        let services = vitals.len();
        let mut ledger = Self {
            profile,
            mesh,
            slo: Slo::begin(initial_budget, view.slo_budget()),
            mitigation: Mitigation::default(),
            mttm_tick: None,
            bonus_paid: false,
            vitals,
            error_rates_before: Vec::new(),
            health_before: 0.0,
            budget_before: 0.0,
            seen: vec![false; services],
            recovered: vec![false; services],
            wrong_actions: 0,
        };
        ledger.budget_before = ledger.shown_budget();
        ledger.note_mitigation(view);
        if profile == Profile::Standard {
            // The reference neither counts nor shows what the tick of a reset does.
            ledger.note_impact(view);
            ledger.note_recovery();
        }
        ledger
    }

    /// The status that the profile goes by.
    pub(crate) fn status(&self) -> fn(&Vitals) -> Status {
        match self.profile {
            Profile::Standard => fresh_status,
            Profile::Reference => stale_status,
        }
    }

    /// How many services are not healthy.
    pub(crate) fn unhealthy(&self) -> usize {
        let status = self.status();
        let unhealthy = self.vitals.iter().filter(|v| status(v) != Status::Healthy);
        unhealthy.count()
    }

    /// What is left of the budget, as it is shown.
    pub(crate) fn shown_budget(&self) -> f64 {
        round_decimal(self.slo.remaining, BUDGET_DECIMALS)
    }

    /// The weighted mean error rate, as last observed.
    fn health(&self) -> f64 {
        let rates = self.vitals.iter().map(|v| v.http_server_error_rate);
        weighted_mean_error_rate(rates, &self.mesh.weights)
    }

    /// Plain mean error rate over all services; 0 for none.
    pub(crate) fn mean_error_rate(&self) -> f64 {
        let rates = self.vitals.iter().map(|v| v.http_server_error_rate);
        let sum = rates.fold(0.0, |sum, rate| sum + rate);
        if self.vitals.is_empty() {
            0.0
        } else {
            sum / self.vitals.len() as f64
        }
    }

    fn read(&mut self, view: &EnvironmentRef) {
        self.vitals.clear();
        self.vitals.extend(view.vitals().copied());
    }

    /// Looks at the environment after the tick of a step, before the action.
    pub(crate) fn after_tick(&mut self, view: &EnvironmentRef) {
        self.health_before = self.health();
        let rates = self.vitals.iter().map(|v| v.http_server_error_rate);
        self.error_rates_before.clear();
        self.error_rates_before.extend(rates);
        self.read(view);
        self.note_impact(view);
        if self.profile == Profile::Reference {
            let unhealthy = self.unhealthy();
            let services = self.vitals.len();
            self.slo.charge_as_reference(unhealthy, services);
        }
    }

    /// Looks at the environment after the action, and says what the step earned.
    pub(crate) fn after_action(&mut self, view: &EnvironmentRef, deed: Deed) -> Reward {
        self.read(view);
        match self.profile {
            Profile::Reference if deed.with_specialist => self.slo.refund_as_reference(),
            Profile::Reference => {}
            Profile::Standard => self.slo.charge(deed.with_specialist),
        }
        let newly_mitigated = self.note_mitigation(view) && !self.bonus_paid;
        self.bonus_paid |= newly_mitigated;
        let reward = self.reward(view.clock().tick, newly_mitigated, deed);
        self.budget_before = self.shown_budget();
        self.note_recovery();
        self.wrong_actions = self.wrong_actions.saturating_add(deed.wrong_actions);
        reward
    }

    fn reward(&self, tick: u64, newly_mitigated: bool, deed: Deed) -> Reward {
        let health = self.health();
        let exit = if deed.declared {
            premature_exit(self.mttm_tick.is_some(), tick, self.mean_error_rate())
        } else {
            0.0
        };
        Reward::new(&StepFacts {
            error_rate_before: match self.profile {
                Profile::Standard => self.health_before,
                // Both of its observations show the services as they are now.
                Profile::Reference => health,
            },
            error_rate_after: health,
            budget_before: self.budget_before,
            budget_after: self.shown_budget(),
            newly_mitigated,
            wrong_actions: deed.wrong_actions,
            premature_exit: exit,
        })
    }

    fn note_impact(&mut self, view: &EnvironmentRef) {
        let unhealthy = self.unhealthy();
        let is_stale = root_cause_lag(view).is_some_and(|lag| lag >= FRESH_SECONDS);
        let hit = hits_users(self.profile, &self.vitals, &self.mesh.user_facing, is_stale);
        self.slo.note_impact(self.profile, hit, unhealthy);
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

    fn note_recovery(&mut self) {
        let status = self.status();
        for (index, vitals) in self.vitals.iter().enumerate() {
            if status(vitals) == Status::Healthy {
                self.recovered[index] |= self.seen[index];
            } else {
                self.seen[index] = true;
            }
        }
    }

    /// How many services were affected, and how many of them recovered.
    pub(crate) fn recovery(&self, view: &EnvironmentRef) -> (usize, usize) {
        let count = |flags: &mut dyn Iterator<Item = bool>| flags.filter(|flag| *flag).count();
        match self.profile {
            Profile::Reference => {
                let reachable = self.mesh.reachable.iter().enumerate();
                let affected = |(node, &reachable): (usize, &bool)| {
                    reachable || self.seen.get(node) == Some(&true)
                };
                (
                    count(&mut reachable.map(affected)),
                    count(&mut self.recovered.iter().copied()),
                )
            }
            Profile::Standard => {
                let affected = self.affected(view);
                let active = |service: usize| {
                    let mut faults = view.faults();
                    faults.any(|fault| !fault.halted && fault.node() == service)
                };
                let is_well = |&service: &usize| {
                    fresh_status(&self.vitals[service]) == Status::Healthy && !active(service)
                };
                let recovered = affected.iter().filter(|service| is_well(service));
                (affected.len(), recovered.count())
            }
        }
    }

    /// Services with a fault, and those that were seen not healthy; red herrings have no part in
    /// the incident, unless one has a fault.
    fn affected(&self, view: &EnvironmentRef) -> Vec<usize> {
        let mut affected: Vec<bool> = { self.seen.iter().zip(&self.mesh.red_herring) }
            .map(|(seen, red_herring)| *seen && !red_herring)
            .collect();
        for fault in view.faults() {
            if let Some(affected) = affected.get_mut(fault.node()) {
                *affected = true;
            }
        }
        let indices = 0..affected.len();
        indices.filter(|&service| affected[service]).collect()
    }

    /// Services whose error rate fell by more than 0.01 in the step.
    pub(crate) fn recovering(&self) -> impl Iterator<Item = usize> {
        const NOTABLE: f64 = 0.01;
        // Both of the reference's observations show the services as they are now.
        let compares = self.profile == Profile::Standard;
        let pairs = self.vitals.iter().zip(&self.error_rates_before).enumerate();
        let fell = move |(_, (now, before)): &(usize, (&Vitals, &f64))| {
            compares && now.http_server_error_rate < **before - NOTABLE
        };
        pairs.filter(fell).map(|(index, _)| index)
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
