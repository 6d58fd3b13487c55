//! Saving, loading and copying episodes of a training batch.

use std::sync::Arc;

use firewatch_scenario::Scenario;

use super::TrainingBatch;
use crate::error::EpisodeError;
use crate::factory::EpisodeNeeds;
use crate::state::EpisodeState;

impl TrainingBatch<'_> {
    /// Returns the episode of an environment as plain data; see [`crate::EpisodeBatch::save`].
    ///
    /// # Errors
    /// As [`crate::EpisodeBatch::save`].
    pub fn save(&self, environment: usize) -> Result<EpisodeState, EpisodeError> {
        self.batch.save(environment)
    }

    /// Continues an environment from a saved episode of this scenario; see [`crate::EpisodeBatch::restore`]. The number of
    /// its episode stays.
    ///
    /// # Errors
    /// As [`crate::EpisodeBatch::restore`]; [`firewatch_sim::SimError::ObservationTooSmall`],
    /// [`EpisodeError::TooManyUsers`] and [`crate::EncodingError::OtherPhysics`] for one that there is no room or code for.
    pub fn load(
        &mut self,
        environment: usize,
        scenario: impl Into<Arc<Scenario>>,
        state: &EpisodeState,
    ) -> Result<(), EpisodeError> {
        let scenario = scenario.into();
        self.check_fit(environment, EpisodeNeeds::of(&scenario))?;
        self.batch.restore(environment, scenario, state)?;
        self.note_end(environment);
        Ok(())
    }

    /// Replaces the episode of the environment `to` by a copy of that of `from`; see [`crate::EpisodeBatch::fork`]. The
    /// number of its episode stays.
    ///
    /// # Errors
    /// As [`crate::EpisodeBatch::fork`].
    pub fn fork(&mut self, from: usize, to: usize) -> Result<(), EpisodeError> {
        self.batch.fork(from, to)?;
        self.note_end(to);
        Ok(())
    }
}
