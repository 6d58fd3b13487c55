//! Steps of a batch by the codes of actions.

use std::array;
use std::iter::repeat;

use firewatch_scenario::Physics;
use firewatch_sim::{FleetPart, SimError};

use super::EpisodeBatch;
use super::round::{Asked, BatchRound, PART};
use super::step::BatchStep;
use crate::encoding::ActionEncoding;
use crate::error::EpisodeError;
use crate::session::Session;

impl EpisodeBatch {
    /// Makes an encoding of the actions that there are in these episodes, with room for `services` services, and for
    /// those of every episode that there is.
    ///
    /// # Errors
    /// [`crate::EncodingError::TooManyCodes`].
    pub fn encoding(&self, services: usize) -> Result<ActionEncoding, EpisodeError> {
        let has = |physics: &&Physics| self.sessions.iter().any(|one| shape(one).0 == **physics);
        let physics: Vec<Physics> = Physics::ALL.iter().filter(has).copied().collect();
        let most = self.sessions.iter().map(|session| shape(session).1).max();
        let services = services.max(most.unwrap_or_default());
        Ok(ActionEncoding::new(&self.catalogue, &physics, services)?)
    }

    /// Steps the episodes by the codes of their actions; with a mask only those where it is true, and all others stay as
    /// they are, with their places in `steps`. A step by code is the same as one by name, bit for bit.
    ///
    /// # Errors
    /// [`SimError::BufferLength`], [`crate::EncodingError`]: nothing has happened in any of the episodes then.
    /// [`TrainingBatch`](crate::TrainingBatch) has an error for each episode instead.
    pub fn step_encoded(
        &mut self,
        encoding: &ActionEncoding,
        codes: &[u32],
        mask: Option<&[bool]>,
        steps: &mut [BatchStep],
    ) -> Result<(), EpisodeError> {
        SimError::check_length("codes of actions", codes.len(), self.len())?;
        SimError::check_length("steps", steps.len(), self.len())?;
        if let Some(mask) = mask {
            SimError::check_length("the mask", mask.len(), self.len())?;
        }
        encoding.check_catalogue(&self.catalogue)?;
        for (index, (&code, session)) in codes.iter().zip(&self.sessions).enumerate() {
            if mask.is_none_or(|mask| mask[index]) {
                encoding.resolve(index, code, shape(session))?;
            }
        }
        self.play_codes(encoding, codes, mask, steps, repeat(()), |_, _, ()| Ok(()))
    }

    /// Writes which codes are legal in each episode, in the shape episodes, codes: those of services and actions that
    /// it has. Nothing but its mesh and its physics decides that: faults and states don't.
    ///
    /// # Errors
    /// [`SimError::BufferLength`]; nothing is written then.
    pub fn legal_into(
        &self,
        encoding: &ActionEncoding,
        legal: &mut [bool],
    ) -> Result<(), EpisodeError> {
        let codes = encoding.len();
        SimError::check_length("the mask of legal codes", legal.len(), self.len() * codes)?;
        // Neighbours are often alike, and a copy is faster.
        let mut written = None;
        for (index, session) in self.sessions.iter().enumerate() {
            let shape = shape(session);
            let (before, rest) = legal.split_at_mut(index * codes);
            if written == Some(shape) {
                rest[..codes].copy_from_slice(&before[before.len() - codes..]);
            } else {
                encoding.write_legal(shape, &mut rest[..codes]);
                written = Some(shape);
            }
        }
        Ok(())
    }

    /// Checks that a code is legal in an episode of this batch.
    pub(crate) fn check_code(
        &self,
        encoding: &ActionEncoding,
        index: usize,
        code: u32,
    ) -> Result<(), crate::encoding::EncodingError> {
        let shape = shape(&self.sessions[index]);
        encoding.resolve(index, code, shape).map(|_| ())
    }

    /// Steps the picked episodes by codes that were checked; the codes of the others are not looked at. `after` is done to
    /// each part and its item of `own` at once, while what the part has read is in the processor's caches.
    pub(crate) fn play_codes<T: Send>(
        &mut self,
        encoding: &ActionEncoding,
        codes: &[u32],
        mask: Option<&[bool]>,
        steps: &mut [BatchStep],
        own: impl Iterator<Item = T> + Send,
        after: impl Fn(&mut FleetPart, &[Session], T) -> Result<(), EpisodeError> + Sync,
    ) -> Result<(), EpisodeError> {
        let asked = codes.chunks(self.fleet.part_size()).zip(own);
        self.play_parts(asked, mask, steps, |mut round, part, (codes, own)| {
            round.run_codes(part, encoding, codes)?;
            after(part, round.sessions, own)
        })
    }
}

impl BatchRound<'_> {
    /// Steps the episodes of the part, each with the action of its code.
    fn run_codes(
        &mut self,
        part: &mut FleetPart,
        encoding: &ActionEncoding,
        codes: &[u32],
    ) -> Result<(), EpisodeError> {
        // Before the codes are looked up, which are of all places.
        if self.is_idle() {
            return Ok(());
        }
        let (first, sessions) = (self.first, &*self.sessions);
        let count = sessions.len();
        let request = |place: usize| {
            let session = sessions.get(place).or(sessions.first())?;
            let code = codes.get(place).copied().unwrap_or_default();
            let code = encoding.resolve(first + place, code, shape(session)).ok();
            code.or_else(|| encoding.waiting(session.scenario.physics))
        };
        // Of an episode that is not stepped, whatever there is.
        let Some(any) = request(0).or_else(|| encoding.waiting_anywhere()) else {
            return Ok(());
        };
        let requests: [_; PART] = array::from_fn(|place| request(place).unwrap_or(any));
        let ids = requests.map(|request| Some(request.action));
        let asked = Asked {
            ids: &ids[..count],
            requests: &requests[..count],
        };
        self.run(part, &asked)
    }
}

/// The physics of an episode, and the number of its services.
pub(super) fn shape(session: &Session) -> (Physics, usize) {
    (session.scenario.physics, session.score.services())
}
