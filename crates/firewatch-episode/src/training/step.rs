//! A step of a training batch.

use firewatch_sim::SimError;

use super::{AutoReset, End, StepBuffers, StepError, TrainingBatch, Turn};
use crate::encoding::EncodingError;
use crate::error::EpisodeError;
use crate::layout::in_single;

impl TrainingBatch<'_> {
    /// Steps every environment by the code of its action.
    ///
    /// An environment with an error stays as it is, bit for bit, but for [`StepError::ActionFailed`]; the others go on.
    ///
    /// # Errors
    /// [`SimError::BufferLength`]: nothing has happened in any of the environments then, and nothing is written.
    pub fn step(&mut self, codes: &[u32], buffers: StepBuffers) -> Result<(), EpisodeError> {
        self.step_picked(None, codes, buffers)
    }

    /// Steps the environments where the mask is true. All others stay as they are, with their places in the buffers.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn step_masked(
        &mut self,
        mask: &[bool],
        codes: &[u32],
        buffers: StepBuffers,
    ) -> Result<(), EpisodeError> {
        SimError::check_length("the mask", mask.len(), self.len())?;
        self.step_picked(Some(mask), codes, buffers)
    }

    fn step_picked(
        &mut self,
        mask: Option<&[bool]>,
        codes: &[u32],
        mut buffers: StepBuffers,
    ) -> Result<(), EpisodeError> {
        SimError::check_length("codes of actions", codes.len(), self.len())?;
        let is_same_step = self.auto_reset == AutoReset::SameStep;
        buffers.check(self.len(), self.layout.len(), is_same_step)?;
        let is_picked = |index: usize| mask.is_none_or(|mask| mask[index]);
        for (index, &code) in codes.iter().enumerate() {
            let turn = match is_picked(index) {
                true => self.turn(index, code, &mut buffers.errors[index]),
                false => Turn::Stays,
            };
            self.turns[index] = turn;
            self.stepped[index] = turn == Turn::Steps;
            self.begun[index] = turn == Turn::Begins;
        }
        self.prepare_next(buffers.errors);
        self.play(mask, codes, buffers.observations)?;
        self.begin_prepared()?;
        for index in (0..self.len()).filter(|&index| is_picked(index)) {
            self.write_result(index, &mut buffers);
        }
        self.observe_begun(buffers.observations)?;
        self.begin_same_step(buffers)
    }

    /// Steps the environments whose turn it is, and writes the observations of all that begin no other episode.
    fn play(
        &mut self,
        mask: Option<&[bool]>,
        codes: &[u32],
        observations: &mut [f32],
    ) -> Result<(), EpisodeError> {
        let all_tick = (0..self.len()).all(|index| self.may_tick(index));
        let stepped = (!all_tick).then_some(&*self.stepped);
        let (layout, begun) = (&self.layout, &self.begun);
        let is_observed = |index: usize| mask.is_none_or(|mask| mask[index]) && !begun[index];
        let rows = observations.chunks_mut(self.batch.fleet().part_size() * layout.len());
        let steps = &mut self.steps;
        self.batch.play_codes(
            &self.encoding,
            codes,
            stepped,
            steps,
            rows,
            |part, sessions, rows| layout.write(part, sessions, is_observed, rows),
        )
    }

    /// Whether an environment may tick in the step: also one that has ended, if its next episode is sure to replace it.
    fn may_tick(&self, index: usize) -> bool {
        let is_replaced = self.begun[index] && self.ends[index] == Some(End::Terminated);
        self.stepped[index] || is_replaced
    }

    /// What an environment that is picked does in the step.
    fn turn(&self, index: usize, code: u32, error: &mut Option<StepError>) -> Turn {
        *error = None;
        if self.ends[index].is_some() {
            if self.auto_reset == AutoReset::Disabled {
                *error = Some(StepError::Ended);
                return Turn::Stays;
            }
            return Turn::Begins;
        }
        match self.batch.check_code(&self.encoding, index, code) {
            Ok(()) => Turn::Steps,
            Err(EncodingError::UnknownCode { .. }) => {
                *error = Some(StepError::UnknownCode);
                Turn::Stays
            }
            Err(_) => {
                *error = Some(StepError::IllegalCode);
                Turn::Stays
            }
        }
    }

    /// Writes what the step of an environment has come to, but for its observation.
    fn write_result(&mut self, index: usize, buffers: &mut StepBuffers) {
        let mut reward = 0.0;
        if self.turns[index] == Turn::Steps {
            let step = &self.steps[index];
            if step.error.is_some() {
                buffers.errors[index] = Some(StepError::ActionFailed);
            }
            reward = step.reward.total;
            self.note_end(index);
        }
        buffers.rewards[index] = in_single(reward);
        let end = self.ends[index];
        // The first observation of an episode is not its last one, even if it is over then.
        let is_first = self.begun[index];
        buffers.terminated[index] = end == Some(End::Terminated) && !is_first;
        buffers.truncated[index] = end == Some(End::Truncated) && !is_first;
    }

    /// Begins the episodes that are to begin in the same step, and keeps the last observations of those before.
    fn begin_same_step(&mut self, buffers: StepBuffers) -> Result<(), EpisodeError> {
        let Some(last) = buffers.final_observations else {
            return Ok(());
        };
        let columns = self.layout.len();
        let mut begins = false;
        for index in 0..self.len() {
            let ends = self.turns[index] == Turn::Steps && self.ends[index].is_some();
            self.begun[index] = ends;
            begins |= ends;
            if ends {
                let row = index * columns..(index + 1) * columns;
                last[row.clone()].copy_from_slice(&buffers.observations[row]);
            }
        }
        if !begins {
            return Ok(());
        }
        self.prepare_next(buffers.errors);
        self.begin_prepared()?;
        self.observe_begun(buffers.observations)
    }
}
