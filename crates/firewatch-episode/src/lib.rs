//! Episodes: incidents that an agent or a person responds to, step by step.
//!
//! An [`Episode`] is reset to a scenario, a task or a difficulty and a seed, and answered step by step: each
//! step is a tick and an [action](firewatch_action::ActionCatalogue), and gives an [`Observation`] with
//! [alerts](firewatch_response::score::Alert), a [`Reward`](firewatch_response::score::Reward) with its parts, and
//! at the end a [`Grade`](firewatch_response::score::Grade). An [`EpisodeBatch`] has many of
//! them in one fleet, bit for bit the same; a [`TrainingBatch`] is one as trainers step it, with the codes of an
//! [`ActionEncoding`], the columns of an [`ObservationLayout`], and resets in between. [`Profile`](firewatch_action::Profile) says whether the
//! reference's rules hold, defects included, or what they were meant to be.
//!
//! # What the profiles differ in
//!
//! | | `reference` | `standard` |
//! | --- | --- | --- |
//! | [`EpisodeRequest::Drawn`] | a task's episode where a task has the difficulty and the seed, with its goals | drawn, always |
//! | a reset that fails | the episode before it goes on with the difficulty, seed and task of the reset, and counts its steps from 0 | the episode before it goes on as it was |
//! | a step after the end, or before the first reset | [`EpisodeStep::error`] with an empty [`Observation`]; nothing happens | [`EpisodeError::NotRunning`]: a mistake of the caller's is no step |
//! | a step whose action fails | [`EpisodeStep::error`] with an empty observation; the tick has happened, the reward is 0, and not even the last tick ends the episode | [`EpisodeStep::error`]; the tick is played and scored as one in which nothing is done. Of the built-in actions only `add_memory` can be one, where the memory limit is 0 and doubled: what else they can't take is rejected |
//! | how an action was judged | [`EpisodeStep::verdict`], in each step | [`EpisodeStep::verdict`] and [`Episode::verdicts`], once the incident is over; before that only [`Episode::privileged_verdicts`], for graders |
//!
//! The actions have a table of their own, in `actions/README.md` of `firewatch-action`.
//!
//! [`EpisodeRequest::Drawn`] draws by the reference's generator under the reference profile, and else by that of
//! scenarios, [`firewatch_scenario::generate`], in whose meshes the fault's service is called by another.

mod batch;
mod encoding;
mod episode;
mod error;
mod factory;
mod incident;
mod info;
mod layout;
mod observation;
mod request;
mod seed;
mod session;
mod start;
mod state;
mod training;
mod verdict;

pub use batch::{BatchStep, EpisodeBatch};
pub use encoding::{ActionEncoding, EncodedAction, EncodingError, LEVELS};
pub use episode::{Episode, EpisodeStep};
pub use error::EpisodeError;
pub use info::{EpisodeSummary, Info, SIMULATION_TYPE};
pub use layout::{Column, ObservationLayout};
pub use observation::{Observation, ObservedUsers};
pub use request::EpisodeRequest;
pub use seed::episode_seed;
pub use session::PastAction;
pub use state::EpisodeState;
pub use training::{
    AutoReset, NewEpisode, StepBuffers, StepError, TrainingBatch, TrainingBatchBuilder,
};
pub use verdict::ActionVerdict;
