//! The whole state of an environment as plain data: what one is built from, and what a snapshot is.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::environment::{Clock, Engine, Environment, Impact, ImpactMode, LogScript, SloBudget};
use crate::error::SimError;
use crate::fault::{Fault, FaultKind};
use crate::mesh::Run;
use crate::metric;
use crate::service::{Profile, Runtime, Uptime, Vitals};
use crate::topology::Topology;
use crate::value::Value;

/// An environment at some moment. One at tick 0 is what an incident starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentState {
    /// Which rules order the tick.
    #[serde(default)]
    pub engine: Engine,
    /// What counts as impact on customers.
    #[serde(default)]
    pub impact_mode: ImpactMode,
    /// Simulated time.
    #[serde(default)]
    pub clock: Clock,
    /// Budget left and burn per tick.
    pub slo_budget: SloBudget,
    /// Impact so far.
    #[serde(default)]
    pub impact: Impact,
    /// The services in order; the order in which sums over services run.
    pub services: Vec<ServiceState>,
    /// Each caller with what it calls, in order. Cycles, self edges, duplicates and names that are
    /// no service are allowed.
    #[serde(default)]
    pub dependencies: Vec<(String, Vec<String>)>,
    /// Services with static, harmless degradation.
    #[serde(default)]
    pub red_herrings: Vec<String>,
    /// The service that is named as the cause; the first fault's if absent.
    #[serde(default)]
    pub root_cause: Option<String>,
    /// The faults in list order.
    #[serde(default)]
    pub faults: Vec<FaultState>,
    /// What is planted in the logs.
    #[serde(default)]
    pub log_script: LogScript,
}

/// A service at some moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceState {
    /// Its name.
    pub name: String,
    /// Its metrics. One that is not given has its default, or is absent if it is optional.
    #[serde(default)]
    pub metrics: BTreeMap<String, Value>,
}

/// A fault at some moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultState {
    /// What is wrong.
    pub kind: FaultKind,
    /// Name of the service; it need not be in the mesh.
    pub service: String,
    /// How fast it develops, 0 or more.
    pub speed: f64,
    /// Whether it has been stopped.
    #[serde(default)]
    pub halted: bool,
    /// Ticks done when it was halted.
    #[serde(default)]
    pub halted_at_tick: Option<u64>,
    /// Ticks during which it was active.
    #[serde(default)]
    pub progression_tick: u64,
}

impl FaultState {
    /// A fault that has not acted yet.
    pub fn new(kind: FaultKind, service: impl Into<String>, speed: f64) -> Self {
        Self {
            kind,
            service: service.into(),
            speed,
            halted: false,
            halted_at_tick: None,
            progression_tick: 0,
        }
    }
}

/// Spawns an environment with its services and faults.
///
/// # Errors
/// As [`Topology::new`]; as [`crate::write_metric`] for each metric; [`SimError::Speed`];
/// [`SimError::SingleFault`]. Nothing is left in the world then.
pub fn spawn_environment(world: &mut World, state: &EnvironmentState) -> Result<Entity, SimError> {
    let topology = topology_of(state)?;
    check_faults(state)?;
    let environment = world.spawn_empty().id();
    let services = match spawn_services(world, environment, state, &topology) {
        Ok(services) => services,
        Err(error) => {
            world.despawn(environment);
            return Err(error);
        }
    };
    let faults = spawn_faults(world, environment, 0, &state.faults, &topology, &services);
    let root_cause = state
        .root_cause
        .as_ref()
        .or(state.faults.first().map(|fault| &fault.service));
    let component = Environment {
        root_cause: root_cause.and_then(|name| topology.node(name)),
        topology: Arc::new(topology),
        services: Run::new(world, services),
        faults: Run::new(world, faults),
        engine: state.engine,
        impact_mode: state.impact_mode,
    };
    world.entity_mut(environment).insert((
        component,
        state.clock,
        state.slo_budget,
        state.impact,
        state.log_script.clone(),
    ));
    Ok(environment)
}

fn topology_of(state: &EnvironmentState) -> Result<Topology, SimError> {
    let mut topology = Topology::new(
        state.services.iter().map(|service| service.name.as_str()),
        state
            .dependencies
            .iter()
            .map(|(caller, callees)| (caller.as_str(), callees.iter().map(String::as_str))),
        state.red_herrings.iter().map(String::as_str),
    )?;
    for name in state
        .root_cause
        .iter()
        .chain(state.faults.iter().map(|fault| &fault.service))
    {
        topology.mention(name);
    }
    Ok(topology)
}

fn check_faults(state: &EnvironmentState) -> Result<(), SimError> {
    if state.engine == Engine::SingleFault && state.faults.len() != 1 {
        return Err(SimError::SingleFault {
            faults: state.faults.len(),
        });
    }
    state
        .faults
        .iter()
        .try_for_each(|fault| check_speed(fault.speed))
}

pub(crate) fn check_speed(speed: f64) -> Result<(), SimError> {
    if speed.is_finite() && speed >= 0.0 {
        Ok(())
    } else {
        Err(SimError::Speed(speed))
    }
}

fn spawn_services(
    world: &mut World,
    environment: Entity,
    state: &EnvironmentState,
    topology: &Topology,
) -> Result<Vec<Entity>, SimError> {
    let mut services = Vec::with_capacity(state.services.len());
    for (index, service) in (0_u16..).zip(&state.services) {
        let vitals = Vitals {
            environment,
            index,
            red_herring: topology.is_red_herring(usize::from(index)),
            ..Vitals::default()
        };
        let mut entity = world.spawn((
            vitals,
            Runtime::default(),
            Uptime::default(),
            Profile::default(),
        ));
        services.push(entity.id());
        let written = service
            .metrics
            .iter()
            .try_for_each(|(name, value)| metric::write(&mut entity, name, value));
        if let Err(error) = written {
            for service in services {
                world.despawn(service);
            }
            return Err(error);
        }
    }
    Ok(services)
}

/// Spawns faults as number `first` and following of the environment's list.
pub(crate) fn spawn_faults(
    world: &mut World,
    environment: Entity,
    first: usize,
    faults: &[FaultState],
    topology: &Topology,
    services: &[Entity],
) -> Vec<Entity> {
    let spawn = |(index, fault): (usize, &FaultState)| {
        // Every fault's service is a node: the topology was told of it.
        let target = topology.node(&fault.service).unwrap_or(usize::MAX);
        topology.prepare(target);
        let component = Fault {
            kind: fault.kind,
            halted: fault.halted,
            index: u32::try_from(index).unwrap_or(u32::MAX),
            target: u32::try_from(target).unwrap_or(u32::MAX),
            speed: fault.speed,
            halted_at_tick: fault.halted_at_tick,
            progression_tick: fault.progression_tick,
            environment,
            service: services.get(target).copied(),
        };
        world.spawn(component).id()
    };
    (first..).zip(faults).map(spawn).collect()
}

/// Removes an environment with its services and faults.
///
/// # Errors
/// [`SimError::NoEnvironment`].
pub fn despawn_environment(world: &mut World, environment: Entity) -> Result<(), SimError> {
    let component = world
        .get::<Environment>(environment)
        .ok_or(SimError::NoEnvironment)?;
    let parts = [component.services(), component.faults(), &[environment]].concat();
    for entity in parts {
        world.despawn(entity);
    }
    Ok(())
}
