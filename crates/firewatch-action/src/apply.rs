//! Performing an action.

use firewatch_sim::{EnvironmentMut, EnvironmentRef, Intervention};

use crate::action_error::ActionError;
use crate::catalogue::ActionCatalogue;
use crate::draft::{DraftedChange, EffectDraft};
use crate::effect::{EffectContext, EffectDrafter};
use crate::model::{ActionSpec, Branch, Effect};
use crate::parameter::Parameters;
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
        self.perform_with(
            environment,
            session,
            request,
            plan,
            &mut EffectDraft::default(),
        )
    }

    /// The same with a draft that is filled anew: callers with many environments keep one, which saves allocating it.
    ///
    /// # Errors
    /// As [`perform`](Self::perform).
    pub fn perform_with(
        &self,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
        request: &impl RequestedAction,
        plan: &ActionPlan,
        draft: &mut EffectDraft,
    ) -> Result<ActionOutcome, ActionError> {
        let spec = self.spec(plan)?;
        if plan.effect == ActionEffect::Raised {
            return Err(spec.raised("a parameter can't be converted"));
        }
        let drafted = self.draft(&environment.view()?, request, plan, draft);
        // The reference has run the effects before the one that raises an exception.
        let is_raised = matches!(drafted, Err(ActionError::Raised { .. }));
        if drafted.is_ok() || (is_raised && self.rules().raises) {
            self.carry_out(environment, session, request, plan, draft)?;
        }
        drafted?;
        plan.halt(environment)?;
        Ok(plan.outcome(spec))
    }

    /// Drafts the effects of a plan, for callers that make the changes of many environments in one go. The request must
    /// be the one that was planned, and the environment must not have changed since.
    ///
    /// # Errors
    /// As [`perform`](Self::perform).
    pub fn draft(
        &self,
        view: &EnvironmentRef,
        request: &impl RequestedAction,
        plan: &ActionPlan,
        draft: &mut EffectDraft,
    ) -> Result<(), ActionError> {
        let spec = self.spec(plan)?;
        draft.clear();
        let mut drafter = EffectDrafter {
            context: EffectContext {
                rules: self.rules(),
                action: &spec.name,
                parameters: self.parameters(spec, request),
            },
            view,
            target: plan.service,
            draft,
        };
        drafter.draft(plan.effects(spec))
    }

    /// Returns the outcome of a plan whose draft only sets metrics and records what passes; `None` if the environment has
    /// to be changed by [`perform`](Self::perform).
    #[must_use]
    pub fn outcome_of_draft(
        &self,
        plan: &ActionPlan,
        draft: &EffectDraft,
    ) -> Option<ActionOutcome> {
        let spec = self.get(plan.action)?;
        let is_enough = plan.halts.is_none() && plan.effect != ActionEffect::Raised;
        (is_enough && !draft.is_deferred()).then(|| plan.outcome(spec))
    }

    fn carry_out(
        &self,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
        request: &impl RequestedAction,
        plan: &ActionPlan,
        draft: &EffectDraft,
    ) -> Result<(), ActionError> {
        let spec = self.spec(plan)?;
        for change in draft.changes() {
            let DraftedChange::Deferred(index) = *change else {
                change.carry_out(environment, session)?;
                continue;
            };
            let effect = plan.effects(spec).nth(index);
            match effect.zip(plan.service) {
                Some((Effect::StoreLogs, service)) => environment.store_logs(service)?,
                Some((Effect::Traffic(effect), service)) => {
                    let parameters = self.parameters(spec, request);
                    effect.carry_out(environment, session, service, parameters)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Performs a plan that needs no change of the environment and cannot fail. Returns `None`, with nothing
    /// done, for any other plan: the caller then needs exclusive access to the environment.
    #[must_use]
    pub fn perform_without_change(&self, plan: &ActionPlan) -> Option<ActionOutcome> {
        let spec = self.get(plan.action)?;
        let branch = plan.branch(spec);
        let acts = branch.is_some_and(|branch| plan.acts(spec, branch));
        let is_free = !acts && plan.effect != ActionEffect::Raised;
        is_free.then(|| plan.outcome(spec))
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
                if plan.is_idle {
                    return Ok(branch.idle_feedback(view, plan, parameters));
                }
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

impl Branch {
    /// Returns why its effects on traffic changed nothing, by what anybody can see.
    fn idle_feedback(
        &self,
        view: &EnvironmentRef,
        plan: &ActionPlan,
        parameters: Parameters,
    ) -> String {
        let name = plan.target_name(view);
        let reasons = self.effects.iter().filter_map(|effect| match effect {
            Effect::Traffic(effect) => Some(effect.why_idle(view, plan.service?, name, parameters)),
            _ => None,
        });
        let reasons: Vec<String> = reasons.collect();
        format!("{}: nothing changed.", reasons.join(", "))
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

    /// Returns the effects, in order.
    fn effects<'a>(&self, spec: &'a ActionSpec) -> impl Iterator<Item = &'a Effect> + use<'a> {
        let branch = self.branch(spec);
        let of_branch = branch.map_or(&[][..], |branch| &branch.effects);
        let always = branch.map_or(&[][..], |_| &spec.always);
        of_branch.iter().chain(always)
    }

    /// Returns whether the action changes anything or halts a fault.
    fn acts(&self, spec: &ActionSpec, branch: &Branch) -> bool {
        !branch.effects.is_empty() || !spec.always.is_empty() || self.halts.is_some()
    }

    /// Returns the outcome, without feedback.
    fn outcome(&self, spec: &ActionSpec) -> ActionOutcome {
        ActionOutcome {
            category: spec.category,
            valid: !matches!(
                self.effect,
                ActionEffect::NoTarget | ActionEffect::NoService
            ),
            wrong: self.wrong,
            branch: match self.effect {
                ActionEffect::Branch(index) => Some(index),
                _ => None,
            },
            halted: self.halts,
            ends_episode: spec.ends_episode,
            feedback: String::new(),
        }
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
