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

/// Episodes that go through a step together. So many, with all that a step touches, stay in a core's
/// own cache from the tick to the last look.
pub(super) const PART: usize = 128;

/// How far an episode is with its step.
#[derive(Clone, Copy, Debug)]
pub(super) enum TurnState {
    /// It is not stepped.
    Skipped,
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

/// One tick of the picked environments of a part.
fn tick_picked(part: &mut FleetPart, picked: &[bool]) -> Result<(), EpisodeError> {
    let mut environments = [0; PART];
    let mut count = 0;
    let first = part.range().start;
    for (place, _) in picked.iter().enumerate().filter(|(_, picked)| **picked) {
        environments[count] = first + place;
        count += 1;
    }
    Ok(part.tick_picked(&environments[..count])?)
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
    /// Which episodes are stepped, if not all are: the others stay as they are.
    pub(super) picked: Option<&'a [bool]>,
    /// Whether an episode was declared resolved before its last tick.
    pub(super) declared: bool,
}

impl<A: RequestedAction> BatchRound<'_, A> {
    /// Steps the episodes.
    pub(super) fn run(mut self, part: &mut FleetPart) -> Result<(), EpisodeError> {
        // To pick some of the environments takes longer than all or none.
        if self
            .picked
            .is_some_and(|picked| picked.iter().all(|one| *one))
        {
            self.picked = None;
        }
        if self.picked.is_some_and(|picked| !picked.contains(&true)) {
            return Ok(());
        }
        self.act_by_timetables(part)?;
        match self.picked {
            None => part.tick(),
            Some(picked) => tick_picked(part, picked)?,
        }
        self.play(part)
    }

    fn is_picked(&self, place: usize) -> bool {
        self.picked.is_none_or(|picked| picked[place])
    }

    /// Does what the scenarios do by themselves before the tick.
    ///
    /// # Errors
    /// None: the part has an environment for each session.
    fn act_by_timetables(&mut self, part: &mut FleetPart) -> Result<(), EpisodeError> {
        for place in 0..self.sessions.len() {
            if self.is_picked(place) && self.sessions[place].has_timetable() {
                let environment = &mut part.environment_mut(self.first + place)?;
                self.sessions[place].before_tick(environment)?;
            }
        }
        Ok(())
    }

    fn play(mut self, part: &mut FleetPart) -> Result<(), EpisodeError> {
        self.look(part);
        for place in 0..self.turns.len() {
            if !matches!(self.turns[place], TurnState::Closed | TurnState::Skipped) {
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
            if self.picked.is_some_and(|picked| !picked[place]) {
                *turn = TurnState::Skipped;
                return;
            }
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
        let is_open = |environment: usize| {
            let turn = turns[environment - first];
            !matches!(turn, TurnState::Closed | TurnState::Skipped)
        };
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
            let is_running = !matches!(turns[place], TurnState::Over | TurnState::Skipped);
            is_running.then(|| sessions[place].score.budget())
        })?;
        Ok(())
    }
}
