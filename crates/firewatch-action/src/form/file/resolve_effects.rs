//! From the forms of effects to effects.

use firewatch_sim::Value;

use super::effects::{EffectForm, FactorCall, FactorForm, OnCall, OperandCall, OperandForm};
use super::names::FileNames;
use crate::decode::join;
use crate::form::numbers::Finite;
use crate::form::union::Either;
use crate::form::values::Plain;
use crate::model::{Change, Effect, Factor, Limits, Operand, Recipients};

/// The effects at a path.
pub(super) fn effects(forms: Vec<EffectForm>, names: &mut FileNames, path: &str) -> Vec<Effect> {
    // What names something unknown is noted, and something else takes its place.
    names.each(forms, path, effect, || Effect::StoreLogs)
}

fn effect(form: EffectForm, names: &mut FileNames, path: &str) -> Option<Effect> {
    let (metric, on, change) = match form {
        EffectForm::RecomputeMemoryBytes => return Some(Effect::RecomputeMemoryBytes),
        EffectForm::RecomputeMemoryUtilization => return Some(Effect::RecomputeMemoryUtilization),
        EffectForm::StoreLogs => return Some(Effect::StoreLogs),
        EffectForm::SetMemoryLimit(name) => {
            let parameter = names.parameter(&name, &join(path, "parameter"))?;
            return Some(Effect::SetMemoryLimit { parameter });
        }
        EffectForm::SetCounter(counter, to) => return Some(Effect::SetCounter { counter, to }),
        EffectForm::Scale {
            metric,
            on,
            by,
            floor,
            cap,
            round,
        } => {
            let change = Change::Scale {
                by: factor(by, names, path)?,
                limits: limits(floor, cap),
                round: round.map(|decimals| decimals.0),
            };
            (metric, on, change)
        }
        EffectForm::Add {
            metric,
            on,
            amount: Plain(amount),
            floor,
            cap,
        } => {
            let limits = limits(floor, cap);
            (metric, on, Change::Add { amount, limits })
        }
        EffectForm::Set {
            metric,
            on,
            to,
            create,
        } => {
            let to = operand(to, names, &join(path, "to"))?;
            (metric, on, Change::Set { to, create })
        }
        EffectForm::Clamp {
            metric,
            on,
            floor,
            cap,
        } => (metric, on, Change::Clamp(limits(floor, cap))),
        EffectForm::IntDiv {
            metric,
            on,
            by,
            floor,
        } => {
            let floor = floor.map(f64::from);
            (metric, on, Change::IntDiv { by, floor })
        }
        EffectForm::IntScale {
            metric,
            on,
            by,
            floor,
        } => {
            let (by, floor) = (factor(by, names, path)?, floor.map(f64::from));
            (metric, on, Change::IntScale { by, floor })
        }
        EffectForm::ShiftSha { metric, on } => (metric, on, Change::ShiftSha),
    };
    Some(Effect::Change {
        metric: names.metric(&metric, &join(path, "metric"))?,
        on: match on {
            Either::Call(OnCall::Target) => Recipients::Target,
            Either::Call(OnCall::Dependents) => Recipients::Dependents,
            Either::Call(OnCall::All) => Recipients::All,
            Either::Plain(service) => Recipients::Service(service),
        },
        change,
    })
}

fn limits(floor: Option<Finite>, cap: Option<Finite>) -> Limits {
    Limits {
        floor: floor.map(f64::from),
        cap: cap.map(f64::from),
    }
}

fn factor(form: FactorForm, names: &mut FileNames, path: &str) -> Option<Factor> {
    match form {
        Either::Plain(Finite(number)) => Some(Factor::Number(number)),
        Either::Call(FactorCall::OneMinus(name)) => {
            let parameter = names.parameter(&name, &join(path, "by"))?;
            Some(Factor::OneMinus(parameter))
        }
    }
}

fn operand(form: OperandForm, names: &mut FileNames, path: &str) -> Option<Operand> {
    Some(match form {
        Either::Plain(value) => Operand::Value(Value::from(value)),
        Either::Call(OperandCall::Parameter(name)) => {
            Operand::Parameter(names.parameter(&name, path)?)
        }
        Either::Call(OperandCall::Metric(name)) => Operand::Metric(names.metric(&name, path)?),
    })
}
