//! A step of episodes that are neighbours in a fleet, before and after their tick.

use firewatch_action::{
    ActionCatalogue, ActionId, ActionOutcome, ActionPlan, EffectDraft, PassingEffects, Profile,
    RequestedAction,
};
use firewatch_response::score::{ChangedServices, StepRecord};
use firewatch_scenario::Physics;
use firewatch_sim::{EnvironmentRef, FleetPart, MetricSetting};

use super::order::ActionOrder;
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
    /// Its action is planned when it is done, after passing effects have advanced.
    Open,
    /// Its action is planned next; these services have changed since it was looked at.
    Ready(ChangedServices),
    /// Its action is planned.
    Planned(ActionPlan),
    /// Its action is done, and its reward is not known yet.
    Done(StepRecord, ChangedServices),
    /// All is done, but for metrics that are still to be set.
    Closed,
    /// The action failed, and the step is not scored.
    Failed,
}

/// Changes of metrics in a round, made for many environments in one go.
#[derive(Clone, Debug, Default)]
pub(super) struct RoundChanges {
    settings: Vec<MetricSetting>,
    draft: EffectDraft,
    order: ActionOrder,
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

/// What a step of the episodes of one part goes through: before the tick the timelines act; after it all environments are
/// looked at, and interruptions end; then actions are planned, those of an action side by side, and metrics are set; then
/// the rest of the actions is done, and the services that have changed are looked at again.
pub(super) struct BatchRound<'a> {
    pub(super) profile: Profile,
    /// The actions of all episodes but those of traffic.
    pub(super) catalogue: &'a ActionCatalogue,
    /// Index of the first episode.
    pub(super) first: usize,
    // A place an episode in each.
    pub(super) sessions: &'a mut [Session],
    pub(super) turns: &'a mut [TurnState],
    pub(super) steps: &'a mut [BatchStep],
    pub(super) changes: &'a mut RoundChanges,
    /// Which episodes are stepped, if not all are: the others stay as they are.
    pub(super) picked: Option<&'a [bool]>,
    /// Whether an episode was declared resolved before its last tick.
    pub(super) declared: bool,
}

/// What is asked of the episodes of a part: an item for each.
pub(super) struct Asked<'a, A> {
    /// The number of the action; `None` for one that only the other physics has.
    pub(super) ids: &'a [Option<ActionId>],
    pub(super) requests: &'a [A],
}

impl BatchRound<'_> {
    /// Steps the episodes, each with an action; some of them at least.
    pub(super) fn run<A: RequestedAction>(
        &mut self,
        part: &mut FleetPart,
        asked: &Asked<A>,
    ) -> Result<(), EpisodeError> {
        // To pick some of the environments takes longer than all or none.
        if self
            .picked
            .is_some_and(|picked| picked.iter().all(|one| *one))
        {
            self.picked = None;
        }
        self.act_by_timetables(part)?;
        match self.picked {
            None => part.tick(),
            Some(picked) => tick_picked(part, picked)?,
        }
        self.play(part, asked)
    }

    /// Whether none of the episodes is stepped.
    pub(super) fn is_idle(&self) -> bool {
        self.picked.is_some_and(|picked| !picked.contains(&true))
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

    fn play<A: RequestedAction>(
        &mut self,
        part: &mut FleetPart,
        asked: &Asked<A>,
    ) -> Result<(), EpisodeError> {
        self.look(part, asked)?;
        for place in 0..self.turns.len() {
            let is_done = matches!(
                self.turns[place],
                TurnState::Closed | TurnState::Done(..) | TurnState::Skipped
            );
            if !is_done {
                self.steps[place] = BatchStep::of(self.act(part, place, asked));
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

    /// Looks at all environments after the tick, plans the actions and does those that only set metrics. Steps whose
    /// action changes nothing are done with.
    fn look<A: RequestedAction>(
        &mut self,
        part: &mut FleetPart,
        asked: &Asked<A>,
    ) -> Result<(), EpisodeError> {
        let first = self.first;
        self.changes.settings.clear();
        part.read_all(|environment, view| self.look_at(environment - first, view));
        part.set_metrics(&self.changes.settings)?;
        self.changes.settings.clear();
        let mut order = std::mem::take(&mut self.changes.order);
        let is_ready = |place: &usize| matches!(self.turns[*place], TurnState::Ready(_));
        let ready = (0..self.turns.len()).filter(is_ready);
        let action = |place: usize| asked.ids[place].map_or(0, |id| id.index() + 1);
        let environments = order.sort(first, ready, action);
        let read = part.read_each(environments, |environment, view| {
            let place = environment - first;
            if let TurnState::Ready(changed) = self.turns[place] {
                self.turns[place] = self.decide(place, view, asked, changed);
            }
        });
        self.changes.order = order;
        read?;
        Ok(part.set_metrics(&self.changes.settings)?)
    }

    /// Looks at an environment after the tick.
    fn look_at(&mut self, place: usize, view: &EnvironmentRef) {
        if !self.is_picked(place) {
            self.turns[place] = TurnState::Skipped;
            return;
        }
        let session = &mut self.sessions[place];
        if session.score.end().is_some() {
            self.turns[place] = TurnState::Over;
            return;
        }
        let catalogue = actions_of(session, self.catalogue);
        session.look(catalogue, view);
        self.turns[place] = match session.actions.passing_effects() {
            // The reference fails at some of its reports, which are made of what was done.
            _ if self.profile == Profile::Reference => TurnState::Open,
            PassingEffects::None => TurnState::Ready(ChangedServices::NONE),
            PassingEffects::Interruption => {
                let mut changed = ChangedServices::NONE;
                if let Some((service, setting)) = session.actions.end_interruption(view) {
                    changed.add(service);
                    self.changes.settings.push(setting);
                }
                TurnState::Ready(changed)
            }
            PassingEffects::Several => TurnState::Open,
        };
    }

    /// Plans an action, and does it as far as it only sets metrics. `changed` are the services that have changed since
    /// the environment was looked at.
    fn decide<A: RequestedAction>(
        &mut self,
        place: usize,
        view: &EnvironmentRef,
        asked: &Asked<A>,
        mut changed: ChangedServices,
    ) -> TurnState {
        let session = &mut self.sessions[place];
        let catalogue = actions_of(session, self.catalogue);
        let Some(action) = asked.ids[place] else {
            return TurnState::Open;
        };
        let request = &asked.requests[place];
        let plan = catalogue.plan(view, &session.actions, action, request);
        let tick = view.clock().tick;
        if let Some(outcome) = catalogue.perform_without_change(&plan) {
            let step_record = session.judge(tick, &outcome);
            let step = &mut self.steps[place];
            step.begin(&outcome);
            let reward = session.close(catalogue, view, step_record, changed);
            self.declared |= session.score.plays_on();
            step.close(session, catalogue, Some(reward));
            return TurnState::Closed;
        }
        let draft = &mut self.changes.draft;
        let drafted = catalogue.draft(view, request, &plan, draft);
        match catalogue.outcome_of_draft(&plan, draft) {
            Some(outcome) if drafted.is_ok() => {
                draft.note(&mut session.actions, view);
                for (service, _) in draft.settings() {
                    changed.add(service);
                }
                let step_record = session.judge(tick, &outcome);
                let step = &mut self.steps[place];
                step.begin(&outcome);
                let reward = session.close_drafted(catalogue, view, step_record, changed, draft);
                self.changes.settings.extend(draft.take());
                if reward.is_none() {
                    return TurnState::Done(step_record, changed);
                }
                step.close(session, catalogue, reward);
                TurnState::Closed
            }
            _ => TurnState::Planned(plan),
        }
    }

    /// Does an action.
    fn act<A: RequestedAction>(
        &mut self,
        part: &mut FleetPart,
        place: usize,
        asked: &Asked<A>,
    ) -> Result<ActionOutcome, EpisodeError> {
        let (id, action) = (asked.ids[place], &asked.requests[place]);
        let session = &mut self.sessions[place];
        let catalogue = actions_of(session, self.catalogue);
        let environment = &mut part.environment_mut(self.first + place)?;
        let foreign = match id {
            None => action.action(catalogue).err(),
            Some(_) => None,
        };
        let done = match (self.turns[place], foreign) {
            (TurnState::Over, _) => return Err(EpisodeError::NotRunning),
            (_, Some(error)) => Err(error),
            (TurnState::Planned(plan), None) => {
                let draft = &mut self.changes.draft;
                catalogue.perform_with(environment, &mut session.actions, action, &plan, draft)
            }
            _ => {
                let actions = &mut session.actions;
                actions.advance_passing_effects(catalogue, environment)?;
                match (self.profile, id) {
                    (Profile::Standard, Some(id)) => {
                        let view = environment.view()?;
                        let plan = catalogue.plan(&view, actions, id, action);
                        let draft = &mut self.changes.draft;
                        catalogue.perform_with(environment, actions, action, &plan, draft)
                    }
                    _ => catalogue.apply(environment, actions, action),
                }
            }
        };
        let (tick, all) = (environment.view()?.clock().tick, ChangedServices::ALL);
        self.turns[place] = match &done {
            Ok(outcome) => TurnState::Done(session.judge(tick, outcome), all),
            Err(error) => match session.failed_outcome(catalogue, id, error) {
                Some(outcome) => TurnState::Done(session.judge(tick, &outcome), all),
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
                TurnState::Done(step_record, changed) => {
                    let reward = session.close(catalogue, view, step_record, changed);
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
