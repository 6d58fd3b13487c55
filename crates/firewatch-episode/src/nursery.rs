//! The beginnings of the episodes of a batch.

use firewatch_scenario::{FleetStage, Profile};
use firewatch_sim::{Blueprint, Fleet};

use crate::incident::{EpisodeError, Incident, Request};
use crate::session::Session;

/// Where episodes begin, one at a time: a fleet ticks as one, and the first tick of each is its own.
pub(crate) struct Nursery {
    profile: Profile,
    /// One environment; there is none before the first episode.
    fleet: Option<Fleet>,
}

impl Nursery {
    pub(crate) fn new(profile: Profile) -> Self {
        Self {
            profile,
            fleet: None,
        }
    }

    /// Whose rules hold for its episodes.
    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    /// An episode after its first tick.
    pub(crate) fn begin(
        &mut self,
        request: &Request,
    ) -> Result<(Blueprint, Session), EpisodeError> {
        let incident = Incident::new(self.profile, request)?;
        let fleet = match &mut self.fleet {
            Some(fleet) => {
                fleet.reset(0, &incident.blueprint)?;
                fleet
            }
            None => self
                .fleet
                .insert(Fleet::new([incident.blueprint.clone()], 1)?),
        };
        let mut stage = FleetStage {
            fleet,
            environment: 0,
        };
        let mut actions = incident.act_first(&mut stage)?;
        if self.profile == Profile::Standard {
            // Only reports read it. Nobody reads those, but the reference fails at some.
            actions.forget_history();
        }
        stage.fleet.tick();
        let begun = stage.fleet.read(0, |view| {
            let session = Session::begin(&incident, actions, view);
            view.capture().blueprint().map(|begun| (begun, session))
        })?;
        Ok(begun?)
    }
}
