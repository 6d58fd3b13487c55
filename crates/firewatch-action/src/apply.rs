//! Doing an action.

use firewatch_sim::{EnvironmentMut, EnvironmentRef, Intervention};

use crate::catalogue::ActionCatalogue;
use crate::effect::{EffectContext, EffectRunner};
use crate::model::{ActionSpec, Branch};
use crate::parameter::Parameters;
use crate::plan::{ActionEffect, ActionPlan};
use crate::request::{ActionError, ActionOutcome, RequestedAction};
use crate::session::ActionSession;
use crate::template::{self, Scene};

impl ActionCatalogue {
    /// Does an action. A [`ActionSession::start_step`] belongs before the first action after a tick.
    ///
    /// # Errors
    /// [`ActionError`]; nothing is changed by an unknown action.
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

    /// As [`apply`](Self::apply), without feedback: for many environments that nobody reads along with.
    ///
    /// # Errors
    /// As [`apply`](Self::apply), but for what only a report fails at.
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

    /// Does what was planned for the same request, without feedback. Nothing may have changed in between.
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
        if plan.course == ActionEffect::Raised {
            return Err(spec.raised("a parameter can't be converted"));
        }
        if let Some(branch) = plan.branch(spec).filter(|branch| plan.acts(spec, branch)) {
            let means = EffectContext {
                rules: self.rules(),
                action: &spec.name,
                parameters: Parameters::of(spec, request.parameters(), self.rules()),
            };
            let mut run = EffectRunner {
                means,
                environment,
                session,
                service: plan.service,
                handle: plan.handle,
            };
            let mut effects = branch.effects.iter().chain(&spec.always);
            effects.try_for_each(|effect| run.effect(effect))?;
            plan.halt(environment)?;
        }
        Ok(plan.outcome(spec, session))
    }

    /// Does what was planned if that neither changes the environment nor fails; `None`, with nothing
    /// done, if it does. For whoever has to have the environment for themselves to change it.
    pub fn perform_without_change(
        &self,
        session: &mut ActionSession,
        plan: &ActionPlan,
    ) -> Option<ActionOutcome> {
        let spec = self.get(plan.action)?;
        let acts = { plan.branch(spec) }.is_some_and(|branch| plan.acts(spec, branch));
        let is_free = !acts && plan.course != ActionEffect::Raised;
        is_free.then(|| plan.outcome(spec, session))
    }

    fn spec(&self, plan: &ActionPlan) -> Result<&ActionSpec, ActionError> {
        let spec = self.get(plan.action);
        spec.ok_or_else(|| self.unknown(&plan.action.to_string()))
    }

    /// What is said about an action that was done.
    fn feedback(
        &self,
        environment: &EnvironmentMut,
        session: &ActionSession,
        request: &impl RequestedAction,
        plan: &ActionPlan,
    ) -> Result<String, ActionError> {
        let spec = self.spec(plan)?;
        let name = &spec.name;
        Ok(match plan.course {
            ActionEffect::NoTarget => format!("{name} needs a service to be done to."),
            ActionEffect::NoService => {
                format!("There is no service {} here.", request.target_name())
            }
            ActionEffect::BadParameter(index) => {
                let parameter = &spec.parameters[index];
                let (parameter, expected) = (&parameter.name, parameter.expected());
                format!("{name} was not done: {parameter} must be {expected}.")
            }
            ActionEffect::Spared => {
                let target = plan.target_name(&environment.view()?).to_owned();
                format!("{target} shows nothing that {name} would remedy: nothing was done.")
            }
            ActionEffect::Branch(index) => {
                let parameters = Parameters::of(spec, request.parameters(), self.rules());
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
    /// Name of the target; empty for an action without one.
    fn target_name<'w>(&self, view: &EnvironmentRef<'w>) -> &'w str {
        let name = self
            .service
            .and_then(|index| view.service_names().nth(index));
        name.unwrap_or_default()
    }

    /// The branch that is taken.
    fn branch<'a>(&self, spec: &'a ActionSpec) -> Option<&'a Branch> {
        match self.course {
            ActionEffect::Branch(index) => spec.branches.get(index),
            _ => None,
        }
    }

    /// Whether there is anything to do on that branch.
    fn acts(&self, spec: &ActionSpec, branch: &Branch) -> bool {
        !branch.effects.is_empty() || !spec.always.is_empty() || self.halts.is_some()
    }

    /// What came of it, without feedback, once it is done.
    fn outcome(&self, spec: &ActionSpec, session: &mut ActionSession) -> ActionOutcome {
        let mut outcome = ActionOutcome {
            category: spec.category,
            valid: !matches!(
                self.course,
                ActionEffect::NoTarget | ActionEffect::NoService
            ),
            wrong: self.wrong,
            branch: None,
            halted: self.halts,
            ends_episode: spec.ends_episode,
            feedback: String::new(),
        };
        if let ActionEffect::Branch(index) = self.course {
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
    /// What is said once it was done, in lines; `None` where the reference divides by zero.
    fn said(&self, scene: &Scene) -> Option<String> {
        let mut said = String::new();
        for (index, line) in self.report.iter().enumerate() {
            if index > 0 {
                said.push('\n');
            }
            line.render(scene, &mut said)?;
        }
        Some(said)
    }
}
