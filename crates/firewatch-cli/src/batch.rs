//! Much work in pieces: played side by side, handed on in order.

use std::num::NonZero;
use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::failure::Failure;

/// Pieces a thread that are worked on before the first of them is handed on: few enough that their
/// results need little memory, and enough that no thread waits long for the others.
const WINDOW: u64 = 4;

/// So many threads; by default as many as the machine runs at once.
///
/// # Errors
/// They can't be started.
pub fn pool(threads: Option<NonZero<usize>>) -> Result<ThreadPool, Failure> {
    let available = std::thread::available_parallelism().ok();
    let threads = threads.or(available).map_or(1, NonZero::get);
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::Internal(format!("{threads} threads can't be started: {error}")))
}

/// Cuts the numbers into pieces of that length, works on several at once, and hands the results on in
/// order: what comes out does not depend on the number of threads.
///
/// # Errors
/// The first that comes from a piece or from handing it on; nothing is handed on behind it.
pub fn in_order<T: Send>(
    pool: &ThreadPool,
    numbers: Range<u64>,
    length: u64,
    work: impl Fn(Range<u64>) -> Result<T, Failure> + Sync,
    mut hand_on: impl FnMut(T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let length = length.max(1);
    let window = length.saturating_mul(WINDOW * pool.current_num_threads() as u64);
    let mut start = numbers.start;
    while start < numbers.end {
        let end = start.saturating_add(window).min(numbers.end);
        let pieces = (end - start).div_ceil(length);
        let piece = |index: u64| {
            let first = start + index * length;
            work(first..first.saturating_add(length).min(end))
        };
        let done: Vec<Result<T, Failure>> =
            pool.install(|| (0..pieces).into_par_iter().map(piece).collect());
        for result in done {
            hand_on(result?)?;
        }
        start = end;
    }
    Ok(())
}
