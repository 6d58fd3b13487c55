//! What can be done about the incident of a scenario.

use firewatch_action::{ActionCatalogue, Profile};

use crate::model::{Physics, Scenario};

impl Scenario {
    /// Returns the actions that can be done in it.
    #[must_use]
    pub fn actions(&self) -> &ActionCatalogue {
        self.actions_or(self.profile, ActionCatalogue::built_in(self.profile))
    }

    /// Returns the actions that can be done in it under a profile: those of its physics if that is traffic, or those
    /// with files of its own; else the given ones.
    #[must_use]
    pub fn actions_or<'a>(
        &'a self,
        profile: Profile,
        others: &'a ActionCatalogue,
    ) -> &'a ActionCatalogue {
        match self.physics {
            Physics::Traffic => ActionCatalogue::of_traffic(),
            Physics::Classic => self.custom_actions.catalogue(profile).unwrap_or(others),
        }
    }
}
