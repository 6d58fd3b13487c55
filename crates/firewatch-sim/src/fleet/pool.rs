//! The shards of a fleet and the threads that work on them.
//!
//! A call of [`Pool::for_each`] is one round: every thread, the caller's too, takes the next shard that
//! nobody has taken until none is left. Which thread takes which shard decides nothing about the result:
//! shards share no state. The threads live as long as the pool.
//!
//! Work that panics (a host's closure can make it) leaves its shard between two states: the round is still
//! ended by all threads, then the panic goes on in the caller, and later rounds are refused.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::shard::Shard;
use crate::error::SimError;

pub(super) struct Pool {
    shards: Vec<Shard>,
    /// The threads besides the caller's; none where one thread does all.
    helpers: Option<ThreadPool>,
    /// A round has begun and not ended: it panicked.
    broken: bool,
}

/// Nothing that can panic is done while one of these locks is held.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// A pool of `threads` threads, the caller's included, or as many as there are shards.
    pub(super) fn new(shards: Vec<Shard>, threads: usize) -> Result<Self, SimError> {
        let helpers = match threads.min(shards.len()) {
            0 | 1 => None,
            threads => {
                let builder = ThreadPoolBuilder::new().num_threads(threads - 1);
                let named = builder.thread_name(|_| "firewatch-fleet".to_owned());
                Some({ named.build() }.map_err(|error| SimError::Threads(error.to_string()))?)
            }
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
    /// That of the first shard for which `work` has one; the others are worked on all the same.
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
            Some(helpers) => helpers.in_place_scope(|scope| {
                for _ in 0..helpers.current_num_threads() {
                    scope.spawn(|_| take_turns());
                }
                take_turns();
            }),
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
