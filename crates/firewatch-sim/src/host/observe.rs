//! Observations: chosen metrics of all services of many environments, as plain numbers.

use std::mem::discriminant;

use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::prelude::*;

use crate::host::value_rows::ValueRows;
use crate::tick::mesh::column;
use crate::world::environment::Environment;
use crate::world::error::SimError;
use crate::world::metric::{self, HasMetrics, Metric, Number, as_f32};
use crate::world::ownership::Services;
use crate::world::rows::{RowRange, has_contiguous_rows};
use crate::world::service::{
    Certificate, CrashLoop, ImagePull, Pipeline, RequestQueue, RequestTraffic, Runtime,
    RuntimeDiagnostics, ServiceInfo, Traffic, Uptime, Vitals,
};

/// The metrics to observe, and the number of services per environment.
///
/// ```
/// use firewatch_sim::Observation;
///
/// # fn main() -> Result<(), firewatch_sim::SimError> {
/// let metrics = ["status", "http_server_error_rate", "http_server_request_duration_p99"];
/// let observation = Observation::new(metrics, 7)?;
/// assert_eq!(observation.shape(1_000), [1_000, 7, 3]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Observation {
    metrics: Vec<&'static Metric>,
    /// Indices of the metrics, those of a component one after another.
    by_component: Vec<usize>,
    services: usize,
}

impl Observation {
    /// Observes these metrics, in this order, of up to `services` services per environment.
    ///
    /// # Errors
    /// [`SimError::Unobservable`] for a name that is not in [`crate::METRICS`], or is a text there;
    /// [`SimError::TooManyServices`] for more than an environment can have.
    pub fn new<'a>(
        metrics: impl IntoIterator<Item = &'a str>,
        services: usize,
    ) -> Result<Self, SimError> {
        let limit = usize::from(u16::MAX);
        if services > limit {
            return Err(SimError::TooManyServices {
                given: services,
                limit,
            });
        }
        let observable = |name: &str| {
            metric::find(name)
                .filter(|metric| metric.is_number())
                .ok_or_else(|| SimError::Unobservable(name.to_owned()))
        };
        let metrics: Vec<_> = { metrics.into_iter() }
            .map(observable)
            .collect::<Result<_, _>>()?;
        let mut by_component: Vec<usize> = (0..metrics.len()).collect();
        let first_of_component = |&index: &usize| {
            let is_alike = |other: &&Metric| has_same_component(metrics[index], other);
            metrics.iter().position(is_alike)
        };
        by_component.sort_by_key(first_of_component);
        Ok(Self {
            metrics,
            by_component,
            services,
        })
    }

    /// The metrics, in order.
    #[must_use]
    pub fn metrics(&self) -> &[&'static Metric] {
        &self.metrics
    }

    /// Returns the most services that an environment can have.
    #[must_use]
    pub fn services(&self) -> usize {
        self.services
    }

    /// Returns the shape of the values: environments, services, metrics. The last index
    /// changes fastest.
    #[must_use]
    pub fn shape(&self, environments: usize) -> [usize; 3] {
        [environments, self.services, self.metrics.len()]
    }

    /// Returns the number of values per environment.
    pub(crate) fn stride(&self) -> usize {
        self.services * self.metrics.len()
    }
}

/// Whether one component has both metrics.
fn has_same_component(a: &Metric, b: &Metric) -> bool {
    discriminant(a.number()) == discriminant(b.number())
}

/// Where the services of an environment are.
struct Found {
    /// Its index among the environments of the world.
    index: usize,
    environment: Entity,
    rows: RowRange,
    /// Whether their rows are still contiguous.
    in_place: bool,
}

/// A world whose environments are observed.
#[derive(Clone, Copy)]
pub(crate) struct ObservedWorld<'w> {
    pub(crate) world: &'w World,
    pub(crate) environments: &'w [Entity],
    /// Number of the first environment in errors.
    pub(crate) first: usize,
    /// Whether only this crate puts its components into tables, so that a row has the same number in
    /// the column of each.
    pub(crate) has_tables_of_its_own: bool,
}

/// Reads the observations of one world.
pub(crate) struct Observer {
    environments: QueryState<(&'static Environment, &'static Services, Has<Disabled>)>,
    services: QueryState<(Entity, &'static Vitals)>,
    vitals: QueryState<&'static Vitals>,
    runtimes: QueryState<&'static Runtime>,
    uptimes: QueryState<&'static Uptime>,
    infos: QueryState<&'static ServiceInfo>,
    /// The environments that are observed; kept, so that observing allocates nothing.
    found: Vec<Found>,
}

impl Observer {
    pub(crate) fn new(world: &mut World) -> Self {
        Self {
            environments: world.query(),
            services: world.query(),
            vitals: world.query(),
            runtimes: world.query(),
            uptimes: world.query(),
            infos: world.query(),
            found: Vec::new(),
        }
    }

    /// Writes the values of the environments.
    pub(crate) fn observe(
        &mut self,
        observed: ObservedWorld,
        observation: &Observation,
        values: &mut [f32],
        mask: &mut [bool],
    ) -> Result<(), SimError> {
        self.observe_rows(
            observed,
            observation,
            ValueRows {
                length: observation.stride(),
                start: 0,
            },
            |_| true,
            values,
        )?;
        mask.fill(false);
        // A shape without services has no values.
        let room = observation.services.max(1);
        for (found, mask) in self.found.iter().zip(mask.chunks_exact_mut(room)) {
            mask[..found.rows.count()].fill(true);
        }
        Ok(())
    }

    /// Writes the values of the environments with these indices into their rows.
    pub(crate) fn observe_rows(
        &mut self,
        observed: ObservedWorld,
        observation: &Observation,
        rows: ValueRows,
        picked: impl Fn(usize) -> bool,
        values: &mut [f32],
    ) -> Result<(), SimError> {
        self.find(observed, observation, picked)?;
        let world = observed.world;
        for found in &self.found {
            rows.values(values, found.index, observation.stride())
                .fill(0.0);
        }
        if observation.services == 0 {
            return Ok(());
        }
        let of_component = |&a: &usize, &b: &usize| {
            has_same_component(observation.metrics[a], observation.metrics[b])
        };
        for metrics in observation.by_component.chunk_by(of_component) {
            let mut out = Out {
                values,
                observation,
                rows,
                metrics,
                world,
                found: &self.found,
            };
            match observation.metrics[metrics[0]].number() {
                Number::Vitals(_) => out.column(&mut self.vitals),
                Number::Runtime(_) => out.column(&mut self.runtimes),
                Number::Uptime(_) => out.column(&mut self.uptimes),
                Number::ServiceInfo(_) => out.column(&mut self.infos),
                Number::RequestQueue(_) => out.sparse::<RequestQueue>(),
                Number::RequestTraffic(_) => out.sparse::<RequestTraffic>(),
                Number::Traffic(_) => out.sparse::<Traffic>(),
                Number::CrashLoop(_) => out.sparse::<CrashLoop>(),
                Number::Certificate(_) => out.sparse::<Certificate>(),
                Number::ImagePull(_) => out.sparse::<ImagePull>(),
                Number::Pipeline(_) => out.sparse::<Pipeline>(),
                Number::RuntimeDiagnostics(_) => {
                    out.fill(&RuntimeDiagnostics::default());
                    out.sparse::<RuntimeDiagnostics>();
                }
            }
        }
        Ok(())
    }

    fn find(
        &mut self,
        observed: ObservedWorld,
        observation: &Observation,
        picked: impl Fn(usize) -> bool,
    ) -> Result<(), SimError> {
        let ObservedWorld {
            world,
            environments,
            first,
            has_tables_of_its_own,
        } = observed;
        let tables = self.services.contiguous_iter(world).into_iter().flatten();
        let table = { tables }.find(|(entities, _)| !entities.is_empty());
        let entities = table.map_or(&[][..], |(entities, _)| entities);
        let is_contiguous = has_contiguous_rows(world);
        self.found.clear();
        let indexed = environments.iter().enumerate();
        for (index, &environment) in indexed.filter(|(index, _)| picked(*index)) {
            let component = self.environments.get(world, environment);
            let (environment_of, services, is_paused) =
                component.map_err(|_| SimError::NoEnvironment)?;
            let rows = environment_of.rows.services;
            if rows.count() > observation.services {
                return Err(SimError::ObservationTooSmall {
                    environment: first + index,
                    services: rows.count(),
                    room: observation.services,
                });
            }
            let in_place = !is_paused && (is_contiguous || rows.has(entities, services.as_slice()));
            self.found.push(Found {
                index,
                environment,
                rows,
                in_place: has_tables_of_its_own && in_place,
            });
        }
        Ok(())
    }
}

/// Where the values of the metrics of one component go, and where they come from.
struct Out<'a> {
    values: &'a mut [f32],
    observation: &'a Observation,
    rows: ValueRows,
    /// Indices of the metrics in the observation.
    metrics: &'a [usize],
    world: &'a World,
    found: &'a [Found],
}

impl Out<'_> {
    /// Writes the metrics of a component that every service has.
    fn column<C: HasMetrics>(&mut self, query: &mut QueryState<&'static C>) {
        let column = column(query, self.world);
        let step = self.observation.metrics.len();
        for found in self.found {
            if !found.in_place {
                self.read_each::<C>(found, |_| true);
                continue;
            }
            let services = found.rows.of(column).unwrap_or(&[]);
            let values = self
                .rows
                .values(self.values, found.index, self.observation.stride());
            for &index in self.metrics {
                let metric = self.observation.metrics[index];
                if let Some(numbers) = C::numbers(metric.number()) {
                    (numbers.copy)(services, &mut values[index..], step);
                }
            }
        }
    }

    /// Writes the metrics of a component as if every service had this one.
    fn fill<C: HasMetrics>(&mut self, component: &C) {
        let step = self.observation.metrics.len();
        for &index in self.metrics {
            let Some(numbers) = C::numbers(self.observation.metrics[index].number()) else {
                continue;
            };
            let value = as_f32((numbers.read)(component));
            for found in self.found {
                let values = self
                    .rows
                    .values(self.values, found.index, self.observation.stride());
                let places = values[index..].iter_mut().step_by(step);
                places
                    .take(found.rows.count())
                    .for_each(|place| *place = value);
            }
        }
    }

    /// Writes the metrics of a component that only some services have.
    fn sparse<C: HasMetrics>(&mut self) {
        let world = self.world;
        let storage = world
            .component_id::<C>()
            .and_then(|id| world.storages().sparse_sets.get(id));
        let Some(storage) = storage.filter(|storage| !storage.is_empty()) else {
            return;
        };
        for found in self.found {
            self.read_each::<C>(found, |service| storage.contains(service));
        }
    }

    /// Writes the metrics of those services of an environment that may have the component, one by one.
    fn read_each<C: HasMetrics>(&mut self, found: &Found, may_have: impl Fn(Entity) -> bool) {
        let services = self.world.get::<Services>(found.environment);
        let services = services.map_or(&[][..], Services::as_slice);
        let values = self
            .rows
            .values(self.values, found.index, self.observation.stride());
        let values = values.chunks_exact_mut(self.observation.metrics.len());
        let all = services.iter().zip(values);
        for (&service, values) in all.filter(|(service, _)| may_have(**service)) {
            if let Some(component) = self.world.get::<C>(service) {
                read(component, self.observation, self.metrics, values);
            }
        }
    }
}

/// Writes the metrics of a component with these indices among all values of its service.
fn read<C: HasMetrics>(
    component: &C,
    observation: &Observation,
    metrics: &[usize],
    values: &mut [f32],
) {
    for &index in metrics {
        if let Some(numbers) = C::numbers(observation.metrics[index].number()) {
            values[index] = as_f32((numbers.read)(component));
        }
    }
}
