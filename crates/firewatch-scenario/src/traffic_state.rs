//! The traffic that a scenario starts with.

use firewatch_sim::{
    Autoscaling, Breaker, Cache, CallState, Objective, RateStep, ServiceBlueprint,
    TrafficServiceState, TrafficState, UserGroupState,
};

use crate::call_graph::{CallGraph, GraphCall};
use crate::model::{Load, Physics, Scenario, Service, UserGroup};

/// The traffic of a scenario of that physics; what its services are while they do nothing was drawn.
pub(crate) fn traffic_state(
    scenario: &Scenario,
    drawn: &[ServiceBlueprint],
) -> Option<TrafficState> {
    if scenario.physics != Physics::Traffic {
        return None;
    }
    let services = scenario.services.iter().zip(drawn);
    let graph = CallGraph::of(scenario);
    let calls = graph.calls.iter();
    Some(TrafficState {
        users: scenario.users.iter().map(user_group).collect(),
        services: services
            .map(|(given, drawn)| service(given, drawn))
            .collect(),
        calls: calls.map(|call| call_state(call, scenario)).collect(),
        flow: None,
    })
}

/// A count as the engine takes it; what is too large for it is out of range there, too.
fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn user_group(users: &UserGroup) -> UserGroupState {
    let is_ramp = matches!(users.rps, Load::Ramp(_));
    let step = |(index, point): (usize, &crate::model::LoadPoint)| RateStep {
        from_tick: point.tick,
        rps: point.rps,
        ramp: is_ramp && index > 0,
    };
    let rates = match &users.rps {
        Load::Constant(rps) => vec![RateStep {
            from_tick: 0,
            rps: *rps,
            ramp: false,
        }],
        changing => changing.points().iter().enumerate().map(step).collect(),
    };
    UserGroupState {
        rates,
        patience_s: users.patience_s(),
        retries: count(users.retries()),
        backoff_s: users.backoff_s(),
        objective: Objective {
            served: users.served_objective(),
            latency_p99_s: Some(users.p99_objective_s()),
        },
        ..UserGroupState::new(users.name(), &*users.service, 0.0)
    }
}

fn service(service: &Service, drawn: &ServiceBlueprint) -> TrafficServiceState {
    let capacity = &service.capacity;
    let usual = TrafficServiceState::new(&*service.name);
    let mut idle = usual.idle;
    idle.memory_utilization = drawn.vitals.process_memory_utilization;
    idle.open_file_descriptors = drawn.runtime.process_open_file_descriptors;
    TrafficServiceState {
        instances: count(capacity.instances()),
        concurrency: count(capacity.concurrency()),
        work_s: capacity.work_s(),
        queue_limit: capacity.queue_limit() as f64,
        zones: capacity.zones.clone(),
        start_up_ticks: capacity.start_up_ticks(),
        memory_per_request: capacity.memory_per_request.unwrap_or(0.0),
        autoscaling: capacity.autoscaling.map(|scaling| Autoscaling {
            target_utilization: scaling.target_utilization,
            min: count(scaling.min),
            max: count(scaling.max),
        }),
        idle,
        ..usual
    }
}

fn call_state(call: &GraphCall, scenario: &Scenario) -> CallState {
    let name = |service: usize| &*scenario.services[service].name;
    let policy = &*call.call;
    CallState {
        timeout_s: policy.timeout_s(),
        retries: count(policy.retries()),
        backoff_s: policy.backoff_s(),
        share: policy.share(),
        optional: policy.optional,
        fallback: call.fallback.map(|fallback| name(fallback).to_owned()),
        breaker: policy.breaker.map(|breaker| Breaker {
            failure_ratio: breaker.failure_ratio(),
            min_requests: breaker.min_requests() as f64,
            window_s: breaker.window_s(),
            open_s: breaker.open_s(),
        }),
        cache: policy.cache.map(|cache| Cache {
            hit_share: cache.hit_share(),
            warm_up_s: cache.warm_up_s(),
        }),
        asynchronous: policy.asynchronous,
        ..CallState::new(name(call.from), name(call.to))
    }
}
