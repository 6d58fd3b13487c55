//! What a scenario of the physics with load says besides: users, capacities and the policies of calls.
//!
//! Each value that may be left out is an `Option`; a method beside it gives what holds, and [`defaults`] is the
//! one place where the defaults stand.

use firewatch_sim::RateStep;

/// What holds where a file says nothing: a service in the middle of its life that nobody would worry about.
pub mod defaults {
    /// Instances of a service: one can be lost.
    pub const INSTANCES: u64 = 2;
    /// Requests that an instance works on at a time.
    pub const CONCURRENCY: u64 = 50;
    /// Work of a service on a request, milliseconds.
    pub const WORK_MS: f64 = 10.0;
    /// Requests that wait at a service at most: with the other defaults, the last has waited for 0.1 s.
    pub const QUEUE_LIMIT: u64 = 1000;
    /// Ticks that an instance takes to start.
    pub const START_UP_TICKS: u64 = 1;
    /// What a call waits for its answer at most, seconds.
    pub const TIMEOUT_S: f64 = 1.0;
    /// How often a call or a user tries again.
    pub const RETRIES: u64 = 0;
    /// What a call waits before it tries again, seconds.
    pub const BACKOFF_S: f64 = 0.1;
    /// Share of its caller's requests that make a call.
    pub const SHARE: f64 = 1.0;
    /// Share of failed calls that opens a breaker.
    pub const FAILURE_RATIO: f64 = 0.5;
    /// Calls that a breaker has to have seen before it opens.
    pub const MIN_REQUESTS: u64 = 20;
    /// What a breaker looks back at, seconds.
    pub const WINDOW_S: f64 = 10.0;
    /// What a breaker stays open, seconds.
    pub const OPEN_S: f64 = 30.0;
    /// Share of requests that find their answer in a warm cache.
    pub const HIT_SHARE: f64 = 0.9;
    /// What an empty cache takes to come to 63 % of that, seconds.
    pub const WARM_UP_S: f64 = 120.0;
    /// What users wait for an answer at most, seconds.
    pub const PATIENCE_S: f64 = 10.0;
    /// What users wait before they try again, seconds.
    pub const USER_BACKOFF_S: f64 = 1.0;
    /// Share of requests that have to be served.
    pub const SERVED: f64 = 0.999;
    /// The 99th percentile of latency that is good enough, as a part of the patience.
    pub const P99_OF_PATIENCE: f64 = 0.5;
}

/// The largest values.
pub mod limits {
    /// Groups of users.
    pub const USERS: usize = 100;
    /// Requests per second.
    pub const RPS: f64 = 1e9;
    /// Seconds that somebody waits.
    pub const SECONDS: f64 = 3600.0;
    /// The least and the longest patience of users, seconds.
    pub const PATIENCE_S: [f64; 2] = [1e-3, SECONDS];
    /// The least and the largest utilization that autoscaling aims at.
    pub const UTILIZATION: [f64; 2] = [0.01, 1.0];
    /// How often something is tried again.
    pub const RETRIES: u64 = 100;
    /// Instances of a service.
    pub const INSTANCES: u64 = 10_000;
    /// Requests that an instance works on at a time.
    pub const CONCURRENCY: u64 = 100_000;
    /// Work of a service on a request, milliseconds.
    pub const WORK_MS: f64 = 3_600_000.0;
    /// Requests that are counted or wait.
    pub const REQUESTS: u64 = 1_000_000_000;
    /// Ticks of a run, and that an instance takes to start.
    pub const TICKS: u64 = 10_000_000;
    /// Zones of a service.
    pub const ZONES: usize = 100;
    /// The least and the largest factor on work.
    pub const FACTORS: [f64; 2] = [1e-3, 1e6];
}

/// Users who call a service.
#[derive(Clone, Debug, PartialEq)]
pub struct UserGroup {
    /// What the group is called, if not as its service.
    pub name: Option<String>,
    /// The service that they call.
    pub service: String,
    /// Requests per second, without those that are tried again.
    pub rps: Load,
    /// What they wait for an answer at most, seconds, above 0.
    pub patience_s: Option<f64>,
    /// How often they try again.
    pub retries: Option<u64>,
    /// What they wait before they try again, seconds.
    pub backoff_s: Option<f64>,
    /// What is good enough for them.
    pub objective: Objective,
}

impl UserGroup {
    /// Users of a service, at a rate that does not change.
    #[must_use]
    pub fn new(service: impl Into<String>, rps: f64) -> Self {
        Self {
            name: None,
            service: service.into(),
            rps: Load::Constant(rps),
            patience_s: None,
            retries: None,
            backoff_s: None,
            objective: Objective::default(),
        }
    }

    /// What the group is called.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.service)
    }

    /// What they wait for an answer at most, seconds.
    #[must_use]
    pub fn patience_s(&self) -> f64 {
        self.patience_s.unwrap_or(defaults::PATIENCE_S)
    }

    /// How often they try again.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries.unwrap_or(defaults::RETRIES)
    }

    /// What they wait before they try again, seconds.
    #[must_use]
    pub fn backoff_s(&self) -> f64 {
        self.backoff_s.unwrap_or(defaults::USER_BACKOFF_S)
    }

    /// Share of requests that have to be served, 0 to 1.
    #[must_use]
    pub fn served_objective(&self) -> f64 {
        self.objective.served.unwrap_or(defaults::SERVED)
    }

    /// The 99th percentile of latency that is good enough, seconds.
    #[must_use]
    pub fn p99_objective_s(&self) -> f64 {
        let default = defaults::P99_OF_PATIENCE * self.patience_s();
        self.objective.p99_s.unwrap_or(default)
    }
}

/// What is good enough for a group of users.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Objective {
    /// Share of requests that have to be served, 0 to 1.
    pub served: Option<f64>,
    /// The 99th percentile of latency that is good enough, seconds, above 0.
    pub p99_s: Option<f64>,
}

/// A rate over time.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// It does not change.
    Constant(f64),
    /// It stays as it is until the next point. The first point is at tick 0.
    Steps(Vec<LoadPoint>),
    /// It changes evenly from each point to the next, and stays as it is after the last. The first is at tick 0.
    Ramp(Vec<LoadPoint>),
}

/// A rate at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoadPoint {
    /// Ticks done: the next tick is the first that has this rate.
    pub tick: u64,
    /// Requests per second.
    pub rps: f64,
}

impl Load {
    /// The points that it is given by.
    #[must_use]
    pub fn points(&self) -> &[LoadPoint] {
        match self {
            Self::Constant(_) => &[],
            Self::Steps(points) | Self::Ramp(points) => points,
        }
    }

    /// Requests per second in the tick that begins after that number of ticks.
    #[must_use]
    pub fn at(&self, tick: u64) -> f64 {
        RateStep::rate_at(&self.rate_steps(), tick)
    }

    /// The rates as the engine takes them.
    #[must_use]
    pub fn rate_steps(&self) -> Vec<RateStep> {
        let is_ramp = matches!(self, Self::Ramp(_));
        let step = |(index, point): (usize, &LoadPoint)| RateStep {
            from_tick: point.tick,
            rps: point.rps,
            ramp: is_ramp && index > 0,
        };
        match self {
            Self::Constant(rps) => vec![RateStep {
                from_tick: 0,
                rps: *rps,
                ramp: false,
            }],
            Self::Steps(points) | Self::Ramp(points) => {
                points.iter().enumerate().map(step).collect()
            }
        }
    }
}

/// How much a service can do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Capacity {
    /// Its instances, from 1.
    pub instances: Option<u64>,
    /// Requests that an instance works on at a time, from 1.
    pub concurrency: Option<u64>,
    /// Its own work on a request, milliseconds, above 0; while it waits for others a worker is held besides.
    pub work_ms: Option<f64>,
    /// Instead of the work: requests per second that all its instances can do together, above 0.
    pub capacity_rps: Option<f64>,
    /// Requests that wait at most, at all its instances together.
    pub queue_limit: Option<u64>,
    /// Its zones, over which the instances are spread evenly; none is one zone without a name.
    pub zones: Vec<String>,
    /// Ticks that an instance takes to start, from 1.
    pub start_up_ticks: Option<u64>,
    /// Memory that a request takes of an instance while it waits or runs, as a share of the limit, 0 to 1.
    pub memory_per_request: Option<f64>,
    /// More instances under load, fewer without.
    pub autoscaling: Option<Autoscaling>,
}

/// How many instances a service has under how much load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoscaling {
    /// Share of the workers that should be busy, above 0 up to 1.
    pub target_utilization: f64,
    /// Instances at least, from 1.
    pub min: u64,
    /// Instances at most, not below the least.
    pub max: u64,
}

impl Capacity {
    /// Its instances.
    #[must_use]
    pub fn instances(&self) -> u64 {
        self.instances.unwrap_or(defaults::INSTANCES)
    }

    /// Requests that an instance works on at a time.
    #[must_use]
    pub fn concurrency(&self) -> u64 {
        self.concurrency.unwrap_or(defaults::CONCURRENCY)
    }

    /// Requests that all its instances work on at a time.
    #[must_use]
    pub fn workers(&self) -> u64 {
        self.instances().saturating_mul(self.concurrency())
    }

    /// Its own work on a request, seconds.
    #[must_use]
    pub fn work_s(&self) -> f64 {
        match (self.work_ms, self.capacity_rps) {
            (Some(work_ms), _) => work_ms / 1000.0,
            (None, Some(capacity_rps)) => self.workers() as f64 / capacity_rps,
            (None, None) => defaults::WORK_MS / 1000.0,
        }
    }

    /// Requests per second that it can do if it waits for nobody.
    #[must_use]
    pub fn rps(&self) -> f64 {
        match (self.work_ms, self.capacity_rps) {
            (None, Some(capacity_rps)) => capacity_rps,
            _ => self.workers() as f64 / self.work_s(),
        }
    }

    /// Requests that wait at most.
    #[must_use]
    pub fn queue_limit(&self) -> u64 {
        self.queue_limit.unwrap_or(defaults::QUEUE_LIMIT)
    }

    /// Ticks that an instance takes to start.
    #[must_use]
    pub fn start_up_ticks(&self) -> u64 {
        self.start_up_ticks.unwrap_or(defaults::START_UP_TICKS)
    }
}
