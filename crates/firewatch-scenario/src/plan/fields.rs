//! Numbers of traffic that a sweep can vary: fields of services, of calls and of groups of users.

use crate::model::{
    Autoscaling, Breaker, Cache, Call, Calls, Capacity, Load, Physics, Scenario, limits,
};
use crate::sweep::caller_and_callee;

/// A number of a scenario of traffic that can be varied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Field {
    /// Its name in files.
    pub(crate) name: &'static str,
    pub(crate) of: FieldOwner,
    /// Whether it can't be 0.
    pub(crate) is_above: bool,
    /// The largest.
    pub(crate) max: f64,
    /// Whether it is a whole number.
    pub(crate) is_whole: bool,
}

/// What a field is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldOwner {
    Service,
    /// A service with `autoscaling`.
    Autoscaling,
    /// The calls of one service to another: `web -> search`.
    Calls,
    /// Calls with a `breaker`.
    Breaker,
    /// Calls with a `cache`.
    Cache,
    Users,
}

const fn whole(of: FieldOwner, name: &'static str, is_above: bool, max: u64) -> Field {
    Field {
        name,
        of,
        is_above,
        max: max as f64,
        is_whole: true,
    }
}

const fn amount(of: FieldOwner, name: &'static str, is_above: bool, max: f64) -> Field {
    Field {
        name,
        of,
        is_above,
        max,
        is_whole: false,
    }
}

/// All of them.
const FIELDS: [Field; 24] = [
    whole(FieldOwner::Service, "instances", true, limits::INSTANCES),
    whole(
        FieldOwner::Service,
        "concurrency",
        true,
        limits::CONCURRENCY,
    ),
    amount(FieldOwner::Service, "work_ms", true, limits::WORK_MS),
    amount(FieldOwner::Service, "capacity_rps", true, limits::RPS),
    whole(FieldOwner::Service, "queue_limit", false, limits::REQUESTS),
    whole(FieldOwner::Service, "start_up_ticks", true, limits::TICKS),
    amount(FieldOwner::Service, "memory_per_request", false, 1.0),
    amount(
        FieldOwner::Autoscaling,
        "target_utilization",
        true,
        limits::UTILIZATION[1],
    ),
    whole(FieldOwner::Autoscaling, "min", true, limits::INSTANCES),
    whole(FieldOwner::Autoscaling, "max", true, limits::INSTANCES),
    amount(FieldOwner::Calls, "timeout_s", true, limits::SECONDS),
    whole(FieldOwner::Calls, "retries", false, limits::RETRIES),
    amount(FieldOwner::Calls, "backoff_s", false, limits::SECONDS),
    amount(FieldOwner::Calls, "share", false, 1.0),
    amount(FieldOwner::Breaker, "failure_ratio", true, 1.0),
    whole(FieldOwner::Breaker, "min_requests", true, limits::REQUESTS),
    amount(FieldOwner::Breaker, "window_s", true, limits::SECONDS),
    amount(FieldOwner::Breaker, "open_s", true, limits::SECONDS),
    amount(FieldOwner::Cache, "hit_share", false, 1.0),
    amount(FieldOwner::Cache, "warm_up_s", true, limits::SECONDS),
    amount(FieldOwner::Users, "rps", false, limits::RPS),
    amount(FieldOwner::Users, "patience_s", true, limits::SECONDS),
    whole(FieldOwner::Users, "retries", false, limits::RETRIES),
    amount(FieldOwner::Users, "backoff_s", false, limits::SECONDS),
];

/// Whether a name with an arrow is meant for calls: it is neither a service's nor that of a group of users.
pub(crate) fn names_calls(scenario: &Scenario, owner: &str) -> bool {
    owner.contains("->") && !scenario.has_service(owner) && !has_users(scenario, owner)
}

/// The field of that name, in a scenario that has it.
pub(crate) fn find_field(scenario: &Scenario, owner: &str, name: &str) -> Option<Field> {
    if scenario.physics != Physics::Traffic {
        return None;
    }
    let is_of_calls = names_calls(scenario, owner);
    let mut fields = FIELDS.into_iter();
    fields.find(|field| field.of.is_calls() == is_of_calls && field.name == name)
}

/// The names of the numbers of calls.
pub(crate) fn call_field_names() -> impl Iterator<Item = &'static str> + Clone {
    let of_calls = FIELDS.iter().filter(|field| field.of.is_calls());
    of_calls.map(|field| field.name)
}

fn has_users(scenario: &Scenario, name: &str) -> bool {
    scenario.users.iter().any(|users| users.name() == name)
}

impl FieldOwner {
    pub(crate) fn is_calls(self) -> bool {
        matches!(self, Self::Calls | Self::Breaker | Self::Cache)
    }

    /// What has to be given for the field to be of anything.
    pub(crate) fn needed(self) -> Option<&'static str> {
        match self {
            Self::Autoscaling => Some("autoscaling"),
            Self::Breaker => Some("breaker"),
            Self::Cache => Some("cache"),
            Self::Service | Self::Calls | Self::Users => None,
        }
    }
}

impl Field {
    /// Whether the scenario has what the field is of.
    pub(crate) fn has_owner(self, scenario: &Scenario, owner: &str) -> bool {
        match self.of {
            FieldOwner::Users => has_users(scenario, owner),
            FieldOwner::Service => scenario.has_service(owner),
            FieldOwner::Autoscaling => { scenario.services.iter() }
                .any(|service| service.name == owner && service.capacity.autoscaling.is_some()),
            FieldOwner::Calls | FieldOwner::Breaker | FieldOwner::Cache => {
                let Some((from, to)) = caller_and_callee(owner) else {
                    return false;
                };
                let callers = scenario
                    .services
                    .iter()
                    .filter(|service| service.name == from);
                let mut calls = callers.flat_map(|service| match &service.calls {
                    Calls::Named(calls) => &calls[..],
                    Calls::Catalogue => &[],
                });
                calls.any(|call| call.to == to && self.is_of_call(call))
            }
        }
    }

    fn is_of_call(self, call: &Call) -> bool {
        match self.of {
            FieldOwner::Breaker => call.breaker.is_some(),
            FieldOwner::Cache => call.cache.is_some(),
            _ => true,
        }
    }

    /// Gives the owner the number. A rate does not change then.
    pub(crate) fn set(self, scenario: &mut Scenario, owner: &str, value: f64) {
        if self.of == FieldOwner::Users {
            let mut users = scenario.users.iter_mut();
            let Some(users) = users.find(|users| users.name() == owner) else {
                return;
            };
            match self.name {
                "rps" => users.rps = Load::Constant(value),
                "patience_s" => users.patience_s = Some(value),
                "retries" => users.retries = Some(whole_number(value)),
                _ => users.backoff_s = Some(value),
            }
            return;
        }
        let (owner, to) = match caller_and_callee(owner) {
            Some((from, to)) if self.of.is_calls() => (from, to),
            _ => (owner, ""),
        };
        let mut services = scenario.services.iter_mut();
        let Some(service) = services.find(|service| service.name == owner) else {
            return;
        };
        match (&mut service.calls, self.of.is_calls()) {
            (Calls::Named(calls), true) => {
                let of_field = calls.iter_mut().filter(|call| call.to == to);
                of_field.for_each(|call| self.set_of_call(call, value));
            }
            (Calls::Catalogue, true) => {}
            (_, false) => self.set_of_capacity(&mut service.capacity, value),
        }
    }

    fn set_of_capacity(self, capacity: &mut Capacity, value: f64) {
        let count = whole_number(value);
        if let (FieldOwner::Autoscaling, Some(scaling)) = (self.of, &mut capacity.autoscaling) {
            let Autoscaling {
                target_utilization,
                min,
                max,
            } = scaling;
            match self.name {
                "target_utilization" => *target_utilization = value,
                "min" => *min = count,
                _ => *max = count,
            }
            return;
        }
        match self.name {
            "instances" => capacity.instances = Some(count),
            "concurrency" => capacity.concurrency = Some(count),
            "work_ms" => (capacity.work_ms, capacity.capacity_rps) = (Some(value), None),
            "capacity_rps" => (capacity.work_ms, capacity.capacity_rps) = (None, Some(value)),
            "queue_limit" => capacity.queue_limit = Some(count),
            "start_up_ticks" => capacity.start_up_ticks = Some(count),
            _ => capacity.memory_per_request = Some(value),
        }
    }

    fn set_of_call(self, call: &mut Call, value: f64) {
        let count = whole_number(value);
        match (self.of, &mut call.breaker, &mut call.cache) {
            (FieldOwner::Breaker, Some(breaker), _) => self.set_of_breaker(breaker, value),
            (FieldOwner::Cache, _, Some(Cache { hit_share, .. })) if self.name == "hit_share" => {
                *hit_share = Some(value);
            }
            (FieldOwner::Cache, _, Some(Cache { warm_up_s, .. })) => *warm_up_s = Some(value),
            (FieldOwner::Calls, ..) => match self.name {
                "timeout_s" => call.timeout_s = Some(value),
                "retries" => call.retries = Some(count),
                "backoff_s" => call.backoff_s = Some(value),
                _ => call.share = Some(value),
            },
            _ => {}
        }
    }

    fn set_of_breaker(self, breaker: &mut Breaker, value: f64) {
        match self.name {
            "failure_ratio" => breaker.failure_ratio = Some(value),
            "min_requests" => breaker.min_requests = Some(whole_number(value)),
            "window_s" => breaker.window_s = Some(value),
            _ => breaker.open_s = Some(value),
        }
    }
}

/// Not negative, and small: that was checked.
fn whole_number(value: f64) -> u64 {
    value as u64
}
