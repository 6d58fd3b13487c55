//! The caller's memory that a step writes to.

use firewatch_sim::SimError;
use thiserror::Error;

/// The caller's memory that a step writes to. Each has a place for each environment, in order.
#[derive(Debug)]
pub struct StepBuffers<'b> {
    /// The observations after the step, in the shape environments, columns.
    pub observations: &'b mut [f32],
    /// The last observations of the episodes that have ended, in the same shape; only under
    /// [`AutoReset::SameStep`](crate::AutoReset::SameStep), and there it is needed. The rows of other environments stay as they are.
    pub final_observations: Option<&'b mut [f32]>,
    /// The rewards of the step; 0 where none was done.
    pub rewards: &'b mut [f32],
    /// Whether the incident has ended in the step: not that of a single tick, which is over when it begins. Where no other episode takes its place, with [`AutoReset::Disabled`](crate::AutoReset::Disabled)
    /// or [`StepError::DoesNotFit`], it stays true in later steps, and so does `truncated`: an end counts where `errors` has
    /// nothing.
    pub terminated: &'b mut [bool],
    /// Whether the episode was cut off before that.
    pub truncated: &'b mut [bool],
    /// Why nothing was done in an environment.
    pub errors: &'b mut [Option<StepError>],
}

/// Why nothing, or only a tick, was done in an environment, while the others went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum StepError {
    /// There is no such code.
    #[error("there is no such code of an action")]
    UnknownCode,
    /// The environment does not have the service or the action of the code.
    #[error("the environment does not have the service or the action of the code")]
    IllegalCode,
    /// Its episode has ended, and the batch does not reset by itself.
    #[error("the episode has ended: reset it")]
    Ended,
    /// The next episode could not begin; the one that has ended stays.
    #[error("the next episode can't begin: its incident can't be built")]
    ResetFailed,
    /// The next episode has more services or groups of users than there is room for, or a physics whose actions have no
    /// codes; the one that has ended stays.
    #[error(
        "the next episode has more services, more groups of users or other physics than there is room for"
    )]
    DoesNotFit,
    /// The action failed. Unlike with all others, the tick has happened.
    #[error("the action failed; its tick has happened")]
    ActionFailed,
}

impl StepBuffers<'_> {
    /// Checks the lengths of all.
    ///
    /// # Errors
    /// [`SimError::BufferLength`].
    pub(super) fn check(
        &self,
        environments: usize,
        columns: usize,
        has_final: bool,
    ) -> Result<(), SimError> {
        let values = environments * columns;
        let check = SimError::check_length;
        check("observations", self.observations.len(), values)?;
        match (&self.final_observations, has_final) {
            (Some(rows), true) => check("final observations", rows.len(), values)?,
            (Some(rows), false) => {
                check("final observations without same-step resets", rows.len(), 0)?
            }
            (None, true) => check("final observations", 0, values)?,
            (None, false) => {}
        }
        check("rewards", self.rewards.len(), environments)?;
        check("terminated", self.terminated.len(), environments)?;
        check("truncated", self.truncated.len(), environments)?;
        check("errors", self.errors.len(), environments)
    }
}
