//! What users got, and how busy services were, in a run of traffic.

use firewatch_scenario::Scenario;
use firewatch_sim::{EnvironmentRef, Status, UsersRef};
use serde::Serialize;

use crate::ui::sparkline::Sparkline;

/// The summary of a group of users.
#[derive(Clone, Debug, Serialize)]
pub struct UsersSummary {
    pub name: String,
    pub service: String,
    /// Requests that were served and that failed, of all ticks.
    pub served_requests: f64,
    pub failed_requests: f64,
    /// Of all ticks; absent where nobody sent a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served: Option<f64>,
    /// Of the worst tick.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_served: Option<f64>,
    /// Of the worst tick; absent where nobody was ever served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_p99_s: Option<f64>,
    /// Ticks in which they did not get what they are promised.
    pub ticks_missed: u64,
    /// The tick in which most failed, and why most of those did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_tick: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    #[serde(skip)]
    pub sparkline: Sparkline<Status>,
}

/// How busy a service was.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LoadSummary {
    pub highest_request_rate: f64,
    pub highest_utilization: f64,
    pub highest_queue_depth: f64,
    pub queue_limit: f64,
    /// Requests that it refused at once, per second, in the worst tick.
    pub highest_refused_rate: f64,
}

impl UsersSummary {
    /// Creates the summaries of the groups of a run that has not started.
    pub fn of(scenario: &Scenario, columns: usize) -> Vec<Self> {
        let users = scenario.users.iter();
        users
            .map(|users| Self {
                name: users.name().to_owned(),
                service: users.service.clone(),
                served_requests: 0.0,
                failed_requests: 0.0,
                served: None,
                worst_served: None,
                worst_p99_s: None,
                ticks_missed: 0,
                worst_tick: None,
                cause: None,
                sparkline: Sparkline::new(scenario.ticks + 1, columns),
            })
            .collect()
    }

    fn record(&mut self, users: &UsersRef, view: &EnvironmentRef) {
        self.sparkline.push(well_being(users));
        let tick = view.clock().tick;
        // The start is no tick.
        if tick == 0 {
            return;
        }
        let seconds = firewatch_sim::SECONDS_PER_TICK as f64;
        self.served_requests += users.traffic.succeeded_rps * seconds;
        self.failed_requests += users.traffic.failed_rps * seconds;
        let ended = self.served_requests + self.failed_requests;
        self.served = (ended > 0.0).then(|| self.served_requests / ended);
        self.ticks_missed += u64::from(users.miss() > 0.0);
        self.worst_p99_s = [self.worst_p99_s, users.latency_p99_s()]
            .into_iter()
            .flatten()
            .reduce(f64::max);
        let Some(served) = users.served() else { return };
        if self.worst_served.is_none_or(|worst| served < worst) {
            self.worst_served = Some(served);
            let cause = view
                .traffic()
                .and_then(|traffic| traffic.failure_cause(users));
            if let Some(cause) = cause {
                self.worst_tick = Some(tick);
                self.cause = Some(cause.to_string());
            }
        }
    }
}

/// What a group of users got in a tick.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UsersTick<'a> {
    #[serde(skip)]
    pub name: &'a str,
    #[serde(skip)]
    pub service: &'a str,
    pub sent_rps: f64,
    /// Of the requests that ended; null where none did.
    pub served: Option<f64>,
    /// Of those that were served; null where nobody was.
    pub p99_s: Option<f64>,
    /// Whether they got what they are promised.
    pub missed: bool,
}

/// Returns what each group of users got in the last tick; none in an environment of the classic physics.
pub fn users_of<'a>(view: &EnvironmentRef<'a>) -> Vec<UsersTick<'a>> {
    let users = view.traffic().map(|traffic| traffic.users());
    let of_group = |users: UsersRef<'a>| UsersTick {
        name: users.name,
        service: users.service,
        sent_rps: users.traffic.sent_rps,
        served: users.served(),
        p99_s: users.latency_p99_s(),
        missed: users.miss() > 0.0,
    };
    users.into_iter().flatten().map(of_group).collect()
}

/// How users are, in the words for services: healthy if they get what they are promised, else by the share that is
/// served.
fn well_being(users: &UsersRef) -> Status {
    match users.served() {
        _ if users.miss() <= 0.0 => Status::Healthy,
        Some(served) if served < 0.5 => Status::Down,
        Some(served) if served < 0.9 => Status::Critical,
        _ => Status::Degraded,
    }
}

/// Records what users got in the last tick, and how busy services were.
pub fn record<'a>(
    users: &mut [UsersSummary],
    services: impl Iterator<Item = &'a mut Option<LoadSummary>>,
    view: &EnvironmentRef,
) {
    let Some(traffic) = view.traffic() else {
        return;
    };
    for (summary, users) in users.iter_mut().zip(traffic.users()) {
        summary.record(&users, view);
    }
    for (load, (_, traffic)) in services.zip(traffic.services()) {
        let load = load.get_or_insert_default();
        let highest = |highest: &mut f64, value: f64| *highest = highest.max(value);
        highest(&mut load.highest_request_rate, traffic.arrived_rps);
        highest(&mut load.highest_utilization, traffic.utilization);
        highest(&mut load.highest_queue_depth, traffic.queued);
        highest(&mut load.queue_limit, traffic.queue_limit);
        highest(&mut load.highest_refused_rate, traffic.refused_rps);
    }
}
