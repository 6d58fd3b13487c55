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
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
use std::thread::JoinHandle;

use super::shard::Shard;

pub(super) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// Looks at whether something has happened before a thread goes to sleep over it. Rounds often follow one
/// another at once, and waking a thread takes longer than stepping a shard.
const SPINS: usize = 2_000;

struct Shared {
    shards: Box<[RwLock<Shard>]>,
    round: Mutex<Round>,
    started: Condvar,
    finished: Condvar,
    next_shard: AtomicUsize,
    /// Rounds begun. It changes while the round is locked.
    rounds: AtomicU64,
    /// Threads of the pool that are still at it. It changes while the round is locked.
    busy: AtomicUsize,
    spins: usize,
}

#[derive(Default)]
struct Round {
    ticks: u64,
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
    /// A pool that steps the shards with `threads` threads, the caller's included, or as many as there are
    /// shards.
    pub(super) fn new(shards: Vec<Shard>, threads: usize) -> std::io::Result<Self> {
        let threads = threads.min(shards.len());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let shared = Arc::new(Shared {
            shards: shards.into_iter().map(RwLock::new).collect(),
            round: Mutex::default(),
            started: Condvar::new(),
            finished: Condvar::new(),
            next_shard: AtomicUsize::new(0),
            rounds: AtomicU64::new(0),
            busy: AtomicUsize::new(0),
            // A thread that waits must not take the core of one that works.
            spins: if threads <= cores { SPINS } else { 0 },
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
        self.refuse_if_broken();
        let shared = &*self.shared;
        {
            let mut round = lock(&shared.round);
            shared.next_shard.store(0, Ordering::Relaxed);
            round.ticks = ticks;
            shared.busy.store(self.threads.len(), Ordering::Release);
            shared.rounds.fetch_add(1, Ordering::Release);
        }
        shared.started.notify_all();
        let own = catch_unwind(AssertUnwindSafe(|| shared.step_shards(ticks)));
        let is_over = || shared.busy.load(Ordering::Acquire) == 0;
        shared.spin_until(is_over);
        let mut round = lock(&shared.round);
        while !is_over() {
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

    /// Steps every shard by a tick, and hands it on with what there is for it in `own`. A thread that has
    /// stepped a shard goes on with that before it takes the next: so all of it is still in its cache.
    ///
    /// The threads of the pool only run what the pool owns; those here end with the call.
    ///
    /// # Panics
    /// As [`tick`](Self::tick), and if `then` does.
    pub(super) fn tick_each<T: Send>(
        &mut self,
        own: impl Iterator<Item = T> + Send,
        then: impl Fn(usize, RwLockWriteGuard<Shard>, T) + Sync,
    ) {
        self.refuse_if_broken();
        let shared = &*self.shared;
        let own = own.map(Some).chain(std::iter::repeat_with(|| None));
        let rest = Mutex::new(shared.shards.iter().enumerate().zip(own));
        let next = || rest.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            while let Some(((index, shard), own)) = next() {
                let mut shard = write(shard);
                let outcome = catch_unwind(AssertUnwindSafe(|| shard.tick(1)));
                if let Err(panic) = outcome {
                    lock(&shared.round).broken = true;
                    resume_unwind(panic);
                }
                if let Some(own) = own {
                    then(index, shard, own);
                }
            }
        };
        if self.threads.is_empty() {
            return work();
        }
        std::thread::scope(|scope| {
            for _ in &self.threads {
                scope.spawn(work);
            }
            work();
        });
    }

    fn refuse_if_broken(&self) {
        if lock(&self.shared.round).broken {
            resume_unwind(Box::new("a tick of this fleet has panicked before"));
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

    fn spin_until(&self, happened: impl Fn() -> bool) {
        for _ in 0..self.spins {
            if happened() {
                return;
            }
            std::hint::spin_loop();
        }
    }

    fn work(&self) {
        let mut done = 0;
        loop {
            let has_begun = || self.rounds.load(Ordering::Acquire) != done;
            self.spin_until(has_begun);
            let ticks = {
                let mut round = lock(&self.round);
                while !has_begun() && !round.shut_down {
                    round = self
                        .started
                        .wait(round)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                if round.shut_down {
                    return;
                }
                done += 1;
                round.ticks
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| self.step_shards(ticks)));
            let mut round = lock(&self.round);
            if let Err(panic) = outcome {
                round.panic.get_or_insert(panic);
            }
            self.busy.fetch_sub(1, Ordering::Release);
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
