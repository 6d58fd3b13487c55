//! What a policy sees of an environment: a row of numbers whose columns can be listed.

mod room;
mod scale;
mod users;
mod write;

use firewatch_response::score::ALERT_NAMES;
use firewatch_scenario::limits;
use firewatch_sim::{METRICS, Metric, MetricKind, Observation, SimError};

pub(crate) use scale::in_single;
use scale::{Scale, Scales};
use users::USERS;

/// The columns of the rows that [`EpisodeBatch::observe_columns_into`](crate::EpisodeBatch::observe_columns_into) writes,
/// a row for each environment.
///
/// # Layout
/// For `S` [services](Self::services) and `U` [groups of users](Self::users) that there is room for and `M` metrics, in this
/// order:
///
/// | columns | what |
/// | --- | --- |
/// | 6 | of the incident: `tick`, `slo_budget_remaining`, `slo_burn_rate`, `user_impact_active`, `bad_customer_minutes`, `mitigated` |
/// | `S` * `M` | service by service its metrics; 0 for one that it does not have |
/// | `S` * 6 | service by service whether there is one (`present`), then whether each of its alerts fires |
/// | `S` * `S` | caller by caller, whether it calls each service (`calls`) |
/// | `U` * 5 | group by group of users, in the physics of traffic: whether there is one (`users_present`), new requests per second (`users_offered_rps`), the share of those that ended which was served (`users_served_ratio`, 1 where none ended), their p99 by the time after which they give an attempt up (`users_p99_by_patience`, 1 where all failed that ended, 0 where none ended), whether they miss what they are promised (`users_miss_objective`) |
/// | 2 + `S` * 4 | only [with ground truth](Self::with_ground_truth): `faults_active` and `all_halted` of the incident, then service by service `fault_active`, `fault_halted`, `red_herring`, `root_cause` |
///
/// All columns of a service or a group of users that an environment does not have are 0. [`columns`](Self::columns) lists the same at run
/// time, with units and ranges. Truth values are 0 or 1, a status is 0 (healthy) to 3 (down).
///
/// ```
/// use firewatch_episode::ObservationLayout;
///
/// # fn main() -> Result<(), firewatch_episode::EpisodeError> {
/// let layout = ObservationLayout::new(["status", "http_server_error_rate"], 7)?;
/// assert_eq!(layout.len(), 6 + 7 * 2 + 7 * 6 + 7 * 7);
/// let columns = layout.columns();
/// assert_eq!((columns[7].name, columns[7].service), ("http_server_error_rate", Some(0)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ObservationLayout {
    metrics: Observation,
    /// Groups of users that there is room for.
    users: usize,
    has_ground_truth: bool,
    is_normalised: bool,
    /// How each metric becomes 0 to 1, where it does.
    scales: Scales,
}

/// A column of an observation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// What it is: the name of a metric or an alert, or as [`ObservationLayout`] has it.
    pub name: &'static str,
    /// Index of the service that it is about; `None` for one about the incident or a group of users.
    pub service: Option<usize>,
    /// Index of the group of users that it is about.
    pub users: Option<usize>,
    /// Index of the service that is called, in a column of `calls`.
    pub callee: Option<usize>,
    /// Unit of the value, in UCUM notation; empty for truth values and for the SLO budget, whose unit the incident chooses, and `1` for shares.
    pub unit: &'static str,
    /// Smallest value that makes sense.
    pub min: f64,
    /// Largest value that makes sense.
    pub max: f64,
}

/// Columns about the incident: name, unit, largest value, and the value that becomes 1/2 where a column is normalised.
const INCIDENT: [(&str, &str, f64, f64); 6] = [
    ("tick", "{tick}", MAX_EXACT, 60.0),
    ("slo_budget_remaining", "", 1e15, 30.0),
    ("slo_burn_rate", "", 1e15, 1.0),
    ("user_impact_active", "", 1.0, 0.0),
    ("bad_customer_minutes", "min", 1e15, 60.0),
    ("mitigated", "", 1.0, 0.0),
];

/// Columns of ground truth about the incident, with their largest values.
const INCIDENT_TRUTH: [(&str, f64); 2] = [("faults_active", 65_535.0), ("all_halted", 1.0)];

/// Columns of ground truth about a service.
const SERVICE_TRUTH: [&str; 4] = ["fault_active", "fault_halted", "red_herring", "root_cause"];

/// The largest whole number up to which all are exact in a column.
const MAX_EXACT: f64 = (1_u64 << 24) as f64;

/// Columns of a service beside its metrics: whether there is one, and its alerts.
const FLAGS: usize = 1 + ALERT_NAMES.len();

impl ObservationLayout {
    /// Makes the layout of these metrics, for up to `services` services, without groups of users and without ground truth.
    ///
    /// # Errors
    /// As [`Observation::new`].
    pub fn new<'a>(
        metrics: impl IntoIterator<Item = &'a str>,
        services: usize,
    ) -> Result<Self, SimError> {
        Ok(Self {
            metrics: Observation::new(metrics, services)?,
            users: 0,
            has_ground_truth: false,
            is_normalised: false,
            scales: Scales::default(),
        })
    }

    /// Makes the layout of what an operator sees: all metrics that are numbers, as in
    /// [`Observation::services`](crate::Observation::services). It has no ground truth. What users get in the physics of
    /// traffic, as in [`Observation::users`](crate::Observation::users), takes [`with_users`](Self::with_users).
    ///
    /// # Errors
    /// As [`Observation::new`].
    pub fn operator(services: usize) -> Result<Self, SimError> {
        let metrics = METRICS.iter().filter(|metric| metric.is_number());
        Self::new(metrics.map(|metric| metric.name), services)
    }

    /// Makes the layout of everything: what an operator sees, and where the faults are. It is for graders, and for
    /// critics that are not asked what to do; never for a policy.
    ///
    /// # Errors
    /// As [`Observation::new`].
    pub fn everything(services: usize) -> Result<Self, SimError> {
        Ok(Self::operator(services)?.with_ground_truth())
    }

    /// Makes room for that many groups of users, in place of none.
    ///
    /// Without any, a layout leaves groups out; more than the [`limits::USERS`] that a scenario can have make no more room. With some, an episode that has more is an error, as one with more services is.
    ///
    /// ```
    /// use firewatch_episode::ObservationLayout;
    ///
    /// # fn main() -> Result<(), firewatch_episode::EpisodeError> {
    /// let layout = ObservationLayout::operator(4)?.with_users(2);
    /// let columns = layout.columns();
    /// let of_users = columns.iter().filter(|column| column.users == Some(1));
    /// assert!(of_users.map(|column| column.name).eq([
    ///     "users_present",
    ///     "users_offered_rps",
    ///     "users_served_ratio",
    ///     "users_p99_by_patience",
    ///     "users_miss_objective",
    /// ]));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_users(self, groups: usize) -> Self {
        Self {
            users: groups.min(limits::USERS),
            ..self
        }
    }

    /// Adds where the faults are: see [`everything`](Self::everything).
    #[must_use]
    pub fn with_ground_truth(self) -> Self {
        Self {
            has_ground_truth: true,
            ..self
        }
    }

    /// Writes each value as 0 to 1.
    ///
    /// Metrics whose range is at most 0 to 1,000 are scaled by it, linearly, and cut off at 0 and 1. Others are at least
    /// 0 and have no end: `x` becomes `x / (x + half)`, where `half` is 1 s, 1 day for what is counted in whole seconds, 1 GiB, 100
    /// requests, events or others, 60 ticks, and half of a patience. Adjacency and flags stay 0 or 1.
    #[must_use]
    pub fn normalised(self) -> Self {
        let metrics = self.metrics.metrics().iter();
        Self {
            is_normalised: true,
            scales: metrics.map(|metric| Scale::of(metric)).collect(),
            ..self
        }
    }

    /// Returns the number of columns.
    #[must_use]
    pub fn len(&self) -> usize {
        let services = self.services();
        let truth = match self.has_ground_truth {
            true => INCIDENT_TRUTH.len() + services * SERVICE_TRUTH.len(),
            false => 0,
        };
        self.users_start() + self.users * USERS.len() + truth
    }

    /// Returns whether it has no columns; it always has those of the incident.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Returns the number of services that there is room for.
    #[must_use]
    pub fn services(&self) -> usize {
        self.metrics.services()
    }

    /// Returns the number of groups of users that there is room for.
    #[must_use]
    pub fn users(&self) -> usize {
        self.users
    }

    /// Returns the metrics, in order.
    #[must_use]
    pub fn metrics(&self) -> &[&'static Metric] {
        self.metrics.metrics()
    }

    /// Returns whether it has ground truth, so that a policy must not see it.
    #[must_use]
    pub fn has_ground_truth(&self) -> bool {
        self.has_ground_truth
    }

    /// Returns whether values are [normalised](Self::normalised).
    #[must_use]
    pub fn is_normalised(&self) -> bool {
        self.is_normalised
    }

    fn metrics_start(&self) -> usize {
        INCIDENT.len()
    }

    fn flags_start(&self) -> usize {
        self.metrics_start() + self.services() * self.metrics().len()
    }

    fn adjacency_start(&self) -> usize {
        self.flags_start() + self.services() * FLAGS
    }

    fn users_start(&self) -> usize {
        self.adjacency_start() + self.services() * self.services()
    }

    /// Returns the columns, in order.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let services = 0..self.services();
        let of_incident = |name, unit, max| Column {
            name,
            service: None,
            users: None,
            callee: None,
            unit,
            min: 0.0,
            max: if self.is_normalised() { 1.0 } else { max },
        };
        let flag = |name, service| Column {
            service: Some(service),
            ..of_incident(name, "", 1.0)
        };
        let mut columns: Vec<Column> = INCIDENT
            .iter()
            .map(|&(name, unit, max, _)| of_incident(name, unit, max))
            .collect();
        for service in services.clone() {
            let metrics = self.metrics().iter();
            columns.extend(metrics.map(|metric| self.metric_column(metric, service)));
        }
        for service in services.clone() {
            columns.push(flag("present", service));
            columns.extend(ALERT_NAMES.iter().map(|alert| flag(alert.name(), service)));
        }
        for service in services.clone() {
            columns.extend(services.clone().map(|callee| Column {
                callee: Some(callee),
                ..flag("calls", service)
            }));
        }
        for users in 0..self.users {
            columns.extend(USERS.iter().map(|column| Column {
                users: Some(users),
                ..of_incident(column.name, column.unit, column.max)
            }));
        }
        if self.has_ground_truth {
            let truth = INCIDENT_TRUTH.iter();
            columns.extend(truth.map(|&(name, max)| of_incident(name, "", max)));
            for service in services {
                columns.extend(SERVICE_TRUTH.iter().map(|&name| flag(name, service)));
            }
        }
        columns
    }

    fn metric_column(&self, metric: &'static Metric, service: usize) -> Column {
        let (min, max) = match metric.kind {
            _ if self.is_normalised() => (0.0, 1.0),
            MetricKind::Status => (0.0, 3.0),
            MetricKind::Bool => (0.0, 1.0),
            _ => (metric.min, metric.max),
        };
        Column {
            name: metric.name,
            service: Some(service),
            users: None,
            callee: None,
            unit: metric.unit,
            min,
            max,
        }
    }
}
