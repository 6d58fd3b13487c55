//! The tick: one schedule, one chained list of system sets.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{
    IntoScheduleConfigs, LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor,
    SystemSet,
};

use crate::tick::cascade::cascade;
use crate::tick::clock::advance_clock;
use crate::tick::conditions::{conditions, crash_loop_backoff};
use crate::tick::derive_status::derive_status;
use crate::tick::fault_physics::fault_physics;
use crate::tick::impact::impact;
use crate::tick::pipeline::pipelines;
use crate::tick::recovery::{recovery, single_fault_recovery};
use crate::tick::traffic::flow::flow;
use crate::tick::traffic::recover::recover;
use crate::tick::traffic::turn::turn_knobs;
use crate::tick::traffic::users::impact_on_users;
use crate::world::error::SimError;
use crate::world::traffic::MeshTraffic;

/// The label of the schedule that [`tick_schedule`] builds.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tick;

/// Declares the steps of a tick with their systems, in the order in which they run. It is written here and
/// nowhere else.
macro_rules! tick_sets {
    ($($(#[$doc:meta])* $set:ident: $systems:expr;)*) => {
        /// The steps of a tick. They run in the order in which they are listed, in every engine.
        ///
        /// A host's system runs between two sets (`.after(TickSet::Cascade).before(TickSet::Recovery)`) or in
        /// one; the physics of a host's kind of fault is
        /// `.in_set(TickSet::FaultPhysics).after(BuiltInFaults)`.
        #[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum TickSet {
            $($(#[$doc])* $set,)*
        }

        impl TickSet {
            /// All of them, in the order in which they run.
            pub const ORDER: &'static [Self] = &[$(Self::$set),*];
        }

        fn add_systems(schedule: &mut Schedule) {
            $(schedule.add_systems($systems.in_set(TickSet::$set));)*
        }
    };
}

tick_sets! {
    /// Each active fault acts on its service; where there is traffic, it turns knobs.
    FaultPhysics: (fault_physics, turn_knobs.in_set(Traffic)).chain().in_set(BuiltInFaults);
    /// Services of the single-fault engine heal from its fault, once it is halted.
    SingleFaultRecovery: single_fault_recovery;
    /// Errors spread from the faults' services to their callers; in the single-fault engine from the root
    /// cause, halted or not. Where there is traffic, requests flow, and come back as answers and errors.
    Cascade: (cascade, flow.in_set(Traffic)).chain();
    /// Services heal from halted faults; those of the single-fault engine have done so before. Where there is traffic,
    /// faults whose time is over end, and instances come and go.
    Recovery: (recovery, recover.in_set(Traffic)).chain();
    /// Back-off after crashes counts down; the single-fault engine has none.
    CrashLoop: crash_loop_backoff;
    /// Certificates expire, throttled services slow down, images can't be pulled.
    Conditions: conditions;
    /// Queues of data pipelines grow or drain.
    Pipelines: pipelines;
    /// The status of each service is derived.
    Status: derive_status;
    /// Time moves on.
    Clock: advance_clock;
    /// Customers' minutes, time to mitigate and SLO budget are counted; where there is traffic, by its users.
    Impact: (impact, impact_on_users.in_set(Traffic)).chain();
}

/// The part of [`TickSet::FaultPhysics`] in which the built-in kinds of fault act.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BuiltInFaults;

/// The systems of the traffic physics. In a world without traffic none of them runs.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Traffic;

fn has_traffic(traffic: Query<(), With<MeshTraffic>>) -> bool {
    !traffic.is_empty()
}

/// Adds the engine's sets and systems to a host's schedule. A schedule that has them is not changed.
///
/// The systems work on every environment of the world that the schedule runs on. They change no
/// entity's set of components, so they need no point where commands are applied.
pub fn install(schedule: &mut Schedule) {
    if schedule.graph().system_sets.contains(BuiltInFaults) {
        return;
    }
    for pair in TickSet::ORDER.windows(2) {
        schedule.configure_sets(pair[0].before(pair[1]));
    }
    schedule.configure_sets(Traffic.run_if(has_traffic));
    add_systems(schedule);
}

/// A schedule with the engine's systems and nothing else.
///
/// It runs on one thread: a tick is far shorter than waking another one takes. Two systems whose
/// order is open and that touch the same data are an error, for the host's systems too.
#[must_use]
pub fn tick_schedule() -> Schedule {
    let mut schedule = Schedule::new(Tick);
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        ..ScheduleBuildSettings::default()
    });
    install(&mut schedule);
    schedule
}

/// The same for a world that this crate owns. Commands are not applied after a tick, because systems of the
/// engine issue none, until a host [adds systems](open).
pub(crate) fn closed_schedule() -> Schedule {
    let mut schedule = tick_schedule();
    schedule.set_apply_final_deferred(false);
    schedule
}

/// A [`closed_schedule`] for a host whose systems may have commands: these are applied after each tick.
pub(crate) fn open(schedule: &mut Schedule) -> &mut Schedule {
    schedule.set_apply_final_deferred(true)
}

/// Lets a host add systems and resources, and checks that the schedule can be built with them.
///
/// # Errors
/// [`SimError::Schedule`].
pub(crate) fn extend(
    schedule: &mut Schedule,
    world: &mut World,
    install: impl FnOnce(&mut Schedule, &mut World),
) -> Result<(), SimError> {
    install(open(schedule), world);
    let built = schedule.initialize(world);
    built
        .map(drop)
        .map_err(|error| SimError::Schedule(error.to_string(schedule.graph(), world)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each system that runs, with the steps that it belongs to.
    fn run_order(schedule: &mut Schedule) -> Vec<Vec<TickSet>> {
        schedule.initialize(&mut World::new()).unwrap();
        let graph = schedule.graph();
        let steps_of = |system| {
            let has = |set: &&TickSet| {
                let systems = graph.systems_in_set(set.intern());
                systems.is_ok_and(|systems| systems.contains(&system))
            };
            TickSet::ORDER.iter().filter(has).copied().collect()
        };
        let systems = schedule.systems().unwrap();
        systems.map(|(system, _)| steps_of(system)).collect()
    }

    #[test]
    fn every_system_runs_in_its_step_and_the_steps_in_their_order() {
        let order = run_order(&mut tick_schedule());
        let position = |set: &TickSet| TickSet::ORDER.iter().position(|other| other == set);
        assert!(order.iter().all(|steps| steps.len() == 1), "{order:?}");
        assert!(
            order.iter().is_sorted_by_key(|steps| position(&steps[0])),
            "{order:?}"
        );
        let is_there = |set: &TickSet| order.iter().any(|steps| steps[0] == *set);
        assert!(TickSet::ORDER.iter().all(is_there), "{order:?}");
    }

    #[test]
    fn what_is_installed_twice_runs_once() {
        let once = run_order(&mut tick_schedule());
        let mut schedule = tick_schedule();
        install(&mut schedule);
        assert_eq!(run_order(&mut schedule), once);
    }
}
