//! Counts the steps of loops over input, so that tests can hold them to be linear.

#[cfg(any(test, feature = "count-steps"))]
use std::cell::Cell;

#[cfg(any(test, feature = "count-steps"))]
thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// So many steps of a loop were done. Nothing outside of tests.
#[inline]
pub fn count(steps: usize) {
    #[cfg(any(test, feature = "count-steps"))]
    STEPS.with(|counted| counted.set(counted.get() + steps as u64));
    #[cfg(not(any(test, feature = "count-steps")))]
    let _ = steps;
}

/// The steps that something takes.
#[cfg(any(test, feature = "count-steps"))]
pub fn steps_of<T>(work: impl FnOnce() -> T) -> u64 {
    let before = STEPS.get();
    work();
    STEPS.get() - before
}
