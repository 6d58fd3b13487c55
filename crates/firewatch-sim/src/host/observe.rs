//! Observations: chosen metrics of all services of many environments, as plain numbers.

use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::prelude::*;

use crate::tick::mesh::column;
use crate::world::environment::Environment;
use crate::world::error::SimError;
use crate::world::metric::{self, Metric, Number, Numbers, as_f32};
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
        Ok(Self {
            metrics: metrics
                .into_iter()
                .map(observable)
                .collect::<Result<_, _>>()?,
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
    fn stride(&self) -> usize {
        self.services * self.metrics.len()
    }
}

/// Rows of a buffer, one for each environment, in which its values take a part.
///
/// The row of the environment with index `i` begins at `i * length`, and its values at `start` in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueRows {
    /// Values of a row.
    pub length: usize,
    /// The first of them that is observed.
    pub start: usize,
}

impl ValueRows {
    /// Rows that have nothing else.
    fn of(observation: &Observation) -> Self {
        Self {
            length: observation.stride(),
            start: 0,
        }
    }

    /// Checks that a row has room for what is observed of an environment.
    ///
    /// # Errors
    /// [`SimError::BufferLength`].
    pub(crate) fn check(self, observation: &Observation) -> Result<(), SimError> {
        let end = self.start.saturating_add(observation.stride());
        SimError::check_length("a row of values", self.length.min(end), end)
    }

    /// The values of the environment with that index.
    fn values<'a>(
        self,
        values: &'a mut [f32],
        index: usize,
        observation: &Observation,
    ) -> &'a mut [f32] {
        &mut values[index * self.length + self.start..][..observation.stride()]
    }
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
            ValueRows::of(observation),
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
            rows.values(values, found.index, observation).fill(0.0);
        }
        if observation.services == 0 {
            return Ok(());
        }
        for (index, metric) in observation.metrics.iter().enumerate() {
            let mut out = Out {
                values,
                observation,
                rows,
                metric: index,
                world,
                found: &self.found,
            };
            match metric.number() {
                Number::Vitals(numbers) => out.column(&mut self.vitals, numbers),
                Number::Runtime(numbers) => out.column(&mut self.runtimes, numbers),
                Number::Uptime(numbers) => out.column(&mut self.uptimes, numbers),
                Number::ServiceInfo(numbers) => out.column(&mut self.infos, numbers),
                Number::RequestQueue(numbers) => out.sparse::<RequestQueue>(numbers),
                Number::RequestTraffic(numbers) => out.sparse::<RequestTraffic>(numbers),
                Number::Traffic(numbers) => out.sparse::<Traffic>(numbers),
                Number::CrashLoop(numbers) => out.sparse::<CrashLoop>(numbers),
                Number::Certificate(numbers) => out.sparse::<Certificate>(numbers),
                Number::ImagePull(numbers) => out.sparse::<ImagePull>(numbers),
                Number::Pipeline(numbers) => out.sparse::<Pipeline>(numbers),
                Number::RuntimeDiagnostics(numbers) => {
                    out.fill((numbers.read)(&RuntimeDiagnostics::default()));
                    out.sparse::<RuntimeDiagnostics>(numbers);
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

/// Where the values of one metric go, and where they come from.
struct Out<'a> {
    values: &'a mut [f32],
    observation: &'a Observation,
    rows: ValueRows,
    /// Index of the metric in the observation.
    metric: usize,
    world: &'a World,
    found: &'a [Found],
}

impl Out<'_> {
    /// The values of an environment, from that of the metric for its first service on.
    fn places(&mut self, found: &Found) -> &mut [f32] {
        let values = self.rows.values(self.values, found.index, self.observation);
        &mut values[self.metric..]
    }

    /// Writes a metric that every service has.
    fn column<C: Component>(&mut self, query: &mut QueryState<&'static C>, numbers: &Numbers<C>) {
        let (world, metrics) = (self.world, self.observation.metrics.len());
        let column = column(query, world);
        for found in self.found {
            let places = self.places(found);
            if found.in_place {
                let rows = found.rows.of(column).unwrap_or(&[]);
                (numbers.copy)(rows, places, metrics);
            } else {
                read_each(
                    world,
                    found,
                    places.iter_mut().step_by(metrics),
                    numbers.read,
                );
            }
        }
    }

    /// Writes the default of a metric.
    fn fill(&mut self, default: Option<f64>) {
        let metrics = self.observation.metrics.len();
        for found in self.found {
            let places = self.places(found).iter_mut().step_by(metrics);
            places
                .take(found.rows.count())
                .for_each(|place| *place = as_f32(default));
        }
    }

    /// Writes a metric that only some services have.
    fn sparse<C: Component>(&mut self, numbers: &Numbers<C>) {
        let (world, metrics) = (self.world, self.observation.metrics.len());
        let storage = world
            .component_id::<C>()
            .and_then(|id| world.storages().sparse_sets.get(id));
        if storage.is_none_or(|storage| storage.is_empty()) {
            return;
        }
        for found in self.found {
            let places = self.places(found).iter_mut().step_by(metrics);
            read_each(world, found, places, numbers.read);
        }
    }
}

/// Writes a metric of those services of an environment that have it, one by one.
fn read_each<'a, C: Component>(
    world: &World,
    found: &Found,
    places: impl Iterator<Item = &'a mut f32>,
    read: fn(&C) -> Option<f64>,
) {
    let services = world.get::<Services>(found.environment);
    let services = services.map_or(&[][..], Services::as_slice);
    for (&service, place) in services.iter().zip(places) {
        if let Some(component) = world.get::<C>(service) {
            *place = as_f32(read(component));
        }
    }
}
