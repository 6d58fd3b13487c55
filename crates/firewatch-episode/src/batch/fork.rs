//! Copying one episode of a batch over another.

use firewatch_sim::SimError;

use super::EpisodeBatch;
use crate::error::EpisodeError;

impl EpisodeBatch {
    /// Replaces the episode `to` by a copy of `from`, with its environment, score and actions' state: both give the same
    /// bits for the same actions from then on. It is what [`save`](Self::save) and [`restore`](Self::restore) come to,
    /// and much faster where both episodes have as many services and faults.
    ///
    /// # Errors
    /// As [`Fleet::fork`](firewatch_sim::Fleet::fork); nothing is changed then.
    pub fn fork(&mut self, from: usize, to: usize) -> Result<(), EpisodeError> {
        let environments = self.len();
        if let Some(&index) = [from, to].iter().find(|&&index| index >= environments) {
            let unknown = SimError::UnknownEnvironment {
                index,
                environments,
            };
            return Err(unknown.into());
        }
        if from == to {
            return Ok(());
        }
        self.fleet.fork(from, to)?;
        if let Ok([source, target]) = self.sessions.get_disjoint_mut([from, to]) {
            target.copy_from(source);
        }
        Ok(())
    }
}
