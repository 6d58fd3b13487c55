//! Simulated time.

use bevy_ecs::prelude::*;

use crate::environment::{Clock, SECONDS_PER_TICK};
use crate::mesh::tables;
use crate::service::Uptime;

/// One tick more, for environments and for the uptime of services.
pub(crate) fn advance_clock(mut clocks: Query<&mut Clock>, mut uptimes: Query<&mut Uptime>) {
    for mut table in tables(&mut clocks) {
        for clock in table.bypass_change_detection() {
            clock.tick = clock.tick.saturating_add(1);
            clock.sim_time_seconds = clock.sim_time_seconds.saturating_add(SECONDS_PER_TICK);
        }
    }
    for mut table in tables(&mut uptimes) {
        for Uptime {
            runtime_uptime_seconds,
        } in table.bypass_change_detection()
        {
            *runtime_uptime_seconds = runtime_uptime_seconds.saturating_add(SECONDS_PER_TICK);
        }
    }
}
