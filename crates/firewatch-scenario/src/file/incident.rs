//! Services, and lines planted in their logs.

#[cfg(feature = "schema")]
use firewatch_action::form::schema::KnownMetrics;
use firewatch_sim::AdversarialLine;
use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::check::MAX_TICKS;
#[cfg(feature = "schema")]
use crate::model::limits;
use crate::model::{Autoscaling, Calls, Capacity, Service};
use firewatch_action::form::{Entries, Finite, MapOr, Table, Valued, or_default};

/// `["a", "b"]` out of the catalogue, or `{"a": (...), "b": (...)}`.
pub(super) type ServicesForm = MapOr<Entries<ServiceForm>, Vec<String>>;

/// The services of a form.
pub(super) fn services(form: ServicesForm) -> Vec<Service> {
    match form {
        MapOr::Other(names) => { names.into_iter() }
            .map(|name| Service {
                name,
                calls: Calls::Catalogue,
                ..Service::default()
            })
            .collect(),
        MapOr::Map(Entries(services)) => { services.into_iter() }
            .map(|(name, form)| form.service(name))
            .collect(),
    }
}

/// The form of services.
pub(super) fn services_form(services: &[Service]) -> ServicesForm {
    let names = services.iter().map(|service| service.name.clone());
    if services.iter().all(Service::is_of_catalogue) {
        return MapOr::Other(names.collect());
    }
    let forms = services.iter().cloned().map(ServiceForm::from);
    MapOr::Map(Entries(names.zip(forms).collect()))
}

impl Service {
    /// Whether its name says all about it.
    pub(crate) fn is_of_catalogue(&self) -> bool {
        let of_catalogue = Self {
            name: self.name.clone(),
            calls: Calls::Catalogue,
            ..Self::default()
        };
        *self == of_catalogue
    }
}

/// A service of the mesh.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Service",
    default,
    deny_unknown_fields,
    expecting = "a service: `Service(calls: [...])`"
)]
pub(super) struct ServiceForm {
    /// Its instances, from 1; 2 by default. In the physics with load, as all up to `autoscaling`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::INSTANCES)))]
    instances: Option<u64>,
    /// Requests that an instance works on at a time, from 1; 50 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::CONCURRENCY)))]
    concurrency: Option<u64>,
    /// Its own work on a request, above 0; 10 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "ms", "exclusiveMinimum" = 0), range(max = limits::WORK_MS)))]
    work_ms: Option<Finite>,
    /// Instead of the work: what all its instances can do together, above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "{request}/s", "exclusiveMinimum" = 0), range(max = limits::RPS)))]
    capacity_rps: Option<Finite>,
    /// Requests that wait at most, at all its instances together; 1,000 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = limits::REQUESTS)))]
    queue_limit: Option<u64>,
    /// Its zones, over which the instances are spread evenly; one without a name by default.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = limits::ZONES)))]
    zones: Vec<String>,
    /// Ticks that an instance takes to start, from 1; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_TICKS)))]
    start_up_ticks: Option<u64>,
    /// Memory that a request takes of an instance while it waits or runs, as a share of the limit; 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    memory_per_request: Option<Finite>,
    /// More instances under load, fewer without; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    autoscaling: Option<AutoscalingForm>,
    /// The services that it calls, in order, or `catalogue`; none if left out.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "is_none")]
    calls: Calls,
    /// Known metrics that differ from the baseline or are attached.
    #[serde(
        deserialize_with = "or_default",
        skip_serializing_if = "Table::is_empty"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "KnownMetrics"))]
    metrics: Table,
    /// Metrics of the author's own, which no rule reads.
    #[serde(
        deserialize_with = "or_default",
        skip_serializing_if = "Table::is_empty"
    )]
    extra_metrics: Table,
}

/// How many instances a service has under how much load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Autoscaling",
    deny_unknown_fields,
    expecting = "autoscaling: `Autoscaling(target_utilization: 0.6, min: 2, max: 10)`"
)]
struct AutoscalingForm {
    /// Share of the workers that should be busy.
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1"), range(min = limits::UTILIZATION[0], max = 1)))]
    target_utilization: Finite,
    /// Instances at least, from 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::INSTANCES)))]
    min: u64,
    /// Instances at most, not below the least.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::INSTANCES)))]
    max: u64,
}

fn is_none(calls: &Calls) -> bool {
    *calls == Calls::default()
}

impl Valued for ServiceForm {
    const EXPECTED: &'static str =
        "a map `{\"name\": (...)}` or a list of names out of the catalogue";
}

impl ServiceForm {
    fn service(self, name: String) -> Service {
        Service {
            name,
            capacity: Capacity {
                instances: self.instances,
                concurrency: self.concurrency,
                work_ms: self.work_ms.map(f64::from),
                capacity_rps: self.capacity_rps.map(f64::from),
                queue_limit: self.queue_limit,
                zones: self.zones,
                start_up_ticks: self.start_up_ticks,
                memory_per_request: self.memory_per_request.map(f64::from),
                autoscaling: self.autoscaling.map(|form| Autoscaling {
                    target_utilization: form.target_utilization.0,
                    min: form.min,
                    max: form.max,
                }),
            },
            calls: self.calls,
            metrics: self.metrics.0,
            extra_metrics: self.extra_metrics.0,
        }
    }
}

impl From<Service> for ServiceForm {
    fn from(service: Service) -> Self {
        let capacity = service.capacity;
        Self {
            instances: capacity.instances,
            concurrency: capacity.concurrency,
            work_ms: capacity.work_ms.map(Finite),
            capacity_rps: capacity.capacity_rps.map(Finite),
            queue_limit: capacity.queue_limit,
            zones: capacity.zones,
            start_up_ticks: capacity.start_up_ticks,
            memory_per_request: capacity.memory_per_request.map(Finite),
            autoscaling: capacity.autoscaling.map(|scaling| AutoscalingForm {
                target_utilization: Finite(scaling.target_utilization),
                min: scaling.min,
                max: scaling.max,
            }),
            calls: service.calls,
            metrics: Table(service.metrics),
            extra_metrics: Table(service.extra_metrics),
        }
    }
}

/// A line planted in a service's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "AdversarialLine",
    deny_unknown_fields,
    expecting = "an adversarial log line: `AdversarialLine(service: \"...\", line: \"...\")`"
)]
pub(super) struct LineForm {
    /// The service.
    service: String,
    /// The line.
    line: String,
}

impl From<LineForm> for AdversarialLine {
    fn from(LineForm { service, line }: LineForm) -> Self {
        Self { service, line }
    }
}

impl From<AdversarialLine> for LineForm {
    fn from(AdversarialLine { service, line }: AdversarialLine) -> Self {
        Self { service, line }
    }
}
