//! A shard: a world with some of a fleet's environments, stepped on one thread.

use std::collections::BTreeMap;

use bevy_ecs::message::Messages;
use bevy_ecs::prelude::*;

use super::settings::{MetricSetting, set_metrics};
use super::summary::EnvironmentSummary;
use crate::host::change::{EnvironmentMut, OfFleet};
use crate::host::events::{EnvironmentEvent, install_events};
use crate::host::intervene::{Intervention, put_budget, set_slo_budget};
use crate::host::observe::{Observation, ObservedWorld, Observer};
use crate::host::reader::Reader;
use crate::host::value_rows::ValueRows;
use crate::host::view::EnvironmentRef;
use crate::tick::mesh;
use crate::tick::schedule::{closed_schedule, extend};
use crate::tick::ticking::Picked;
use crate::world::blueprint::{Blueprint, despawn_environment};
use crate::world::copy::{Copier, EnvironmentCopy};
use crate::world::defragment::defragment;
use crate::world::environment::{Clock, Environment, Impact, SloBudget};
use crate::world::error::SimError;
use crate::world::ownership::Damaged;
use crate::world::rebuild::Rebuild;
use crate::world::rows::ContiguousRows;
use crate::world::service_columns::ServiceParts;

pub(super) struct Shard {
    pub(super) world: World,
    schedule: Schedule,
    rebuild: Rebuild,
    copier: Copier,
    observer: Observer,
    reader: Reader,
    budgets: QueryState<(Entity, &'static mut SloBudget)>,
    services: QueryState<ServiceParts>,
    pub(super) environments: Vec<Entity>,
    /// The row of each environment in the table of all of them, as of the last [`defragment`](Self::defragment).
    rows: Vec<usize>,
    /// What [`moved`](Self::moved) was when they were looked up; `None` if they are to be looked up anew.
    rows_as_of: Option<usize>,
    /// Environments whose rows may have moved since all were known to be [contiguous](ContiguousRows). Only this
    /// module can move them, unless the shard is [extended](Self::extended).
    moved: usize,
    /// Whether a host has added systems: at any tick these can move rows and despawn entities, so rows are checked
    /// at each visit.
    extended: bool,
}

impl Shard {
    pub(super) fn new() -> Self {
        let mut world = World::new();
        let rebuild = Rebuild::new(&mut world);
        let copier = Copier::new(&mut world);
        let observer = Observer::new(&mut world);
        let reader = Reader::new(&mut world);
        let budgets = world.query();
        let services = world.query();
        Self {
            world,
            schedule: closed_schedule(),
            rebuild,
            copier,
            observer,
            reader,
            budgets,
            services,
            environments: Vec::new(),
            rows: Vec::new(),
            rows_as_of: None,
            moved: 0,
            extended: false,
        }
    }

    /// Lets a host add systems and resources.
    pub(super) fn install(
        &mut self,
        install: &mut dyn FnMut(&mut Schedule, &mut World),
    ) -> Result<(), SimError> {
        self.extended = true;
        extend(&mut self.schedule, &mut self.world, install)
    }

    pub(super) fn push(&mut self, blueprint: &Blueprint) -> Result<(), SimError> {
        self.environments.push(blueprint.spawn(&mut self.world)?);
        self.moved += 1;
        self.rows_as_of = None;
        Ok(())
    }

    /// Makes rows contiguous if at least 1 environment in 8 may have moved: that takes time in proportion to all
    /// environments. Fewer are gathered one by one at every tick, which is faster.
    fn defragment(&mut self) {
        if self.extended {
            return self.defragment_extended();
        }
        if self.rows_as_of != Some(self.moved) {
            self.rows_as_of = Some(self.moved);
            self.rows.clear();
            let row = |&entity: &Entity| self.world.entity(entity).location().table_row.index();
            self.rows.extend(self.environments.iter().map(row));
        }
        if self.moved == 0 || self.moved * 8 < self.environments.len() {
            return;
        }
        if defragment(&mut self.world, &self.environments) {
            self.world.insert_resource(ContiguousRows(true));
            self.moved = 0;
            self.rows_as_of = Some(0);
        }
        // Moving rows removes components, which leaves messages.
        self.world.clear_trackers();
    }

    /// The same where rows are checked at each visit: only what this module has moved itself.
    fn defragment_extended(&mut self) {
        if self.moved > 0 && self.moved * 8 >= self.environments.len() {
            self.moved = 0;
            defragment(&mut self.world, &self.environments);
            self.world.clear_trackers();
        }
    }

    pub(super) fn tick(&mut self, ticks: u64) {
        self.defragment();
        for _ in 0..ticks {
            self.run_schedule();
        }
    }

    fn run_schedule(&mut self) {
        self.schedule.run(&mut self.world);
        if self.extended {
            // A tick is a frame: what was removed before it has been seen by every system.
            self.world.clear_trackers();
        }
    }

    /// One tick of the environments in these slots.
    pub(super) fn tick_picked(&mut self, slots: impl Iterator<Item = usize>) {
        self.defragment();
        let picked = slots.map(|slot| self.environments[slot]);
        let mut resource = self.world.get_resource_or_init::<Picked>();
        resource.0.extend(picked);
        resource.0.sort_unstable();
        resource.0.dedup();
        // An empty list means all, which is what a list of all should be: it is quicker.
        let picked = resource.0.len();
        if picked == self.environments.len() {
            resource.0.clear();
        }
        if picked > 0 {
            self.run_schedule();
            self.world.get_resource_or_init::<Picked>().0.clear();
        }
    }

    /// Whether something can be done to an environment.
    pub(super) fn check(&self, slot: usize, intervention: &Intervention) -> Result<(), SimError> {
        intervention.check(&self.world, self.environments[slot])
    }

    /// Changes an environment. The row of a new fault follows those of other environments.
    pub(super) fn change<T>(
        &mut self,
        slot: usize,
        change: impl FnOnce(&mut EnvironmentMut) -> T,
    ) -> Result<T, SimError> {
        Ok(change(&mut self.environment_mut(slot)?))
    }

    /// An environment, to be changed.
    pub(super) fn environment_mut(&mut self, slot: usize) -> Result<EnvironmentMut<'_>, SimError> {
        let entity = self.environments[slot];
        // A host's systems can have despawned it.
        if self.extended && self.world.get::<Environment>(entity).is_none() {
            return Err(SimError::NoEnvironment);
        }
        let fleet = OfFleet {
            moves: &mut self.moved,
            parts: &self.reader.environments,
        };
        Ok(EnvironmentMut::of_fleet(&mut self.world, entity, fleet))
    }

    /// Makes the world write events.
    pub(super) fn install_events(&mut self) {
        install_events(&mut self.schedule, &mut self.world);
    }

    /// Takes the events that are kept, by slots.
    pub(super) fn drain_events(&mut self) -> Vec<(usize, EnvironmentEvent)> {
        let messages = self.world.get_resource_mut::<Messages<EnvironmentEvent>>();
        let Some(mut messages) = messages else {
            return Vec::new();
        };
        let slots: BTreeMap<Entity, usize> =
            { self.environments.iter() }.copied().zip(0..).collect();
        let events = messages.drain();
        let events = events.filter_map(|event| Some((*slots.get(&event.environment)?, event)));
        let mut events: Vec<_> = events.collect();
        events.sort_by_key(|(slot, _)| *slot);
        events
    }

    /// Reads the environments in these slots, in that order.
    pub(super) fn read_each(
        &mut self,
        slots: impl Iterator<Item = usize>,
        mut read: impl FnMut(usize, &EnvironmentRef),
    ) {
        self.defragment();
        if self.extended {
            for slot in slots {
                if let Ok(view) = EnvironmentRef::new(&self.world, self.environments[slot]) {
                    read(slot, &view);
                }
            }
            return;
        }
        let columns = self.reader.columns(&self.world);
        for slot in slots {
            if let Some(view) = columns.view(self.rows[slot], self.environments[slot]) {
                read(slot, &view);
            }
        }
    }

    /// Sets metrics of services that were found in the shard.
    pub(super) fn set_metrics(&mut self, settings: &[MetricSetting]) -> Result<(), SimError> {
        set_metrics(&mut self.world, &mut self.services, settings)
    }

    /// Sets what is left of the error budget of each environment for whose slot there is one.
    pub(super) fn set_slo_budgets(
        &mut self,
        mut remaining: impl FnMut(usize) -> Option<f64>,
    ) -> Result<(), SimError> {
        self.defragment();
        if self.extended {
            for (slot, &entity) in self.environments.iter().enumerate() {
                if let Some(remaining) = remaining(slot) {
                    set_slo_budget(&mut self.world, entity, remaining)?;
                }
            }
            return Ok(());
        }
        let tables = self.budgets.contiguous_iter_mut(&mut self.world);
        let mut table = { tables.into_iter().flatten() }.find(|(all, _)| !all.is_empty());
        let (entities, budgets) = match &mut table {
            Some((entities, budgets)) => (*entities, mesh::slice(Some(budgets))),
            None => Default::default(),
        };
        let mut elsewhere = Vec::new();
        for (&environment, (slot, &row)) in
            self.environments.iter().zip(self.rows.iter().enumerate())
        {
            let Some(remaining) = remaining(slot) else {
                continue;
            };
            if entities.get(row) == Some(&environment) {
                put_budget(&mut budgets[row], remaining)?;
            } else {
                elsewhere.push((environment, remaining));
            }
        }
        for (environment, remaining) in elsewhere {
            set_slo_budget(&mut self.world, environment, remaining)?;
        }
        Ok(())
    }

    /// Returns the summary of an environment.
    pub(super) fn summary(&self, slot: usize) -> Result<EnvironmentSummary, SimError> {
        let entity = self.world.get_entity(self.environments[slot]);
        let parts = { entity.ok() }.and_then(|entity| {
            entity
                .get_components::<(&Clock, &Impact, &SloBudget)>()
                .ok()
        });
        let (&clock, &impact, &slo_budget) = parts.ok_or(SimError::NoEnvironment)?;
        Ok(EnvironmentSummary {
            clock,
            impact,
            slo_budget,
        })
    }

    /// Writes what is observed of all environments; `first` is the number of the first one.
    pub(super) fn observe(
        &mut self,
        first: usize,
        observation: &Observation,
        values: &mut [f32],
        mask: &mut [bool],
    ) -> Result<(), SimError> {
        self.defragment();
        let world = observed(&self.world, &self.environments, first, self.extended);
        self.observer.observe(world, observation, values, mask)
    }

    /// Writes what is observed of the picked environments into their rows; `first` is the number of the first one.
    pub(super) fn observe_rows(
        &mut self,
        first: usize,
        observation: &Observation,
        rows: ValueRows,
        picked: impl Fn(usize) -> bool,
        values: &mut [f32],
    ) -> Result<(), SimError> {
        self.defragment();
        let world = observed(&self.world, &self.environments, first, self.extended);
        self.observer
            .observe_rows(world, observation, rows, picked, values)
    }

    /// Replaces an environment: in its entities if the new one needs as many.
    pub(super) fn reset(&mut self, slot: usize, blueprint: &Blueprint) -> Result<(), SimError> {
        let old = self.environments[slot];
        if self.is_whole(old) && self.rebuild.rebuild(&mut self.world, old, blueprint)? {
            return Ok(());
        }
        self.environments[slot] = blueprint.spawn(&mut self.world)?;
        // Its own rows, and the last ones of the table, which fill the holes.
        self.moved += 2;
        self.rows_as_of = None;
        if self.world.get_entity(old).is_ok() {
            despawn_environment(&mut self.world, old)?;
        }
        self.world.clear_trackers();
        Ok(())
    }

    /// Copies an environment; returns whether it could be.
    pub(super) fn copy_out(&mut self, slot: usize, copy: &mut EnvironmentCopy) -> bool {
        let environment = self.environments[slot];
        self.copier.read(&mut self.world, environment, copy)
    }

    /// Puts a copy in the place of an environment; returns whether it fits there.
    pub(super) fn copy_in(&mut self, slot: usize, copy: &EnvironmentCopy) -> bool {
        let environment = self.environments[slot];
        self.copier.write(&mut self.world, environment, copy)
    }

    /// Whether an environment still has its entities, of which a host's systems can take some.
    fn is_whole(&self, environment: Entity) -> bool {
        let entity = self.world.get_entity(environment);
        !self.extended || entity.is_ok_and(|entity| !entity.contains::<Damaged>())
    }
}

/// A world of a fleet, to be observed.
fn observed<'w>(
    world: &'w World,
    environments: &'w [Entity],
    first: usize,
    extended: bool,
) -> ObservedWorld<'w> {
    ObservedWorld {
        world,
        environments,
        first,
        has_tables_of_its_own: !extended,
    }
}
