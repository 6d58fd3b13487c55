//! Reading an environment.

use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::prelude::*;
use bevy_ecs::query::ROQueryItem;

use crate::environment::{Clock, Environment, Impact, LogScript, SloBudget};
use crate::error::SimError;
use crate::fault::Fault;
use crate::hash::StateHasher;
use crate::logs;
use crate::metric::{self, MetricKey};
use crate::ownership::{Faults, Services};
use crate::rows::{RowRange, has_contiguous_rows};
use crate::service::{Pipeline, Vitals};
use crate::state::{EnvironmentState, FaultState, ServiceState};
use crate::status::Status;
use crate::topology::Topology;
use crate::value::Value;

/// One environment of a world, to be read.
#[derive(Clone, Copy, Debug)]
pub struct EnvironmentRef<'w> {
    world: &'w World,
    entity: Entity,
    environment: &'w Environment,
    services: &'w Services,
    faults: &'w Faults,
    clock: &'w Clock,
    slo_budget: &'w SloBudget,
    impact: &'w Impact,
    log_script: &'w LogScript,
    rows: Option<RowsRef<'w>>,
    /// Whether it is known that no service of the world is a stage of a data pipeline.
    no_pipelines: bool,
}

/// A service that was found in an environment, as long as that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceHandle {
    pub(crate) environment: Entity,
    pub(crate) service: Entity,
}

/// The rows of an environment, where they are known to lie side by side.
#[derive(Clone, Copy, Debug)]
struct RowsRef<'w> {
    services: &'w [Entity],
    vitals: &'w [Vitals],
    faults: &'w [Fault],
}

/// The components of an environment.
type Parts = (
    &'static Environment,
    &'static Services,
    &'static Faults,
    &'static Clock,
    &'static SloBudget,
    &'static Impact,
    &'static LogScript,
);

impl<'w> EnvironmentRef<'w> {
    /// The environment that lives on `entity`.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`].
    pub fn new(world: &'w World, entity: Entity) -> Result<Self, SimError> {
        let components = world.get_entity(entity);
        let parts = { components.ok() }.and_then(|e| e.get_components::<Parts>().ok());
        parts
            .map(|parts| Self::of(world, entity, parts))
            .ok_or(SimError::NoEnvironment)
    }

    fn of(world: &'w World, entity: Entity, parts: ROQueryItem<'w, 'w, Parts>) -> Self {
        let (environment, services, faults, clock, slo_budget, impact, log_script) = parts;
        Self {
            world,
            entity,
            environment,
            services,
            faults,
            clock,
            slo_budget,
            impact,
            log_script,
            rows: None,
            no_pipelines: false,
        }
    }

    /// Whether it is [paused](crate::pause_environment).
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.world.get::<Disabled>(self.entity).is_some()
    }

    /// Ticks done and simulated seconds.
    #[must_use]
    pub fn clock(&self) -> Clock {
        *self.clock
    }

    /// Budget left and burn per tick.
    #[must_use]
    pub fn slo_budget(&self) -> SloBudget {
        *self.slo_budget
    }

    /// Bad customer minutes and time to mitigate.
    #[must_use]
    pub fn impact(&self) -> Impact {
        *self.impact
    }

    /// The rules and the shape of the mesh.
    #[must_use]
    pub fn environment(&self) -> &'w Environment {
        self.environment
    }

    /// The shape of the mesh.
    #[must_use]
    pub fn topology(&self) -> &'w Topology {
        self.environment.topology()
    }

    /// Number of services.
    #[must_use]
    pub fn service_count(&self) -> usize {
        self.topology().service_count()
    }

    /// The services' names, in order.
    pub fn service_names(&self) -> impl ExactSizeIterator<Item = &'w str> + use<'w> {
        self.topology().services()
    }

    /// The service of that name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<EntityRef<'w>> {
        let index = self.topology().service(name)?;
        self.world
            .get_entity(*self.services.as_slice().get(index)?)
            .ok()
    }

    /// The entities of the services, in order.
    #[must_use]
    pub fn service_entities(&self) -> &'w [Entity] {
        match self.rows {
            Some(rows) => rows.services,
            None => self.services.as_slice(),
        }
    }

    /// The entities of the faults, in list order.
    #[must_use]
    pub fn fault_entities(&self) -> &'w [Entity] {
        self.faults.as_slice()
    }

    /// The services, in order.
    pub fn services(&self) -> impl Iterator<Item = EntityRef<'w>> + use<'w> {
        self.named_services().map(|(_, service)| service)
    }

    /// The services with their names, in order.
    pub fn named_services(&self) -> impl Iterator<Item = (&'w str, EntityRef<'w>)> + use<'w> {
        let world = self.world;
        let named = self.service_names().zip(self.services.as_slice());
        named.filter_map(move |(name, &entity)| Some((name, world.get_entity(entity).ok()?)))
    }

    /// The service at a place in the mesh.
    #[must_use]
    pub fn service_at(&self, index: usize) -> Option<EntityRef<'w>> {
        self.world
            .get_entity(self.service_handle(index)?.service)
            .ok()
    }

    /// The service at a place in the mesh, for whoever changes it later.
    #[must_use]
    pub fn service_handle(&self, index: usize) -> Option<ServiceHandle> {
        Some(ServiceHandle {
            environment: self.entity,
            service: *self.service_entities().get(index)?,
        })
    }

    /// The vitals of each service, in order.
    pub fn vitals(&self) -> impl Iterator<Item = &'w Vitals> + use<'w> {
        let world = self.world;
        let (side_by_side, scattered) = match self.rows {
            Some(rows) => (rows.vitals, &[][..]),
            None => (&[][..], self.services.as_slice()),
        };
        let scattered = scattered.iter().filter_map(|&service| world.get(service));
        side_by_side.iter().chain(scattered)
    }

    /// The vitals of the service at a place in the mesh.
    #[must_use]
    pub fn vitals_at(&self, index: usize) -> Option<&'w Vitals> {
        match self.rows {
            Some(rows) => rows.vitals.get(index),
            None => self.service_at(index)?.get::<Vitals>(),
        }
    }

    /// A metric of the service at a place in the mesh; `None` if it does not have the metric.
    #[must_use]
    pub fn metric_at(&self, index: usize, metric: &MetricKey) -> Option<Value> {
        match metric.vital() {
            Some(read) => read(self.vitals_at(index)?).map(Value::Float),
            // Looked for in every service that is asked about, and rarely there.
            None if self.no_pipelines && metric.is_of_pipelines() => None,
            None => metric.read(self.service_at(index)?),
        }
    }

    /// A metric of a service; `None` if there is no such service or it does not have the metric.
    #[must_use]
    pub fn metric(&self, service: &str, name: &str) -> Option<Value> {
        metric::read(self.service(service)?, name)
    }

    /// The status of a service, as of the end of the last tick.
    #[must_use]
    pub fn status(&self, service: &str) -> Option<Status> {
        Some(self.service(service)?.get::<Vitals>()?.status)
    }

    /// The faults, in list order.
    pub fn faults(&self) -> impl Iterator<Item = &'w Fault> + use<'w> {
        let world = self.world;
        let (side_by_side, scattered) = match self.rows {
            Some(rows) => (rows.faults, &[][..]),
            None => (&[][..], self.faults.as_slice()),
        };
        let scattered = scattered.iter().filter_map(|&fault| world.get(fault));
        side_by_side.iter().chain(scattered)
    }

    /// The service that a fault of this environment afflicts, in the mesh or not.
    #[must_use]
    pub fn fault_service(&self, fault: &Fault) -> &'w str {
        self.topology().name(fault.target as usize)
    }

    /// Whether every service is healthy.
    #[must_use]
    pub fn all_healthy(&self) -> bool {
        self.vitals().all(|vitals| vitals.status == Status::Healthy)
    }

    /// Mean error rate over the services, 0 for none.
    #[must_use]
    pub fn mean_error_rate(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0_u32);
        for vitals in self.vitals() {
            sum += vitals.http_server_error_rate;
            count += 1;
        }
        if count == 0 {
            0.0
        } else {
            sum / f64::from(count)
        }
    }

    /// Names of the root cause, the faults' services and everything that a full cascade from them
    /// could reach; red herrings and names outside the mesh count.
    #[must_use]
    pub fn blast_zone(&self) -> Vec<&'w str> {
        let faults = self.faults().map(|fault| fault.target as usize);
        let zone = self
            .topology()
            .blast_zone(self.environment.root_cause_node().into_iter().chain(faults));
        zone.into_iter()
            .map(|node| self.topology().name(node))
            .collect()
    }

    /// Size of the [`blast_zone`](Self::blast_zone), at least 1.
    #[must_use]
    pub fn blast_radius(&self) -> usize {
        self.blast_zone().len().max(1)
    }

    /// The log of a service: what an operator who looks there finds.
    #[must_use]
    pub fn logs(&self, service: &str) -> Vec<String> {
        logs::lines(self, self.log_script, service)
    }

    /// The services with all their metrics as plain data, in order.
    #[must_use]
    pub fn service_states(&self) -> Vec<ServiceState> {
        let states = self.named_services().map(|(name, service)| ServiceState {
            name: name.to_owned(),
            metrics: metric::read_map(service),
        });
        states.collect()
    }

    /// The whole state as plain data; [`crate::spawn_environment`] makes the same environment of it.
    #[must_use]
    pub fn capture(&self) -> EnvironmentState {
        let faults = self.faults().map(|fault| FaultState {
            kind: fault.kind,
            service: self.fault_service(fault).to_owned(),
            speed: fault.speed,
            halted: fault.halted,
            halted_at_tick: fault.halted_at_tick,
            progression_tick: fault.progression_tick,
        });
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        EnvironmentState {
            engine: self.environment.engine,
            impact_mode: self.environment.impact_mode,
            clock: *self.clock,
            slo_budget: *self.slo_budget,
            impact: *self.impact,
            services: self.service_states(),
            dependencies: self
                .topology()
                .dependencies()
                .map(|(caller, callees)| (caller.to_owned(), owned(callees)))
                .collect(),
            red_herrings: owned(self.topology().red_herrings().collect()),
            root_cause: self.environment.root_cause().map(str::to_owned),
            faults: faults.collect(),
            log_script: self.log_script.clone(),
        }
    }

    /// A fingerprint of the state: equal states have equal ones on every platform and in every run.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        StateHasher::hash(self)
    }
}

/// Reads many environments of one world, with what they have in common looked up once.
pub(crate) struct Reader {
    environments: QueryState<(Entity, Parts)>,
    services: QueryState<(Entity, &'static Vitals)>,
    faults: QueryState<(Entity, &'static Fault)>,
}

impl Reader {
    pub(crate) fn new(world: &mut World) -> Self {
        Self {
            environments: world.query(),
            services: world.query(),
            faults: world.query(),
        }
    }

    /// The columns of a world whose environments are all in one table.
    pub(crate) fn columns<'w>(&mut self, world: &'w World) -> Columns<'w> {
        // A query of table components is dense: the iterators exist.
        let tables = self.environments.contiguous_iter(world);
        let mut tables = tables.into_iter().flatten();
        let environments = tables.find(|(entities, _)| !entities.is_empty());
        let tables = self.services.contiguous_iter(world);
        let mut tables = tables.into_iter().flatten();
        let (services, vitals) =
            { tables.find(|(entities, _)| !entities.is_empty()) }.unwrap_or_default();
        let tables = self.faults.contiguous_iter(world);
        let mut tables = tables.into_iter().flatten();
        let (fault_entities, faults) =
            { tables.find(|(entities, _)| !entities.is_empty()) }.unwrap_or_default();
        Columns {
            world,
            environments,
            services,
            vitals,
            fault_entities,
            faults,
            is_contiguous: has_contiguous_rows(world),
            no_pipelines: !has_any::<Pipeline>(world),
        }
    }
}

/// The components of all environments of a world.
pub(crate) struct Columns<'w> {
    world: &'w World,
    environments: Option<ContiguousEnvironments<'w>>,
    services: &'w [Entity],
    vitals: &'w [Vitals],
    fault_entities: &'w [Entity],
    faults: &'w [Fault],
    is_contiguous: bool,
    no_pipelines: bool,
}

/// Whether any entity has a component that is stored in a sparse set.
fn has_any<C: Component>(world: &World) -> bool {
    let component = world.components().component_id::<C>();
    let set = component.and_then(|component| world.storages().sparse_sets.get(component));
    set.is_some_and(|set| !set.is_empty())
}

type ContiguousEnvironments<'w> = (
    &'w [Entity],
    (
        &'w [Environment],
        &'w [Services],
        &'w [Faults],
        &'w [Clock],
        &'w [SloBudget],
        &'w [Impact],
        &'w [LogScript],
    ),
);

impl<'w> Columns<'w> {
    /// The environment of that entity, which was in that row.
    #[inline]
    pub(crate) fn view(&self, row: usize, entity: Entity) -> Option<EnvironmentRef<'w>> {
        let is_there = |entities: &[Entity]| entities.get(row) == Some(&entity);
        let Some((_, parts)) = self.environments.filter(|(all, _)| is_there(all)) else {
            return EnvironmentRef::new(self.world, entity).ok();
        };
        let (environments, services, faults, clocks, budgets, impacts, scripts) = parts;
        let (environment, services, faults) = (&environments[row], &services[row], &faults[row]);
        let has = |rows: RowRange, entities, parts: &[Entity]| {
            self.is_contiguous || rows.has(entities, parts)
        };
        let rows = environment.rows;
        let in_place = has(rows.services, self.services, services.as_slice())
            && has(rows.faults, self.fault_entities, faults.as_slice());
        let rows = in_place.then_some(rows).and_then(|rows| {
            Some(RowsRef {
                services: rows.services.of(self.services)?,
                vitals: rows.services.of(self.vitals)?,
                faults: rows.faults.of(self.faults)?,
            })
        });
        Some(EnvironmentRef {
            world: self.world,
            entity,
            environment,
            services,
            faults,
            clock: clocks.get(row)?,
            slo_budget: budgets.get(row)?,
            impact: impacts.get(row)?,
            log_script: scripts.get(row)?,
            rows,
            no_pipelines: self.no_pipelines,
        })
    }
}
