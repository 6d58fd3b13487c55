//! The engine as a plugin of `bevy_app`.

use bevy_app::{App, FixedUpdate, Plugin};
use bevy_ecs::schedule::{InternedScheduleLabel, ScheduleLabel};

use crate::host::events::{Before, EnvironmentEvent, add_event_systems};
use crate::tick::schedule::install;

/// Ticks the environments of an app's world, and writes [`EnvironmentEvent`]s.
///
/// Each run of the schedule is a tick of all environments but the [paused](crate::pause_environment) ones:
/// 30 simulated seconds, however long a run takes. The events are messages of the app, which drops old ones
/// like its own.
///
/// ```
/// use bevy_app::{App, Update};
/// use firewatch_sim::{EnvironmentRef, EnvironmentState, FirewatchPlugin, SloBudget, spawn_environment};
///
/// # fn main() -> Result<(), firewatch_sim::SimError> {
/// # let state = EnvironmentState::new(SloBudget { remaining: 30.0, burn_per_tick: 1.5 });
/// let mut app = App::new();
/// app.add_plugins(FirewatchPlugin::new(Update));
/// let environment = spawn_environment(app.world_mut(), &state)?;
/// app.update();
/// assert_eq!(EnvironmentRef::new(app.world(), environment)?.clock().tick, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FirewatchPlugin {
    schedule: InternedScheduleLabel,
}

impl FirewatchPlugin {
    /// Ticks in each run of that schedule.
    pub fn new(schedule: impl ScheduleLabel) -> Self {
        Self {
            schedule: schedule.intern(),
        }
    }
}

impl Default for FirewatchPlugin {
    /// Ticks in [`FixedUpdate`], which the plugin of `bevy_time` runs.
    fn default() -> Self {
        Self::new(FixedUpdate)
    }
}

impl Plugin for FirewatchPlugin {
    fn build(&self, app: &mut App) {
        app.add_message::<EnvironmentEvent>();
        app.init_resource::<Before>();
        app.edit_schedule(self.schedule, |schedule| {
            install(schedule);
            add_event_systems(schedule);
        });
    }
}
