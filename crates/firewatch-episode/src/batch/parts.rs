//! A round of all parts of a batch, side by side.

use firewatch_sim::FleetPart;

use super::EpisodeBatch;
use super::round::BatchRound;
use super::step::BatchStep;
use crate::error::EpisodeError;

impl EpisodeBatch {
    /// Has `play` step the episodes of each part, with what is asked of them; `asked` has an item for each part.
    pub(super) fn play_parts<T: Send>(
        &mut self,
        asked: impl Iterator<Item = T> + Send,
        mask: Option<&[bool]>,
        steps: &mut [BatchStep],
        play: impl Fn(BatchRound, &mut FleetPart, T) -> Result<(), EpisodeError> + Sync,
    ) -> Result<(), EpisodeError> {
        let size = self.fleet.part_size();
        let own = self.sessions.chunks_mut(size);
        let own = own.zip(self.turns.chunks_mut(size));
        let own = own.zip(steps.chunks_mut(size)).zip(&mut self.changes);
        let (catalogue, profile) = (&*self.catalogue, self.profile);
        self.fleet.try_for_each_part(own.zip(asked), |part, own| {
            let ((((sessions, turns), steps), changes), asked) = own;
            let first = part.range().start;
            let round = BatchRound {
                profile,
                catalogue,
                first,
                picked: mask.map(|mask| &mask[first..first + sessions.len()]),
                sessions,
                turns,
                steps,
                changes,
                declared: false,
            };
            play(round, part, asked)
        })
    }
}
