//! The threads that step a fleet's shards.
//!
//! A call of tick is one round: every thread, the caller's too, takes the next shard that nobody has
//! taken until none is left. Which thread steps which shard decides nothing about the result: shards
//! share no state. Rounds allocate nothing.
//!
//! A tick that panics (only a host's own system can make it) leaves its shard between two states. The
//! round is still ended by all threads, then the panic goes on in the caller; later rounds are refused.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::thread::JoinHandle;

use super::shard::Shard;

pub(super) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    shards: Box<[RwLock<Shard>]>,
    round: Mutex<Round>,
    started: Condvar,
    finished: Condvar,
    next_shard: AtomicUsize,
}

#[derive(Default)]
struct Round {
    number: u64,
    ticks: u64,
    /// Threads of the pool that are still at it.
    busy: usize,
    shut_down: bool,
    /// What a thread of the pool panicked with in this round.
    panic: Option<Box<dyn Any + Send>>,
    /// A tick has panicked: there is no next round.
    broken: bool,
}

fn lock(round: &Mutex<Round>) -> MutexGuard<'_, Round> {
    // Nothing that can panic is done while the lock is held.
    round.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(shard: &RwLock<Shard>) -> RwLockWriteGuard<'_, Shard> {
    shard.write().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// A pool that steps the shards with `threads` threads, the caller's included.
    pub(super) fn new(shards: Vec<Shard>, threads: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            shards: shards.into_iter().map(RwLock::new).collect(),
            round: Mutex::default(),
            started: Condvar::new(),
            finished: Condvar::new(),
            next_shard: AtomicUsize::new(0),
        });
        let mut pool = Self {
            shared,
            threads: Vec::new(),
        };
        for _ in 1..threads {
            let shared = Arc::clone(&pool.shared);
            let builder = std::thread::Builder::new().name("firewatch-fleet".to_owned());
            pool.threads.push(builder.spawn(move || shared.work())?);
        }
        Ok(pool)
    }

    /// Steps every shard.
    ///
    /// # Panics
    /// If a system of a host's panics, in this round or in an earlier one.
    pub(super) fn tick(&mut self, ticks: u64) {
        let shared = &*self.shared;
        {
            let mut round = lock(&shared.round);
            if round.broken {
                drop(round);
                resume_unwind(Box::new("a tick of this fleet has panicked before"));
            }
            shared.next_shard.store(0, Ordering::Relaxed);
            round.number += 1;
            round.ticks = ticks;
            round.busy = self.threads.len();
        }
        shared.started.notify_all();
        let own = catch_unwind(AssertUnwindSafe(|| shared.step_shards(ticks)));
        let mut round = lock(&shared.round);
        while round.busy > 0 {
            round = shared
                .finished
                .wait(round)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(panic) = own.err().or(round.panic.take()) {
            round.broken = true;
            drop(round);
            resume_unwind(panic);
        }
    }

    /// A shard, to be read; others, and the same, can be read meanwhile.
    pub(super) fn shard(&self, index: usize) -> RwLockReadGuard<'_, Shard> {
        self.shared.shards[index]
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A shard, to be changed.
    pub(super) fn shard_mut(&mut self, index: usize) -> RwLockWriteGuard<'_, Shard> {
        write(&self.shared.shards[index])
    }
}

impl Shared {
    fn step_shards(&self, ticks: u64) {
        // Relaxed is enough: the lock of a shard orders what is done to it.
        while let Some(shard) = self
            .shards
            .get(self.next_shard.fetch_add(1, Ordering::Relaxed))
        {
            write(shard).tick(ticks);
        }
    }

    fn work(&self) {
        let mut done = 0;
        loop {
            let ticks = {
                let mut round = lock(&self.round);
                while round.number == done && !round.shut_down {
                    round = self
                        .started
                        .wait(round)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                if round.shut_down {
                    return;
                }
                done = round.number;
                round.ticks
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| self.step_shards(ticks)));
            let mut round = lock(&self.round);
            if let Err(panic) = outcome {
                round.panic.get_or_insert(panic);
            }
            round.busy -= 1;
            self.finished.notify_one();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.shared.round).shut_down = true;
        self.shared.started.notify_all();
        for thread in self.threads.drain(..) {
            // Its panics were caught and have gone on in `tick`.
            let _ = thread.join();
        }
    }
}
