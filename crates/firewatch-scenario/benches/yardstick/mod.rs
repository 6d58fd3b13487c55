//! The yardstick: the same physics written by hand over plain arrays, for what a tick costs without
//! an ECS.
//!
//! Only what a generated episode has: one fault, standard impact, no optional metrics. The victims of
//! the cascade are worked out beforehand, a tick allocates nothing. [`Yardstick::state`] exports an
//! environment, so that a test can hold it against the fleet's by state hash.

use firewatch_sim::{Blueprint, EnvironmentState, FaultKind, Status, Value};

#[derive(Clone, Copy)]
struct Service {
    error_rate: f64,
    latency: f64,
    memory: f64,
    uptime: i64,
    status: Status,
    red_herring: bool,
}

#[derive(Clone)]
struct Environment {
    services: std::ops::Range<usize>,
    /// Victims of the first, second and third hop, one after the other; ends in `hops`.
    victims: std::ops::Range<usize>,
    hops: [usize; 3],
    source: usize,
    kind: FaultKind,
    halted: bool,
    halted_at: Option<u64>,
    progression: u64,
    speed: f64,
    // What faults change of the afflicted service besides its vitals.
    memory_bytes: i64,
    memory_limit: i64,
    descriptors: i64,
    restarts: i64,
    deployment_age: i64,
    config_age: i64,
    config_revision: i64,
    tick: u64,
    budget: f64,
    burn: f64,
    bcm_delta: f64,
    bcm: f64,
    streak: u64,
    mttm: Option<u64>,
}

/// Environments as plain arrays.
#[derive(Clone, Default)]
pub struct Yardstick {
    environments: Vec<Environment>,
    services: Vec<Service>,
    victims: Vec<usize>,
}

impl Yardstick {
    pub fn push(&mut self, blueprint: &Blueprint) {
        let first = self.services.len();
        let topology = &blueprint.topology;
        for (index, service) in blueprint.services.iter().enumerate() {
            self.services.push(Service {
                error_rate: service.vitals.http_server_error_rate,
                latency: service.vitals.http_server_request_duration_p99,
                memory: service.vitals.process_memory_utilization,
                uptime: service.uptime.runtime_uptime_seconds,
                status: Status::Healthy,
                red_herring: topology.is_red_herring(index),
            });
        }
        let fault = &blueprint.faults[0];
        let runtime = &blueprint.services[fault.target].runtime;
        let first_victim = self.victims.len();
        let hops = topology.victims(fault.target).map(|victims| {
            let victims = victims.iter().map(|&victim| first + usize::from(victim));
            self.victims.extend(victims);
            self.victims.len()
        });
        self.environments.push(Environment {
            services: first..self.services.len(),
            victims: first_victim..self.victims.len(),
            hops,
            source: first + fault.target,
            kind: fault.kind,
            halted: false,
            halted_at: None,
            progression: 0,
            speed: fault.speed,
            memory_bytes: runtime.process_memory_usage_bytes,
            memory_limit: runtime.process_memory_limit_bytes,
            descriptors: runtime.process_open_file_descriptors,
            restarts: 0,
            deployment_age: runtime.last_deployment_age_seconds,
            config_age: runtime.last_config_age_seconds,
            config_revision: runtime.last_config_revision,
            tick: 0,
            budget: blueprint.slo_budget.remaining,
            burn: blueprint.slo_budget.burn_per_tick,
            bcm_delta: 0.0,
            bcm: 0.0,
            streak: 0,
            mttm: None,
        });
    }

    pub fn halt_all(&mut self) {
        for environment in &mut self.environments {
            environment.halted = true;
            environment.halted_at = Some(environment.tick);
        }
    }

    pub fn tick(&mut self) {
        let Self {
            environments,
            services,
            victims,
        } = self;
        for environment in environments {
            if environment.halted {
                recover(environment, services);
            } else {
                act(environment, &mut services[environment.source]);
                cascade(environment, services, victims);
            }
            account(environment, &mut services[environment.services.clone()]);
        }
    }

    /// The environment as plain data, from the one that it began with.
    pub fn state(&self, index: usize, mut state: EnvironmentState) -> EnvironmentState {
        let environment = &self.environments[index];
        let services = &self.services[environment.services.clone()];
        for (target, service) in state.services.iter_mut().zip(services) {
            let mut set = |name: &str, value: Value| {
                target.metrics.insert(name.to_owned(), value);
            };
            set("http_server_error_rate", service.error_rate.into());
            set("http_server_request_duration_p99", service.latency.into());
            set("process_memory_utilization", service.memory.into());
            set("runtime_uptime_seconds", service.uptime.into());
            set("status", service.status.name().into());
        }
        let source = &mut state.services[environment.source - environment.services.start];
        for (name, value) in [
            ("process_memory_usage_bytes", environment.memory_bytes),
            ("process_open_file_descriptors", environment.descriptors),
            ("restart_count", environment.restarts),
            ("last_deployment_age_seconds", environment.deployment_age),
            ("last_config_age_seconds", environment.config_age),
            ("last_config_revision", environment.config_revision),
        ] {
            source.metrics.insert(name.to_owned(), value.into());
        }
        let fault = &mut state.faults[0];
        fault.halted = environment.halted;
        fault.halted_at_tick = environment.halted_at;
        fault.progression_tick = environment.progression;
        state.clock.tick = environment.tick;
        state.clock.sim_time_seconds = environment.tick as i64 * 30;
        state.slo_budget.remaining = environment.budget;
        state.impact.bcm_delta = environment.bcm_delta;
        state.impact.bad_customer_minutes = environment.bcm;
        state.impact.zero_streak = environment.streak;
        state.impact.mttm_achieved_tick = environment.mttm;
        state
    }
}

fn max(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

fn min(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

#[inline]
fn act(environment: &mut Environment, service: &mut Service) {
    environment.progression += 1;
    let s = environment.speed;
    let bytes = |memory: f64, limit: i64| (memory * limit as f64) as i64;
    match environment.kind {
        FaultKind::OOM => {
            service.memory += s * 0.15;
            if service.memory >= 0.98 {
                service.error_rate = 1.0;
                environment.restarts += 1;
                service.memory = 0.85;
                service.uptime = 0;
            }
            environment.memory_bytes = bytes(service.memory, environment.memory_limit);
        }
        FaultKind::MEMORY_LEAK => {
            service.memory = min(0.97, service.memory + s * 0.05);
            environment.memory_bytes = bytes(service.memory, environment.memory_limit);
            service.latency += s * 0.5;
            service.error_rate = min(1.0, service.error_rate + s * 0.02);
        }
        FaultKind::BAD_DEPLOY => {
            service.error_rate = min(1.0, service.error_rate + s * 0.08);
            service.latency += s * 0.3;
            environment.deployment_age = environment.deployment_age.min(300);
        }
        FaultKind::CONFIG_DRIFT => {
            environment.descriptors = (environment.descriptors + (s * 50.0) as i64).min(1024);
            service.latency = min(30.0, service.latency + s * 3.0);
            service.error_rate = min(1.0, service.error_rate + s * 0.12);
            environment.config_age = environment.config_age.min(60);
            environment.config_revision += 1;
        }
        FaultKind::NETWORK_PARTITION => {
            service.latency = min(30.0, max(5.0, service.latency + s * 2.0));
            service.error_rate = min(1.0, service.error_rate + s * 0.20);
        }
        _ => {}
    }
}

#[inline]
fn cascade(environment: &Environment, services: &mut [Service], victims: &[usize]) {
    let error_rate = services[environment.source].error_rate;
    if error_rate < 0.30 {
        return;
    }
    let mut contribution = error_rate * 0.25;
    let mut start = environment.victims.start;
    for end in environment.hops {
        if contribution < 0.01 {
            return;
        }
        for &victim in &victims[start..end] {
            let service = &mut services[victim];
            service.error_rate = min(1.0, service.error_rate + contribution);
            service.latency += contribution * 0.5;
        }
        start = end;
        contribution *= 0.40;
    }
}

#[inline]
fn recover(environment: &mut Environment, services: &mut [Service]) {
    let s = environment.speed;
    let service = &mut services[environment.source];
    if service.error_rate > 0.02 {
        service.error_rate = max(0.01, service.error_rate - s * 0.15);
    }
    if service.latency > 0.1 {
        service.latency = max(0.1, service.latency - s * 1.5);
    }
    let fills_memory = matches!(environment.kind, FaultKind::OOM | FaultKind::MEMORY_LEAK);
    if fills_memory && service.memory > 0.40 {
        service.memory = max(0.25, service.memory - s * 0.10);
        environment.memory_bytes = (service.memory * environment.memory_limit as f64) as i64;
    }
    for index in environment.services.clone() {
        let service = &mut services[index];
        if index == environment.source || service.red_herring {
            continue;
        }
        if service.error_rate > 0.02 {
            service.error_rate = max(0.01, service.error_rate - s * 0.10);
        }
        if service.latency > 0.15 {
            service.latency = max(0.1, service.latency - s);
        }
    }
}

/// Status, clock and impact in one pass.
#[inline]
fn account(environment: &mut Environment, services: &mut [Service]) {
    environment.tick += 1;
    let count = services.len();
    let (mut delta, mut unhealthy) = (0.0, 0);
    for service in services {
        service.status = Status::derive(service.error_rate, service.latency, service.memory);
        service.uptime += 30;
        if service.status != Status::Healthy {
            unhealthy += 1;
            let slowness = min(max(0.0, (service.latency - 0.5) / 2.0), 2.0);
            delta += (service.error_rate + slowness * 0.5) * 0.5;
        }
    }
    environment.bcm_delta = delta;
    environment.bcm += delta;
    if delta > 0.0 {
        environment.streak = 0;
    } else {
        environment.streak += 1;
        if environment.streak >= 2 && environment.mttm.is_none() {
            environment.mttm = Some(environment.tick - 1);
        }
    }
    if unhealthy > 0 {
        environment.budget -= environment.burn * (f64::from(unhealthy) / count as f64);
    }
    environment.budget = max(0.0, environment.budget);
}
