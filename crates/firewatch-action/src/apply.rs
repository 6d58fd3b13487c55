//! Performing an action.

use firewatch_sim::{EnvironmentMut, EnvironmentRef, Intervention};

use crate::action_error::ActionError;
use crate::catalogue::ActionCatalogue;
use crate::effect::{EffectContext, EffectRunner};
use crate::model::{ActionSpec, Branch};
use crate::plan::{ActionEffect, ActionPlan};
use crate::request::{ActionOutcome, RequestedAction};
use crate::scene::Scene;
use crate::session::ActionSession;
use crate::template;

impl ActionCatalogue {
    /// Performs an action. Call [`ActionSession::start_step`] before the first action after a tick.
    ///
    /// # Errors
    /// [`ActionError`]. An unknown action changes nothing.
    pub fn apply(
        &self,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
        request: &impl RequestedAction,
    ) -> Result<ActionOutcome, ActionError> {
        let action = request.action(self)?;
        let plan = self.plan(&environment.view()?, session, action, request);
        let outcome = self.perform(environment, session, request, &plan)?;
        Ok(ActionOutcome {
            feedback: template::cut(self.feedback(environment, session, request, &plan)?),
            ..outcome
        })
    }

    /// Performs an action like [`apply`](Self::apply), without feedback: faster, for environments whose
    /// feedback is not read.
    ///
    /// # Errors
    /// As [`apply`](Self::apply), except for the errors of a report.
    pub fn apply_quietly(
        &self,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
        request: &impl RequestedAction,
    ) -> Result<ActionOutcome, ActionError> {
        let action = request.action(self)?;
        let plan = self.plan(&environment.view()?, session, action, request);
        self.perform(environment, session, request, &plan)
    }

    /// Performs a plan, without feedback. The request must be the one that was planned, and the environment
    /// must not have changed since.
    ///
    /// # Errors
    /// As [`apply_quietly`](Self::apply_quietly).
    pub fn perform(
        &self,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
        request: &impl RequestedAction,
        plan: &ActionPlan,
    ) -> Result<ActionOutcome, ActionError> {
        let spec = self.spec(plan)?;
        if plan.effect == ActionEffect::Raised {
            return Err(spec.raised("a parameter can't be converted"));
        }
        if let Some(branch) = plan.branch(spec).filter(|branch| plan.acts(spec, branch)) {
            let context = EffectContext {
                rules: self.rules(),
                action: &spec.name,
                parameters: self.parameters(spec, request),
            };
            let mut runner = EffectRunner {
                context,
                environment,
                session,
                service: plan.service,
                handle: plan.handle,
            };
            let mut effects = branch.effects.iter().chain(&spec.always);
            { effects.clone() }.try_for_each(|effect| runner.check(effect))?;
            effects.try_for_each(|effect| runner.run(effect))?;
            plan.halt(environment)?;
        }
        Ok(plan.outcome(spec, session))
    }

    /// Performs a plan that needs no change of the environment and cannot fail. Returns `None`, with nothing
    /// done, for any other plan: the caller then needs exclusive access to the environment.
    pub fn perform_without_change(
        &self,
        session: &mut ActionSession,
        plan: &ActionPlan,
    ) -> Option<ActionOutcome> {
        let spec = self.get(plan.action)?;
        let acts = { plan.branch(spec) }.is_some_and(|branch| plan.acts(spec, branch));
        let is_free = !acts && plan.effect != ActionEffect::Raised;
        is_free.then(|| plan.outcome(spec, session))
    }

    fn spec(&self, plan: &ActionPlan) -> Result<&ActionSpec, ActionError> {
        let spec = self.get(plan.action);
        spec.ok_or_else(|| self.unknown(&plan.action.to_string()))
    }

    /// Returns the feedback on an action that was performed.
    fn feedback(
        &self,
        environment: &EnvironmentMut,
        session: &ActionSession,
        request: &impl RequestedAction,
        plan: &ActionPlan,
    ) -> Result<String, ActionError> {
        let spec = self.spec(plan)?;
        let name = &spec.name;
        Ok(match plan.effect {
            ActionEffect::NoTarget => format!("{name} needs a service to be done to."),
            ActionEffect::NoService => {
                format!("There is no service {} here.", request.target_name())
            }
            ActionEffect::BadParameter(index) => {
                let parameter = &spec.parameters[index];
                let (parameter, expected) = (&parameter.name, parameter.expected());
                format!("{name} was not done: {parameter} must be {expected}.")
            }
            ActionEffect::NotNeeded => {
                let target = plan.target_name(&environment.view()?).to_owned();
                format!("{target} shows nothing that {name} would remedy: nothing was done.")
            }
            ActionEffect::Branch(index) => {
                let parameters = self.parameters(spec, request);
                let branch = &spec.branches[index];
                let view = &environment.view()?;
                let said = branch.said(&Scene {
                    view,
                    session,
                    service: plan.service,
                    target: plan.target_name(view),
                    parameters,
                    raises: self.rules().raises,
                });
                said.ok_or_else(|| {
                    spec.raised("no span takes any time, and each is divided by their sum")
                })?
            }
            ActionEffect::Raised | ActionEffect::Nothing => String::new(),
        })
    }
}

impl ActionPlan {
    /// Returns the name of the target; empty for an action without one.
    fn target_name<'w>(&self, view: &EnvironmentRef<'w>) -> &'w str {
        let name = self
            .service
            .and_then(|index| view.service_names().nth(index));
        name.unwrap_or_default()
    }

    /// Returns the branch that is taken.
    fn branch<'a>(&self, spec: &'a ActionSpec) -> Option<&'a Branch> {
        match self.effect {
            ActionEffect::Branch(index) => spec.branches.get(index),
            _ => None,
        }
    }

    /// Returns whether the action changes anything or halts a fault.
    fn acts(&self, spec: &ActionSpec, branch: &Branch) -> bool {
        !branch.effects.is_empty() || !spec.always.is_empty() || self.halts.is_some()
    }

    /// Returns the outcome, without feedback, and records in the session that a halting branch was taken.
    fn outcome(&self, spec: &ActionSpec, session: &mut ActionSession) -> ActionOutcome {
        let mut outcome = ActionOutcome {
            category: spec.category,
            valid: !matches!(
                self.effect,
                ActionEffect::NoTarget | ActionEffect::NoService
            ),
            wrong: self.wrong,
            branch: None,
            halted: self.halts,
            ends_episode: spec.ends_episode,
            feedback: String::new(),
        };
        if let ActionEffect::Branch(index) = self.effect {
            outcome.branch = Some(index);
            if self.halts.is_some() || !spec.branches[index].halts.is_empty() {
                session.record_halt();
            }
        }
        outcome
    }

    fn halt(&self, environment: &mut EnvironmentMut) -> Result<(), ActionError> {
        match self.halts {
            Some(fault) => Ok(environment.intervene(&Intervention::HaltFault(fault.index))?),
            None => Ok(()),
        }
    }
}

impl ActionSpec {
    fn raised(&self, why: &'static str) -> ActionError {
        ActionError::Raised {
            action: self.name.clone(),
            why,
        }
    }
}

impl Branch {
    /// Returns the report, in lines; `None` where the reference divides by zero.
    fn said(&self, scene: &Scene) -> Option<String> {
        let mut said = String::new();
        for (index, line) in self.report.iter().enumerate() {
            if index > 0 {
                said.push('\n');
            }
            scene.render(line, &mut said)?;
        }
        Some(said)
    }
}
