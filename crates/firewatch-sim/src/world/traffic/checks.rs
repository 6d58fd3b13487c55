//! The checks of what enters the traffic of an environment.

use firewatch_traffic::{Knobs, Mesh, ServiceKnobs};

use super::component::{SetService, SetUsers};
use super::limits::{
    FACTORS, MOST, MOST_INSTANCES, check_amount, check_call_knobs, check_optional, check_retries,
    check_share, check_within,
};
use super::objective::Objective;
use super::state::{
    Autoscaling, CallState, RateStep, TrafficFlow, TrafficServiceState, UserGroupState,
};
use crate::world::error::SimError;

/// Whether what is stated of a service can be.
pub(super) fn check_service(service: &TrafficServiceState) -> Result<(), SimError> {
    check_within(
        "instances",
        f64::from(service.instances),
        [1.0, MOST_INSTANCES],
    )?;
    check_within(
        "concurrency",
        f64::from(service.concurrency),
        [1.0, MOST_INSTANCES],
    )?;
    check_amount("work_s", service.work_s)?;
    check_amount("queue_limit", service.queue_limit)?;
    check_within("start_up_ticks", service.start_up_ticks as f64, [1.0, MOST])?;
    check_share("memory_per_request", service.memory_per_request)?;
    let idle = service.idle;
    check_within("memory_utilization", idle.memory_utilization, [0.0, 0.97])?;
    check_share("cpu_utilization", idle.cpu_utilization)?;
    check_amount("open_file_descriptors", idle.open_file_descriptors as f64)?;
    check_amount("threads", idle.threads as f64)?;
    service
        .autoscaling
        .as_ref()
        .map_or(Ok(()), check_autoscaling)?;
    check_set_service(&SetService {
        knobs: service.set,
        shed_ratio: service.shed_ratio,
        memory_factor: service.memory_factor,
    })?;
    check_within(
        "scaled",
        service.running.scaled as f64,
        [-MOST_INSTANCES, MOST_INSTANCES],
    )?;
    check_within("taken", service.running.taken, [0.0, MOST_INSTANCES])?;
    let ran = service.running.ran.unwrap_or(0.0);
    check_within("ran", ran, [0.0, MOST_INSTANCES])?;
    let mut zones = service.zones.iter();
    if zones.any(|zone| service.zones.iter().filter(|other| *other == zone).count() > 1) {
        let name = &service.name;
        return Err(SimError::Traffic(format!(
            "`{name}` has two zones of one name"
        )));
    }
    Ok(())
}

fn check_autoscaling(scaling: &Autoscaling) -> Result<(), SimError> {
    check_within(
        "target_utilization",
        scaling.target_utilization,
        [0.01, 1.0],
    )?;
    check_within("min", f64::from(scaling.min), [1.0, MOST_INSTANCES])?;
    check_within(
        "max",
        f64::from(scaling.max),
        [f64::from(scaling.min), MOST_INSTANCES],
    )
}

/// Whether what is turned by hand of a service can be.
pub(super) fn check_set_service(set: &SetService) -> Result<(), SimError> {
    check_service_knobs(&set.knobs)?;
    check_share("shed_ratio", set.shed_ratio)?;
    check_within("memory_factor", set.memory_factor, FACTORS)
}

/// Whether the knobs of a service can be.
pub(super) fn check_service_knobs(knobs: &ServiceKnobs) -> Result<(), SimError> {
    check_share("error_ratio", knobs.error_ratio)?;
    check_amount("added_latency_s", knobs.added_latency_s)?;
    check_within("slow_factor", knobs.slow_factor, FACTORS)?;
    check_within(
        "instances",
        knobs.instances.unwrap_or(0.0),
        [0.0, MOST_INSTANCES],
    )?;
    check_share("unreachable_ratio", knobs.unreachable_ratio)?;
    check_optional("queue_limit", knobs.queue_limit)
}

/// Whether what is turned by hand of a group of users can be.
pub(super) fn check_set_users(set: &SetUsers) -> Result<(), SimError> {
    check_within("rate_factor", set.rate_factor, [0.0, FACTORS[1]])?;
    check_optional("rps", set.rps)?;
    check_retries(set.retries.unwrap_or(0))
}

/// Whether the numbers of a call can be.
pub(super) fn check_call(call: &CallState) -> Result<(), SimError> {
    check_amount("timeout_s", call.timeout_s)?;
    check_amount("backoff_s", call.backoff_s)?;
    check_retries(call.retries)?;
    check_call_knobs(&call.set)?;
    if let Some(breaker) = call.breaker {
        check_amount("min_requests", breaker.min_requests)?;
        check_amount("window_s", breaker.window_s)?;
        check_amount("open_s", breaker.open_s)?;
    }
    if let Some(cache) = call.cache {
        check_share("hit_share", cache.hit_share)?;
        check_amount("warm_up_s", cache.warm_up_s)?;
    }
    let is_waited_for = call.retries > 0
        || call.fallback.is_some()
        || call.breaker.is_some()
        || call.cache.is_some();
    if call.asynchronous && is_waited_for {
        let CallState { from, to, .. } = call;
        return Err(SimError::Traffic(format!(
            "`{from}` does not wait for `{to}`: such a call has no retries, fallback, breaker or cache"
        )));
    }
    Ok(())
}

/// Whether the numbers of a group of users can be.
pub(super) fn check_group(group: &UserGroupState) -> Result<(), SimError> {
    check_within("patience_s", group.patience_s, [1e-3, MOST])?;
    check_amount("backoff_s", group.backoff_s)?;
    check_retries(group.retries)?;
    check_objective(&group.objective, group.patience_s)?;
    check_rates(&group.name, &group.rates)?;
    Ok(())
}

fn check_objective(objective: &Objective, patience_s: f64) -> Result<(), SimError> {
    check_share("served", objective.served)?;
    // At the patience, nobody waits any longer for slowness to count.
    let bound = objective.latency_p99_s.unwrap_or(0.0);
    check_within("latency_p99_s", bound, [0.0, patience_s])
}

fn check_rates(group: &str, rates: &[RateStep]) -> Result<(), SimError> {
    for step in rates {
        check_amount("rps", step.rps)?;
    }
    let begins = rates
        .first()
        .is_some_and(|first| first.from_tick == 0 && !first.ramp);
    if begins && rates.is_sorted_by(|a, b| a.from_tick < b.from_tick) {
        return Ok(());
    }
    Err(SimError::Traffic(format!(
        "the rates of `{group}` must begin with a step at tick 0, and their ticks must rise"
    )))
}

/// Whether no two groups have one name.
pub(super) fn check_groups(groups: &[UserGroupState]) -> Result<(), SimError> {
    let mut names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(SimError::Traffic(format!(
            "two groups of users are named `{}`",
            pair[0]
        ))),
        None => Ok(()),
    }
}

/// Whether the flow is one of the mesh, and finite.
pub(super) fn check_flow(flow: &TrafficFlow, mesh: &Mesh) -> Result<(), SimError> {
    let mut is_finite = true;
    flow.state
        .for_each_value(&mut |value| is_finite &= value.is_finite());
    let lengths = |knobs: &Knobs| [knobs.services.len(), knobs.calls.len(), knobs.users.len()];
    let fits = flow.state.fits(mesh) && lengths(&flow.knobs) == lengths(&Knobs::new(mesh));
    if !fits || !is_finite {
        return Err(SimError::Traffic(
            "what waits and runs is of another mesh, or not finite".to_owned(),
        ));
    }
    flow.knobs
        .services
        .iter()
        .try_for_each(check_service_knobs)?;
    flow.knobs.calls.iter().try_for_each(check_call_knobs)?;
    let mut rates = flow.knobs.users.iter().map(|knobs| knobs.rate_rps);
    rates.try_for_each(|rate| check_within("rate_rps", rate, [0.0, MOST * FACTORS[1]]))
}
