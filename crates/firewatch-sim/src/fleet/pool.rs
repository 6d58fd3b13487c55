//! The threads that step a fleet's shards.
//!
//! Each tick is one round: every thread, the caller's too, takes the next shard that nobody has taken
//! until none is left. Which thread steps which shard decides nothing about the result: shards share
//! no state. Rounds allocate nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::shard::Shard;

pub(super) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    shards: Box<[Mutex<Shard>]>,
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
}

/// A shard or a round that a panic has left locked is as good as before: a tick writes plain data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// A pool that steps the shards with `threads` threads, the caller's included.
    pub(super) fn new(shards: Vec<Shard>, threads: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            shards: shards.into_iter().map(Mutex::new).collect(),
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
    pub(super) fn tick(&self, ticks: u64) {
        let shared = &*self.shared;
        shared.next_shard.store(0, Ordering::Relaxed);
        if self.threads.is_empty() {
            return shared.step_shards(ticks);
        }
        {
            let mut round = lock(&shared.round);
            round.number += 1;
            round.ticks = ticks;
            round.busy = self.threads.len();
        }
        shared.started.notify_all();
        shared.step_shards(ticks);
        let mut round = lock(&shared.round);
        while round.busy > 0 {
            round = shared
                .finished
                .wait(round)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn shard(&self, index: usize) -> MutexGuard<'_, Shard> {
        lock(&self.shared.shards[index])
    }
}

impl Shared {
    fn step_shards(&self, ticks: u64) {
        // Relaxed is enough: the lock of a shard orders what is done to it.
        while let Some(shard) = self
            .shards
            .get(self.next_shard.fetch_add(1, Ordering::Relaxed))
        {
            lock(shard).tick(ticks);
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
            // However the steps end, the round must: the caller waits for it.
            let _leave = Leave(self);
            self.step_shards(ticks);
        }
    }
}

/// Leaves the round when it is dropped.
struct Leave<'a>(&'a Shared);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        lock(&self.0.round).busy -= 1;
        self.0.finished.notify_one();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.shared.round).shut_down = true;
        self.shared.started.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has printed why; there is nothing to add.
            let _ = thread.join();
        }
    }
}
