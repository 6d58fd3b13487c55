//! Impact where there is traffic: the customers are the users.

use bevy_ecs::prelude::*;

use crate::tick::impact::{MINUTES_PER_TICK, track_streak};
use crate::tick::mesh::Meshes;
use crate::world::environment::{Clock, Impact, SloBudget};
use crate::world::num;
use crate::world::traffic::MeshTraffic;

/// Counts what groups of users suffered in this tick, by the requests that they send, and takes the failed share off
/// the SLO budget. A tick in which every group has what it is promised has no impact.
pub(crate) fn impact_on_users(
    mut meshes: Meshes<(&Clock, &mut Impact, &mut SloBudget, &MeshTraffic)>,
) {
    meshes.for_each(
        |_, _| true,
        |_, (clock, mut impact, mut budget, traffic), _, _| {
            let [missed, failed] = traffic.users_shares();
            let impact = impact.bypass_change_detection();
            impact.bcm_delta = missed * MINUTES_PER_TICK;
            impact.bad_customer_minutes += impact.bcm_delta;
            track_streak(impact, clock.tick);
            let budget = budget.bypass_change_detection();
            budget.remaining = num::max(0.0, budget.remaining - budget.burn_per_tick * failed);
        },
    );
}
