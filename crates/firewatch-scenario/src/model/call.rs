//! Calls between services, and their policies in the physics with load.

use super::traffic::defaults;

/// A call from a service to another.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The service that is called.
    pub to: String,
    /// What is waited for an answer at most, seconds, above 0. No field of the classic physics, as all below.
    pub timeout_s: Option<f64>,
    /// How often it is tried again.
    pub retries: Option<u64>,
    /// What is waited before it is tried again, seconds.
    pub backoff_s: Option<f64>,
    /// Share of the caller's requests that make it, 0 to 1.
    pub share: Option<f64>,
    /// Whether the caller's request succeeds without it.
    pub optional: bool,
    /// The service that is called instead where the last try failed.
    pub fallback: Option<String>,
    /// What stops calls that would most likely fail.
    pub breaker: Option<Breaker>,
    /// What spares requests the call: answers that the caller keeps.
    pub cache: Option<Cache>,
    /// Whether the caller sends a message and does not wait: it is worked on when the other has a free worker.
    pub asynchronous: bool,
}

impl Call {
    /// A call of that service.
    #[must_use]
    pub fn new(to: impl Into<String>) -> Self {
        Self {
            to: to.into(),
            ..Self::default()
        }
    }

    /// Whether it says nothing but which service is called.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::new(&*self.to)
    }

    /// What is waited for an answer at most, seconds.
    #[must_use]
    pub fn timeout_s(&self) -> f64 {
        self.timeout_s.unwrap_or(defaults::TIMEOUT_S)
    }

    /// How often it is tried again.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries.unwrap_or(defaults::RETRIES)
    }

    /// What is waited before it is tried again, seconds.
    #[must_use]
    pub fn backoff_s(&self) -> f64 {
        self.backoff_s.unwrap_or(defaults::BACKOFF_S)
    }

    /// Share of the caller's requests that make it.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share.unwrap_or(defaults::SHARE)
    }

    /// Share of the caller's requests that make it while the cache, if there is one, is warm.
    #[must_use]
    pub fn usual_share(&self) -> f64 {
        let hit_share = self.cache.map_or(0.0, |cache| cache.hit_share());
        self.share() * (1.0 - hit_share)
    }
}

/// A cache in front of a call. It is warm at the start, and empty after a restart of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cache {
    /// Share of requests that find their answer in it once it is warm, 0 to 1.
    pub hit_share: Option<f64>,
    /// What an empty one takes to come to 63 % of that while all its calls are answered, seconds, above 0.
    pub warm_up_s: Option<f64>,
}

impl Cache {
    /// Share of requests that find their answer in it once it is warm.
    #[must_use]
    pub fn hit_share(&self) -> f64 {
        self.hit_share.unwrap_or(defaults::HIT_SHARE)
    }

    /// What an empty one takes to come to 63 % of that, seconds.
    #[must_use]
    pub fn warm_up_s(&self) -> f64 {
        self.warm_up_s.unwrap_or(defaults::WARM_UP_S)
    }
}

/// A circuit breaker on a call: it opens when enough of the last calls failed, and starts over when its time is up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Breaker {
    /// Share of failed calls that opens it, above 0 up to 1.
    pub failure_ratio: Option<f64>,
    /// Calls that it has to have seen before, from 1.
    pub min_requests: Option<u64>,
    /// What it looks back at, seconds, above 0.
    pub window_s: Option<f64>,
    /// What it stays open, seconds, above 0.
    pub open_s: Option<f64>,
}

impl Breaker {
    /// Share of failed calls that opens it.
    #[must_use]
    pub fn failure_ratio(&self) -> f64 {
        self.failure_ratio.unwrap_or(defaults::FAILURE_RATIO)
    }

    /// Calls that it has to have seen before.
    #[must_use]
    pub fn min_requests(&self) -> u64 {
        self.min_requests.unwrap_or(defaults::MIN_REQUESTS)
    }

    /// What it looks back at, seconds.
    #[must_use]
    pub fn window_s(&self) -> f64 {
        self.window_s.unwrap_or(defaults::WINDOW_S)
    }

    /// What it stays open, seconds.
    #[must_use]
    pub fn open_s(&self) -> f64 {
        self.open_s.unwrap_or(defaults::OPEN_S)
    }
}
