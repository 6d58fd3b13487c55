//! Why an episode could not begin, or a step not be done.

use firewatch_action::{ActionError, StateError};
use firewatch_reference::UnknownTask;
use firewatch_sim::SimError;
use thiserror::Error;

use crate::encoding::EncodingError;

/// Why an episode could not begin, or a step not be done.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum EpisodeError {
    /// There is no such task.
    #[error(transparent)]
    Task(#[from] UnknownTask),
    /// The task names a service that the reference's catalogue does not have.
    #[error(
        "the task {task} can't begin under the reference profile: the catalogue does not have its service `{service}`"
    )]
    Unregistered {
        /// Id of the task.
        task: &'static str,
        /// The service.
        service: String,
    },
    /// The incident is one of traffic, which the reference does not have.
    #[error(
        "an incident of the physics `traffic` can't be played under the reference profile: take `standard`"
    )]
    ClassicProfile,
    /// The episode is over, or none has begun: [`crate::Episode::reset`] begins one.
    #[error("no episode is running: a reset begins one")]
    NotRunning,
    /// The action could not be done. The tick has happened.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// A code of an action was refused: nothing has happened.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// The layout of observations has room for groups of users, and an episode has more.
    #[error(
        "environment {environment} has {groups} groups of users, and the layout has room for {room}: make more with `ObservationLayout::with_users`"
    )]
    TooManyUsers {
        /// Index of the environment.
        environment: usize,
        /// Groups of users that it has.
        groups: usize,
        /// Groups that there is room for.
        room: usize,
    },
    /// More room was asked for than the layout has that was given.
    #[error(
        "room for {asked} {what} was asked for, and the layout has room for {room}: make it with room for {asked}"
    )]
    LayoutTooSmall {
        /// Services or groups of users.
        what: &'static str,
        /// How many were asked for.
        asked: usize,
        /// How many the layout has room for.
        room: usize,
    },
    /// Episodes were to be cut off before their first step.
    #[error("an episode is cut off after 1 step or later, not after 0")]
    NoSteps,
    /// A saved state was refused.
    #[error(transparent)]
    State(#[from] StateError),
    /// The incident can't be built, or the batch has no episode of that index.
    #[error(transparent)]
    Sim(#[from] SimError),
}

impl EpisodeError {
    /// Whether the reference shows it as an empty observation.
    pub(crate) fn is_shown(&self) -> bool {
        matches!(
            self,
            Self::NotRunning | Self::Action(ActionError::Raised { .. } | ActionError::Unfit { .. })
        )
    }
}
