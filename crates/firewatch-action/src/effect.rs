//! Drafting the effects of an action, in order.
//!
//! `f64::max` and `f64::min` do not define the sign of a zero, so [`limit`] compares itself: a value that
//! equals a limit becomes the limit.

use std::borrow::Cow;
use std::sync::LazyLock;

use firewatch_sim::{EnvironmentRef, MetricKey, SimError, Value, round_decimal};

use crate::action_error::ActionError;
use crate::draft::{DraftedChange, DraftedService, EffectDraft};
use crate::interruption::Interruption;
use crate::model::{Change, Effect, Factor, Limits, Operand, ParameterIndex, Recipients, Rules};
use crate::parameter::Parameters;

pub(super) const MEBIBYTE: i64 = 1 << 20;

const NO_LIMIT: &str = "the memory limit is 0, and use is divided by it";

/// Keys of the metrics that some effects always change.
pub(super) struct Keys {
    pub(super) usage: MetricKey,
    pub(super) limit: MetricKey,
    pub(super) utilization: MetricKey,
    error_rate: MetricKey,
}

pub(super) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    usage: MetricKey::new("process_memory_usage_bytes"),
    limit: MetricKey::new("process_memory_limit_bytes"),
    utilization: MetricKey::new("process_memory_utilization"),
    error_rate: MetricKey::new("http_server_error_rate"),
});

/// Drafts the effects of one action in one environment.
pub(super) struct EffectDrafter<'a> {
    pub(super) context: EffectContext<'a>,
    pub(super) view: &'a EnvironmentRef<'a>,
    /// Index of the target in the mesh.
    pub(super) target: Option<usize>,
    pub(super) draft: &'a mut EffectDraft,
}

/// What the new value of a metric depends on, besides its old value.
#[derive(Clone, Copy)]
pub(super) struct EffectContext<'a> {
    pub(super) rules: &'a Rules,
    pub(super) action: &'a str,
    pub(super) parameters: Parameters<'a>,
}

impl EffectDrafter<'_> {
    /// Drafts the effects, in order. Each sees the changes of those before it.
    ///
    /// # Errors
    /// That of the first effect that is impossible; the draft has those before it.
    pub(super) fn draft<'e>(
        &mut self,
        effects: impl Iterator<Item = &'e Effect>,
    ) -> Result<(), ActionError> {
        for (index, effect) in effects.enumerate() {
            match effect {
                Effect::Change { metric, on, change } => self.change(metric, on, change)?,
                Effect::SetCounter { counter, to } => {
                    self.draft.add(DraftedChange::Counter {
                        counter: *counter,
                        target: self.target,
                        to: *to,
                    });
                }
                Effect::StoreLogs | Effect::Traffic(_) => {
                    self.draft.add(DraftedChange::Deferred(index));
                }
                _ => {
                    if let Some(target) = self.target {
                        self.on_target(effect, target)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn service(&self, index: usize) -> DraftedService<'_> {
        DraftedService {
            view: self.view,
            draft: self.draft,
            index,
        }
    }

    fn on_target(&mut self, effect: &Effect, target: usize) -> Result<(), ActionError> {
        let (context, service) = (self.context, self.service(target));
        let Keys {
            usage,
            limit,
            utilization,
            ..
        } = &*KEYS;
        match effect {
            Effect::RecomputeMemoryBytes => {
                let bytes = service.number(utilization) * service.number(limit);
                self.set(target, usage, Cow::Owned(Value::Int(trunc(bytes))))
            }
            Effect::RecomputeMemoryUtilization => {
                context.check_limit(service.integer(limit))?;
                let (used, limit) = (service.number(usage), service.number(limit));
                if limit == 0.0 {
                    return Err(context.raised(NO_LIMIT));
                }
                self.set(target, utilization, Cow::Owned(Value::Float(used / limit)))
            }
            Effect::SetMemoryLimit { parameter } => {
                let bytes = context.memory_limit(&service, *parameter);
                context.check_limit(bytes)?;
                self.set(target, limit, Cow::Owned(Value::Int(bytes)))
            }
            Effect::Interrupt { errors } => self.interrupt(target, *errors),
            Effect::Change { .. }
            | Effect::StoreLogs
            | Effect::Traffic(_)
            | Effect::SetCounter { .. } => Ok(()),
        }
    }

    /// Makes a share of the target's requests fail, and records what has to be undone.
    fn interrupt(&mut self, target: usize, errors: f64) -> Result<(), ActionError> {
        let before = self.service(target).number(&KEYS.error_rate);
        let during = (before + (1.0 - before) * errors).clamp(0.0, 1.0);
        let value = Cow::Owned(Value::Float(during));
        self.set(target, &KEYS.error_rate, value)?;
        let service = target;
        self.draft.add(DraftedChange::Interruption(Interruption {
            service,
            before,
            during,
        }));
        Ok(())
    }

    /// Changes a metric of the services that a change is done to.
    fn change(
        &mut self,
        metric: &MetricKey,
        on: &Recipients,
        change: &Change,
    ) -> Result<(), ActionError> {
        if let (Recipients::Target, Some(target)) = (on, self.target) {
            return self.change_one(target, metric, change);
        }
        let (topology, rules) = (self.view.topology(), self.context.rules);
        for service in 0..topology.service_count() {
            if on.include(service, self.target, topology, rules) {
                self.change_one(service, metric, change)?;
            }
        }
        Ok(())
    }

    fn change_one(
        &mut self,
        index: usize,
        metric: &MetricKey,
        change: &Change,
    ) -> Result<(), ActionError> {
        let (context, service) = (self.context, self.service(index));
        let (new, is_unfit) = match change {
            Change::Set { to, create } => {
                let new = context.set_to(&service, metric, to, *create);
                let is_unfit = new.as_ref().is_some_and(|new| !metric.accepts(new));
                (new, is_unfit)
            }
            _ => {
                let old = service.metric(metric);
                let new = old
                    .map(|old| context.calculated(&old, change))
                    .transpose()?;
                (new.flatten().map(Cow::Owned), false)
            }
        };
        let Some(new) = new else {
            return Ok(());
        };
        // A computed number loses its fraction; a number that a file or a parameter sets is refused.
        let new = match is_unfit {
            true => Some(new),
            false => metric.saturate(new),
        };
        let new = new.ok_or_else(|| context.raised("a metric can't be not-a-number"))?;
        self.set(index, metric, new)
    }

    /// Sets a metric. A value that the metric refuses is an error of the action.
    fn set(
        &mut self,
        index: usize,
        metric: &MetricKey,
        value: Cow<Value>,
    ) -> Result<(), ActionError> {
        let fits = self.view.check_metric(metric, &value);
        fits.map_err(|error| self.context.unfit(error))?;
        if let Some(service) = self.view.service_handle(index) {
            self.draft.set(index, service, metric, value);
        }
        Ok(())
    }
}

impl<'a> EffectContext<'a> {
    /// Returns the memory limit that a parameter asks for, bytes; twice the present one without it.
    fn memory_limit(&self, service: &DraftedService, parameter: ParameterIndex) -> i64 {
        let present = service.integer(&KEYS.limit);
        // The metric has 64 bits: 2^43 MiB and more saturate.
        let bytes = |mebibytes: i64| mebibytes.saturating_mul(MEBIBYTE);
        match self.parameters.get(parameter).as_deref() {
            Some(Value::Int(mebibytes)) => bytes(*mebibytes),
            // The reference counts in whole mebibytes.
            _ if self.rules.raises => bytes(present.div_euclid(MEBIBYTE).saturating_mul(2)),
            _ => present.saturating_mul(2),
        }
    }

    fn raised(&self, why: &'static str) -> ActionError {
        ActionError::Raised {
            action: self.action.to_owned(),
            why,
        }
    }

    /// Checks that use can be divided by a memory limit. The reference finds out when it divides.
    fn check_limit(&self, limit: i64) -> Result<(), ActionError> {
        if limit < 1 && !self.rules.raises {
            return Err(self.raised(NO_LIMIT));
        }
        Ok(())
    }

    fn unfit(&self, error: SimError) -> ActionError {
        ActionError::Unfit {
            action: self.action.to_owned(),
            error,
        }
    }

    /// Returns the value that a metric is set to; `None` if the service does not have it and it is not to be created.
    fn set_to<'v>(
        &self,
        service: &DraftedService,
        metric: &MetricKey,
        to: &'v Operand,
        create: bool,
    ) -> Option<Cow<'v, Value>>
    where
        'a: 'v,
    {
        if !create && !service.has(metric) {
            return None;
        }
        match to {
            Operand::Value(value) => Some(Cow::Borrowed(value)),
            Operand::Parameter(index) => self.parameters.get(*index),
            Operand::Metric(metric) => service.metric(metric).map(Cow::Owned),
        }
    }

    /// Computes the new value of a metric from its old one; `None` if it does not change.
    fn calculated(&self, old: &Value, change: &Change) -> Result<Option<Value>, ActionError> {
        if let (Change::ShiftSha, Value::Text(sha)) = (change, old) {
            return Ok(Some(Value::Text(shift_sha(sha))));
        }
        let Some(x) = old.as_f64() else {
            return Ok(None);
        };
        Ok(Some(match change {
            Change::Scale { by, limits, round } => {
                let scaled = self.limited(x, x * self.factor(by), limits);
                Value::Float(round.map_or(scaled, |digits| round_decimal(scaled, digits)))
            }
            Change::Add { amount, limits } => self.added(old, amount, limits),
            Change::Clamp(limits) => Value::Float(limit(x, limits)),
            Change::IntDiv { by, floor } => {
                let divisor = i64::try_from(*by).unwrap_or(i64::MAX).max(1);
                self.floored(x, trunc(x).div_euclid(divisor), *floor)
            }
            Change::IntScale { by, floor } => {
                let scaled = x * self.factor(by);
                if scaled.is_nan() {
                    return Err(self.raised("not-a-number can't be made a whole number"));
                }
                self.floored(x, trunc(scaled), *floor)
            }
            // Text is handled above; a number has no hash to shift, and nothing is set here.
            Change::Set { .. } | Change::ShiftSha => return Ok(None),
        }))
    }

    fn factor(&self, factor: &Factor) -> f64 {
        match factor {
            Factor::Number(number) => *number,
            Factor::OneMinus(parameter) => {
                let value = self.parameters.get(*parameter);
                1.0 - value.and_then(|value| value.as_f64()).unwrap_or(0.0)
            }
        }
    }

    /// Limits a changed value. Without `floors_lift`, a floor does not raise a value that was below it before.
    fn limited(&self, before: f64, changed: f64, limits: &Limits) -> f64 {
        let floor = limits.floor.map(|floor| match self.rules.floors_lift {
            false if before < floor => before,
            _ => floor,
        });
        let cap = limits.cap;
        limit(changed, &Limits { floor, cap })
    }

    fn floored(&self, before: f64, changed: i64, floor: Option<f64>) -> Value {
        // Counts are below 2^53, where `f64` is exact.
        let limits = Limits { floor, cap: None };
        Value::Int(trunc(self.limited(before, changed as f64, &limits)))
    }

    fn added(&self, old: &Value, amount: &Value, limits: &Limits) -> Value {
        if let (
            Value::Int(old),
            Value::Int(amount),
            Limits {
                floor: None,
                cap: None,
            },
        ) = (old, amount, limits)
        {
            return Value::Int(old.saturating_add(*amount));
        }
        let number = |value: &Value| value.as_f64().unwrap_or(0.0);
        let sum = number(old) + number(amount);
        Value::Float(self.limited(number(old), sum, limits))
    }
}

fn limit(x: f64, limits: &Limits) -> f64 {
    let lifted = match limits.floor {
        // Python's max(floor, x): x only if it is larger.
        Some(floor) if x > floor => x,
        Some(floor) => floor,
        None => x,
    };
    match limits.cap {
        Some(cap) if lifted < cap => lifted,
        Some(cap) => cap,
        None => lifted,
    }
}

/// Truncates toward zero.
#[expect(
    clippy::cast_possible_truncation,
    reason = "dropping the fraction is the point"
)]
fn trunc(x: f64) -> i64 {
    x as i64
}

/// Returns a different hash: each digit becomes a letter.
fn shift_sha(sha: &str) -> String {
    const LETTERS: [char; 6] = ['a', 'b', 'c', 'd', 'e', 'f'];
    let shifted = |c: char| match c.to_digit(10) {
        Some(digit) => LETTERS[digit as usize % LETTERS.len()],
        None => c,
    };
    sha.chars().map(shifted).take(7).collect()
}
