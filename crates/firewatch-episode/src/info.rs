//! Information about a step besides the observation.

use std::borrow::Cow;

use firewatch_action::{ActionCatalogue, ActionOutcome, ActionRequest, Category};
use firewatch_response::score::GradeInput;
use firewatch_sim::{EnvironmentRef, round_decimal};
use serde::{Deserialize, Serialize};

use crate::session::Session;

/// Describes an episode in one sentence, for a reader who sees only text.
pub const SIMULATION_TYPE: &str =
    "production incident in a mesh of microservices, with metrics, alerts and logs to judge by";

/// Information about a step besides the observation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Info {
    /// Services that are not healthy.
    pub services_degraded: Vec<String>,
    /// Services whose error rate fell by more than 0.01 in the step.
    pub services_recovering: Vec<String>,
    /// The step in sentences: what was done, by how much error rates moved, what was said about it.
    /// Absent in a batch, which makes no texts.
    pub semantic_analysis: Option<String>,
    /// How many services are not healthy.
    pub blast_radius: usize,
    /// Healthy services that call one that is not, in order.
    pub downstream_at_risk: Vec<String>,
    /// How far the incident is dealt with as far as can be seen, percent: 0, 25, 75 or 100.
    pub incident_progress: u8,
    /// [`SIMULATION_TYPE`] in every step; empty where there was none.
    pub simulation_type: Cow<'static, str>,
    /// The episode in figures, once it has ended.
    pub episode_summary: Option<EpisodeSummary>,
}

/// An episode that has ended, in figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpisodeSummary {
    /// Services that count as affected.
    pub services_affected: usize,
    /// Those of them that recovered.
    pub services_recovered: usize,
    /// Ticks done, that of the reset included.
    pub ticks_taken: u64,
    /// The tick at which the incident counted as mitigated.
    pub mttm_ticks: Option<u64>,
    /// Actions that were wrong.
    pub wrong_actions: u32,
    /// SLO budget at the end, rounded to 2 decimals.
    pub final_slo_budget: f64,
    /// SLO budget at the beginning.
    pub initial_slo_budget: f64,
    /// Bad customer minutes, rounded to 2 decimals.
    pub bad_customer_minutes: f64,
    /// Share of the affected services that recovered, rounded to 3 decimals; 0 where none was affected.
    pub recovery_ratio: f64,
}

impl EpisodeSummary {
    fn of(outcome: &GradeInput) -> Self {
        const DECIMALS: u32 = 2;
        const RATIO_DECIMALS: u32 = 3;
        let ratio = outcome.recovered as f64 / outcome.affected.max(1) as f64;
        Self {
            services_affected: outcome.affected,
            services_recovered: outcome.recovered,
            ticks_taken: outcome.ticks,
            mttm_ticks: outcome.mttm_tick,
            wrong_actions: outcome.wrong_actions,
            final_slo_budget: round_decimal(outcome.final_budget, DECIMALS),
            initial_slo_budget: outcome.initial_budget,
            bad_customer_minutes: round_decimal(outcome.bad_customer_minutes, DECIMALS),
            recovery_ratio: if outcome.affected == 0 {
                0.0
            } else {
                round_decimal(ratio, RATIO_DECIMALS)
            },
        }
    }
}

impl Session {
    /// Of the last step.
    pub(crate) fn info(&self, view: &EnvironmentRef) -> Info {
        let names: Vec<&str> = view.service_names().collect();
        let named = |index: usize| names.get(index).map(|&name| name.to_owned());
        let unhealthy: Vec<usize> = self.score.unhealthy().collect();
        let topology = view.topology();
        let is_at_risk = |service: &usize| {
            let mut called = unhealthy.iter();
            !unhealthy.contains(service) && called.any(|called| topology.calls(*service, *called))
        };
        Info {
            services_degraded: unhealthy.iter().copied().filter_map(named).collect(),
            services_recovering: self.score.recovering().filter_map(named).collect(),
            semantic_analysis: None,
            blast_radius: unhealthy.len(),
            downstream_at_risk: (0..names.len())
                .filter(is_at_risk)
                .filter_map(named)
                .collect(),
            incident_progress: self.progress(view, unhealthy.len()),
            simulation_type: Cow::Borrowed(SIMULATION_TYPE),
            episode_summary: self.score.final_grade_input().map(EpisodeSummary::of),
        }
    }

    fn progress(&self, view: &EnvironmentRef, unhealthy: usize) -> u8 {
        const FEW: f64 = 0.3;
        if self.score.end().is_some() {
            100
        } else if self.score.shown_mttm_tick(view).is_some() {
            75
        } else if unhealthy == 0 {
            100
        } else if (unhealthy as f64) < FEW * self.score.services() as f64 {
            75
        } else if view.clock().tick > 0 {
            25
        } else {
            0
        }
    }

    /// The step in sentences. It names no fault: what was done, and what can be seen. Where the catalogue
    /// conceals wrong actions, one is told like any other.
    pub(crate) fn analysis(
        &self,
        catalogue: &ActionCatalogue,
        view: &EnvironmentRef,
        request: &ActionRequest,
        outcome: &ActionOutcome,
    ) -> String {
        let target = request.target.as_deref().unwrap_or_default();
        let wrong = outcome.wrong && !catalogue.conceals_wrong_actions();
        let mut sentences = vec![self.what_was_done(view, &request.name, target, outcome, wrong)];
        let remedied = outcome.valid && !wrong && outcome.category == Category::Remediation;
        if remedied {
            sentences.extend(self.error_rates_that_moved(view));
        }
        let unhealthy = self.score.unhealthy().count();
        let services = self.score.services();
        sentences.push(format!("Not healthy: {unhealthy} of {services} services."));
        if !outcome.feedback.is_empty() {
            sentences.push(format!("Feedback: {}", outcome.feedback));
        }
        sentences.join(" ")
    }

    fn what_was_done(
        &self,
        view: &EnvironmentRef,
        action: &str,
        target: &str,
        outcome: &ActionOutcome,
        wrong: bool,
    ) -> String {
        if !outcome.valid {
            return format!("`{action}` could not be done.");
        }
        if wrong {
            let service = view.topology().service(target);
            let vitals = service.and_then(|service| view.vitals_at(service));
            let rate = vitals.map_or(0.0, |vitals| vitals.http_server_error_rate);
            return format!(
                "`{action}` on {target} counts as a wrong action (error rate {rate:.2})."
            );
        }
        match outcome.category {
            Category::Investigation => format!("`{action}` looked at {target}."),
            Category::Remediation => format!("`{action}` was done to {target}."),
            Category::Meta if outcome.ends_episode => {
                format!("`{action}` ended the episode: the incident was declared resolved.")
            }
            Category::Meta => format!("`{action}` was done."),
        }
    }

    /// A sentence for each error rate that the step changed by more than 0.05.
    fn error_rates_that_moved(&self, view: &EnvironmentRef) -> Vec<String> {
        const NOTABLE: f64 = 0.05;
        let changes = view.service_names().zip(self.score.error_rate_changes());
        let notable = changes.filter(|(_, (before, now))| (now - before).abs() > NOTABLE);
        let sentence = |(name, (before, now)): (&str, (f64, f64))| {
            let by = (now - before).abs();
            let way = if now > before { "rose" } else { "fell" };
            format!("The error rate of {name} {way} by {by:.2} to {now:.2}.")
        };
        notable.map(sentence).collect()
    }
}
