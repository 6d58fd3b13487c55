//! What an action does to metrics, one effect after the other.
//!
//! `f64::max` and `f64::min` leave the sign of a zero open, so both are spelled out: of equals the limit
//! is kept.

use firewatch_sim::{SimError, Value, round_decimal};

use super::apply::ActionError;
use super::model::{Change, Effect, Factor, Limits, On, Operand, Rules};
use super::session::ActionSession;
use super::stage::Stage;
use crate::model::Metrics;

const MEBIBYTE: i64 = 1 << 20;
const USAGE: &str = "process_memory_usage_bytes";
const LIMIT: &str = "process_memory_limit_bytes";
const UTILIZATION: &str = "process_memory_utilization";

/// What the effects of one action have in common.
pub(super) struct Run<'a, S> {
    pub(super) rules: &'a Rules,
    pub(super) stage: &'a mut S,
    pub(super) session: &'a mut ActionSession,
    pub(super) action: &'a str,
    pub(super) target: &'a str,
    pub(super) parameters: &'a Metrics,
}

/// The services that an effect is about.
pub(super) fn services(
    stage: &impl Stage,
    rules: &Rules,
    on: &On,
    target: &str,
) -> Result<Vec<String>, SimError> {
    stage.read(|view| {
        let topology = view.topology();
        let names: Vec<&str> = match on {
            On::Target => vec![target],
            On::Service(name) => vec![&**name],
            On::All => view.service_names().collect(),
            On::Dependents => super::report::callers(view, target),
        };
        let spared = |name: &str| {
            let is_herring = || topology.red_herrings().any(|herring| herring == name);
            *on == On::Dependents && rules.spare_red_herrings && is_herring()
        };
        let in_mesh = names
            .into_iter()
            .filter(|name| topology.service(name).is_some());
        in_mesh
            .filter(|name| !spared(name))
            .map(str::to_owned)
            .collect()
    })
}

impl<S: Stage> Run<'_, S> {
    pub(super) fn effect(&mut self, effect: &Effect) -> Result<(), ActionError> {
        match effect {
            Effect::Change { metric, on, change } => self.change(metric, on, change)?,
            Effect::RecomputeMemoryBytes => {
                let utilization = self.number(UTILIZATION)?;
                let limit = self.number(LIMIT)?;
                self.set(USAGE, Value::Int(trunc(utilization * limit)))?;
            }
            Effect::RecomputeMemoryUtilization => {
                let (usage, limit) = (self.number(USAGE)?, self.number(LIMIT)?);
                if limit == 0.0 {
                    return Err(self.raised("the memory limit is 0, and use is divided by it"));
                }
                self.set(UTILIZATION, Value::Float(usage / limit))?;
            }
            Effect::SetMemoryLimit { parameter } => {
                let mebibytes = match self.parameters.get(parameter) {
                    Some(Value::Int(mebibytes)) => Some(*mebibytes),
                    _ => (self.integer(LIMIT)? / MEBIBYTE).checked_mul(2),
                };
                let limit = mebibytes.and_then(|mebibytes| mebibytes.checked_mul(MEBIBYTE));
                let limit = limit.ok_or_else(|| self.raised("the memory limit is too large"))?;
                self.set(LIMIT, Value::Int(limit))?;
            }
            Effect::StoreLogs => {
                let lines = self.stage.read(|view| view.logs(self.target))?;
                let lines = lines.into_iter().map(Value::Text).collect();
                self.set("recent_logs", Value::List(lines))?;
            }
            Effect::SetCounter { counter, to } => self.session.count(*counter, self.target, *to),
        }
        Ok(())
    }

    fn raised(&self, why: &'static str) -> ActionError {
        ActionError::Raised {
            action: self.action.to_owned(),
            why,
        }
    }

    fn metric(&self, service: &str, name: &str) -> Result<Option<Value>, SimError> {
        self.stage.read(|view| view.metric(service, name))
    }

    fn number(&self, name: &str) -> Result<f64, SimError> {
        let value = self.metric(self.target, name)?;
        Ok(value.and_then(|value| value.as_f64()).unwrap_or(0.0))
    }

    fn integer(&self, name: &str) -> Result<i64, SimError> {
        Ok(match self.metric(self.target, name)? {
            Some(Value::Int(n)) => n,
            _ => 0,
        })
    }

    fn set(&mut self, name: &str, value: Value) -> Result<(), SimError> {
        self.stage.set_metric(self.target, name, &value)
    }

    fn change(&mut self, metric: &str, on: &On, change: &Change) -> Result<(), ActionError> {
        for service in services(self.stage, self.rules, on, self.target)? {
            let old = self.metric(&service, metric)?;
            if let Some(new) = self.changed(&service, old.as_ref(), change)? {
                self.stage.set_metric(&service, metric, &new)?;
            }
        }
        Ok(())
    }

    /// The new value of a metric; `None` where it stays as it is.
    fn changed(
        &self,
        service: &str,
        old: Option<&Value>,
        change: &Change,
    ) -> Result<Option<Value>, ActionError> {
        if let Change::Set { to, create } = change {
            if old.is_none() && !create {
                return Ok(None);
            }
            return Ok(match to {
                Operand::Value(value) => Some(value.clone()),
                Operand::Parameter(name) => self.parameters.get(name).cloned(),
                Operand::Metric(name) => self.metric(service, name)?,
            });
        }
        let Some(old) = old else { return Ok(None) };
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
            // Handled above, or of a metric that is of another type.
            Change::Set { .. } | Change::ShiftSha => return Ok(None),
        }))
    }

    fn factor(&self, factor: &Factor) -> f64 {
        match factor {
            Factor::Number(number) => *number,
            Factor::OneMinus(parameter) => {
                let value = self.parameters.get(parameter);
                1.0 - value.and_then(Value::as_f64).unwrap_or(0.0)
            }
        }
    }

    /// The changed value within the limits. Where floors don't lift, one is at most what was there before.
    fn limited(&self, before: f64, changed: f64, limits: &Limits) -> f64 {
        let floor = limits.floor.map(|floor| match self.rules.floors_lift {
            false if before < floor => before,
            _ => floor,
        });
        let cap = limits.cap;
        limit(changed, &Limits { floor, cap })
    }

    fn floored(&self, before: f64, changed: i64, floor: Option<f64>) -> Value {
        // Counts are far below 2^53, where both types say the same.
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
        // max(floor, x): x only if it is larger.
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

/// Drops the fraction, toward zero.
#[expect(
    clippy::cast_possible_truncation,
    reason = "dropping the fraction is the point"
)]
fn trunc(x: f64) -> i64 {
    x as i64
}

/// A hash that looks like another one: each digit becomes a letter.
fn shift_sha(sha: &str) -> String {
    const LETTERS: [char; 6] = ['a', 'b', 'c', 'd', 'e', 'f'];
    let shifted = |c: char| match c.to_digit(10) {
        Some(digit) => LETTERS[digit as usize % LETTERS.len()],
        None => c,
    };
    sha.chars().map(shifted).take(7).collect()
}
