//! Numbers of traffic that a sweep can vary: fields of services and of groups of users.

use crate::model::{Load, Physics, Scenario, limits};

/// A number of a scenario of traffic that can be varied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Field {
    /// Its name in files.
    pub(crate) name: &'static str,
    /// Whether it is of a group of users, not of a service.
    pub(crate) of_users: bool,
    /// Whether it can't be 0.
    pub(crate) is_above: bool,
    /// The largest.
    pub(crate) max: f64,
    /// Whether it is a whole number.
    pub(crate) is_whole: bool,
}

const fn whole(name: &'static str, is_above: bool, max: u64) -> Field {
    Field {
        name,
        of_users: false,
        is_above,
        max: max as f64,
        is_whole: true,
    }
}

const fn amount(name: &'static str, is_above: bool, max: f64) -> Field {
    Field {
        name,
        of_users: false,
        is_above,
        max,
        is_whole: false,
    }
}

const fn of_users(field: Field) -> Field {
    Field {
        of_users: true,
        ..field
    }
}

/// All of them.
const FIELDS: [Field; 10] = [
    whole("instances", true, limits::INSTANCES),
    whole("concurrency", true, limits::CONCURRENCY),
    amount("work_ms", true, limits::WORK_MS),
    amount("capacity_rps", true, limits::RPS),
    whole("queue_limit", false, limits::REQUESTS),
    amount("memory_per_request", false, 1.0),
    of_users(amount("rps", false, limits::RPS)),
    of_users(amount("patience_s", true, limits::SECONDS)),
    of_users(whole("retries", false, limits::RETRIES)),
    of_users(amount("backoff_s", false, limits::SECONDS)),
];

/// The field of that name, in a scenario that has it.
pub(crate) fn find_field(scenario: &Scenario, name: &str) -> Option<Field> {
    let mut fields = FIELDS.into_iter();
    fields.find(|field| scenario.physics == Physics::Traffic && field.name == name)
}

impl Field {
    /// Whether the scenario has the service or the group of users.
    pub(crate) fn has_owner(self, scenario: &Scenario, owner: &str) -> bool {
        if self.of_users {
            scenario.users.iter().any(|users| users.name() == owner)
        } else {
            scenario.has_service(owner)
        }
    }

    /// Gives the service or the group of users the number. A rate does not change then.
    pub(crate) fn set(self, scenario: &mut Scenario, owner: &str, value: f64) {
        // Not negative, and small.
        let count = value as u64;
        if let Some(users) =
            { scenario.users.iter_mut() }.find(|users| self.of_users && users.name() == owner)
        {
            match self.name {
                "rps" => users.rps = Load::Constant(value),
                "patience_s" => users.patience_s = Some(value),
                "retries" => users.retries = Some(count),
                _ => users.backoff_s = Some(value),
            }
        }
        if let Some(service) =
            { scenario.services.iter_mut() }.find(|service| !self.of_users && service.name == owner)
        {
            let capacity = &mut service.capacity;
            match self.name {
                "instances" => capacity.instances = Some(count),
                "concurrency" => capacity.concurrency = Some(count),
                "work_ms" => (capacity.work_ms, capacity.capacity_rps) = (Some(value), None),
                "capacity_rps" => (capacity.work_ms, capacity.capacity_rps) = (None, Some(value)),
                "queue_limit" => capacity.queue_limit = Some(count),
                _ => capacity.memory_per_request = Some(value),
            }
        }
    }
}
