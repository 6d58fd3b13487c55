//! Rows of numbers, of which a part is written.

use crate::world::error::SimError;

/// Rows of a buffer, one for each environment, in which its values take a part.
///
/// The row of the environment with index `i` begins at `i * length`, and its values at `start` in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueRows {
    /// Values of a row.
    pub length: usize,
    /// The first of them that is observed.
    pub start: usize,
}

impl ValueRows {
    /// Checks that a row has room for `count` values of an environment.
    ///
    /// # Errors
    /// [`SimError::BufferLength`].
    pub(crate) fn check(self, count: usize) -> Result<(), SimError> {
        let end = self.start.saturating_add(count);
        SimError::check_length("a row of values", self.length.min(end), end)
    }

    /// The values of the environment with that index.
    pub(crate) fn values(self, values: &mut [f32], index: usize, count: usize) -> &mut [f32] {
        &mut values[index * self.length + self.start..][..count]
    }
}
