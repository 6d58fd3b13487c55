//! Beginning the next episodes of environments.

use firewatch_scenario::Physics;
use firewatch_sim::SimError;

use super::{End, StepError, TrainingBatch, new_episode};
use crate::error::EpisodeError;
use crate::factory::PreparedEpisode;

impl TrainingBatch<'_> {
    /// Begins the next episode of each environment where the mask is true, and writes their first observations; the rows
    /// of the others stay as they are.
    ///
    /// # Errors
    /// [`SimError::BufferLength`], and as [`crate::EpisodeBatch::reset_masked`] for the first environment that has an
    /// error; [`SimError::ObservationTooSmall`]. No episode has begun then: all go on as they were.
    pub fn reset(&mut self, mask: &[bool], observations: &mut [f32]) -> Result<(), EpisodeError> {
        SimError::check_length("the mask", mask.len(), self.len())?;
        let values = self.len() * self.layout.len();
        SimError::check_length("observations", observations.len(), values)?;
        self.begun.copy_from_slice(mask);
        self.prepared.clear();
        for index in (0..mask.len()).filter(|&index| mask[index]) {
            let prepared = self.prepare(index, self.episodes[index] + 1)?;
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
        let before = std::mem::replace(&mut self.seed, seed);
        self.begun.fill(true);
        self.prepared.clear();
        for index in 0..self.len() {
            match self.prepare(index, 0) {
                Ok(prepared) => self.prepared.push((index, prepared)),
                Err(error) => {
                    self.seed = before;
                    return Err(error);
                }
            }
        }
        self.begin_prepared()?;
        self.episodes.fill(0);
        self.observe_begun(observations)
    }

    /// Begins the next episode of each environment that is marked as begun. Where that can't be, its end and its mark are
    /// taken back to what they were, and it has an error.
    pub(super) fn begin_next(
        &mut self,
        errors: &mut [Option<StepError>],
    ) -> Result<(), EpisodeError> {
        self.prepared.clear();
        for (index, place) in errors.iter_mut().enumerate() {
            if !self.begun[index] {
                continue;
            }
            match self.prepare(index, self.episodes[index] + 1) {
                Ok(prepared) => self.prepared.push((index, prepared)),
                Err(error) => {
                    self.begun[index] = false;
                    *place = Some(match error {
                        EpisodeError::Sim(SimError::ObservationTooSmall { .. })
                        | EpisodeError::Encoding(_) => StepError::DoesNotFit,
                        _ => StepError::ResetFailed,
                    });
                }
            }
        }
        self.begin_prepared()
    }

    /// Prepares that episode of an environment.
    fn prepare(&mut self, index: usize, episode: u64) -> Result<PreparedEpisode, EpisodeError> {
        let request = (self.source)(new_episode(self.seed, index, episode));
        let prepared = PreparedEpisode::new(self.batch.profile(), &request)?;
        self.check_fit(index, prepared.shape())?;
        Ok(prepared)
    }

    /// Checks that there is room for an episode of that number of services, and that its actions have codes.
    pub(super) fn check_fit(
        &self,
        environment: usize,
        (physics, services): (Physics, usize),
    ) -> Result<(), EpisodeError> {
        let room = self.layout.services();
        if services > room {
            return Err(EpisodeError::Sim(SimError::ObservationTooSmall {
                environment,
                services,
                room,
            }));
        }
        Ok(self.encoding.check_physics(physics)?)
    }

    /// Begins what is prepared.
    fn begin_prepared(&mut self) -> Result<(), EpisodeError> {
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
