//! What the effects of an action come to, computed before any of them is done: all of them are done, or none. Only under
//! the reference's rules those before one that raises an exception are done.

use std::borrow::Cow;

use firewatch_sim::{
    EnvironmentMut, EnvironmentRef, MetricKey, MetricKind, MetricSetting, ServiceHandle, Value,
    Vitals,
};

use crate::action_error::ActionError;
use crate::interruption::Interruption;
use crate::model::Counter;
use crate::session::ActionSession;

/// What the effects of an action come to. It can be kept and filled again, which allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct EffectDraft {
    changes: Vec<DraftedChange>,
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) enum DraftedChange {
    /// A metric of the service with that index is set.
    Metric(usize, MetricSetting),
    Interruption(Interruption),
    /// A counter of the session is set.
    Counter {
        counter: Counter,
        target: Option<usize>,
        to: u64,
    },
    /// The effect with that index among those of the action is carried out on the state that there is then: it writes
    /// logs or changes traffic, and can't fail.
    Deferred(usize),
}

impl EffectDraft {
    /// Removes all changes.
    pub fn clear(&mut self) {
        self.changes.clear();
    }

    /// Records in the session what passes: with the [settings](Self::take), this is all that there is to do if nothing is
    /// [deferred](Self::is_deferred).
    pub fn note(&self, session: &mut ActionSession, view: &EnvironmentRef) {
        for change in &self.changes {
            change.note(session, view);
        }
    }

    /// Returns the metrics that are set, with the indices of their services.
    pub fn settings(&self) -> impl Iterator<Item = (usize, &MetricSetting)> {
        self.changes.iter().filter_map(|change| match change {
            DraftedChange::Metric(service, setting) => Some((*service, setting)),
            _ => None,
        })
    }

    /// Returns the vitals of a service as the draft leaves them.
    #[must_use]
    pub fn vitals(&self, view: &EnvironmentRef, service: usize) -> Option<Vitals> {
        let mut vitals = *view.vitals_at(service)?;
        let settings = self.settings().filter(|(index, _)| *index == service);
        settings.for_each(|(_, setting)| setting.metric.set_in(&mut vitals, &setting.value));
        Some(vitals)
    }

    /// Takes the settings, in order.
    pub fn take(&mut self) -> impl Iterator<Item = MetricSetting> {
        self.changes.drain(..).filter_map(|change| match change {
            DraftedChange::Metric(_, setting) => Some(setting),
            _ => None,
        })
    }

    /// Returns whether a change has to be carried out on the environment by itself.
    #[must_use]
    pub fn is_deferred(&self) -> bool {
        let mut changes = self.changes.iter();
        changes.any(|change| matches!(change, DraftedChange::Deferred(_)))
    }

    pub(crate) fn changes(&self) -> &[DraftedChange] {
        &self.changes
    }

    pub(crate) fn add(&mut self, change: DraftedChange) {
        self.changes.push(change);
    }

    /// Adds that a metric of a service is set to a value that it can have.
    pub(crate) fn set(
        &mut self,
        index: usize,
        service: ServiceHandle,
        metric: &MetricKey,
        value: Cow<Value>,
    ) {
        let value = as_stored(metric, value);
        let metric = metric.clone();
        let setting = MetricSetting {
            service,
            metric,
            value,
        };
        self.add(DraftedChange::Metric(index, setting));
    }
}

impl DraftedChange {
    /// Records in the session what passes.
    fn note(&self, session: &mut ActionSession, view: &EnvironmentRef) {
        match *self {
            Self::Interruption(interruption) => session.note_interruption(interruption),
            Self::Counter {
                counter,
                target,
                to,
            } => {
                let mut nodes = view.topology().graph().node_weights();
                let target = target.and_then(|target| nodes.nth(target));
                session.set_counter(counter, target, to);
            }
            Self::Metric(..) | Self::Deferred(_) => {}
        }
    }

    /// Carries out one that is no deferred effect.
    pub(crate) fn carry_out(
        &self,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
    ) -> Result<(), ActionError> {
        if let Self::Metric(_, setting) = self {
            let mut service = environment.service_of(setting.service)?;
            service.set_metric(&setting.metric, &setting.value)?;
        } else {
            self.note(session, &environment.view()?);
        }
        Ok(())
    }
}

/// A service as the effects so far leave it.
#[derive(Clone, Copy)]
pub(crate) struct DraftedService<'a> {
    pub(crate) view: &'a EnvironmentRef<'a>,
    pub(crate) draft: &'a EffectDraft,
    /// Index of the service in the mesh.
    pub(crate) index: usize,
}

impl DraftedService<'_> {
    /// A metric; `None` if the service does not have it.
    #[inline]
    pub(crate) fn metric(&self, metric: &MetricKey) -> Option<Value> {
        match self.drafted(metric) {
            Some(value) => Some(value.clone()),
            None => self.view.metric_at(self.index, metric),
        }
    }

    /// Whether the service has a metric. That of one which a host has despawned has none.
    pub(crate) fn has(&self, metric: &MetricKey) -> bool {
        match metric {
            MetricKey::Known(known) if known.always => self.view.vitals_at(self.index).is_some(),
            _ => self.metric(metric).is_some(),
        }
    }

    /// The value that a metric has been set to.
    fn drafted(&self, metric: &MetricKey) -> Option<&Value> {
        let mut changes = self.draft.changes.iter().rev();
        changes.find_map(|change| match change {
            DraftedChange::Metric(index, setting)
                if *index == self.index && is_same(&setting.metric, metric) =>
            {
                Some(&setting.value)
            }
            _ => None,
        })
    }

    /// A metric as a number; 0 without one.
    pub(crate) fn number(&self, metric: &MetricKey) -> f64 {
        { self.metric(metric) }
            .and_then(|value| value.as_f64())
            .unwrap_or(0.0)
    }

    /// A metric as a whole number; 0 without one.
    pub(crate) fn integer(&self, metric: &MetricKey) -> i64 {
        match self.metric(metric) {
            Some(Value::Int(n)) => n,
            _ => 0,
        }
    }
}

/// Whether two keys are of one metric. The known ones are in one list: names need no comparison.
fn is_same(one: &MetricKey, other: &MetricKey) -> bool {
    match (one, other) {
        (MetricKey::Known(one), MetricKey::Known(other)) => std::ptr::eq(*one, *other),
        (MetricKey::Custom(one), MetricKey::Custom(other)) => one == other,
        _ => false,
    }
}

/// The value as it is read again once it was set: numbers take the type of the metric.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number that the metric accepts has no fraction"
)]
fn as_stored(metric: &MetricKey, value: Cow<Value>) -> Value {
    let MetricKey::Known(known) = metric else {
        return value.into_owned();
    };
    match (known.kind, &*value) {
        (MetricKind::Float, Value::Int(n)) => Value::Float(*n as f64),
        (MetricKind::Int, Value::Float(x)) => Value::Int(*x as i64),
        _ => value.into_owned(),
    }
}
