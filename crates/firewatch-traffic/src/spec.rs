//! The parts of a mesh: services, the calls between them, and the users who send requests; and what is wrong with them.

/// A service, as it is while nothing is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ServiceSpec {
    /// Instances that run.
    pub instances: u32,
    /// Requests that an instance works on at a time, from their start until their answer.
    pub concurrency: u32,
    /// Mean of a request's own work in seconds, exponentially distributed; calls come on top.
    pub work_s: f64,
    /// Requests that may wait for a worker, all instances together. What comes on top is refused.
    pub queue_limit: f64,
}

/// A call that requests of one service make to another. Calls of a service are made in the order of the mesh's list.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CallSpec {
    /// Index of the service that calls.
    pub from: usize,
    /// Index of the service that is called.
    pub to: usize,
    /// Seconds after which an attempt is given up. The callee goes on working for it.
    pub timeout_s: f64,
    /// Attempts after the first.
    pub retries: u32,
    /// Seconds between a failure and the next attempt.
    pub backoff_s: f64,
    /// Share of requests that make the call, 0..=1.
    pub share: f64,
    /// Whether a request goes on without it when it has failed.
    pub optional: bool,
    /// Index of the service that is asked, with the same timeout and retries, when the call has failed.
    pub fallback: Option<usize>,
    /// What stops calls to a callee that fails.
    pub breaker: Option<Breaker>,
    /// What spares requests the call: answers that the caller keeps.
    pub cache: Option<Cache>,
    /// Whether the caller sends a message and does not wait. Messages wait for a free worker of the callee, however long
    /// that takes; there are no timeout, retries, fallback or breaker.
    pub asynchronous: bool,
}

impl CallSpec {
    /// Makes a required call of every request: timeout of 1 s, no retries, no fallback, no breaker.
    pub fn new(from: usize, to: usize) -> Self {
        Self {
            from,
            to,
            timeout_s: 1.0,
            retries: 0,
            backoff_s: 0.0,
            share: 1.0,
            optional: false,
            fallback: None,
            breaker: None,
            cache: None,
            asynchronous: false,
        }
    }
}

/// A cache of answers that a caller keeps in front of a call. It is warm at the start.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Cache {
    /// Share of the requests that find their answer in it once it is warm, 0..=1.
    pub hit_share: f64,
    /// Seconds in which an empty one comes to 1 - 1/e (63 %) of that, as long as all calls behind it are answered.
    pub warm_up_s: f64,
}

/// A circuit breaker. It opens when, within the window, enough attempts were made and enough of them failed; while it
/// is open, calls fail at once; then it starts over.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Breaker {
    /// Share of failed attempts that opens it, 0..=1.
    pub failure_ratio: f64,
    /// Attempts that must have ended within the window.
    pub min_requests: f64,
    /// Seconds that it looks back.
    pub window_s: f64,
    /// Seconds that it stays open.
    pub open_s: f64,
}

/// A group of users, who send requests to one service independently of each other (a Poisson process).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct UserSpec {
    /// Index of the service that they call.
    pub service: usize,
    /// New requests per second, without retries.
    pub rate_rps: f64,
    /// Seconds after which they give an attempt up.
    pub patience_s: f64,
    /// Attempts after the first.
    pub retries: u32,
    /// Seconds between a failure and the next attempt.
    pub backoff_s: f64,
}

impl UserSpec {
    /// Makes a group with a patience of 10 s, without retries.
    pub fn new(service: usize, rate_rps: f64) -> Self {
        Self {
            service,
            rate_rps,
            patience_s: 10.0,
            retries: 0,
            backoff_s: 0.0,
        }
    }
}

/// Why a mesh is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeshError {
    /// A number is NaN, infinite, negative or, for a share, above 1.
    #[error("{what} of {part} {index} is {value}; it has to be {wanted}")]
    Number {
        /// `"service"`, `"call"` or `"user group"`.
        part: &'static str,
        /// Index of the part.
        index: usize,
        /// Name of the field.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What would be right.
        wanted: &'static str,
    },
    /// An index names no service.
    #[error("{what} of {part} {index} is service {service}; there are {services}, counted from 0")]
    NoService {
        /// `"call"` or `"user group"`.
        part: &'static str,
        /// Index of the part.
        index: usize,
        /// Name of the field.
        what: &'static str,
        /// The index that it gives.
        service: usize,
        /// Services of the mesh.
        services: usize,
    },
}

const NOT_NEGATIVE: &str = "a finite number of 0 or more";
const SHARE: &str = "a share from 0 to 1";

/// A number of a part, and whether it is a share.
type Checked = (&'static str, f64, bool);

/// Checks that every number is one.
pub(crate) fn check_numbers(
    services: &[ServiceSpec],
    calls: &[CallSpec],
    users: &[UserSpec],
) -> Result<(), MeshError> {
    for (index, service) in services.iter().enumerate() {
        let numbers = [
            ("work_s", service.work_s, false),
            ("queue_limit", service.queue_limit, false),
        ];
        check_part("service", index, &numbers)?;
    }
    for (index, call) in calls.iter().enumerate() {
        let numbers = [
            ("timeout_s", call.timeout_s, false),
            ("backoff_s", call.backoff_s, false),
            ("share", call.share, true),
        ];
        check_part("call", index, &numbers)?;
        if let Some(cache) = call.cache {
            let numbers = [
                ("hit_share", cache.hit_share, true),
                ("warm_up_s", cache.warm_up_s, false),
            ];
            check_part("call", index, &numbers)?;
        }
        if let Some(breaker) = call.breaker {
            let numbers = [
                ("failure_ratio", breaker.failure_ratio, true),
                ("min_requests", breaker.min_requests, false),
                ("window_s", breaker.window_s, false),
                ("open_s", breaker.open_s, false),
            ];
            check_part("call", index, &numbers)?;
        }
    }
    for (index, user) in users.iter().enumerate() {
        let numbers = [
            ("rate_rps", user.rate_rps, false),
            ("patience_s", user.patience_s, false),
            ("backoff_s", user.backoff_s, false),
        ];
        check_part("user group", index, &numbers)?;
    }
    Ok(())
}

fn check_part(part: &'static str, index: usize, numbers: &[Checked]) -> Result<(), MeshError> {
    for &(what, value, is_share) in numbers {
        let wanted = if is_share { SHARE } else { NOT_NEGATIVE };
        if !value.is_finite() || value < 0.0 || (is_share && value > 1.0) {
            return Err(MeshError::Number {
                part,
                index,
                what,
                value,
                wanted,
            });
        }
    }
    Ok(())
}

/// Checks that every index is a service's.
pub(crate) fn check_indices(
    services: usize,
    calls: &[CallSpec],
    users: &[UserSpec],
) -> Result<(), MeshError> {
    let check = |part, index, what, service| {
        if service < services {
            return Ok(());
        }
        Err(MeshError::NoService {
            part,
            index,
            what,
            service,
            services,
        })
    };
    for (index, call) in calls.iter().enumerate() {
        check("call", index, "from", call.from)?;
        check("call", index, "to", call.to)?;
        check("call", index, "fallback", call.fallback.unwrap_or(call.to))?;
    }
    for (index, user) in users.iter().enumerate() {
        check("user group", index, "service", user.service)?;
    }
    Ok(())
}
