//! Events of a tick, so that hosts need not compare states.
//!
//! Nothing here runs until [`install_events`] is called. Events are found by comparing an environment before
//! and after its tick, so they follow from its state alone: equal states give equal events.

use bevy_ecs::message::{Message, MessageWriter, Messages};
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::tick::schedule::TickSet;
use crate::tick::ticking::Ticking;
use crate::world::environment::{Clock, Impact, SloBudget};
use crate::world::fault::Fault;
use crate::world::ownership::{Faults, Services};
use crate::world::service::Vitals;
use crate::world::status::Status;

/// An event of an environment in a tick.
///
/// The events of a tick are sorted by the entity of their environment, then by [`EventKind`], then by the index of
/// the fault or service.
#[derive(Message, Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvironmentEvent {
    /// The environment.
    pub environment: Entity,
    /// Ticks done, this one included.
    pub tick: u64,
    /// What happened.
    pub kind: EventKind,
}

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// A fault acted for the first time.
    FaultBegun {
        /// Index in the environment's list.
        fault: usize,
    },
    /// A fault was halted, in the tick or since the tick before.
    FaultHalted {
        /// Index in the environment's list.
        fault: usize,
    },
    /// The status of a service changed in the tick.
    StatusChanged {
        /// Index in the mesh.
        service: usize,
        /// Before the tick.
        from: Status,
        /// After it.
        to: Status,
    },
    /// The incident counts as mitigated; see [`Impact::mttm_achieved_tick`].
    Mitigated,
    /// The error budget was used up.
    BudgetBreached,
}

/// The systems that find events: one before and one after the steps of a tick. A host's system that reads the
/// events of a tick in the same run of the schedule is `.after(EventSystems)`.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventSystems;

/// Makes a schedule that has the engine's systems write [`EnvironmentEvent`]s, as messages of `bevy_ecs`, to
/// the world that it runs on. A schedule that does so already is not changed.
///
/// A message is kept for the tick in which it was written and the one after: read them with a
/// [`MessageReader`](bevy_ecs::message::MessageReader) once in each tick.
pub fn install_events(schedule: &mut Schedule, world: &mut World) {
    if schedule.graph().system_sets.contains(EventSystems) {
        return;
    }
    world.init_resource::<Messages<EnvironmentEvent>>();
    world.init_resource::<Before>();
    add_event_systems(schedule);
    schedule.add_systems(forget_old_events.in_set(EventSystems).before(note_state));
}

/// As [`install_events`], for a world that has [`Before`] and in which the host drops old messages.
pub(crate) fn add_event_systems(schedule: &mut Schedule) {
    schedule.add_systems((
        note_state
            .in_set(EventSystems)
            .before(TickSet::FaultPhysics),
        write_events.in_set(EventSystems).after(TickSet::Impact),
    ));
}

fn forget_old_events(mut events: ResMut<Messages<EnvironmentEvent>>) {
    events.update();
}

/// The states of the ticking environments before the tick; kept, so that ticks don't allocate.
#[derive(Resource, Default)]
pub(crate) struct Before {
    ticking: Vec<Entity>,
    environments: Vec<EnvironmentBefore>,
    /// Of the environments' faults and services, one environment after the other.
    faults: Vec<FaultBefore>,
    statuses: Vec<Option<Status>>,
}

struct EnvironmentBefore {
    entity: Entity,
    faults: usize,
    services: usize,
    is_mitigated: bool,
    is_breached: bool,
}

struct FaultBefore {
    is_halted: bool,
    progression_tick: u64,
}

type EnvironmentState = (
    &'static Services,
    &'static Faults,
    &'static Clock,
    &'static Impact,
    &'static SloBudget,
);

/// The state that events are found in.
#[derive(SystemParam)]
struct States<'w, 's> {
    environments: Query<'w, 's, EnvironmentState>,
    faults: Query<'w, 's, &'static Fault>,
    vitals: Query<'w, 's, &'static Vitals>,
}

fn note_state(states: States, ticking: Ticking, mut before: ResMut<Before>) {
    let Before {
        ticking: entities,
        environments,
        faults,
        statuses,
    } = &mut *before;
    environments.clear();
    faults.clear();
    statuses.clear();
    ticking.list(entities);
    for &entity in &*entities {
        let Ok((services, list, _, impact, budget)) = states.environments.get(entity) else {
            continue;
        };
        environments.push(EnvironmentBefore {
            entity,
            faults: list.as_slice().len(),
            services: services.as_slice().len(),
            is_mitigated: impact.mttm_achieved_tick.is_some(),
            is_breached: budget.is_breached(),
        });
        faults.extend(list.as_slice().iter().map(|&fault| {
            let fault = states.faults.get(fault).ok();
            FaultBefore {
                is_halted: fault.is_none_or(|fault| fault.halted),
                progression_tick: fault.map_or(0, |fault| fault.progression_tick),
            }
        }));
        statuses.extend(services.as_slice().iter().map(|&service| {
            let vitals = states.vitals.get(service);
            vitals.ok().map(|vitals| vitals.status)
        }));
    }
}

fn write_events(states: States, before: Res<Before>, mut events: MessageWriter<EnvironmentEvent>) {
    let (mut faults, mut statuses) = (before.faults.as_slice(), before.statuses.as_slice());
    for environment in &before.environments {
        let (faults_before, statuses_before);
        (faults_before, faults) = faults.split_at(environment.faults);
        (statuses_before, statuses) = statuses.split_at(environment.services);
        let entity = environment.entity;
        let Ok((services, list, clock, impact, budget)) = states.environments.get(entity) else {
            continue;
        };
        let mut write = |kind| {
            events.write(EnvironmentEvent {
                environment: entity,
                tick: clock.tick,
                kind,
            });
        };
        for (fault, &part) in list.as_slice().iter().enumerate() {
            if let Ok(now) = states.faults.get(part) {
                write_fault_events(fault, now, faults_before.get(fault), clock.tick, &mut write);
            }
        }
        let parts = services.as_slice().iter().zip(statuses_before);
        for (service, (&part, &from)) in parts.enumerate() {
            if let (Some(from), Ok(vitals)) = (from, states.vitals.get(part))
                && vitals.status != from
            {
                let to = vitals.status;
                write(EventKind::StatusChanged { service, from, to });
            }
        }
        if impact.mttm_achieved_tick.is_some() && !environment.is_mitigated {
            write(EventKind::Mitigated);
        }
        if budget.is_breached() && !environment.is_breached {
            write(EventKind::BudgetBreached);
        }
    }
}

/// Writes whether a fault has begun and whether it was halted: with the number of ticks done, unless a host wrote
/// to the component directly. One without a state before was injected in the tick.
fn write_fault_events(
    fault: usize,
    now: &Fault,
    before: Option<&FaultBefore>,
    tick: u64,
    write: &mut impl FnMut(EventKind),
) {
    let acted_before = before.is_some_and(|before| before.progression_tick > 0);
    if now.progression_tick > 0 && !acted_before {
        write(EventKind::FaultBegun { fault });
    }
    let is_new = match now.halted_at_tick {
        Some(halted_at) => halted_at.checked_add(1) == Some(tick),
        None => before.is_none_or(|before| !before.is_halted),
    };
    if now.halted && is_new {
        write(EventKind::FaultHalted { fault });
    }
}
