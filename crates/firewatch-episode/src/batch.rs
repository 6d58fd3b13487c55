//! Many episodes at once.

mod columns;
mod encoded;
mod fork;
mod order;
mod parts;
mod resets;
mod round;
mod step;

use std::fmt;
use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionId, Profile, RequestedAction};
use firewatch_response::score::Score;
use firewatch_scenario::Scenario;
use firewatch_sim::{Fleet, SimError, Simulation};

use crate::error::EpisodeError;
use crate::factory::{EpisodeFactory, EpisodeNeeds, PreparedEpisode};
use crate::info::Info;
use crate::request::EpisodeRequest;
use crate::session::Session;
use crate::state::EpisodeState;
use crate::verdict::ActionVerdict;
use round::{Asked, PART, RoundChanges, TurnState};
pub use step::BatchStep;

/// Episodes side by side, each of which goes through the same bits as in an [`crate::Episode`] alone.
///
/// A batch keeps no history of actions, and makes no texts under the standard profile. Read observations as
/// numbers, with [`Fleet::observe_into`].
///
/// ```
/// use firewatch_episode::{BatchStep, EpisodeBatch, EpisodeRequest};
/// use firewatch_action::{ActionRequest, Profile};
/// use firewatch_scenario::Difficulty;
///
/// # fn main() -> Result<(), firewatch_episode::EpisodeError> {
/// let drawn = |seed| EpisodeRequest::Drawn { difficulty: Difficulty::Hard, seed };
/// let mut batch = EpisodeBatch::new(Profile::Standard, (0..16).map(drawn), 1)?;
/// let actions = vec![ActionRequest::untargeted("escalate"); 16];
/// let mut steps = vec![BatchStep::default(); 16];
/// let mut seed = 16;
/// for _ in 0..100 {
///     batch.step(&actions, &mut steps)?;
///     let ended: Vec<bool> = steps.iter().map(|step| step.end.is_some()).collect();
///     batch.reset_masked(&ended, |_| {
///         seed += 1;
///         drawn(seed)
///     })?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct EpisodeBatch {
    profile: Profile,
    catalogue: Arc<ActionCatalogue>,
    fleet: Fleet,
    /// One for each part of the fleet.
    factories: Vec<EpisodeFactory>,
    sessions: Vec<Session>,
    /// The action of each in this step; `None` for one that only the other physics has. It and the turns are kept, so that steps don't allocate.
    asked: Vec<Option<ActionId>>,
    turns: Vec<TurnState>,
    /// One for each part of the fleet; kept, as are the turns.
    changes: Vec<RoundChanges>,
}

impl fmt::Debug for EpisodeBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpisodeBatch")
            .field("profile", &self.profile)
            .field("episodes", &self.sessions.len())
            .finish_non_exhaustive()
    }
}

impl EpisodeBatch {
    /// Begins an episode for each request, with the built-in actions of the profile. `threads` share the
    /// steps, the caller's included; the results are the same with any number.
    ///
    /// # Errors
    /// As [`crate::Episode::reset`], for the first request that has one.
    pub fn new(
        profile: Profile,
        requests: impl IntoIterator<Item = EpisodeRequest>,
        threads: usize,
    ) -> Result<Self, EpisodeError> {
        let catalogue = Arc::new(ActionCatalogue::built_in(profile).clone());
        Self::with_actions(profile, catalogue, requests, threads)
    }

    /// The same with these actions, in all episodes; those of the physics of traffic have the actions of that, and
    /// [numbers](firewatch_action::NumberedRequest) are of them. Incidents with actions of their own need them given:
    /// see [`Scenario::actions`](firewatch_scenario::Scenario::actions).
    ///
    /// # Errors
    /// As [`EpisodeBatch::new`].
    pub fn with_actions(
        profile: Profile,
        catalogue: Arc<ActionCatalogue>,
        requests: impl IntoIterator<Item = EpisodeRequest>,
        threads: usize,
    ) -> Result<Self, EpisodeError> {
        let requests = requests.into_iter();
        let prepared = requests.map(|request| PreparedEpisode::new(profile, &request));
        let prepared = prepared.collect::<Result<Vec<_>, _>>()?;
        Self::of_prepared(profile, catalogue, prepared, threads)
    }

    /// The same episode `count` times.
    ///
    /// # Errors
    /// As [`EpisodeBatch::new`].
    pub fn repeated(
        profile: Profile,
        catalogue: Arc<ActionCatalogue>,
        request: &EpisodeRequest,
        count: usize,
        threads: usize,
    ) -> Result<Self, EpisodeError> {
        let prepared = vec![PreparedEpisode::new(profile, request)?; count];
        Self::of_prepared(profile, catalogue, prepared, threads)
    }

    fn of_prepared(
        profile: Profile,
        catalogue: Arc<ActionCatalogue>,
        prepared: Vec<PreparedEpisode>,
        threads: usize,
    ) -> Result<Self, EpisodeError> {
        let (count, size) = (prepared.len(), PART);
        let prepared: Vec<(usize, PreparedEpisode)> = (0..).zip(prepared).collect();
        let parts = count.div_ceil(size);
        let new = || EpisodeFactory::new(profile);
        let mut factories: Vec<_> = std::iter::repeat_with(new).take(parts).collect();
        let own = factories.iter_mut().zip(prepared.chunks(size));
        let builder = Fleet::builder().threads(threads).shard_size(size);
        let mut fleet = builder.fill(count, own, |part, (factory, prepared)| {
            factory.fill(part, prepared)
        })?;
        let mut sessions = vec![Vec::with_capacity(size); parts];
        let own = factories.iter_mut().zip(prepared.chunks(size));
        fleet.try_for_each_part(own.zip(&mut sessions), |part, own| {
            let ((factory, prepared), sessions) = own;
            factory.begin(part, &catalogue, prepared, |_, session| {
                sessions.push(session)
            })
        })?;
        Ok(Self {
            profile,
            catalogue,
            fleet,
            factories,
            sessions: sessions.into_iter().flatten().collect(),
            asked: Vec::with_capacity(count),
            turns: vec![TurnState::Over; count],
            changes: vec![RoundChanges::default(); parts],
        })
    }

    /// Number of episodes, ended ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// A step of every episode, with an action for each. One that has ended waits for its reset; its
    /// environment ticks on meanwhile. One that is declared resolved is played on as in
    /// [`Episode::step`](crate::Episode::step).
    ///
    /// A timeline's action that does not fit its scenario is [`BatchStep::failed_action`] of that episode:
    /// the rest of what the timeline does then, the tick and the action are still done.
    ///
    /// # Errors
    /// [`SimError::BufferLength`], [`firewatch_action::ActionError::Unknown`]: nothing has happened
    /// in any of the episodes then.
    pub fn step<A: RequestedAction + Sync>(
        &mut self,
        actions: &[A],
        steps: &mut [BatchStep],
    ) -> Result<(), EpisodeError> {
        SimError::check_length("actions", actions.len(), self.len())?;
        SimError::check_length("steps", steps.len(), self.len())?;
        let mut ids = std::mem::take(&mut self.asked);
        let found = self.find_actions(actions, &mut ids);
        let done = found.and_then(|()| {
            let size = self.fleet.part_size();
            let of_parts = ids.chunks(size).zip(actions.chunks(size));
            self.play_parts(of_parts, None, steps, |mut round, part, (ids, requests)| {
                round.run(part, &Asked { ids, requests })
            })
        });
        self.asked = ids;
        done
    }

    /// Finds the numbers of the actions that are asked for; `None` for one that only the other physics has.
    fn find_actions<A: RequestedAction>(
        &self,
        actions: &[A],
        ids: &mut Vec<Option<ActionId>>,
    ) -> Result<(), EpisodeError> {
        ids.clear();
        for (action, session) in actions.iter().zip(&self.sessions) {
            let catalogue = round::actions_of(session, &self.catalogue);
            let found = action.action(catalogue);
            let is_foreign = found.is_err() && round::is_of_some_physics(action, &self.catalogue);
            ids.push(if is_foreign { None } else { Some(found?) });
        }
        Ok(())
    }

    /// Returns one episode as plain data, without the history of actions. As [`Episode::save`](crate::Episode::save) it
    /// is for hosts and graders, never for a policy.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn save(&self, index: usize) -> Result<EpisodeState, EpisodeError> {
        let environment = self.fleet.snapshot(index)?;
        Ok(self.sessions[index].save(environment, self.info(index)?))
    }

    /// Continues one episode from a saved state of an episode of this scenario, of a batch or alone. The
    /// scenario of a [drawn](EpisodeRequest::Drawn) one is what
    /// [`generate`](firewatch_scenario::generate) gives for its difficulty and seed.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`]; [`EpisodeError::State`] or [`EpisodeError::Sim`]: the state is
    /// damaged, or is not one of this scenario and profile. All episodes go on as they were.
    pub fn restore(
        &mut self,
        index: usize,
        scenario: impl Into<Arc<Scenario>>,
        state: &EpisodeState,
    ) -> Result<(), EpisodeError> {
        // A state that does not fit must not reach the fleet.
        let scenario = scenario.into();
        let blueprint = state.blueprint(&scenario)?;
        let alone = Simulation::from_blueprint(&blueprint)?;
        let session = Session::restore(self.profile, scenario, state, &alone.view())?;
        self.fleet.reset(index, &blueprint)?;
        self.sessions[index] = session;
        self.sessions[index].forget_texts();
        Ok(())
    }

    fn session(&self, index: usize) -> Result<&Session, SimError> {
        let environments = self.len();
        let session = self.sessions.get(index);
        session.ok_or(SimError::UnknownEnvironment {
            index,
            environments,
        })
    }

    /// Which rules and numbers the episodes have.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Whether an episode of the batch has ended, and its steps.
    pub(crate) fn progress(&self, index: usize) -> (bool, u64) {
        let session = &self.sessions[index];
        (session.score.end().is_some(), session.steps)
    }

    /// What there has to be room for in an episode of the batch.
    pub(crate) fn needs(&self, index: usize) -> EpisodeNeeds {
        let session = &self.sessions[index];
        EpisodeNeeds {
            services: session.score.services(),
            ..EpisodeNeeds::of(&session.scenario)
        }
    }

    /// The score of one episode so far, for graders: it knows what no step tells before the end.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn score(&self, index: usize) -> Result<&Score, EpisodeError> {
        Ok(&self.session(index)?.score)
    }

    /// How the last action of one episode was judged, for graders: a policy that is trained or tested must not see it
    /// before [`BatchStep::verdict`] tells it. `None` before the first step.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn privileged_verdict(&self, index: usize) -> Result<Option<ActionVerdict>, EpisodeError> {
        Ok(self.session(index)?.verdict)
    }

    /// Returns the information about the last step of one episode, without the analysis in sentences.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn info(&self, index: usize) -> Result<Info, EpisodeError> {
        Ok(self
            .fleet
            .read(index, |view| self.sessions[index].info(view))?)
    }

    /// Returns the observation of one episode, without the history of actions.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn observation(&self, index: usize) -> Result<crate::Observation, EpisodeError> {
        let sessions = &self.sessions;
        Ok(self
            .fleet
            .read(index, |view| sessions[index].observation(view))?)
    }

    /// The environments. One of an episode that has ended has gone on.
    #[must_use]
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// Writes the chosen metrics of all services of all episodes; see [`Fleet::observe_into`].
    ///
    /// # Errors
    /// As [`Fleet::observe_into`].
    pub fn observe_into(
        &mut self,
        observation: &firewatch_sim::Observation,
        values: &mut [f32],
        mask: &mut [bool],
    ) -> Result<(), EpisodeError> {
        Ok(self.fleet.observe_into(observation, values, mask)?)
    }
}
