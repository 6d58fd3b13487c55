//! Many episodes at once.

mod round;

use std::sync::{Arc, Mutex, PoisonError};

use firewatch_scenario::score::{End, Grade, Reward, Score};
use firewatch_scenario::{ActionCatalogue, ActionId, Ask, FleetStage, Profile};
use firewatch_sim::{Fleet, SimError};

use crate::incident::{EpisodeError, Request};
use crate::nursery::Nursery;
use crate::observation::Info;
use crate::session::Session;
use round::{Round, Turn};

/// Episodes side by side, each of which goes through the same bits as in an [`crate::Episode`] alone.
///
/// Nobody reads along: no history of actions is kept, and under the standard profile no texts are made.
/// What is to be seen is read as numbers, with [`Fleet::observe_into`].
///
/// ```
/// use firewatch_episode::{BatchStep, EpisodeBatch, Request};
/// use firewatch_scenario::{ActionRequest, Difficulty, Profile};
///
/// # fn main() -> Result<(), firewatch_episode::EpisodeError> {
/// let drawn = |seed| Request::Drawn { difficulty: Difficulty::Hard, seed };
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
    nursery: Nursery,
    catalogue: Arc<ActionCatalogue>,
    fleet: Fleet,
    sessions: Vec<Session>,
    /// The action of each in this step. It and the turns are kept, so that steps don't allocate.
    asked: Vec<ActionId>,
    turns: Vec<Turn>,
}

/// What came of a step of one episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchStep {
    /// What the step earned; all 0 for one that was not done.
    pub reward: Reward,
    /// Whether the action could be done: `false` without a target that it needs.
    pub valid: bool,
    /// Whether it was done to a service that there was nothing to remedy about.
    pub wrong: bool,
    /// Why the episode has ended, if it has, now or earlier.
    pub end: Option<End>,
    /// The grade, if it has.
    pub grade: Option<Grade>,
    /// Why the step was not done: the episode had ended, or the action failed, as some do under the
    /// reference profile.
    pub error: Option<EpisodeError>,
}

impl EpisodeBatch {
    /// Episodes that go through a step together. So many, with all that a step touches, stay in a core's
    /// own cache from the tick to the last look.
    const PART: usize = 128;

    /// Begins an episode for each request, with the built-in actions of the profile. `threads` share the
    /// steps, the caller's included; what comes of them is the same with any number.
    ///
    /// # Errors
    /// As [`crate::Episode::reset`], for the first request that has one.
    pub fn new<'a>(
        profile: Profile,
        requests: impl IntoIterator<Item = Request<'a>>,
        threads: usize,
    ) -> Result<Self, EpisodeError> {
        let catalogue = Arc::new(ActionCatalogue::built_in(profile).clone());
        Self::with_actions(profile, catalogue, requests, threads)
    }

    /// The same with these actions, in all episodes. Incidents with actions of their own need them given:
    /// see [`Scenario::catalogue`](firewatch_scenario::Scenario::catalogue).
    ///
    /// # Errors
    /// As [`EpisodeBatch::new`].
    pub fn with_actions<'a>(
        profile: Profile,
        catalogue: Arc<ActionCatalogue>,
        requests: impl IntoIterator<Item = Request<'a>>,
        threads: usize,
    ) -> Result<Self, EpisodeError> {
        let mut nursery = Nursery::new(profile);
        let mut begun = Vec::new();
        let mut sessions = Vec::new();
        for request in requests {
            let (blueprint, session) = nursery.begin(&request)?;
            begun.push(blueprint);
            sessions.push(session);
        }
        let fleet = Fleet::with_shard_size(begun, threads, Self::PART)?;
        Ok(Self::begun(nursery, catalogue, fleet, sessions))
    }

    /// The same episode so many times over: it is begun once and copied, which costs a fraction of
    /// beginning each.
    ///
    /// # Errors
    /// As [`EpisodeBatch::new`].
    pub fn repeated(
        profile: Profile,
        catalogue: Arc<ActionCatalogue>,
        request: &Request,
        count: usize,
        threads: usize,
    ) -> Result<Self, EpisodeError> {
        let mut nursery = Nursery::new(profile);
        let (blueprint, session) = nursery.begin(request)?;
        let fleet = Fleet::with_shard_size(vec![blueprint; count], threads, Self::PART)?;
        let sessions = vec![session; count];
        Ok(Self::begun(nursery, catalogue, fleet, sessions))
    }

    fn begun(
        nursery: Nursery,
        catalogue: Arc<ActionCatalogue>,
        fleet: Fleet,
        sessions: Vec<Session>,
    ) -> Self {
        Self {
            nursery,
            catalogue,
            fleet,
            asked: Vec::with_capacity(sessions.len()),
            turns: vec![Turn::Over; sessions.len()],
            sessions,
        }
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

    /// Begins another episode in each place that is true in `mask`, with its first tick done.
    ///
    /// # Errors
    /// [`SimError::BufferLength`] for the mask; and as [`crate::Episode::reset`] for the first place
    /// that has one: those before it have begun another then, it and those behind it have not.
    pub fn reset_masked<'a>(
        &mut self,
        mask: &[bool],
        mut request: impl FnMut(usize) -> Request<'a>,
    ) -> Result<(), EpisodeError> {
        SimError::check_length("the mask", mask.len(), self.len())?;
        for (index, _) in mask.iter().enumerate().filter(|(_, reset)| **reset) {
            let (blueprint, session) = self.nursery.begin(&request(index))?;
            self.fleet.reset(index, &blueprint)?;
            self.sessions[index] = session;
        }
        Ok(())
    }

    /// A step of every episode, with an action for each. One that has ended waits for its reset; its
    /// environment ticks on meanwhile.
    ///
    /// # Errors
    /// [`SimError::BufferLength`], [`firewatch_scenario::ActionError::Unknown`]: nothing has happened
    /// in any of the episodes then.
    pub fn step<A: Ask + Sync>(
        &mut self,
        actions: &[A],
        steps: &mut [BatchStep],
    ) -> Result<(), EpisodeError> {
        SimError::check_length("actions", actions.len(), self.len())?;
        SimError::check_length("steps", steps.len(), self.len())?;
        self.asked.clear();
        for action in actions {
            self.asked.push(action.action(&self.catalogue)?);
        }
        for (environment, session) in self.sessions.iter_mut().enumerate() {
            session.before_tick(&mut FleetStage {
                fleet: &mut self.fleet,
                environment,
            })?;
        }
        let size = self.fleet.part_size();
        let sessions = self.sessions.chunks_mut(size);
        let turns = self.turns.chunks_mut(size);
        let asked = self.asked.chunks(size);
        let asked = asked.zip(actions.chunks(size));
        let own = sessions.zip(turns).zip(asked).zip(steps.chunks_mut(size));
        let (catalogue, profile) = (&*self.catalogue, self.nursery.profile());
        // That of the first part which has one, whichever comes first in time.
        let failure: Mutex<Option<(usize, EpisodeError)>> = Mutex::new(None);
        self.fleet.tick_parts(own, |part, own| {
            let (((sessions, turns), (asked, actions)), steps) = own;
            let first = part.range().start;
            let round = Round {
                catalogue,
                profile,
                first,
                sessions,
                turns,
                asked,
                actions,
                steps,
            };
            if let Err(error) = round.play(part) {
                let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
                if failure.as_ref().is_none_or(|(other, _)| first < *other) {
                    *failure = Some((first, error));
                }
            }
        });
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        failure.map_or(Ok(()), |(_, error)| Err(error))
    }

    /// The score of one episode so far.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn score(&self, index: usize) -> Result<&Score, EpisodeError> {
        let environments = self.len();
        let session = self.sessions.get(index);
        let session = session.ok_or(SimError::UnknownEnvironment {
            index,
            environments,
        })?;
        Ok(&session.score)
    }

    /// What else is said about the last step of one episode.
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn info(&self, index: usize) -> Result<Info, EpisodeError> {
        Ok(self
            .fleet
            .read(index, |view| self.sessions[index].info(view))?)
    }

    /// What is to be seen of one episode, but for the history of actions.
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
