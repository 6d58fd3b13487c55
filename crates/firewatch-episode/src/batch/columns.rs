//! Observations of a batch as rows of columns.

use firewatch_sim::SimError;

use super::EpisodeBatch;
use crate::error::EpisodeError;
use crate::layout::ObservationLayout;

impl EpisodeBatch {
    /// Writes what the layout has of all episodes, in the shape episodes, columns. The batch's threads share the work;
    /// from the second call on it allocates nothing on one thread.
    ///
    /// # Errors
    /// [`SimError::BufferLength`]; nothing is written then. [`SimError::ObservationTooSmall`],
    /// [`EpisodeError::TooManyUsers`]; the contents of the buffer are unspecified then.
    pub fn observe_columns_into(
        &mut self,
        layout: &ObservationLayout,
        values: &mut [f32],
    ) -> Result<(), EpisodeError> {
        self.observe_picked_into(layout, |_| true, values)
    }

    /// The same of the episodes whose index `picked` accepts; the rows of the others stay as they are.
    ///
    /// # Errors
    /// As [`observe_columns_into`](Self::observe_columns_into).
    pub fn observe_picked_into(
        &mut self,
        layout: &ObservationLayout,
        picked: impl Fn(usize) -> bool + Sync,
        values: &mut [f32],
    ) -> Result<(), EpisodeError> {
        let needed = self.len() * layout.len();
        SimError::check_length("values", values.len(), needed)?;
        let size = self.fleet.part_size();
        let rows = values.chunks_mut(size * layout.len());
        let own = self.sessions.chunks(size).zip(rows);
        self.fleet.try_for_each_part(own, |part, (sessions, rows)| {
            if part.range().any(&picked) {
                layout.write(part, sessions, &picked, rows)?;
            }
            Ok(())
        })
    }
}
