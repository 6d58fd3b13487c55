//! The summary of a run.

use std::collections::BTreeMap;

use firewatch_response::{ExpectationOutcome, ExpectationVerdict, Playback};
use firewatch_scenario::{Diagnostics, Scenario};
use firewatch_sim::{EnvironmentRef, Status};
use serde::Serialize;

use super::answer::AnswerSummary;
use super::case::RunCase;
use super::metric_series::MetricSeries;
use super::traffic::{self, LoadSummary, UsersSummary};
use crate::sources;
use crate::ui::sparkline::Sparkline;

/// The role of a service in the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceRole {
    /// The service with the root cause.
    RootCause,
    /// A service with a fault, now or later.
    Fault,
    /// A service that looks suspicious but is not involved.
    RedHerring,
}

impl ServiceRole {
    fn of(service: &str, scenario: &Scenario) -> Vec<Self> {
        let has_fault = scenario.all_faults().any(|fault| fault.service == service);
        let is_herring = scenario
            .red_herrings
            .iter()
            .any(|herring| herring == service);
        let roles = [
            (Self::RootCause, scenario.root_cause_name() == Some(service)),
            (Self::Fault, has_fault),
            (Self::RedHerring, is_herring),
        ];
        let roles = roles.into_iter().filter(|(_, applies)| *applies);
        roles.map(|(role, _)| role).collect()
    }
}

/// The summary of a service.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceSummary {
    pub name: String,
    pub roles: Vec<ServiceRole>,
    /// Status at the end.
    pub status: Status,
    pub worst_status: Status,
    pub status_ticks: BTreeMap<Status, u64>,
    pub worst_error_rate: f64,
    pub worst_latency_p99: f64,
    pub worst_memory_utilization: f64,
    /// How busy it was, in a run of traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadSummary>,
    #[serde(skip)]
    pub sparkline: Sparkline<Status>,
}

/// The incident as a whole, at the end.
#[derive(Clone, Debug, Serialize)]
pub struct RunTotals {
    pub ticks: u64,
    pub sim_time_seconds: i64,
    /// Whether every fault that an action can end is over, and the others hit no customers.
    pub mended: bool,
    pub mitigated: bool,
    pub mttm: Option<u64>,
    /// Whether customers were affected again after the mitigation.
    pub impact_after_mitigation: bool,
    pub bad_customer_minutes: f64,
    pub slo_budget: f64,
    pub slo_breached: bool,
    pub mean_error_rate: f64,
    pub unhealthy_services: usize,
    /// How many services were not healthy because of a fault.
    pub blast_radius: usize,
    pub blast_zone: Vec<String>,
    /// The names that the faults can reach.
    pub reach: Vec<String>,
}

/// The summary of a run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The groups of users, in a run of traffic.
    pub users: Vec<UsersSummary>,
    pub services: Vec<ServiceSummary>,
    /// The metrics asked for: each in each service, metric by metric.
    pub metrics: Vec<MetricSeries>,
    pub totals: RunTotals,
    pub answer: Option<AnswerSummary>,
    pub verdicts: Vec<ExpectationVerdict>,
    /// The problem of a failed action, if one failed.
    pub failed_action: Option<Diagnostics>,
    /// The requested log.
    pub log: Option<Vec<String>>,
    /// 16 hexadecimal digits.
    pub state_hash: String,
}

impl Summary {
    /// Returns the outcome of each expectation.
    pub fn outcomes(&self) -> impl Iterator<Item = &ExpectationOutcome> {
        self.verdicts.iter().map(|verdict| &verdict.outcome)
    }
}

/// Records the services during a run, in memory that does not grow with the ticks.
pub struct Recorder {
    users: Vec<UsersSummary>,
    services: Vec<ServiceSummary>,
    metrics: Vec<MetricSeries>,
}

impl Recorder {
    /// Creates a recorder of a scenario and of the metrics asked for, with sparklines of at most that many columns.
    pub fn new(scenario: &Scenario, metrics: &[String], columns: usize) -> Self {
        // The start counts as a sample, like each tick.
        let samples = scenario.ticks + 1;
        let service = |name: &str| ServiceSummary {
            name: name.to_owned(),
            roles: ServiceRole::of(name, scenario),
            status: Status::Healthy,
            worst_status: Status::Healthy,
            status_ticks: Status::ALL.into_iter().map(|status| (status, 0)).collect(),
            worst_error_rate: 0.0,
            worst_latency_p99: 0.0,
            worst_memory_utilization: 0.0,
            load: None,
            sparkline: Sparkline::new(samples, columns),
        };
        let services = || scenario.services.iter().map(|service| &*service.name);
        let series = metrics.iter().flat_map(|metric| {
            services().map(move |name| MetricSeries::new(metric, name, samples, columns))
        });
        Self {
            users: UsersSummary::of(scenario, columns),
            services: services().map(service).collect(),
            metrics: series.collect(),
        }
    }

    /// Records a sample: the start, or the state after a tick.
    pub fn record(&mut self, view: &EnvironmentRef) {
        let is_tick = view.clock().tick > 0;
        let loads = self.services.iter_mut().map(|service| &mut service.load);
        traffic::record(&mut self.users, loads, view);
        for series in &mut self.metrics {
            series.record(view);
        }
        for (service, vitals) in self.services.iter_mut().zip(view.vitals()) {
            let status = vitals.status;
            service.status = status;
            service.worst_status = service.worst_status.max(status);
            service.sparkline.push(status);
            if is_tick {
                *service.status_ticks.entry(status).or_default() += 1;
            }
        }
    }

    /// Returns the summary at the end of the run.
    pub fn finish(mut self, case: &RunCase, playback: &Playback) -> Summary {
        for (service, history) in self.services.iter_mut().zip(playback.histories()) {
            service.worst_error_rate = history.worst_error_rate;
            service.worst_latency_p99 = history.worst_latency_p99;
            service.worst_memory_utilization = history.worst_memory_utilization;
        }
        let view = playback.view();
        Summary {
            users: self.users,
            services: self.services,
            metrics: self.metrics,
            totals: RunTotals::of(playback),
            answer: AnswerSummary::of(case, playback),
            verdicts: playback.verdicts(),
            failed_action: sources::check_failed_action(
                playback.script(),
                &case.file,
                case.scenario.seed,
            )
            .err(),
            log: case.logs.as_deref().map(|service| view.logs(service)),
            state_hash: format!("{:016x}", view.state_hash()),
        }
    }
}

impl RunTotals {
    fn of(playback: &Playback) -> Self {
        let view = playback.view();
        let (impact, script) = (playback.impact(), playback.script());
        let names = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        let vitals = view.vitals();
        Self {
            ticks: view.clock().tick,
            sim_time_seconds: view.clock().sim_time_seconds,
            mended: script.outcome(&view).is_mended(),
            mitigated: impact.mttm_tick.is_some(),
            mttm: impact.mttm_tick,
            impact_after_mitigation: impact.relapsed,
            bad_customer_minutes: impact.bad_customer_minutes,
            slo_budget: view.slo_budget().remaining,
            slo_breached: view.slo_budget().is_breached(),
            mean_error_rate: view.mean_error_rate(),
            unhealthy_services: vitals.filter(|v| v.status != Status::Healthy).count(),
            blast_radius: script.blast_radius(&view),
            blast_zone: names(script.blast_zone(&view)),
            reach: names(view.blast_zone()),
        }
    }
}
