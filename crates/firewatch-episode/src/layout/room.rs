//! Whether a layout has room for an episode.

use firewatch_sim::SimError;

use super::ObservationLayout;
use crate::error::EpisodeError;
use crate::factory::EpisodeNeeds;

impl ObservationLayout {
    /// Checks that there is room for the services and the groups of users of an environment.
    ///
    /// # Errors
    /// [`SimError::ObservationTooSmall`], [`EpisodeError::TooManyUsers`].
    pub(crate) fn check_room(
        &self,
        environment: usize,
        needs: EpisodeNeeds,
    ) -> Result<(), EpisodeError> {
        let (services, room) = (needs.services, self.services());
        if services > room {
            let too_small = SimError::ObservationTooSmall {
                environment,
                services,
                room,
            };
            return Err(too_small.into());
        }
        self.check_users(environment, needs.user_groups)
    }

    /// Checks that there is room for that many groups of users, unless the layout leaves them out.
    ///
    /// # Errors
    /// [`EpisodeError::TooManyUsers`].
    pub(super) fn check_users(
        &self,
        environment: usize,
        groups: usize,
    ) -> Result<(), EpisodeError> {
        let room = self.users;
        if room == 0 || groups <= room {
            return Ok(());
        }
        Err(EpisodeError::TooManyUsers {
            environment,
            groups,
            room,
        })
    }
}
