//! What faults and actions turn while a mesh runs.

use crate::mesh::Mesh;

/// The knobs of every part of a mesh, by index. A new set is neutral.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Knobs {
    /// By service.
    pub services: Vec<ServiceKnobs>,
    /// By call.
    pub calls: Vec<CallKnobs>,
    /// By group of users.
    pub users: Vec<UserKnobs>,
}

impl Knobs {
    /// Makes neutral knobs: everything as the mesh states it.
    pub fn new(mesh: &Mesh) -> Self {
        let user = |rate_rps| UserKnobs {
            rate_rps,
            ..UserKnobs::default()
        };
        Self {
            services: vec![ServiceKnobs::default(); mesh.services().len()],
            calls: vec![CallKnobs::default(); mesh.calls().len()],
            users: { mesh.users().iter() }
                .map(|spec| user(spec.rate_rps))
                .collect(),
        }
    }
}

/// The knobs of a service.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ServiceKnobs {
    /// Share of arriving requests that get an error at once, 0..=1.
    pub error_ratio: f64,
    /// Seconds on top of a request's own work; it holds its worker.
    pub added_latency_s: f64,
    /// Factor on the own work.
    pub slow_factor: f64,
    /// Instances that run, parts of one allowed; `None` for as many as the service has. Fewer let running requests end.
    pub instances: Option<f64>,
    /// Refuses everything at once; what waits and runs is killed.
    pub down: bool,
    /// Share of requests that don't reach it and are never answered, 0..=1.
    pub unreachable_ratio: f64,
    /// Requests that may wait; `None` for the service's own limit.
    pub queue_limit: Option<f64>,
}

impl Default for ServiceKnobs {
    fn default() -> Self {
        Self {
            error_ratio: 0.0,
            added_latency_s: 0.0,
            slow_factor: 1.0,
            instances: None,
            down: false,
            unreachable_ratio: 0.0,
            queue_limit: None,
        }
    }
}

impl ServiceKnobs {
    /// Turns these knobs by others of the same instances as well: shares as 1 - (1 - a)(1 - b), slow-downs multiply,
    /// latencies add, of instances and queue limits the least counts, down wins.
    pub fn add(&mut self, other: &Self) {
        self.error_ratio = either(self.error_ratio, other.error_ratio);
        self.added_latency_s += other.added_latency_s;
        self.slow_factor *= other.slow_factor;
        self.instances = least(self.instances, other.instances);
        self.down |= other.down;
        self.unreachable_ratio = either(self.unreachable_ratio, other.unreachable_ratio);
        self.queue_limit = least(self.queue_limit, other.queue_limit);
    }

    /// Returns the knobs of a service whose zones have these knobs, each with its instances, and with as many as
    /// `instances_of_zone` if it states none.
    ///
    /// Requests are spread over the instances that run, so shares, slow-downs and latencies are means over them.
    /// Instances add up, and without any the service is down. Queue limits are per service: the least counts.
    pub fn over_zones(zones: impl Iterator<Item = Self>, instances_of_zone: f64) -> Self {
        let mut mean = Self {
            slow_factor: 0.0,
            ..Self::default()
        };
        let mut sum = 0.0;
        let mut loses = false;
        for zone in zones {
            let instances = match zone.instances {
                _ if zone.down => 0.0,
                Some(instances) => instances,
                None => instances_of_zone,
            };
            loses |= zone.down || zone.instances.is_some();
            sum += instances;
            mean.error_ratio += instances * zone.error_ratio;
            mean.added_latency_s += instances * zone.added_latency_s;
            mean.slow_factor += instances * zone.slow_factor;
            mean.unreachable_ratio += instances * zone.unreachable_ratio;
            mean.queue_limit = least(mean.queue_limit, zone.queue_limit);
        }
        if sum <= 0.0 {
            return Self {
                instances: Some(0.0),
                down: true,
                queue_limit: mean.queue_limit,
                ..Self::default()
            };
        }
        Self {
            error_ratio: mean.error_ratio / sum,
            added_latency_s: mean.added_latency_s / sum,
            slow_factor: mean.slow_factor / sum,
            unreachable_ratio: mean.unreachable_ratio / sum,
            instances: loses.then_some(sum),
            ..mean
        }
    }
}

/// Returns the smaller of two numbers that are given.
fn least(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// Returns the share that at least one of two independent shares takes.
pub fn either(a: f64, b: f64) -> f64 {
    1.0 - (1.0 - a) * (1.0 - b)
}

/// The knobs of a call; `None` leaves it as the mesh states it.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct CallKnobs {
    /// Seconds after which an attempt is given up.
    pub timeout_s: Option<f64>,
    /// Attempts after the first.
    pub retries: Option<u32>,
    /// Seconds between a failure and the next attempt.
    pub backoff_s: Option<f64>,
    /// Share of requests that make the call, 0..=1.
    pub share: Option<f64>,
    /// Whether calls fail at once, as with a breaker that is open.
    pub cut: bool,
    /// Share of attempts that fail at once on their way, 0..=1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub error_ratio: f64,
    /// Seconds that an answer takes on top; the caller's worker is held, the callee's is not.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub added_latency_s: f64,
    /// Share of attempts that don't reach the callee and are never answered, 0..=1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreachable_ratio: f64,
    /// Whether the cache in front of the call is kept empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cache_flushed: bool,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// The knobs of a group of users.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct UserKnobs {
    /// New requests per second.
    pub rate_rps: f64,
    /// Attempts after the first; `None` for as many as the mesh states.
    pub retries: Option<u32>,
}
