//! One episode, apart from the environment that it is about.

use std::sync::Arc;

use firewatch_scenario::score::{Deed, Reward, Score};
use firewatch_scenario::{
    ActionCatalogue, ActionOutcome, ActionRequest, ActionSession, Profile, Scenario, Stage,
};
use firewatch_sim::{EnvironmentRef, SimError};
use serde::Serialize;

use crate::incident::{EpisodeError, Incident};

/// Something that was done earlier in the episode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PastAction {
    /// Name of the action.
    pub action_type: String,
    /// The service that it was done to; empty where there was none.
    pub target_service: String,
    /// What was said about it.
    pub feedback_string: String,
}

/// What a step came to.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) outcome: ActionOutcome,
    pub(crate) reward: Reward,
}

/// Whether somebody reads along: without, no texts are made and no history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Person,
    Nobody,
}

/// An episode, apart from its environment.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    profile: Profile,
    reader: Reader,
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) score: Score,
    pub(crate) actions: ActionSession,
    pub(crate) history: Vec<PastAction>,
    pub(crate) steps: u64,
}

impl Session {
    /// After the tick that a reset does.
    pub(crate) fn begin(
        reader: Reader,
        incident: &Incident,
        actions: ActionSession,
        view: &EnvironmentRef,
    ) -> Self {
        let initial_budget = incident.blueprint.slo_budget.remaining;
        Self {
            profile: incident.terms.profile,
            reader,
            scenario: Arc::clone(&incident.scenario),
            score: Score::begin(incident.terms, initial_budget, view),
            actions,
            history: Vec::new(),
            steps: 0,
        }
    }

    /// Refuses an action that the catalogue does not have, before the tick of its step.
    pub(crate) fn check(
        &mut self,
        catalogue: &ActionCatalogue,
        place: &mut impl Stage,
        request: &ActionRequest,
    ) -> Result<(), EpisodeError> {
        if catalogue.find(&request.name).is_none() {
            // It fails before it changes anything, and says what may be meant.
            catalogue.apply(place, &mut self.actions, request)?;
        }
        Ok(())
    }

    /// What the scenario itself does before the tick of a step.
    pub(crate) fn before_tick(&mut self, place: &mut impl Stage) -> Result<(), SimError> {
        if self.score.end().is_some() || !self.scenario.acts_later() {
            return Ok(());
        }
        let tick = place.read(|view| view.clock().tick)?;
        self.scenario.act_at(tick, place, &mut self.actions)
    }

    /// What a step does once its tick is done.
    pub(crate) fn step(
        &mut self,
        catalogue: &ActionCatalogue,
        place: &mut impl Stage,
        request: &ActionRequest,
    ) -> Result<Done, EpisodeError> {
        self.steps += 1;
        place.read(|view| self.score.after_tick(view))?;
        // Should the action fail, the step's burn is charged all the same.
        place.set_slo_budget(self.score.budget())?;
        self.actions.begin_step(catalogue, place)?;
        // The reference fails at some of its reports, which is a part of what happens.
        let is_quiet = self.reader == Reader::Nobody && self.profile == Profile::Standard;
        let outcome = if is_quiet {
            catalogue.apply_quietly(place, &mut self.actions, request)?
        } else {
            catalogue.apply(place, &mut self.actions, request)?
        };
        self.remember(request, &outcome);
        let mut deed = Deed::default();
        deed.add(self.profile, &outcome, &mut self.actions);
        let reward = place.read(|view| self.score.after_action(&self.scenario, view, deed))?;
        place.set_slo_budget(self.score.budget())?;
        Ok(Done { outcome, reward })
    }

    fn remember(&mut self, request: &ActionRequest, outcome: &ActionOutcome) {
        if self.reader == Reader::Person {
            self.history.push(PastAction {
                action_type: request.name.clone(),
                target_service: request.target.clone().unwrap_or_default(),
                feedback_string: outcome.feedback.clone(),
            });
        }
    }
}
