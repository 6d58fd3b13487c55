//! Simulated time.

use bevy_ecs::prelude::*;

use crate::environment::{Clock, SECONDS_PER_TICK};
use crate::service::Uptime;

/// One tick more, for environments and for the uptime of services.
pub(crate) fn advance_clock(mut clocks: Query<&mut Clock>, mut uptimes: Query<&mut Uptime>) {
    for mut clock in &mut clocks {
        let clock = clock.bypass_change_detection();
        clock.tick += 1;
        clock.sim_time_seconds += SECONDS_PER_TICK;
    }
    for mut uptime in &mut uptimes {
        let seconds = &mut uptime.bypass_change_detection().runtime_uptime_seconds;
        *seconds = seconds.wrapping_add(SECONDS_PER_TICK);
    }
}
