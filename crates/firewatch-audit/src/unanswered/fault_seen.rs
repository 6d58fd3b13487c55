//! What a fault does while nobody answers.

use firewatch_scenario::{Fault, Physics, Scenario};
use firewatch_sim::{EnvironmentRef, Status, Vitals};

use crate::text::{counted, percent};

/// Error rate by which a fault must have made things worse where it leaves the status alone, and from
/// which on a service looks suspicious: below it, the standard profile's guard sees nothing to remedy.
pub(super) const NOTABLE_ERRORS: f64 = 0.05;
/// Part of an objective that a fault must let users miss in addition.
const NOTABLE_MISS: f64 = 0.05;

/// The effect of a fault without an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct FaultSeen {
    /// Tick, status with the fault and without, error rate with and without.
    pub(super) effect: Option<(u64, [Status; 2], [f64; 2])>,
    /// The first tick after it began at which its service is not healthy, with its status.
    unhealthy: Option<(u64, Status)>,
    /// In traffic, the first tick at which a group of users misses more of its objective than without the fault, and how
    /// much with it and without.
    pub(super) missed: Option<(u64, [f64; 2])>,
}

/// How much each group of users misses of its objective, 0 to 1; nothing in the classic physics.
pub(super) fn missed(view: &EnvironmentRef) -> Vec<f64> {
    let users = view
        .traffic()
        .into_iter()
        .flat_map(|traffic| traffic.users());
    users.map(|users| users.miss()).collect()
}

impl FaultSeen {
    pub(super) fn look(&mut self, tick: u64, with: &Vitals, without: &Vitals) {
        if with.status == Status::Healthy {
            return;
        }
        self.unhealthy.get_or_insert((tick, with.status));
        let errors = [with, without].map(|vitals| vitals.http_server_error_rate);
        if with.status > without.status || errors[0] - errors[1] >= NOTABLE_ERRORS {
            let statuses = [with.status, without.status];
            self.effect.get_or_insert((tick, statuses, errors));
        }
    }

    /// Looks at how much each group of users misses of its objective.
    pub(super) fn look_at_users(&mut self, tick: u64, with: &[f64], without: &[f64]) {
        let mut groups = with.iter().zip(without);
        let hit = groups.find(|(with, without)| *with - *without >= NOTABLE_MISS);
        if let (Some((&with, &without)), None) = (hit, self.missed) {
            self.missed = Some((tick, [with, without]));
        }
    }

    /// Returns the evidence, and the advice if it takes no effect.
    pub(super) fn evidence(&self, fault: &Fault, scenario: &Scenario) -> (String, &'static str) {
        let service = &fault.service;
        let absent = !scenario.has_service(service);
        let in_traffic = scenario.physics == Physics::Traffic;
        if let (None, Some((tick, missed))) = (self.effect, self.missed) {
            let [missed, without] = missed.map(percent);
            let facts = format!(
                "users miss {missed} of their objective at tick {tick}, without it {without}"
            );
            return (facts, "");
        }
        match (self.effect, self.unhealthy) {
            (Some((tick, [with, without], _)), _) if with != without => {
                let facts = format!("{with} at tick {tick}, without it {without}");
                (facts, "")
            }
            (Some((tick, [with, _], errors)), _) => {
                let [errors, without] = errors.map(percent);
                let facts =
                    format!("{with} at tick {tick} with {errors} of errors, without it {without}");
                (facts, "")
            }
            (None, Some((tick, status))) if in_traffic => (
                format!("{service} is {status} at tick {tick}, and would be so without it"),
                "raise its `level` or what it turns above what else harms the service",
            ),
            (None, Some((tick, status))) => (
                format!("{service} is {status} at tick {tick}, and would be so without it"),
                "move what it causes from the service's `metrics` into its own, or raise its `speed` above what else harms the service",
            ),
            (None, None) if absent => (
                format!("{service} is not in the mesh"),
                "name a service of the mesh",
            ),
            (None, None) if fault.start_tick >= scenario.ticks => (
                format!(
                    "it never begins: the incident has {}",
                    counted(scenario.ticks, "tick")
                ),
                "lower its `start_tick`, or raise `ticks`",
            ),
            (None, None) if in_traffic => (
                format!("{service} and all users stay well while nobody acts"),
                "raise its `level` or what it turns, let it last longer, or raise the load",
            ),
            (None, None) => (
                format!("{service} stays healthy while nobody acts"),
                "raise its `speed`, begin it earlier, or give its service `metrics` nearer to the edge",
            ),
        }
    }
}
