//! The shards of a fleet and the threads that work on them.
//!
//! A call of [`Pool::for_each`] is one round: every thread, the caller's too, takes the next free
//! shard until none is left. Which thread takes which shard does not change the result: shards share no state. The threads live as long as the pool.
//!
//! Rounds often follow one another at once, and waking a thread takes longer than a tick of a shard. After
//! a round the threads therefore look for the next one for a short while before they go to sleep.
//!
//! Work that panics (a host's closure can) leaves its shard inconsistent: all threads still finish the round,
//! then the panic continues in the caller, and later rounds panic.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::helpers::Helpers;
use super::shard::Shard;
use crate::world::error::SimError;

pub(super) struct Pool {
    shards: Vec<Shard>,
    /// The worker threads; none if the caller's thread does all.
    helpers: Option<Helpers>,
    /// A round has begun and not ended: it panicked.
    broken: bool,
}

/// A panic while a lock is held, as of what the caller hands over, leaves the pool [broken](Pool::broken).
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// A pool of `threads` threads, the caller's included, but at most one for each shard.
    pub(super) fn new(shards: Vec<Shard>, threads: usize) -> Result<Self, SimError> {
        let helpers = match threads.min(shards.len()) {
            0 | 1 => None,
            threads => Some(Helpers::new(threads - 1)?),
        };
        Ok(Self {
            shards,
            helpers,
            broken: false,
        })
    }

    /// Hands each shard with its index and what there is for it in `own` to `work`, on all threads.
    /// Shards beyond the end of `own` are left out.
    ///
    /// On one thread it allocates nothing; on several, a job for each thread.
    ///
    /// # Errors
    /// That of the first shard for which `work` has one; the other shards are still worked on.
    ///
    /// # Panics
    /// If `work` does, in this round or in an earlier one.
    pub(super) fn for_each<T: Send, E: Send>(
        &mut self,
        own: impl Iterator<Item = T> + Send,
        work: impl Fn(usize, &mut Shard, T) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        assert!(!self.broken, "work on this fleet has panicked before");
        self.broken = true;
        let rest = Mutex::new(self.shards.iter_mut().enumerate().zip(own));
        let next = || lock(&rest).next();
        let failure: Mutex<Option<(usize, E)>> = Mutex::new(None);
        let take_turns = || {
            while let Some(((index, shard), own)) = next() {
                if let Err(error) = work(index, shard, own) {
                    let mut failure = lock(&failure);
                    if failure.as_ref().is_none_or(|(first, _)| index < *first) {
                        *failure = Some((index, error));
                    }
                }
            }
        };
        match &self.helpers {
            None => take_turns(),
            Some(helpers) => helpers.run(&take_turns),
        }
        self.broken = false;
        let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
        failure.map_or(Ok(()), |(_, error)| Err(error))
    }

    /// A shard, to be read.
    pub(super) fn shard(&self, index: usize) -> &Shard {
        &self.shards[index]
    }

    /// A shard, to be changed.
    pub(super) fn shard_mut(&mut self, index: usize) -> &mut Shard {
        &mut self.shards[index]
    }
}
