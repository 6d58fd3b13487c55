//! Episodes as trainers step them: codes of actions in, numbers in the caller's memory out, resets in between.

mod buffers;
mod builder;
mod copy;
mod resets;
mod step;

use firewatch_sim::SimError;

pub use buffers::{StepBuffers, StepError};
pub use builder::TrainingBatchBuilder;

use crate::batch::{BatchStep, EpisodeBatch};
use crate::encoding::ActionEncoding;
use crate::error::EpisodeError;
use crate::factory::PreparedEpisode;
use crate::layout::ObservationLayout;
use crate::request::EpisodeRequest;
use crate::seed::episode_seed;

/// When an episode that has ended makes room for the next one of its environment. The modes are those of Gymnasium's
/// vector environments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoReset {
    /// The step after the end begins the next episode in place of a step: its code is ignored, its reward is 0, and its
    /// observation is the first of that episode.
    #[default]
    NextStep,
    /// The step that ends an episode also begins the next: its observation is the first of that, and the last one of the
    /// episode that has ended goes into [`StepBuffers::final_observations`].
    SameStep,
    /// Never: the caller [resets](TrainingBatch::reset), and until then steps are an error.
    Disabled,
}

/// An episode that is to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewEpisode {
    /// Index of its environment.
    pub environment: usize,
    /// Number of the episode in the environment, from 0.
    pub episode: u64,
    /// Its seed: [`episode_seed`] of the run's seed, the environment and the number.
    pub seed: u64,
}

/// Says with what an episode begins.
type Source<'a> = Box<dyn FnMut(NewEpisode) -> EpisodeRequest + Send + 'a>;

/// Episodes as trainers step them: an integer for each action, results in the caller's memory, resets in between.
///
/// An episode *terminates* when its incident ends: the ticks are done, it was declared resolved, or under the reference
/// profile the SLO budget is used up. Its ticks count as part of the incident: the last step pays the rest of the grade,
/// and no reward follows it. It is *truncated* where [`max_steps`](TrainingBatchBuilder::max_steps) cuts it off before
/// that: it has no grade then.
///
/// ```
/// use firewatch_episode::{AutoReset, EpisodeRequest, StepBuffers, TrainingBatch};
/// use firewatch_scenario::Difficulty;
///
/// # fn main() -> Result<(), firewatch_episode::EpisodeError> {
/// let environments = 16;
/// let mut batch = TrainingBatch::builder(environments, |new| EpisodeRequest::Drawn {
///     difficulty: Difficulty::Hard,
///     seed: new.seed,
/// })
/// .seed(1)
/// .auto_reset(AutoReset::NextStep)
/// .build()?;
///
/// let columns = batch.layout().len();
/// let mut observations = vec![0.0; environments * columns];
/// let mut legal = vec![false; environments * batch.encoding().len()];
/// let mut rewards = vec![0.0; environments];
/// let (mut terminated, mut truncated) = (vec![false; environments], vec![false; environments]);
/// let mut errors = vec![None; environments];
/// batch.observe_into(&mut observations)?;
/// for _ in 0..100 {
///     // The policy decides here.
///     batch.legal_into(&mut legal)?;
///     let codes = vec![0; environments];
///     batch.step(&codes, StepBuffers {
///         observations: &mut observations,
///         final_observations: None,
///         rewards: &mut rewards,
///         terminated: &mut terminated,
///         truncated: &mut truncated,
///         errors: &mut errors,
///     })?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct TrainingBatch<'a> {
    batch: EpisodeBatch,
    encoding: ActionEncoding,
    layout: ObservationLayout,
    auto_reset: AutoReset,
    max_steps: Option<u64>,
    seed: u64,
    source: Source<'a>,
    /// Of each environment: the number of its episode.
    episodes: Vec<u64>,
    /// Of each environment: how its episode has ended, if it has.
    ends: Vec<Option<End>>,
    // The rest is kept, so that steps don't allocate.
    steps: Vec<BatchStep>,
    /// What each environment does in the step.
    turns: Vec<Turn>,
    /// The environments that are stepped.
    stepped: Vec<bool>,
    /// The environments that are reset.
    begun: Vec<bool>,
    prepared: Vec<(usize, PreparedEpisode)>,
}

/// How an episode has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Terminated,
    Truncated,
}

/// What an environment does in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Nothing: it is not picked, or its code is an error.
    Stays,
    Steps,
    /// It begins its next episode.
    Begins,
}

impl std::fmt::Debug for TrainingBatch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrainingBatch")
            .field("environments", &self.len())
            .field("auto_reset", &self.auto_reset)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl TrainingBatch<'_> {
    /// Returns the number of environments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// Returns whether there is no environment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Returns the table of the codes of actions.
    #[must_use]
    pub fn encoding(&self) -> &ActionEncoding {
        &self.encoding
    }

    /// Returns the columns of observations.
    #[must_use]
    pub fn layout(&self) -> &ObservationLayout {
        &self.layout
    }

    /// Returns when episodes are reset.
    #[must_use]
    pub fn auto_reset(&self) -> AutoReset {
        self.auto_reset
    }

    /// Returns the episodes, to be read: scores, grades and states are for graders, never for a policy.
    #[must_use]
    pub fn batch(&self) -> &EpisodeBatch {
        &self.batch
    }

    /// Returns the results of the last step in full: rewards with their parts, grades, why an episode has ended. Those of an
    /// environment that did nothing in it are unspecified.
    #[must_use]
    pub fn steps(&self) -> &[BatchStep] {
        &self.steps
    }

    /// Returns which episode of its own an environment is in. What was [forked](Self::fork) or [loaded](Self::load) there
    /// changes neither its number nor this seed: that of what is played is
    /// [`EpisodeState::seed`](crate::EpisodeState) of [`save`](Self::save).
    ///
    /// # Errors
    /// [`SimError::UnknownEnvironment`].
    pub fn episode(&self, environment: usize) -> Result<NewEpisode, EpisodeError> {
        let environments = self.len();
        let index = environment;
        let episode = self.episodes.get(index).copied();
        let unknown = SimError::UnknownEnvironment {
            index,
            environments,
        };
        Ok(new_episode(self.seed, index, episode.ok_or(unknown)?))
    }

    /// Writes the present observations of all environments, in the shape environments, columns.
    ///
    /// # Errors
    /// [`SimError::BufferLength`]; nothing is written then.
    pub fn observe_into(&mut self, observations: &mut [f32]) -> Result<(), EpisodeError> {
        self.batch.observe_columns_into(&self.layout, observations)
    }

    /// Writes which codes are legal, in the shape environments, codes; see [`EpisodeBatch::legal_into`]. It changes only
    /// where an episode begins, or is forked or loaded.
    ///
    /// # Errors
    /// [`SimError::BufferLength`]; nothing is written then.
    pub fn legal_into(&self, legal: &mut [bool]) -> Result<(), EpisodeError> {
        self.batch.legal_into(&self.encoding, legal)
    }
}

/// The episode of that number in an environment.
fn new_episode(seed: u64, environment: usize, episode: u64) -> NewEpisode {
    NewEpisode {
        environment,
        episode,
        seed: episode_seed(seed, environment as u64, episode),
    }
}
