//! Beginning the next episodes of environments.

use firewatch_sim::SimError;

use super::{End, NewEpisode, StepError, TrainingBatch, new_episode};
use crate::error::EpisodeError;
use crate::factory::{EpisodeNeeds, PreparedEpisode};

impl TrainingBatch<'_> {
    /// Begins the next episode of each environment where the mask is true, and writes their first observations; the rows
    /// of the others stay as they are.
    ///
    /// # Errors
    /// [`SimError::BufferLength`], and as [`crate::EpisodeBatch::reset_masked`] for the first environment that has an
    /// error; [`SimError::ObservationTooSmall`], [`EpisodeError::TooManyUsers`]. No episode has begun then: all go on as they were.
    pub fn reset(&mut self, mask: &[bool], observations: &mut [f32]) -> Result<(), EpisodeError> {
        SimError::check_length("the mask", mask.len(), self.len())?;
        let values = self.len() * self.layout.len();
        SimError::check_length("observations", observations.len(), values)?;
        self.begun.copy_from_slice(mask);
        self.prepared.clear();
        for index in (0..mask.len()).filter(|&index| mask[index]) {
            let prepared = self.prepare_following(index)?;
            self.prepared.push((index, prepared));
        }
        self.begin_prepared()?;
        self.observe_begun(observations)
    }

    /// Begins anew with another seed: each environment with its first episode.
    ///
    /// # Errors
    /// As [`reset`](Self::reset).
    pub fn reseed(&mut self, seed: u64, observations: &mut [f32]) -> Result<(), EpisodeError> {
        let values = self.len() * self.layout.len();
        SimError::check_length("observations", observations.len(), values)?;
        self.begun.fill(true);
        self.prepared.clear();
        for index in 0..self.len() {
            let prepared = self.prepare(new_episode(seed, index, 0))?;
            self.prepared.push((index, prepared));
        }
        self.begin_prepared()?;
        self.seed = seed;
        self.episodes.fill(0);
        self.observe_begun(observations)
    }

    /// Prepares the next episode of each environment that is marked as begun. Where that can't be, the mark is taken back,
    /// and it has an error.
    pub(super) fn prepare_next(&mut self, errors: &mut [Option<StepError>]) {
        self.prepared.clear();
        for (index, place) in errors.iter_mut().enumerate() {
            if !self.begun[index] {
                continue;
            }
            match self.prepare_following(index) {
                Ok(prepared) => self.prepared.push((index, prepared)),
                Err(error) => {
                    self.begun[index] = false;
                    *place = Some(match error {
                        EpisodeError::Sim(SimError::ObservationTooSmall { .. })
                        | EpisodeError::TooManyUsers { .. }
                        | EpisodeError::Encoding(_) => StepError::DoesNotFit,
                        _ => StepError::ResetFailed,
                    });
                }
            }
        }
    }

    /// Prepares the episode of an environment after the one that it is in.
    fn prepare_following(&mut self, index: usize) -> Result<PreparedEpisode, EpisodeError> {
        self.prepare(new_episode(self.seed, index, self.episodes[index] + 1))
    }

    fn prepare(&mut self, new: NewEpisode) -> Result<PreparedEpisode, EpisodeError> {
        let request = (self.source)(new);
        let prepared = PreparedEpisode::new(self.batch.profile(), &request)?;
        self.check_fit(new.environment, prepared.needs())?;
        self.batch.admitted(new.environment, prepared)
    }

    /// Checks that there is room for an episode, and that its actions have codes.
    pub(super) fn check_fit(
        &self,
        environment: usize,
        needs: EpisodeNeeds,
    ) -> Result<(), EpisodeError> {
        self.layout.check_room(environment, needs)?;
        Ok(self.encoding.check_physics(needs.physics)?)
    }

    /// Begins what is prepared.
    pub(super) fn begin_prepared(&mut self) -> Result<(), EpisodeError> {
        if self.prepared.is_empty() {
            return Ok(());
        }
        self.batch.begin_prepared(&self.prepared)?;
        for place in 0..self.prepared.len() {
            let (index, _) = self.prepared[place];
            self.episodes[index] += 1;
            self.note_end(index);
        }
        Ok(())
    }

    /// Writes the observations of the environments that have begun.
    pub(super) fn observe_begun(&mut self, observations: &mut [f32]) -> Result<(), EpisodeError> {
        let begun = &self.begun;
        self.batch
            .observe_picked_into(&self.layout, |index| begun[index], observations)
    }

    /// Notes whether and how the episode of an environment has ended.
    pub(super) fn note_end(&mut self, index: usize) {
        let (has_ended, steps) = self.batch.progress(index);
        self.ends[index] = if has_ended {
            Some(End::Terminated)
        } else if self.max_steps.is_some_and(|most| steps >= most) {
            Some(End::Truncated)
        } else {
            None
        };
    }
}
