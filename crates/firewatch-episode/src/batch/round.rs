//! A step of episodes that are neighbours in a fleet, before and after their tick.

use firewatch_action::{
    ActionCatalogue, ActionId, ActionOutcome, ActionPlan, Profile, RequestedAction,
};
use firewatch_response::score::StepRecord;
use firewatch_scenario::Physics;
use firewatch_sim::FleetPart;

use super::step::BatchStep;
use crate::error::EpisodeError;
use crate::session::Session;

/// How far an episode is with its step.
#[derive(Clone, Copy, Debug)]
pub(super) enum TurnState {
    /// It had ended before.
    Over,
    /// Its action is planned after its open circuits have advanced.
    Open,
    /// Its action is planned.
    Planned(ActionPlan),
    /// Its action is done, and its reward is not known yet.
    Done(StepRecord),
    /// All is done: the environment stayed as it was looked at.
    Closed,
    /// The action failed, and the step is not scored.
    Failed,
}

/// The actions of an episode of a batch: those of its physics, or those that the batch was given.
pub(super) fn actions_of<'a>(session: &Session, given: &'a ActionCatalogue) -> &'a ActionCatalogue {
    match session.scenario.physics {
        Physics::Traffic => ActionCatalogue::of_traffic(),
        _ => given,
    }
}

/// Whether episodes of one physics or the other have an action. One that no episode can have is a mistake of the host.
pub(super) fn is_of_some_physics(action: &impl RequestedAction, given: &ActionCatalogue) -> bool {
    action.action(given).is_ok() || action.action(ActionCatalogue::of_traffic()).is_ok()
}

/// What a step of the episodes of one part goes through: before the tick the timelines act; after it all
/// environments are looked at, then those are changed in which something is done, then these are looked at
/// again.
pub(super) struct BatchRound<'a, A> {
    pub(super) profile: Profile,
    /// The actions of all episodes but those of traffic.
    pub(super) catalogue: &'a ActionCatalogue,
    /// Index of the first episode.
    pub(super) first: usize,
    // A place an episode in each.
    pub(super) sessions: &'a mut [Session],
    pub(super) turns: &'a mut [TurnState],
    pub(super) asked: &'a [Option<ActionId>],
    pub(super) actions: &'a [A],
    pub(super) steps: &'a mut [BatchStep],
    /// Whether an episode was declared resolved before its last tick.
    pub(super) declared: bool,
}

impl<A: RequestedAction> BatchRound<'_, A> {
    /// Does what the scenarios do by themselves before the tick.
    ///
    /// # Errors
    /// None: the part has an environment for each session.
    pub(super) fn act_by_timetables(&mut self, part: &mut FleetPart) -> Result<(), EpisodeError> {
        for (environment, session) in (self.first..).zip(&mut *self.sessions) {
            if session.has_timetable() {
                session.before_tick(&mut part.environment_mut(environment)?)?;
            }
        }
        Ok(())
    }

    pub(super) fn play(mut self, part: &mut FleetPart) -> Result<(), EpisodeError> {
        self.look(part);
        for place in 0..self.turns.len() {
            if !matches!(self.turns[place], TurnState::Closed) {
                self.steps[place] = BatchStep::of(self.act(part, place));
            }
        }
        self.close(part)?;
        if self.declared {
            self.play_on(part)?;
        }
        Ok(())
    }

    /// Plays the episodes that were declared resolved on to their last ticks: nothing is done in them.
    fn play_on(&mut self, part: &mut FleetPart) -> Result<(), EpisodeError> {
        let declared = |sessions: &[Session]| -> Vec<usize> {
            let places = sessions.iter().enumerate();
            let declared = places.filter(|(_, session)| session.score.plays_on());
            declared.map(|(place, _)| self.first + place).collect()
        };
        let mut declared = declared(self.sessions);
        while !declared.is_empty() {
            for &environment in &declared {
                let session = &mut self.sessions[environment - self.first];
                session.before_tick(&mut part.environment_mut(environment)?)?;
            }
            part.tick_picked(&declared)?;
            for &environment in &declared {
                let place = environment - self.first;
                let (session, step) = (&mut self.sessions[place], &mut self.steps[place]);
                let environment = &mut part.environment_mut(environment)?;
                let catalogue = actions_of(session, self.catalogue);
                let mut reward = step.reward;
                reward += session.play_on(catalogue, environment)?;
                step.close(session, catalogue, Some(reward));
            }
            declared.retain(|environment| {
                let session = &self.sessions[environment - self.first];
                session.score.plays_on()
            });
        }
        Ok(())
    }

    /// Looks at all environments after the tick, and plans the actions. Steps whose action changes
    /// nothing there are done with.
    fn look(&mut self, part: &mut FleetPart) {
        part.read_all(|environment, view| {
            let place = environment - self.first;
            let session = &mut self.sessions[place];
            let turn = &mut self.turns[place];
            if session.score.end().is_some() {
                *turn = TurnState::Over;
                return;
            }
            let catalogue = actions_of(session, self.catalogue);
            session.look(catalogue, view);
            // The reference fails at some of its reports, which are made of what was done.
            if self.profile == Profile::Reference || session.actions.has_passing_effects() {
                *turn = TurnState::Open;
                return;
            }
            let Some(action) = self.asked[place] else {
                *turn = TurnState::Open;
                return;
            };
            let request = &self.actions[place];
            let plan = catalogue.plan(view, &session.actions, action, request);
            *turn = match catalogue.perform_without_change(&plan) {
                Some(outcome) => {
                    let step_record = session.step_record(view.clock().tick, &outcome);
                    let step = &mut self.steps[place];
                    step.begin(&outcome);
                    let reward = session.close_unchanged(catalogue, view, step_record);
                    self.declared |= session.score.plays_on();
                    step.close(session, catalogue, Some(reward));
                    TurnState::Closed
                }
                None => TurnState::Planned(plan),
            };
        });
    }

    /// Does an action.
    fn act(&mut self, part: &mut FleetPart, place: usize) -> Result<ActionOutcome, EpisodeError> {
        let action = &self.actions[place];
        let session = &mut self.sessions[place];
        let catalogue = actions_of(session, self.catalogue);
        let environment = &mut part.environment_mut(self.first + place)?;
        let foreign = match self.asked[place] {
            None => action.action(catalogue).err(),
            Some(_) => None,
        };
        let done = match (self.turns[place], foreign) {
            (TurnState::Over, _) => return Err(EpisodeError::NotRunning),
            (_, Some(error)) => Err(error),
            (TurnState::Planned(plan), None) => {
                catalogue.perform(environment, &mut session.actions, action, &plan)
            }
            _ => {
                session
                    .actions
                    .advance_passing_effects(catalogue, environment)?;
                match self.profile {
                    Profile::Standard => {
                        catalogue.apply_quietly(environment, &mut session.actions, action)
                    }
                    Profile::Reference => {
                        catalogue.apply(environment, &mut session.actions, action)
                    }
                }
            }
        };
        let tick = environment.view()?.clock().tick;
        self.turns[place] = match &done {
            Ok(outcome) => TurnState::Done(session.step_record(tick, outcome)),
            Err(error) => match session.failed_outcome(catalogue, self.asked[place], error) {
                Some(outcome) => TurnState::Done(session.step_record(tick, &outcome)),
                None => TurnState::Failed,
            },
        };
        Ok(done?)
    }

    /// Looks at the other environments after the actions, and says what the steps came to.
    fn close(&mut self, part: &mut FleetPart) -> Result<(), EpisodeError> {
        let (sessions, turns, first) = (&mut *self.sessions, &*self.turns, self.first);
        let is_open = |environment: usize| !matches!(turns[environment - first], TurnState::Closed);
        part.read_picked(is_open, |environment, view| {
            let place = environment - first;
            let session = &mut sessions[place];
            let catalogue = actions_of(session, self.catalogue);
            let reward = match turns[place] {
                TurnState::Done(step_record) => {
                    let reward = session.close(catalogue, view, step_record);
                    self.declared |= session.score.plays_on();
                    Some(reward)
                }
                _ => None,
            };
            self.steps[place].close(session, catalogue, reward);
        });
        // Should the action have failed, the step's burn is charged all the same.
        part.set_slo_budgets(|environment| {
            let place = environment - first;
            let is_running = !matches!(turns[place], TurnState::Over);
            is_running.then(|| sessions[place].score.budget())
        })?;
        Ok(())
    }
}
