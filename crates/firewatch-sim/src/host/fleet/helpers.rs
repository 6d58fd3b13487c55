//! The worker threads of a fleet.

use crate::world::error::SimError;
#[cfg(not(feature = "threads"))]
pub(super) use no_threads::Helpers;
#[cfg(feature = "threads")]
pub(super) use rayon_threads::Helpers;

#[cfg(not(feature = "threads"))]
mod no_threads {
    use super::SimError;

    /// Stands for threads where the feature `threads` is off: there are none.
    pub(in crate::host::fleet) struct Helpers;

    impl Helpers {
        #[expect(clippy::unnecessary_wraps, reason = "threads may fail to start")]
        pub(in crate::host::fleet) fn new(_count: usize) -> Result<Self, SimError> {
            Ok(Self)
        }

        /// Runs the work on the caller's thread.
        #[expect(clippy::unused_self, reason = "as with threads")]
        pub(in crate::host::fleet) fn run(&self, work: &(impl Fn() + Sync)) {
            work();
        }
    }
}

#[cfg(feature = "threads")]
mod rayon_threads {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rayon::{ThreadPool, ThreadPoolBuilder, Yield};

    use super::SimError;

    /// Threads that look for work for a while before they sleep.
    pub(in crate::host::fleet) struct Helpers {
        threads: ThreadPool,
        /// How many of them look.
        awake: Arc<AtomicUsize>,
        looks: usize,
    }

    /// Looks for work before a thread goes to sleep: about 0.1 ms.
    const LOOKS: usize = 1_000;

    impl Helpers {
        pub(in crate::host::fleet) fn new(count: usize) -> Result<Self, SimError> {
            let builder = ThreadPoolBuilder::new().num_threads(count);
            let named = builder.thread_name(|_| "firewatch-fleet".to_owned());
            let threads =
                { named.build() }.map_err(|error| SimError::Threads(error.to_string()))?;
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            Ok(Self {
                threads,
                awake: Arc::default(),
                // A thread that looks must not take the core of one that works.
                looks: if count < cores { LOOKS } else { 0 },
            })
        }

        /// Runs the work on each thread, the caller's included, and waits until all are done.
        pub(in crate::host::fleet) fn run(&self, work: &(impl Fn() + Sync)) {
            self.keep_awake();
            self.threads.in_place_scope(|scope| {
                for _ in 0..self.count() {
                    scope.spawn(|_| work());
                }
                work();
            });
        }

        fn count(&self) -> usize {
            self.threads.current_num_threads()
        }

        /// Has each thread look for work that is handed to them, until it has found none for a while.
        fn keep_awake(&self) {
            if self.looks == 0 {
                return;
            }
            for _ in self.awake.load(Ordering::Relaxed)..self.count() {
                self.awake.fetch_add(1, Ordering::Relaxed);
                let (awake, looks) = (Arc::clone(&self.awake), self.looks);
                self.threads.spawn(move || {
                    let mut left = looks;
                    while left > 0 {
                        // It does the work that it finds.
                        match rayon::yield_now() {
                            Some(Yield::Executed) => left = looks,
                            _ => left -= 1,
                        }
                    }
                    awake.fetch_sub(1, Ordering::Relaxed);
                });
            }
        }
    }
}
