//! Checking the effects of an action before any of them is run.

use firewatch_sim::ServiceMut;

use crate::action_error::ActionError;
use crate::effect::{EffectContext, EffectRunner, KEYS, NO_LIMIT, integer};
use crate::model::{Change, Effect, Operand};

impl EffectRunner<'_, '_> {
    /// Checks that effects set no metric to what it can't have, as the state is before any of them. What a file says
    /// itself was checked when it was read.
    pub(super) fn check<'e>(
        &mut self,
        effects: impl Iterator<Item = &'e Effect>,
    ) -> Result<(), ActionError> {
        let mut sets_limit = false;
        for effect in effects {
            match effect {
                Effect::SetMemoryLimit { parameter } => {
                    self.check_limit(|context, service| context.memory_limit(service, *parameter))?;
                    sets_limit = true;
                }
                Effect::RecomputeMemoryUtilization if !sets_limit => {
                    self.check_limit(|_, service| integer(service, &KEYS.limit))?;
                }
                _ => self.check_change(effect)?,
            }
        }
        Ok(())
    }

    /// Checks that use can be divided by the memory limit. The reference finds out when it divides.
    fn check_limit(
        &mut self,
        limit: impl FnOnce(&EffectContext, &ServiceMut) -> i64,
    ) -> Result<(), ActionError> {
        let context = self.context;
        let Some(index) = self.service.filter(|_| !context.rules.raises) else {
            return Ok(());
        };
        match limit(&context, &self.service(index)?) {
            1.. => Ok(()),
            _ => Err(context.raised(NO_LIMIT)),
        }
    }

    fn check_change(&mut self, effect: &Effect) -> Result<(), ActionError> {
        let Effect::Change { metric, on, change } = effect else {
            return Ok(());
        };
        let (Change::Set { to, .. }, context) = (change, self.context) else {
            return Ok(());
        };
        if matches!(to, Operand::Value(_)) {
            return Ok(());
        }
        self.each(on, |runner, index| {
            let service = runner.service(index)?;
            let old = service.metric(metric);
            match context.changed(&service, old.as_ref(), change)? {
                // A number out of the metric's range is no misfit: it becomes the nearest in it.
                Some(new) if !metric.accepts(&new) => {
                    { metric.check(&new) }.map_err(|error| context.unfit(error))
                }
                _ => Ok(()),
            }
        })
    }
}
