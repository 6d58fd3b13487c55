//! A round of all parts of a batch, side by side.

use firewatch_action::{ActionCatalogue, ActionId, Profile, RequestedAction};
use firewatch_sim::FleetPart;

use super::EpisodeBatch;
use super::round::{BatchRound, RoundChanges, TurnState};
use super::step::BatchStep;
use crate::error::EpisodeError;
use crate::session::Session;

/// The episodes of a part with what they are stepped with, but for what is asked of them.
pub(super) struct PartRound<'a> {
    profile: Profile,
    catalogue: &'a ActionCatalogue,
    pub(super) first: usize,
    pub(super) sessions: &'a mut [Session],
    turns: &'a mut [TurnState],
    steps: &'a mut [BatchStep],
    changes: &'a mut RoundChanges,
    picked: Option<&'a [bool]>,
}

impl PartRound<'_> {
    /// Steps the episodes, each with an action.
    pub(super) fn run<A: RequestedAction>(
        self,
        part: &mut FleetPart,
        asked: &[Option<ActionId>],
        actions: &[A],
    ) -> Result<(), EpisodeError> {
        BatchRound {
            catalogue: self.catalogue,
            profile: self.profile,
            first: self.first,
            sessions: self.sessions,
            turns: self.turns,
            asked,
            actions,
            steps: self.steps,
            changes: self.changes,
            picked: self.picked,
            declared: false,
        }
        .run(part)
    }
}

impl EpisodeBatch {
    /// Has `play` step the episodes of each part, with what is asked of them; `asked` has an item for each part.
    pub(super) fn play_parts<T: Send>(
        &mut self,
        asked: impl Iterator<Item = T> + Send,
        mask: Option<&[bool]>,
        steps: &mut [BatchStep],
        play: impl Fn(PartRound, &mut FleetPart, T) -> Result<(), EpisodeError> + Sync,
    ) -> Result<(), EpisodeError> {
        let size = self.fleet.part_size();
        let own = self.sessions.chunks_mut(size);
        let own = own.zip(self.turns.chunks_mut(size));
        let own = own.zip(steps.chunks_mut(size)).zip(&mut self.changes);
        let (catalogue, profile) = (&*self.catalogue, self.profile);
        self.fleet.try_for_each_part(own.zip(asked), |part, own| {
            let ((((sessions, turns), steps), changes), asked) = own;
            let first = part.range().start;
            let round = PartRound {
                profile,
                catalogue,
                first,
                picked: mask.map(|mask| &mask[first..first + sessions.len()]),
                sessions,
                turns,
                steps,
                changes,
            };
            play(round, part, asked)
        })
    }
}
