//! What somebody from outside can do to an environment between two ticks.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::world::check::{check_finite, check_speed};
use crate::world::environment::{Clock, Engine, Environment, SloBudget};
use crate::world::error::SimError;
use crate::world::fault::{Fault, FaultKindId, kind_id};
use crate::world::metric;
use crate::world::num;
use crate::world::ownership::{Faults, Services};
use crate::world::rows::{RowRanges, note_moved_rows};
use crate::world::state::FaultState;
use crate::world::value::Value;

/// Something that can be done to an environment between two ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Intervention<'a> {
    /// [`halt_fault`] with that index.
    HaltFault(usize),
    /// [`inject_fault`].
    InjectFault(&'a FaultState),
    /// [`set_metric`].
    SetMetric {
        /// Name of the service.
        service: &'a str,
        /// Name of the metric.
        metric: &'a str,
        /// Its new value.
        value: &'a Value,
    },
    /// [`set_slo_budget`] to so much.
    SetSloBudget(f64),
}

impl Intervention<'_> {
    /// Whether it can be done; changes nothing.
    pub(crate) fn check(&self, world: &World, entity: Entity) -> Result<(), SimError> {
        match *self {
            Self::HaltFault(index) => find_fault(world, entity, index).map(drop),
            Self::InjectFault(fault) => {
                check_injection(world, environment(world, entity)?, fault).map(drop)
            }
            Self::SetMetric {
                service,
                metric,
                value,
            } => {
                find_service(world, entity, service)?;
                metric::check(metric, value)
            }
            Self::SetSloBudget(remaining) => {
                environment(world, entity)?;
                check_budget(remaining)
            }
        }
    }

    /// Does it.
    pub(crate) fn apply(&self, world: &mut World, entity: Entity) -> Result<(), SimError> {
        match *self {
            Self::HaltFault(index) => halt_fault(world, entity, index),
            Self::InjectFault(fault) => inject_fault(world, entity, fault).map(drop),
            Self::SetMetric {
                service,
                metric,
                value,
            } => set_metric(world, entity, service, metric, value),
            Self::SetSloBudget(remaining) => set_slo_budget(world, entity, remaining),
        }
    }

    /// Whether it can move the rows of faults or services.
    pub(crate) fn moves_rows(&self) -> bool {
        matches!(self, Self::InjectFault(_))
    }
}

fn environment(world: &World, entity: Entity) -> Result<&Environment, SimError> {
    world
        .get::<Environment>(entity)
        .ok_or(SimError::NoEnvironment)
}

/// Halts the fault with that index in the environment's list: it acts no more, recovery begins.
///
/// # Errors
/// [`SimError::UnknownFault`], [`SimError::NoEnvironment`].
pub fn halt_fault(world: &mut World, entity: Entity, index: usize) -> Result<(), SimError> {
    let fault = find_fault(world, entity, index)?;
    let tick = world.get::<Clock>(entity).map(|clock| clock.tick);
    let mut fault = world
        .get_mut::<Fault>(fault)
        .ok_or(SimError::NoEnvironment)?;
    fault.halted = true;
    fault.halted_at_tick = tick;
    Ok(())
}

fn find_fault(world: &World, entity: Entity, index: usize) -> Result<Entity, SimError> {
    environment(world, entity)?;
    let faults = world
        .get::<Faults>(entity)
        .map_or(&[][..], Faults::as_slice);
    faults.get(index).copied().ok_or(SimError::UnknownFault {
        index,
        faults: faults.len(),
    })
}

/// Adds a fault at the end of the environment's list and returns its entity.
///
/// # Errors
/// [`SimError::Speed`], [`SimError::SingleFault`], [`SimError::NoEnvironment`];
/// [`SimError::UnknownFaultKind`] for a kind that is not [registered](crate::register_fault_kinds).
pub fn inject_fault(
    world: &mut World,
    entity: Entity,
    fault: &FaultState,
) -> Result<Entity, SimError> {
    let environment = environment(world, entity)?;
    let kind = check_injection(world, environment, fault)?;
    let mut topology = Arc::clone(&environment.topology);
    let target = match topology.node(&fault.service) {
        Some(node) => node,
        None => Arc::make_mut(&mut topology).mention(&fault.service),
    };
    let services = world.get::<Services>(entity);
    let service = services
        .and_then(|services| services.as_slice().get(target))
        .copied();
    let blueprint = fault.plan(target);
    note_moved_rows(world);
    let spawned = blueprint.spawn(world, kind, entity, &topology, service);
    let located = RowRanges::locate(world, entity);
    if let Some(mut environment) = world.get_mut::<Environment>(entity) {
        environment.rows = located;
        let root_cause = environment.root_cause_node().or(Some(blueprint.target));
        environment.set_root_cause(root_cause);
        environment.topology = topology;
    }
    Ok(spawned)
}

/// The number of the fault's kind in the world, if the fault can be added.
fn check_injection(
    world: &World,
    environment: &Environment,
    fault: &FaultState,
) -> Result<FaultKindId, SimError> {
    check_speed(fault.speed)?;
    if environment.engine == Engine::SingleFault {
        return Err(SimError::SingleFault { faults: 2 });
    }
    kind_id(world, fault.kind)
}

/// Sets a metric of a service, attaching it if the service did not have it.
///
/// # Errors
/// [`SimError::UnknownService`], [`SimError::NoEnvironment`], and as [`crate::write_metric`].
pub fn set_metric(
    world: &mut World,
    entity: Entity,
    service_name: &str,
    name: &str,
    value: &Value,
) -> Result<(), SimError> {
    let service = find_service(world, entity, service_name)?;
    let mut service = world
        .get_entity_mut(service)
        .map_err(|_| SimError::UnknownService(service_name.to_owned()))?;
    metric::write(&mut service, name, value)
}

/// Sets what is left of the error budget; less than 0 counts as 0. The burn per tick remains.
///
/// # Errors
/// [`SimError::NotFinite`], [`SimError::NoEnvironment`].
pub fn set_slo_budget(world: &mut World, entity: Entity, remaining: f64) -> Result<(), SimError> {
    let mut budget = { world.get_mut::<SloBudget>(entity) }.ok_or(SimError::NoEnvironment)?;
    put_budget(&mut budget, remaining)
}

pub(crate) fn put_budget(budget: &mut SloBudget, remaining: f64) -> Result<(), SimError> {
    check_budget(remaining)?;
    budget.remaining = num::max(0.0, remaining);
    Ok(())
}

/// As for a start, but for less than 0, which counts as 0.
fn check_budget(remaining: f64) -> Result<(), SimError> {
    check_finite("slo_budget", remaining)
}

fn find_service(world: &World, entity: Entity, name: &str) -> Result<Entity, SimError> {
    let index = environment(world, entity)?.topology().service(name);
    let services = world.get::<Services>(entity);
    index
        .zip(services)
        .and_then(|(index, services)| services.as_slice().get(index).copied())
        .ok_or_else(|| SimError::UnknownService(name.to_owned()))
}
