//! Beginning other episodes in the places of a batch.

use firewatch_sim::SimError;

use super::EpisodeBatch;
use crate::error::EpisodeError;
use crate::factory::PreparedEpisode;
use crate::request::EpisodeRequest;

impl EpisodeBatch {
    /// Begins another episode in each place that is true in `mask`, with its first tick done. The batch's
    /// threads share the work.
    ///
    /// # Errors
    /// [`SimError::BufferLength`] for the mask; and as [`crate::Episode::reset`] for the first place
    /// that has one. All requests are looked at before the first environment is replaced, and nothing fails
    /// after that, so no episode has begun then: all go on as they were. Under the reference profile the one
    /// of that place goes on with what the failed reset leaves, as in [`crate::Episode::reset`].
    ///
    /// A timeline's action that can't be carried out before the first tick is no error: see
    /// [`BatchStep::failed_action`](crate::BatchStep::failed_action).
    pub fn reset_masked(
        &mut self,
        mask: &[bool],
        mut request: impl FnMut(usize) -> EpisodeRequest,
    ) -> Result<(), EpisodeError> {
        SimError::check_length("the mask", mask.len(), self.len())?;
        let mut prepared = Vec::new();
        for index in (0..self.len()).filter(|&index| mask[index]) {
            let request = request(index);
            let episode = PreparedEpisode::new(self.profile, &request)
                .and_then(|episode| self.admitted(index, episode))
                .inspect_err(|_| self.sessions[index].after_failed_reset(&request))?;
            prepared.push((index, episode));
        }
        self.begin_prepared(&prepared)
    }

    /// Makes the kinds of fault of an episode known in the part of the place where it is to begin: after that nothing can
    /// fail when it does.
    pub(crate) fn admitted(
        &mut self,
        index: usize,
        prepared: PreparedEpisode,
    ) -> Result<PreparedEpisode, EpisodeError> {
        if let PreparedEpisode::Incident(incident) = &prepared {
            self.fleet.admit_kinds(index, &incident.blueprint)?;
        }
        Ok(prepared)
    }

    /// Begins the episodes of these places, in their order; each is [admitted](Self::admitted) there.
    pub(crate) fn begin_prepared(
        &mut self,
        prepared: &[(usize, PreparedEpisode)],
    ) -> Result<(), EpisodeError> {
        let size = self.fleet.part_size();
        let mut rest = prepared;
        let of_part = (1..).map(move |next_part| {
            let count = rest.partition_point(|(index, _)| *index < next_part * size);
            let (own, others) = rest.split_at(count);
            rest = others;
            own
        });
        let own = self.factories.iter_mut().zip(of_part);
        let own = own.zip(self.sessions.chunks_mut(size));
        let catalogue = &*self.catalogue;
        self.fleet.try_for_each_part(own, |part, own| {
            let ((factory, prepared), sessions) = own;
            let first = part.range().start;
            factory.reset(part, prepared)?;
            factory.begin(part, catalogue, prepared, |index, session| {
                sessions[index - first] = session
            })
        })?;
        Ok(())
    }
}
