//! Runs many scenarios on several threads. Results arrive in order, and memory does not grow with their
//! number.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use firewatch_response::{FleetPlayback, Script};
use firewatch_scenario::{Runbook, Scenario};
use firewatch_sim::EnvironmentRef;
use indicatif::ProgressBar;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::failure::Failure;

/// Maximum runs of a chunk: this many environments fit into a core's cache.
const MAX_CHUNK_RUNS: u64 = 256;
/// Maximum ticks of a chunk of more than one run, so that results arrive regularly.
const MAX_CHUNK_TICKS: u64 = 1 << 20;
/// Chunks per thread that are started before the first result is consumed.
const CHUNKS_AHEAD: usize = 4;

/// A thread pool for chunks of a plan.
pub struct Batch {
    pool: ThreadPool,
}

/// Returns the number of threads: the given one, or as many as the machine runs at once.
pub fn number_of_threads(threads: Option<u16>) -> usize {
    let available = || thread::available_parallelism().map_or(1, usize::from);
    threads.map_or_else(available, usize::from)
}

impl Batch {
    /// Starts the threads: the given number, or as many as the machine runs at once.
    ///
    /// # Errors
    /// The system cannot start the threads.
    pub fn new(threads: Option<u16>) -> Result<Self, Failure> {
        let threads = number_of_threads(threads);
        let builder = ThreadPoolBuilder::new().num_threads(threads);
        let pool = builder.build().map_err(|error| {
            Failure::Internal(format!("{threads} threads can't be started: {error}"))
        })?;
        Ok(Self { pool })
    }

    /// Splits a plan of runs into chunks, runs `work` for each chunk on a thread of the pool, and calls
    /// `take` with the results on the caller's thread, in the plan's order. `ticks` is the length of a run.
    /// At most [`CHUNKS_AHEAD`] chunks per thread are ahead of the consumed results.
    ///
    /// # Errors
    /// The first error of `work` or `take`, in the plan's order.
    pub fn in_order<T: Send>(
        &self,
        plan: Range<u64>,
        ticks: u64,
        work: impl Fn(Range<u64>) -> Result<T, Failure> + Sync,
        mut take: impl FnMut(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let window = self.pool.current_num_threads() * CHUNKS_AHEAD;
        let chunks = chunks(plan, ticks, window as u64);
        let (work, stopped) = (&work, &AtomicBool::new(false));
        self.pool.in_place_scope_fifo(|scope| {
            let mut pending = VecDeque::with_capacity(window);
            let mut receive = |receiver: Option<Receiver<Result<T, Failure>>>| {
                let taken = receiver.map_or(Ok(()), |receiver| take(receive_result(&receiver)?));
                stopped.store(taken.is_err(), Ordering::Relaxed);
                taken
            };
            for chunk in chunks {
                if pending.len() == window {
                    receive(pending.pop_front())?;
                }
                let (sender, receiver) = sync_channel(1);
                scope.spawn_fifo(move |_| {
                    if !stopped.load(Ordering::Relaxed) {
                        // After a failure, nobody receives the result.
                        let _ = sender.send(work(chunk));
                    }
                });
                pending.push_back(receiver);
            }
            pending.into_iter().map(Some).try_for_each(receive)
        })
    }
}

/// Splits a plan into `parts` equal chunks, or more if those would exceed the maximum.
fn chunks(plan: Range<u64>, ticks: u64, parts: u64) -> impl Iterator<Item = Range<u64>> {
    let most = (MAX_CHUNK_TICKS / ticks.max(1)).clamp(1, MAX_CHUNK_RUNS);
    let length = (plan.end.saturating_sub(plan.start) / parts).clamp(1, most);
    let mut next = plan.start;
    std::iter::from_fn(move || {
        let first = next;
        next = first.saturating_add(length).min(plan.end);
        (first < next).then_some(first..next)
    })
}

fn receive_result<T>(receiver: &Receiver<Result<T, Failure>>) -> Result<T, Failure> {
    // The scope resumes the panic.
    let panicked = |_| Failure::Internal("a thread has panicked".to_owned());
    receiver.recv().map_err(panicked)?
}

/// Plays scenarios side by side on this thread and calls `read` for each after its last tick. Returns the
/// results in the order of the scenarios. A runbook responds to each of them. The bar advances by 1 for each
/// tick of each scenario.
///
/// # Errors
/// None for scenarios without [`Scenario::problems`].
pub fn play_scenarios<T>(
    scenarios: &[Arc<Scenario>],
    runbook: Option<&Arc<Runbook>>,
    bar: &ProgressBar,
    mut read: impl FnMut(&Scenario, &Script, &EnvironmentRef) -> T,
) -> Result<Vec<T>, Failure> {
    let started = scenarios.iter().cloned();
    let playback = match runbook {
        Some(runbook) => FleetPlayback::answered(started, Arc::clone(runbook))?,
        None => FleetPlayback::new(started)?,
    };
    let mut playback = playback.outcomes_only();
    let mut results: Vec<Option<T>> = scenarios.iter().map(|_| None).collect();
    loop {
        for &index in playback.ended() {
            let (scenario, script) = (&scenarios[index], &playback.scripts()[index]);
            let fleet = playback.fleet();
            results[index] = Some(fleet.read(index, |view| read(scenario, script, view))?);
        }
        let running = playback.running() as u64;
        if !playback.tick()? {
            break;
        }
        bar.inc(running);
    }
    Ok(results.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn chunks_are_the_plan() {
        let plans = [0..0, 5..6, 3..40, 0..100_000, u64::MAX - 9..u64::MAX];
        for (plan, ticks) in plans
            .iter()
            .flat_map(|plan| [(plan, 20), (plan, 10_000_000)])
        {
            let most = if ticks == 20 { MAX_CHUNK_RUNS } else { 1 };
            let mut next = plan.start;
            for chunk in chunks(plan.clone(), ticks, 8) {
                assert_eq!(chunk.start, next);
                assert!(chunk.end > next && chunk.end - next <= most);
                next = chunk.end;
            }
            assert_eq!(next, plan.end);
        }
    }

    #[test]
    fn results_come_in_order_and_few_are_ahead() {
        for threads in [1, 3] {
            let batch = Batch::new(Some(threads)).unwrap_or_else(|failure| panic!("{failure}"));
            let (started, mut next) = (AtomicU64::new(0), 0);
            let most = u64::from(threads) * CHUNKS_AHEAD as u64 * MAX_CHUNK_RUNS;
            let work = |chunk: Range<u64>| {
                started.fetch_add(chunk.end - chunk.start, Ordering::SeqCst);
                Ok(chunk)
            };
            let take = |chunk: Range<u64>| {
                assert_eq!(chunk.start, next);
                assert!(started.load(Ordering::SeqCst) <= next + most);
                next = chunk.end;
                Ok(())
            };
            assert!(batch.in_order(0..20_000, 20, work, take).is_ok());
            assert_eq!(next, 20_000);
        }
    }

    #[test]
    fn a_failure_ends_the_work() {
        let batch = Batch::new(Some(2)).unwrap_or_else(|failure| panic!("{failure}"));
        let worked = AtomicU64::new(0);
        let work = |_| {
            worked.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        let taken = batch.in_order(0..u64::MAX, 20, work, |()| Err(Failure::ClosedPipe));
        assert!(matches!(taken, Err(Failure::ClosedPipe)));
        assert!(worked.into_inner() <= 2 * CHUNKS_AHEAD as u64);
    }

    #[test]
    fn the_first_failure_in_order_counts() {
        let fail = |what: &str| Err(Failure::Internal(what.to_owned()));
        let batch = Batch::new(Some(2)).unwrap_or_else(|failure| panic!("{failure}"));
        let work = |chunk: Range<u64>| match chunk.start {
            0..5000 => Ok(()),
            start => fail(&format!("{}", start / 5000)),
        };
        let failed = batch.in_order(0..20_000, 20, work, |()| Ok(()));
        assert!(matches!(failed, Err(Failure::Internal(what)) if what == "1"));
    }
}
