//! Interventions: changes of an environment between two ticks.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::host::turn::{change_traffic, check_change};
use crate::world::check::{check_finite, check_speed};
use crate::world::environment::{Clock, Engine, Environment, SloBudget};
use crate::world::error::SimError;
use crate::world::fault::{Fault, FaultKind, FaultKindId, kind_id};
use crate::world::metric;
use crate::world::num;
use crate::world::ownership::{Faults, Services};
use crate::world::rows::note_moved_rows;
use crate::world::state::FaultState;
use crate::world::topology::Topology;
use crate::world::traffic::{Course, MeshTraffic, TrafficChange};
use crate::world::value::Value;

/// A change of an environment between two ticks.
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
    /// [`set_slo_budget`] to this value.
    SetSloBudget(f64),
    /// [`change_traffic`].
    ChangeTraffic(TrafficChange<'a>),
}

impl Intervention<'_> {
    /// Checks that it can be applied; changes nothing.
    pub(crate) fn check(&self, world: &World, entity: Entity) -> Result<(), SimError> {
        match *self {
            Self::HaltFault(index) => find_fault(world, entity, index).map(drop),
            Self::InjectFault(fault) => {
                check_injection(world, entity, fault)?;
                check_course(world, entity, fault)
            }
            Self::SetMetric {
                service,
                metric,
                value,
            } => {
                find_service(world, entity, service)?;
                check_setting(world, entity, metric)?;
                metric::check(metric, value)
            }
            Self::SetSloBudget(remaining) => {
                environment(world, entity)?;
                check_budget(remaining)
            }
            Self::ChangeTraffic(change) => check_change(world, entity, &change).map(drop),
        }
    }

    /// Applies it.
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
            Self::ChangeTraffic(change) => change_traffic(world, entity, &change),
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

fn environment_mut(world: &mut World, entity: Entity) -> Result<Mut<'_, Environment>, SimError> {
    world
        .get_mut::<Environment>(entity)
        .ok_or(SimError::NoEnvironment)
}

/// Halts the fault with that index in the environment's list: it acts no more, recovery begins.
///
/// # Errors
/// [`SimError::UnknownFault`], [`SimError::NoEnvironment`].
pub fn halt_fault(world: &mut World, entity: Entity, index: usize) -> Result<(), SimError> {
    let fault = find_fault(world, entity, index)?;
    let has_traffic = environment(world, entity)?.engine == Engine::Traffic;
    let tick = world.get::<Clock>(entity).map(|clock| clock.tick);
    let mut fault = world
        .get_mut::<Fault>(fault)
        .ok_or(SimError::NoEnvironment)?;
    // Where there is traffic, what a fault has turned goes back from its end on, which is not moved by another halt.
    if !(has_traffic && fault.halted) {
        fault.halted = true;
        fault.halted_at_tick = tick;
    }
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
/// [`SimError::UnknownFaultKind`] for a kind that is not [registered](crate::register_fault_kinds);
/// [`SimError::ClassicCourse`] for a course where there is no traffic, and as [`TrafficBlueprint::new`] where there is.
///
/// [`TrafficBlueprint::new`]: crate::TrafficBlueprint::new
pub fn inject_fault(
    world: &mut World,
    entity: Entity,
    fault: &FaultState,
) -> Result<Entity, SimError> {
    let kind = check_injection(world, entity, fault)?;
    check_course(world, entity, fault)?;
    let (topology, target) = find_target(world, entity, &fault.service)?;
    let services = world.get::<Services>(entity);
    let service = services
        .and_then(|services| services.as_slice().get(target))
        .copied();
    let blueprint = fault.plan(target);
    if let Some(mut traffic) = world.get_mut::<MeshTraffic>(entity) {
        let course = course(&traffic, &topology, target, fault)?;
        traffic.courses.push(course);
    }
    note_moved_rows(world);
    let spawned = blueprint.spawn(world, kind, entity, &topology, service);
    let mut rows = environment(world, entity)?.rows;
    rows.faults.append(world, spawned);
    let mut environment = environment_mut(world, entity)?;
    environment.rows = rows;
    let root_cause = environment.root_cause_node().or(Some(target));
    environment.set_root_cause(root_cause);
    Ok(spawned)
}

/// Returns the environment's topology and the node of that name in it, which is added if there is none.
fn find_target(
    world: &mut World,
    entity: Entity,
    name: &str,
) -> Result<(Arc<Topology>, usize), SimError> {
    let topology = &environment(world, entity)?.topology;
    if let Some(node) = topology.node(name) {
        return Ok((Arc::clone(topology), node));
    }
    let mut environment = environment_mut(world, entity)?;
    // Copied only while other environments or a blueprint share it.
    let node = Arc::make_mut(&mut environment.topology).mention(name);
    Ok((Arc::clone(&environment.topology), node))
}

/// The number of the fault's kind in the world, if the fault can be added.
fn check_injection(
    world: &World,
    entity: Entity,
    fault: &FaultState,
) -> Result<FaultKindId, SimError> {
    check_speed(fault.speed)?;
    if environment(world, entity)?.engine == Engine::SingleFault {
        return Err(SimError::SingleFault { faults: 2 });
    }
    kind_id(world, fault.kind)
}

/// Whether a fault can go as it states, where there is traffic; elsewhere it can state nothing.
fn check_course(world: &World, entity: Entity, fault: &FaultState) -> Result<(), SimError> {
    match world.get::<MeshTraffic>(entity) {
        Some(traffic) => {
            let topology = environment(world, entity)?.topology();
            let target = topology.node(&fault.service).unwrap_or(usize::MAX);
            course(traffic, topology, target, fault).map(drop)
        }
        None if fault.course.is_some() || fault.kind == FaultKind::KNOBS => {
            Err(SimError::ClassicCourse)
        }
        None => Ok(()),
    }
}

fn course(
    traffic: &MeshTraffic,
    topology: &Topology,
    target: usize,
    fault: &FaultState,
) -> Result<Course, SimError> {
    let course = fault.course.clone().unwrap_or_default();
    Course::new(fault.kind, target, course, &traffic.shape, topology)
}

/// Sets a metric of a service, attaching it if the service did not have it.
///
/// # Errors
/// [`SimError::UnknownService`], [`SimError::NoEnvironment`], and as [`crate::write_metric`]; where there is traffic,
/// [`SimError::ComputedMetric`] for a metric that traffic computes and [`SimError::ClassicMetric`] for one of a rule
/// that only the classic physics has.
pub fn set_metric(
    world: &mut World,
    entity: Entity,
    service_name: &str,
    name: &str,
    value: &Value,
) -> Result<(), SimError> {
    let service = find_service(world, entity, service_name)?;
    check_setting(world, entity, name)?;
    let mut service = world
        .get_entity_mut(service)
        .map_err(|_| SimError::UnknownService(service_name.to_owned()))?;
    metric::write(&mut service, name, value)
}

/// Whether a metric of a service of the environment can be set by its name.
fn check_setting(world: &World, entity: Entity, name: &str) -> Result<(), SimError> {
    match environment(world, entity)?.engine {
        Engine::Traffic => metric::check_settable(name),
        Engine::MultiFault | Engine::SingleFault => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::simulation::Simulation;
    use crate::world::rows::RowRanges;
    use crate::world::state::{EnvironmentState, ServiceState};
    use crate::world::work::steps_of;

    fn simulation() -> Simulation {
        let service = |name: &str| ServiceState {
            name: name.into(),
            ..ServiceState::default()
        };
        let budget = SloBudget {
            remaining: 30.0,
            burn_per_tick: 1.5,
        };
        let state = EnvironmentState {
            services: ["checkout", "database"].map(service).into(),
            ..EnvironmentState::new(budget)
        };
        Simulation::new(&state).unwrap()
    }

    #[test]
    fn injections_look_at_no_faults_but_their_own() {
        let steps = |count: usize| {
            let mut simulation = simulation();
            let fault = FaultState::new(FaultKind::OOM, "database", 1.0);
            let inject = |_| {
                simulation.inject_fault(&fault).unwrap();
            };
            let steps = steps_of(|| (0..count).for_each(inject));
            let (world, entity) = (simulation.world(), simulation.environment());
            let rows = world.get::<Environment>(entity).unwrap().rows;
            assert_eq!(rows, RowRanges::locate(world, entity));
            steps
        };
        let [few, many] = [100, 1000].map(steps);
        assert!(many <= 10 * few, "{few} steps, then {many}");
    }

    #[test]
    fn names_outside_the_mesh_are_added_to_the_topology_in_place() {
        let mut simulation = simulation();
        let mut inject = |name: &str| {
            let fault = FaultState::new(FaultKind::OOM, name, 1.0);
            simulation.inject_fault(&fault).unwrap();
            let (world, entity) = (simulation.world(), simulation.environment());
            let topology = &world.get::<Environment>(entity).unwrap().topology;
            (Arc::as_ptr(topology), topology.node(name))
        };
        let (place, first) = inject("absent");
        assert_eq!(inject("gone"), (place, first.map(|node| node + 1)));
        assert_eq!(inject("absent"), (place, first));
    }
}
