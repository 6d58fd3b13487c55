//! The result of a policy.

use firewatch_action::{ActionRequest, Metrics};
use firewatch_scenario::Scenario;
use firewatch_sim::{EnvironmentRef, Fault, Status};
use serde::Serialize;

use crate::finding::won;
use crate::policy::PolicyKind;
use firewatch_episode::BatchStep;
use firewatch_response::score::{EpisodeEnd, Grade, Incident, Score};

/// An action of a policy; waiting is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PolicyAction {
    /// The tick after which it was done.
    pub tick: u64,
    /// Name of the action.
    pub action: String,
    /// The service that it was done to, if it takes one.
    pub target: Option<String>,
    /// Its parameters, as far as they were given.
    pub parameters: Metrics,
    /// Whether it could be done.
    pub valid: bool,
    /// Whether it was done to a service that there was nothing to remedy about.
    pub wrong: bool,
    /// Whether a fault was halted in that step.
    pub halted: bool,
}

impl PolicyAction {
    pub(crate) fn new(
        tick: u64,
        request: &ActionRequest,
        step: &BatchStep,
        wrong: bool,
        halted: bool,
    ) -> Self {
        Self {
            tick,
            action: request.name.clone(),
            target: request.target.clone(),
            parameters: request.parameters.clone(),
            valid: step.valid,
            wrong,
            halted,
        }
    }

    /// Returns the request of the action.
    #[must_use]
    pub fn request(&self) -> ActionRequest {
        ActionRequest {
            name: self.action.clone(),
            target: self.target.clone(),
            parameters: self.parameters.clone(),
        }
    }
}

/// The result of a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PolicyResult {
    /// The kind of the policy.
    pub kind: PolicyKind,
    /// Its name: that of the runbook, or a short description.
    pub name: String,
    /// Its actions but waiting, in order; left out of random policies, which act at every step.
    pub actions: Vec<PolicyAction>,
    /// Number of its actions but waiting.
    pub action_count: usize,
    /// Number of wrong actions.
    pub wrong_actions: usize,
    /// Ticks that the episode took.
    pub ticks: u64,
    /// Why it ended.
    pub end: EpisodeEnd,
    /// The tick at which the incident counted as mitigated.
    pub mitigated_at: Option<u64>,
    /// Sum of the rewards.
    pub reward: f64,
    /// The grade.
    pub grade: Grade,
    /// Whether it wins.
    #[doc = won!()]
    pub won: bool,
    /// The reasons why it does not win, a short phrase each.
    pub shortfalls: Vec<String>,
    /// Which goals were met at the end, in the scenario's order.
    pub goals_met: Vec<bool>,
    /// Which faults were halted at the end, in the order in which they began.
    pub faults_halted: Vec<bool>,
    /// Services that were not healthy at the end.
    pub unhealthy: Vec<String>,
    /// A fingerprint of the state at the end, in hexadecimal digits.
    pub state_hash: String,
}

impl PolicyResult {
    /// Returns its name as part of a sentence.
    #[must_use]
    pub fn title(&self) -> String {
        match self.kind {
            PolicyKind::Runbook => format!("runbook {:?}", self.name),
            _ => self.name.clone(),
        }
    }
}

/// The state of an episode at its end.
pub(crate) struct FinalState {
    pub(crate) shortfalls: Vec<String>,
    pub(crate) goals_met: Vec<bool>,
    pub(crate) faults_halted: Vec<bool>,
    pub(crate) unhealthy: Vec<String>,
}

impl FinalState {
    /// Reads an episode that has just ended.
    pub(crate) fn read(incident: &Incident, score: &Score, view: &EnvironmentRef) -> Self {
        let scenario = incident.scenario;
        let by_outcome = score.grade().and_then(|grade| grade.won).is_some();
        let mut shortfalls = match by_outcome {
            true => of_outcome(incident, score, view),
            false => of_engine(scenario, score, view),
        };
        let faults_halted: Vec<bool> = view.faults().map(|fault| fault.halted).collect();
        let unhealthy = unhealthy(view);
        let goals = &scenario.goals.list;
        let counted = score.counted_goals(scenario, view);
        for goal in counted.filter(|goal| !goal.is_met(view)) {
            shortfalls.push(format!("{goal} is missed"));
        }
        Self {
            shortfalls,
            goals_met: goals.iter().map(|goal| goal.is_met(view)).collect(),
            faults_halted,
            unhealthy: { unhealthy.iter() }
                .map(|(name, _)| (*name).to_owned())
                .collect(),
        }
    }
}

/// The reasons why it is not won, but for missed goals.
fn of_outcome(incident: &Incident, score: &Score, view: &EnvironmentRef) -> Vec<String> {
    let faults = view.faults();
    let open = faults.filter(|fault| incident.has_to_end(view, fault));
    let mut shortfalls: Vec<String> = open.map(|fault| goes_on(view, fault)).collect();
    if score
        .final_grade_input()
        .is_some_and(|input| input.outcome.others_hit)
    {
        // In traffic, customers are hit by load too, with or without a fault.
        let shortfall = match view.traffic() {
            Some(_) => "users miss what they are promised",
            None => "a fault that no action can end hits customers",
        };
        shortfalls.push(shortfall.to_owned());
    }
    shortfalls
}

fn goes_on(view: &EnvironmentRef, fault: &Fault) -> String {
    let (kind, service) = (view.fault_kind(fault), view.fault_service(fault));
    format!("{kind} of {service} goes on")
}

/// The same under the reference profile, where winning is no part of the grade.
fn of_engine(scenario: &Scenario, score: &Score, view: &EnvironmentRef) -> Vec<String> {
    let mut shortfalls = Vec::new();
    if score.mttm_tick().is_none() {
        shortfalls.push("it is not mitigated".to_owned());
    }
    let active = view.faults().filter(|fault| !fault.halted);
    shortfalls.extend(active.map(|fault| goes_on(view, fault)));
    let to_come = { scenario.all_faults() }.filter(|fault| fault.start_tick < scenario.ticks);
    if view.faults().count() < to_come.count() {
        shortfalls.push("a fault has not begun yet".to_owned());
    }
    for (name, status) in unhealthy(view) {
        if !scenario.red_herrings.iter().any(|herring| herring == name) {
            shortfalls.push(format!("{name} is {status}"));
        }
    }
    if score.budget() <= 0.0 {
        shortfalls.push("the SLO budget is used up".to_owned());
    }
    shortfalls
}

/// The services that are not healthy now.
fn unhealthy<'w>(view: &EnvironmentRef<'w>) -> Vec<(&'w str, Status)> {
    { view.service_names().zip(view.vitals()) }
        // The last action has changed them after the last tick.
        .map(|(name, vitals)| (name, vitals.derived_status()))
        .filter(|(_, status)| *status != Status::Healthy)
        .collect()
}
