//! Building a training batch.

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_scenario::Physics;

use super::{AutoReset, NewEpisode, Source, TrainingBatch, Turn, new_episode};
use crate::batch::{BatchStep, EpisodeBatch};
use crate::encoding::ActionEncoding;
use crate::error::EpisodeError;
use crate::layout::ObservationLayout;
use crate::request::EpisodeRequest;

/// Builds a [`TrainingBatch`]; see [`TrainingBatch::builder`].
#[must_use]
pub struct TrainingBatchBuilder<'a> {
    environments: usize,
    source: Source<'a>,
    profile: Profile,
    actions: Option<Arc<ActionCatalogue>>,
    threads: usize,
    seed: u64,
    auto_reset: AutoReset,
    max_steps: Option<u64>,
    services: usize,
    users: usize,
    physics: Vec<Physics>,
    layout: Option<ObservationLayout>,
}

impl<'a> TrainingBatch<'a> {
    /// Returns a builder of a batch of that many environments; `source` says with what each episode begins.
    pub fn builder(
        environments: usize,
        source: impl FnMut(NewEpisode) -> EpisodeRequest + Send + 'a,
    ) -> TrainingBatchBuilder<'a> {
        TrainingBatchBuilder {
            environments,
            source: Box::new(source),
            profile: Profile::Standard,
            actions: None,
            threads: 1,
            seed: 0,
            auto_reset: AutoReset::default(),
            max_steps: None,
            services: 0,
            users: 0,
            physics: Vec::new(),
            layout: None,
        }
    }
}

impl<'a> TrainingBatchBuilder<'a> {
    /// Sets the rules and numbers; the standard ones by default.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets the actions of the classic physics; the built-in ones of the profile by default.
    pub fn actions(mut self, actions: Arc<ActionCatalogue>) -> Self {
        self.actions = Some(actions);
        self
    }

    /// Sets the number of threads, the caller's included (default 1). It changes nothing in the results.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets the seed of the run (default 0), from which [`crate::episode_seed`] derives those of the episodes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets when episodes are reset; at the next step by default.
    pub fn auto_reset(mut self, auto_reset: AutoReset) -> Self {
        self.auto_reset = auto_reset;
        self
    }

    /// Cuts episodes off after that number of steps, at least 1; by default they last until they end.
    pub fn max_steps(mut self, max_steps: u64) -> Self {
        self.max_steps = Some(max_steps);
        self
    }

    /// Makes room for that number of services, if the layout and the first episodes don't need more. A layout of the
    /// caller's must have that room.
    pub fn services(mut self, services: usize) -> Self {
        self.services = services;
        self
    }

    /// Makes room for that number of groups of users in the layout of an operator, if the first episodes don't need more. A
    /// layout of the caller's must have that room: see [`ObservationLayout::with_users`].
    pub fn users(mut self, groups: usize) -> Self {
        self.users = groups;
        self
    }

    /// Makes codes for the actions of these physics, beside those of the first episodes.
    pub fn physics(mut self, physics: &[Physics]) -> Self {
        self.physics.extend(physics);
        self
    }

    /// Sets the columns of observations; by default they are what an
    /// [operator](ObservationLayout::operator) sees, with the groups of users of the first episodes. It must have room for the
    /// services of the episodes.
    pub fn layout(mut self, layout: ObservationLayout) -> Self {
        self.layout = Some(layout);
        self
    }

    /// Builds the batch, and begins the first episode of each environment.
    ///
    /// # Errors
    /// [`EpisodeError::NoSteps`], [`EpisodeError::LayoutTooSmall`]; as [`EpisodeBatch::with_actions`] and [`ActionEncoding::new`]; [`ObservationTooSmall`](firewatch_sim::SimError::ObservationTooSmall)
    /// and [`EpisodeError::TooManyUsers`] if a first episode has more than the layout has room for.
    pub fn build(mut self) -> Result<TrainingBatch<'a>, EpisodeError> {
        if self.max_steps == Some(0) {
            return Err(EpisodeError::NoSteps);
        }
        self.check_layout()?;
        let count = self.environments;
        let built_in = || Arc::new(ActionCatalogue::built_in(self.profile).clone());
        let catalogue = self.actions.take().unwrap_or_else(built_in);
        let requests = (0..count).map(|index| (self.source)(new_episode(self.seed, index, 0)));
        let batch = EpisodeBatch::with_actions(
            self.profile,
            Arc::clone(&catalogue),
            requests,
            self.threads,
        )?;
        let room = self.layout.as_ref().map_or(0, ObservationLayout::services);
        let first = batch.encoding(self.services.max(room))?;
        let layout = match self.layout.take() {
            Some(layout) => layout,
            None => {
                let groups = (0..count).map(|index| batch.needs(index).user_groups);
                let users = self.users.max(groups.max().unwrap_or_default());
                ObservationLayout::operator(first.services())?.with_users(users)
            }
        };
        (0..count).try_for_each(|index| layout.check_room(index, batch.needs(index)))?;
        let physics = self.physics.iter().chain(first.physics());
        let physics: Vec<Physics> = physics.copied().collect();
        let encoding = ActionEncoding::new(&catalogue, &physics, layout.services())?;
        let mut training = TrainingBatch {
            batch,
            encoding,
            layout,
            auto_reset: self.auto_reset,
            max_steps: self.max_steps,
            seed: self.seed,
            source: self.source,
            episodes: vec![0; count],
            ends: vec![None; count],
            steps: vec![BatchStep::default(); count],
            turns: vec![Turn::Stays; count],
            stepped: vec![false; count],
            begun: vec![false; count],
            prepared: Vec::new(),
        };
        (0..count).for_each(|index| training.note_end(index));
        Ok(training)
    }

    /// Checks that a layout of the caller's has the room that was asked for.
    fn check_layout(&self) -> Result<(), EpisodeError> {
        let Some(layout) = &self.layout else {
            return Ok(());
        };
        for (what, asked, room) in [
            ("services", self.services, layout.services()),
            ("groups of users", self.users, layout.users()),
        ] {
            if asked > room {
                return Err(EpisodeError::LayoutTooSmall { what, asked, room });
            }
        }
        Ok(())
    }
}
