//! The tick: one schedule, one chained list of system sets.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{
    IntoScheduleConfigs, LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor,
    SystemSet,
};

use crate::cascade::cascade;
use crate::clock::advance_clock;
use crate::conditions::{certificate_expiry, cpu_throttling, crash_loop_backoff, image_pull};
use crate::fault::fault_physics;
use crate::impact::impact;
use crate::pipeline::pipelines;
use crate::recovery::recovery;
use crate::status::derive_status;

/// The label of the schedule that [`tick_schedule`] builds.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tick;

/// The steps of a tick. They run in this order:
///
/// 1. [`FaultPhysics`](Self::FaultPhysics): each active fault acts on its service
/// 2. [`Cascade`](Self::Cascade): errors spread from the faults' services to their callers
/// 3. [`Recovery`](Self::Recovery): services heal from halted faults
/// 4. [`CrashLoop`](Self::CrashLoop): back-off after crashes counts down
/// 5. [`Conditions`](Self::Conditions): certificates expire, throttled services slow down, images
///    can't be pulled
/// 6. [`Pipelines`](Self::Pipelines): queues of data pipelines grow or drain
/// 7. [`Status`](Self::Status): the status of each service is derived
/// 8. [`Clock`](Self::Clock): time moves on
/// 9. [`Impact`](Self::Impact): customers' minutes, time to mitigate and SLO budget are counted
///
/// A host's system runs between two sets (`.after(TickSet::Cascade).before(TickSet::Recovery)`) or in
/// one; the physics of a host's own kind of fault is `.in_set(TickSet::FaultPhysics).after(BuiltInFaults)`.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TickSet {
    /// Each active fault acts on its service.
    FaultPhysics,
    /// Errors spread from the faults' services to their callers.
    Cascade,
    /// Services heal from halted faults.
    Recovery,
    /// Back-off after crashes counts down.
    CrashLoop,
    /// Certificates expire, throttled services slow down, images can't be pulled.
    Conditions,
    /// Queues of data pipelines grow or drain.
    Pipelines,
    /// The status of each service is derived.
    Status,
    /// Time moves on.
    Clock,
    /// Customers' minutes, time to mitigate and SLO budget are counted.
    Impact,
}

/// The part of [`TickSet::FaultPhysics`] in which the built-in kinds of fault act.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BuiltInFaults;

impl TickSet {
    /// All of them, in the order in which they run.
    pub const ORDER: [Self; 9] = [
        Self::FaultPhysics,
        Self::Cascade,
        Self::Recovery,
        Self::CrashLoop,
        Self::Conditions,
        Self::Pipelines,
        Self::Status,
        Self::Clock,
        Self::Impact,
    ];
}

/// Adds the engine's sets and systems to a schedule of the host's.
///
/// The systems work on every environment of the world that the schedule runs on. They change no
/// entity's set of components, so they need no point where commands are applied.
pub fn install(schedule: &mut Schedule) {
    let [
        fault,
        cascade_,
        recovery_,
        crash,
        conditions,
        pipelines_,
        status,
        clock,
        impact_,
    ] = TickSet::ORDER;
    schedule
        .configure_sets(
            (
                fault, cascade_, recovery_, crash, conditions, pipelines_, status, clock, impact_,
            )
                .chain(),
        )
        .add_systems((
            fault_physics.in_set(BuiltInFaults).in_set(fault),
            cascade.in_set(cascade_),
            recovery.in_set(recovery_),
            crash_loop_backoff.in_set(crash),
            (certificate_expiry, cpu_throttling, image_pull)
                .chain()
                .in_set(conditions),
            pipelines.in_set(pipelines_),
            derive_status.in_set(status),
            advance_clock.in_set(clock),
            impact.in_set(impact_),
        ));
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

#[cfg(test)]
mod tests {
    use super::*;
    use bevy_ecs::schedule::InternedSystemSet;

    /// The systems in the order of the numbered list of [`TickSet`].
    fn documented() -> Vec<(&'static str, TickSet, InternedSystemSet)> {
        macro_rules! list {
            ($($set:ident: $system:path,)*) => {
                vec![$((
                    stringify!($system),
                    TickSet::$set,
                    IntoSystemSet::into_system_set($system).intern(),
                ),)*]
            };
        }
        list![
            FaultPhysics: fault_physics,
            Cascade: cascade,
            Recovery: recovery,
            CrashLoop: crash_loop_backoff,
            Conditions: certificate_expiry,
            Conditions: cpu_throttling,
            Conditions: image_pull,
            Pipelines: pipelines,
            Status: derive_status,
            Clock: advance_clock,
            Impact: impact,
        ]
    }

    #[test]
    fn the_run_order_is_the_documented_one() {
        let mut world = World::new();
        let mut schedule = tick_schedule();
        schedule.initialize(&mut world).unwrap();
        let run_order: Vec<_> = schedule.systems().unwrap().map(|(key, _)| key).collect();
        let graph = schedule.graph();
        let mut expected = Vec::new();
        for (name, set, system) in documented() {
            let keys: Vec<_> = graph
                .systems_in_set(system)
                .unwrap()
                .iter()
                .copied()
                .collect();
            assert_eq!(keys.len(), 1, "{name} is scheduled once");
            assert!(
                graph
                    .systems_in_set(set.intern())
                    .unwrap()
                    .contains(&keys[0]),
                "{name}"
            );
            println!("{set:?}: {name}");
            expected.extend(keys);
        }
        assert_eq!(run_order, expected);
    }
}
