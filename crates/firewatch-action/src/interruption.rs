//! Interruptions of services by actions, until the step after the next tick.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use firewatch_sim::{
    EnvironmentMut, EnvironmentRef, MetricKey, MetricSetting, SimError, SmolStr, Value,
};

pub(super) static ERROR_RATE: LazyLock<MetricKey> =
    LazyLock::new(|| MetricKey::new("http_server_error_rate"));

/// Error rate that recovery of the engine stops at.
const ERROR_FLOOR: f64 = 0.01;

/// An interruption of a service by an action, until the step after the next tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interruption {
    pub(super) service: SmolStr,
    /// Error rate of the service without the interruption.
    pub(super) before: f64,
    /// Error rate of the service with it.
    pub(super) during: f64,
    #[serde(skip)]
    pub(super) index: ServiceIndex,
}

/// Index of the service, where it is known: a saved session has only the name, which says the same.
#[derive(Clone, Copy, Default)]
pub(super) struct ServiceIndex(pub(super) Option<usize>);

/// Sessions that are equal look equal.
impl fmt::Debug for ServiceIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceIndex")
    }
}

impl PartialEq for ServiceIndex {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Interruptions in order. The first has its room in place: nearly always it is the only one, and steps of many episodes
/// then allocate nothing for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Interruption>", into = "Vec<Interruption>")]
pub(super) struct Interruptions {
    first: Option<Interruption>,
    others: Vec<Interruption>,
}

impl From<Vec<Interruption>> for Interruptions {
    fn from(all: Vec<Interruption>) -> Self {
        let mut interruptions = Self::default();
        all.into_iter().for_each(|one| interruptions.push(one));
        interruptions
    }
}

impl From<Interruptions> for Vec<Interruption> {
    fn from(all: Interruptions) -> Self {
        all.first.into_iter().chain(all.others).collect()
    }
}

impl Interruptions {
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Interruption> {
        self.first.iter().chain(&self.others)
    }

    pub(super) fn push(&mut self, interruption: Interruption) {
        match self.first {
            None => self.first = Some(interruption),
            Some(_) => self.others.push(interruption),
        }
    }

    /// Removes the latest.
    pub(super) fn pop(&mut self) -> Option<Interruption> {
        self.others.pop().or_else(|| self.first.take())
    }
}

impl Interruption {
    /// Removes the errors that it added, and keeps what the tick changed besides.
    pub(super) fn end(&self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        let Some(index) = environment.topology()?.service(&self.service) else {
            return Ok(());
        };
        let mut service = environment.service(index)?;
        let errors = service.metric(&ERROR_RATE);
        match errors.and_then(|errors| self.ended(errors.as_f64()?)) {
            Some(ended) => service.set_metric(&ERROR_RATE, &Value::Float(ended)),
            None => Ok(()),
        }
    }

    /// Returns the index of the service and the error rate that it has without the errors that it added, if that is
    /// another one.
    pub(super) fn setting(&self, view: &EnvironmentRef) -> Option<(usize, MetricSetting)> {
        let ServiceIndex(known) = self.index;
        let index = known.or_else(|| view.topology().service(&self.service))?;
        let errors = view.metric_at(index, &ERROR_RATE)?.as_f64()?;
        let value = Value::Float(self.ended(errors)?);
        let setting = MetricSetting {
            service: view.service_handle(index)?,
            metric: ERROR_RATE.clone(),
            value,
        };
        Some((index, setting))
    }

    /// Returns the error rate without the errors that it added; `None` if it stays as it is.
    fn ended(&self, errors: f64) -> Option<f64> {
        if errors == self.during {
            return Some(self.before);
        }
        if errors >= 1.0 {
            // A fault took all the requests meanwhile.
            return None;
        }
        let without = errors - (self.during - self.before);
        let floor = if self.before < ERROR_FLOOR {
            self.before
        } else {
            ERROR_FLOOR
        };
        Some(if without > floor { without } else { floor })
    }
}
