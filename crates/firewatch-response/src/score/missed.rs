//! The alert on users who do not get what they are promised.

use firewatch_scenario::AlertName;
use firewatch_sim::{EnvironmentRef, UsersRef};

use super::alert::{self, ALERTS_PER_SERVICE, FiringAlert, MISSED, Severity};
use super::rules::AlertRule;
use super::service::ServiceRecord;

/// What an alert on users looks at who wait too long; at the served share of others.
pub const MISSED_LATENCY: &str = "users.p99_s";
const MISSED_SHARE: &str = "users.served";

/// Records the alert of each service whose users miss their objective.
#[inline]
pub(super) fn note(records: &mut [ServiceRecord], view: &EnvironmentRef) {
    let Some(traffic) = view.traffic() else {
        return;
    };
    for users in traffic.users().filter(|users| users.miss() > 0.0) {
        let service = view.topology().service(users.service);
        if let Some(record) = service.and_then(|service| records.get_mut(service)) {
            record.alerts.add_missed_objective();
        }
    }
}

/// Returns the alerts of a service that fire, with the one on its users, in the order in which they are listed.
pub(super) fn firing(
    rules: &[AlertRule; 3],
    record: Option<&ServiceRecord>,
    view: &EnvironmentRef,
    service: usize,
) -> [Option<FiringAlert>; ALERTS_PER_SERVICE] {
    let Some((record, vitals)) = record.zip(view.vitals_at(service)) else {
        return [const { None }; ALERTS_PER_SERVICE];
    };
    let mut firing = alert::firing(rules, vitals, record.status);
    firing[MISSED] = missed_objective(view, service);
    firing
}

/// Returns the alert on the users of a service who are farthest from what they are promised; `None` if all get it.
fn missed_objective(view: &EnvironmentRef, service: usize) -> Option<FiringAlert> {
    let name = view.topology().services().nth(service)?;
    let users = view
        .traffic()?
        .users()
        .filter(|users| users.service == name);
    let worst = users.max_by(|a, b| a.miss().total_cmp(&b.miss()))?;
    (worst.miss() > 0.0).then(|| FiringAlert::on_users(&worst))
}

impl FiringAlert {
    fn on_users(users: &UsersRef) -> Self {
        let served = users.served().unwrap_or(1.0);
        let (metric, value, threshold) = if served < users.objective.served {
            (MISSED_SHARE, served, users.objective.served)
        } else {
            let p99_s = users.traffic.latency_p99_s;
            (MISSED_LATENCY, p99_s, users.latency_bound_s())
        };
        Self {
            name: AlertName::MissedObjective,
            severity: Severity::Page,
            metric,
            value,
            threshold,
        }
    }
}
