//! Observations: chosen metrics of all services as plain numbers, for whoever looks at many environments.

use bevy_ecs::prelude::*;

use crate::environment::Environment;
use crate::error::SimError;
use crate::mesh::Rows;
use crate::metric::{self, Metric, Number};
use crate::service::{
    Certificate, CrashLoop, ImagePull, Internals, Pipeline, Profile, RequestQueue, Runtime,
    Traffic, Uptime, Vitals,
};

/// Which metrics are observed, and of how many services an environment.
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
    /// Observes these metrics, in this order, of up to `services` services an environment.
    ///
    /// # Errors
    /// [`SimError::Unobservable`] for a name that is not in [`crate::METRICS`], or is a text there.
    pub fn new<'a>(
        metrics: impl IntoIterator<Item = &'a str>,
        services: usize,
    ) -> Result<Self, SimError> {
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

    /// Services an environment that there is room for.
    #[must_use]
    pub fn services(&self) -> usize {
        self.services
    }

    /// The shape of the values of so many environments: environments, services, metrics. The last index
    /// changes fastest.
    #[must_use]
    pub fn shape(&self, environments: usize) -> [usize; 3] {
        [environments, self.services, self.metrics.len()]
    }

    /// How many values an environment has.
    fn stride(&self) -> usize {
        self.services * self.metrics.len()
    }
}

/// Reads the observations of one world in which all rows are settled.
pub(crate) struct Observer {
    environments: QueryState<&'static Environment>,
    vitals: QueryState<&'static Vitals>,
    runtimes: QueryState<&'static Runtime>,
    uptimes: QueryState<&'static Uptime>,
    profiles: QueryState<&'static Profile>,
    /// Where the services of each environment are; kept, so that observing allocates nothing.
    rows: Vec<Rows>,
}

impl Observer {
    pub(crate) fn new(world: &mut World) -> Self {
        Self {
            environments: world.query(),
            vitals: world.query(),
            runtimes: world.query(),
            uptimes: world.query(),
            profiles: world.query(),
            rows: Vec::new(),
        }
    }

    /// Writes the values of the environments; `first` is the number of the first one in errors.
    pub(crate) fn observe(
        &mut self,
        world: &World,
        environments: &[Entity],
        first: usize,
        observation: &Observation,
        values: &mut [f32],
        mask: &mut [bool],
    ) -> Result<(), SimError> {
        self.find_rows(world, environments, first, observation)?;
        values.fill(0.0);
        mask.fill(false);
        // Where there is room for none, no environment has services.
        let room = observation.services.max(1);
        for (rows, mask) in self.rows.iter().zip(mask.chunks_exact_mut(room)) {
            mask[..rows.count()].fill(true);
        }
        if observation.services == 0 {
            return Ok(());
        }
        for (index, metric) in observation.metrics.iter().enumerate() {
            let mut out = Out {
                values,
                observation,
                metric: index,
            };
            match metric.number() {
                Number::Vitals(read) => out.column(&mut self.vitals, world, &self.rows, read),
                Number::Runtime(read) => out.column(&mut self.runtimes, world, &self.rows, read),
                Number::Uptime(read) => out.column(&mut self.uptimes, world, &self.rows, read),
                Number::Profile(read) => out.column(&mut self.profiles, world, &self.rows, read),
                Number::RequestQueue(read) => out.sparse::<RequestQueue>(world, environments, read),
                Number::Traffic(read) => out.sparse::<Traffic>(world, environments, read),
                Number::CrashLoop(read) => out.sparse::<CrashLoop>(world, environments, read),
                Number::Certificate(read) => out.sparse::<Certificate>(world, environments, read),
                Number::ImagePull(read) => out.sparse::<ImagePull>(world, environments, read),
                Number::Pipeline(read) => out.sparse::<Pipeline>(world, environments, read),
                Number::Internals(read) => {
                    out.fill(&self.rows, read(&Internals::default()));
                    out.sparse::<Internals>(world, environments, read);
                }
            }
        }
        Ok(())
    }

    fn find_rows(
        &mut self,
        world: &World,
        environments: &[Entity],
        first: usize,
        observation: &Observation,
    ) -> Result<(), SimError> {
        self.rows.clear();
        for (&entity, environment) in environments.iter().zip(first..) {
            let found = self.environments.get(world, entity);
            let rows = found.map_err(|_| SimError::NoEnvironment)?.services;
            if rows.count() > observation.services {
                return Err(SimError::ObservationTooSmall {
                    environment,
                    services: rows.count(),
                    room: observation.services,
                });
            }
            self.rows.push(rows);
        }
        Ok(())
    }
}

/// Where the values of one metric go.
struct Out<'a> {
    values: &'a mut [f32],
    observation: &'a Observation,
    /// Index of the metric in the observation.
    metric: usize,
}

impl Out<'_> {
    /// The place of the metric for each service of each environment.
    fn places(&mut self) -> impl Iterator<Item = impl Iterator<Item = &mut f32>> {
        let (metric, metrics) = (self.metric, self.observation.metrics.len());
        self.values
            .chunks_exact_mut(self.observation.stride())
            .map(move |values| values.iter_mut().skip(metric).step_by(metrics))
    }

    /// Writes a metric that lies in the services' table.
    fn column<C: Component>(
        &mut self,
        column: &mut QueryState<&'static C>,
        world: &World,
        rows: &[Rows],
        read: fn(&C) -> Option<f64>,
    ) {
        // A query of one table component is dense: the iterator exists.
        let tables = column.contiguous_iter(world).into_iter().flatten();
        let column = { tables }.find(|table| !table.is_empty()).unwrap_or(&[]);
        for (rows, places) in rows.iter().zip(self.places()) {
            for (service, place) in rows.settled(column).iter().zip(places) {
                *place = as_f32(read(service));
            }
        }
    }

    /// Writes what a metric is where nothing else is said.
    fn fill(&mut self, rows: &[Rows], default: Option<f64>) {
        for (rows, places) in rows.iter().zip(self.places()) {
            places
                .take(rows.count())
                .for_each(|place| *place = as_f32(default));
        }
    }

    /// Writes a metric that only some services have.
    fn sparse<C: Component>(
        &mut self,
        world: &World,
        environments: &[Entity],
        read: fn(&C) -> Option<f64>,
    ) {
        let storage = world
            .component_id::<C>()
            .and_then(|id| world.storages().sparse_sets.get(id));
        if storage.is_none_or(|storage| storage.is_empty()) {
            return;
        }
        for (&entity, places) in environments.iter().zip(self.places()) {
            let services = world.get::<Environment>(entity);
            let services = services.map_or(&[][..], Environment::services);
            for (&service, place) in services.iter().zip(places) {
                if let Some(component) = world.get::<C>(service) {
                    *place = as_f32(read(component));
                }
            }
        }
    }
}

/// The nearest `f32`; infinite beyond its range, 0 for what is absent.
#[expect(
    clippy::cast_possible_truncation,
    reason = "an observation is given in single precision"
)]
fn as_f32(value: Option<f64>) -> f32 {
    value.unwrap_or(0.0) as f32
}
