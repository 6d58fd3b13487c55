//! The alerts that a service's metrics fire.

use std::borrow::Cow;

use firewatch_sim::{SECONDS_PER_TICK, Status, Vitals, num};
use serde::{Deserialize, Serialize};

use super::rules::{AlertRule, ScoreRules};
use firewatch_action::Profile;
use firewatch_scenario::AlertName;

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be handled in working hours.
    Warning,
    /// To be handled within hours.
    Critical,
    /// Pages the person on call.
    Page,
}

/// An alert that is firing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Alert {
    /// Its id: 16 hexadecimal digits, drawn from the episode's seed.
    pub alert_id: String,
    /// Its name.
    pub name: AlertName,
    /// How urgent it is.
    pub severity: Severity,
    /// The service.
    pub service: String,
    /// The metric that it looks at.
    pub metric: Cow<'static, str>,
    /// Value of the metric, unrounded; 1 for a service that is down.
    pub value: f64,
    /// The threshold that it names; in the reference's profile it may fire at another one.
    pub threshold: f64,
    /// Tick at which it fired.
    pub fired_at_tick: u64,
    /// Simulated seconds for which it says to have been firing.
    pub duration_seconds: i64,
}

/// Name of the alert on each number, and the metric that it looks at, in the order in which a service's
/// alerts are listed; `ServiceDown` and `MissedObjective` follow.
const NAMES: [(AlertName, &str); 3] = [
    (AlertName::HighErrorRate, "http_server_error_rate"),
    (AlertName::HighLatency, "http_server_request_duration_p99"),
    (AlertName::MemoryPressure, "process_memory_utilization"),
];

/// From which values of its metric on an alert fires.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct AlertThresholds {
    /// Its name.
    pub name: AlertName,
    /// The metric that it looks at.
    pub metric: &'static str,
    /// From this value on it is a warning.
    pub warning_at: f64,
    /// From this value on it is critical.
    pub critical_at: f64,
}

/// Returns the alerts on metrics of a service under a profile. `service_down` looks at the status.
pub fn alert_thresholds(profile: Profile) -> impl Iterator<Item = AlertThresholds> {
    let rules = &ScoreRules::of(profile).alerts;
    NAMES
        .iter()
        .zip(rules)
        .map(|((name, metric), rule)| AlertThresholds {
            name: *name,
            metric,
            warning_at: rule.warning_at,
            critical_at: rule.critical_at,
        })
}

/// Returns the numbers that the alerts look at.
#[inline]
fn values(vitals: &Vitals) -> [f64; 3] {
    [
        vitals.http_server_error_rate,
        vitals.http_server_request_duration_p99,
        vitals.process_memory_utilization,
    ]
}

/// Number of the alert on a service that is down, and of the one on users who call it.
const DOWN: usize = NAMES.len();
pub(super) const MISSED: usize = DOWN + 1;

/// Alerts that a service can have at once.
pub(crate) const ALERTS_PER_SERVICE: usize = MISSED + 1;

/// The alerts that a service can have, in the order in which they are listed.
pub const ALERT_NAMES: [AlertName; ALERTS_PER_SERVICE] = [
    NAMES[0].0,
    NAMES[1].0,
    NAMES[2].0,
    AlertName::ServiceDown,
    AlertName::MissedObjective,
];

impl AlertRule {
    /// Returns the severity at that value, and the threshold that was reached.
    fn severity(&self, value: f64) -> Option<(Severity, f64)> {
        if value >= self.critical_at {
            Some((Severity::Critical, self.critical_at))
        } else if value >= self.warning_at {
            Some((Severity::Warning, self.warning_at))
        } else {
            None
        }
    }
}

/// The part of a firing alert that does not depend on the episode.
pub(crate) struct FiringAlert {
    pub(crate) name: AlertName,
    pub(crate) severity: Severity,
    pub(crate) metric: &'static str,
    pub(crate) value: f64,
    pub(crate) threshold: f64,
}

/// Returns the alerts of a service that its metrics fire, in the order in which they are listed.
pub(crate) fn firing(
    rules: &[AlertRule; 3],
    vitals: &Vitals,
    status: Status,
) -> [Option<FiringAlert>; ALERTS_PER_SERVICE] {
    let values = values(vitals);
    let on_number = |index: usize| {
        let (rule, value, (name, metric)) = (&rules[index], values[index], NAMES[index]);
        let (severity, reached) = rule.severity(value)?;
        Some(FiringAlert {
            name,
            severity,
            metric,
            value,
            threshold: rule.named_threshold.unwrap_or(reached),
        })
    };
    let numbers = [on_number(0), on_number(1), on_number(2)];
    let down = (status == Status::Down).then_some(FiringAlert {
        name: AlertName::ServiceDown,
        severity: Severity::Page,
        metric: "status",
        value: 1.0,
        threshold: 0.0,
    });
    let [error_rate, latency, memory] = numbers;
    [error_rate, latency, memory, down, None]
}

/// Which alerts of a service fire, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AlertSet(u8);

impl AlertSet {
    /// Returns the alerts that fire. `warning_at` are the values of the [rules](AlertRule), in order.
    #[inline]
    pub(crate) fn of(warning_at: [f64; 3], vitals: &Vitals, status: Status) -> Self {
        let mut firing = u8::from(status == Status::Down) << DOWN;
        for (number, (value, warning_at)) in values(vitals).into_iter().zip(warning_at).enumerate()
        {
            firing |= u8::from(value >= warning_at) << number;
        }
        Self(firing)
    }

    /// Returns a bit for each alert, the first of [`ALERT_NAMES`] in the lowest.
    #[inline]
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// Adds the alert on users.
    pub(crate) fn add_missed_objective(&mut self) {
        self.0 |= 1 << MISSED;
    }

    /// Keeps the alert on users of the observation before: only a tick changes what they get.
    #[inline]
    pub(crate) fn keep_missed_objective(&mut self, before: Self) {
        self.0 |= before.0 & 1 << MISSED;
    }

    pub(crate) fn contains(self, alert: usize) -> bool {
        self.0 >> alert & 1 == 1
    }
}

/// The tick at which each alert of a service last began to fire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<u64>", into = "Vec<u64>")]
pub(crate) struct FiringSince([u64; ALERTS_PER_SERVICE]);

/// States that were saved before there was an alert on users have one number fewer.
impl From<Vec<u64>> for FiringSince {
    fn from(ticks: Vec<u64>) -> Self {
        let mut since = Self::default();
        for (since, tick) in since.0.iter_mut().zip(ticks) {
            *since = tick;
        }
        since
    }
}

/// Without the last if it never fired.
impl From<FiringSince> for Vec<u64> {
    fn from(FiringSince(since): FiringSince) -> Self {
        match since.split_last() {
            Some((0, others)) => others.to_vec(),
            _ => since.to_vec(),
        }
    }
}

impl FiringSince {
    /// Notes at a tick that other alerts fire now.
    #[cold]
    pub(crate) fn note(&mut self, tick: u64, before: AlertSet, now: AlertSet) {
        for (alert, since) in self.0.iter_mut().enumerate() {
            if now.contains(alert) && !before.contains(alert) {
                *since = tick;
            }
        }
    }

    pub(crate) fn tick(&self, alert: usize) -> Option<u64> {
        self.0.get(alert).copied()
    }
}

/// The seed and the tick, which all alerts of an observation share.
pub(crate) struct Clock {
    pub(crate) seed: u64,
    pub(crate) tick: u64,
}

impl FiringAlert {
    /// The alert as it is shown.
    pub(crate) fn alert(
        self,
        clock: &Clock,
        service: (usize, &str),
        number: usize,
        since: Option<u64>,
    ) -> Alert {
        let (index, service) = service;
        // If its start was not recorded, the alert reports the current tick as its start and the whole run
        // as its duration (the reference does both).
        let fired_at_tick = since.unwrap_or(clock.tick);
        let ticks = clock.tick - since.map_or(0, |since| since.min(clock.tick));
        let seconds = i64::try_from(ticks).unwrap_or(i64::MAX);
        Alert {
            alert_id: alert_id(clock.seed, fired_at_tick, index, number),
            name: self.name,
            severity: self.severity,
            service: service.to_owned(),
            metric: Cow::Borrowed(self.metric),
            value: self.value,
            threshold: self.threshold,
            fired_at_tick,
            duration_seconds: seconds.saturating_mul(SECONDS_PER_TICK),
        }
    }
}

/// The id of an alert: another one for each seed, tick at which it fired, service and rule.
fn alert_id(seed: u64, tick: u64, service: usize, alert: usize) -> String {
    let words = [seed, tick, service as u64, alert as u64];
    let hash = words
        .into_iter()
        .fold(0, |hash, word| num::split_mix(hash ^ word));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::super::rules::ScoreRules;
    use super::*;

    const REFERENCE: &[AlertRule; 3] = &ScoreRules::REFERENCE.alerts;
    const STANDARD: &[AlertRule; 3] = &ScoreRules::STANDARD.alerts;

    fn vitals(error_rate: f64, latency: f64, memory: f64) -> Vitals {
        let mut vitals = Vitals::default();
        vitals.http_server_error_rate = error_rate;
        vitals.http_server_request_duration_p99 = latency;
        vitals.process_memory_utilization = memory;
        vitals
    }

    fn fire(
        rules: &[AlertRule; 3],
        vitals: &Vitals,
        status: Status,
    ) -> Vec<(AlertName, Severity, f64)> {
        let firing = firing(rules, vitals, status).into_iter().flatten();
        firing.map(|f| (f.name, f.severity, f.threshold)).collect()
    }

    #[test]
    fn alerts_fire_from_their_thresholds_on() {
        use AlertName::{HighErrorRate, HighLatency, MemoryPressure, ServiceDown};
        let below = vitals(0.099, 0.499, 0.799);
        assert_eq!(fire(REFERENCE, &below, Status::Critical), []);
        assert_eq!(
            fire(REFERENCE, &vitals(0.1, 0.5, 0.8), Status::Degraded),
            [
                (HighErrorRate, Severity::Warning, 0.05),
                (HighLatency, Severity::Warning, 0.5),
                (MemoryPressure, Severity::Warning, 0.8),
            ]
        );
        let worst = vitals(0.5, 2.0, 0.95);
        assert_eq!(
            fire(REFERENCE, &worst, Status::Down),
            [
                (HighErrorRate, Severity::Critical, 0.05),
                (HighLatency, Severity::Critical, 2.0),
                (MemoryPressure, Severity::Critical, 0.8),
                (ServiceDown, Severity::Page, 0.0),
            ]
        );
        let thresholds: Vec<f64> = fire(STANDARD, &worst, Status::Healthy)
            .iter()
            .map(|f| f.2)
            .collect();
        assert_eq!(thresholds, [0.5, 2.0, 0.95]);
    }

    #[test]
    fn an_alert_remembers_since_when_it_fires_without_a_break() {
        let (mut since, mut firing) = (FiringSince::default(), AlertSet::default());
        let (fine, bad) = (vitals(0.0, 0.1, 0.3), vitals(0.2, 0.1, 0.3));
        for (tick, vitals, expected) in [
            (1, &bad, Some(1)),
            (2, &bad, Some(1)),
            (3, &fine, None),
            (4, &bad, Some(4)),
        ] {
            let now = AlertSet::of([0.1, 0.5, 0.8], vitals, vitals.status);
            since.note(tick, firing, now);
            firing = now;
            let fires_since = since.tick(0).filter(|_| firing.contains(0));
            assert_eq!(fires_since, expected, "tick {tick}");
        }
    }

    #[test]
    fn ids_come_from_the_seed_and_differ() {
        let id = alert_id(42, 3, 1, 0);
        assert_eq!(id, alert_id(42, 3, 1, 0));
        for other in [
            alert_id(43, 3, 1, 0),
            alert_id(42, 4, 1, 0),
            alert_id(42, 3, 0, 0),
            alert_id(42, 3, 1, 1),
        ] {
            assert_ne!(id, other);
        }
    }
}
