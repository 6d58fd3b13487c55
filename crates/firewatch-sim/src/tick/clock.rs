//! Simulated time.

use bevy_ecs::prelude::*;

use crate::tick::ticking::Ticking;
use crate::world::environment::{Clock, SECONDS_PER_TICK};
use crate::world::service::Uptime;

/// One tick more, for environments and for the uptime of services.
pub(crate) fn advance_clock(
    mut clocks: Query<&mut Clock>,
    mut uptimes: Query<&mut Uptime>,
    ticking: Ticking,
) {
    ticking.for_each_environment_row(&mut clocks, |clock| {
        clock.tick = clock.tick.saturating_add(1);
        clock.sim_time_seconds = clock.sim_time_seconds.saturating_add(SECONDS_PER_TICK);
    });
    ticking.for_each_service_row(&mut uptimes, |uptime| {
        let seconds = &mut uptime.runtime_uptime_seconds;
        *seconds = seconds.saturating_add(SECONDS_PER_TICK);
    });
}
