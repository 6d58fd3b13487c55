//! Impact where there is traffic: the customers are the users.

use bevy_ecs::prelude::*;

use crate::tick::impact::{MINUTES_PER_TICK, track_streak};
use crate::tick::mesh::Meshes;
use crate::world::environment::{Clock, Impact, SloBudget};
use crate::world::num;
use crate::world::traffic::{MeshTraffic, failed_share};

/// Counts what groups of users suffered in this tick, by the requests that they send, and takes the failed share off
/// the SLO budget. A tick in which every group has what it is promised has no impact.
pub(crate) fn impact_on_users(
    mut meshes: Meshes<(&Clock, &mut Impact, &mut SloBudget, &MeshTraffic)>,
) {
    meshes.for_each(
        |_, _| true,
        |_, (clock, mut impact, mut budget, traffic), _, _| {
            let [missed, failed] = shares(traffic);
            let impact = impact.bypass_change_detection();
            impact.bcm_delta = missed * MINUTES_PER_TICK;
            impact.bad_customer_minutes += impact.bcm_delta;
            track_streak(impact, clock.tick);
            let budget = budget.bypass_change_detection();
            budget.remaining = num::max(0.0, budget.remaining - budget.burn_per_tick * failed);
        },
    );
}

/// What misses the objectives and what failed, in the mean of the users' requests.
fn shares(traffic: &MeshTraffic) -> [f64; 2] {
    let (mut sent, mut missed, mut failed) = (0.0, 0.0, 0.0);
    let groups = traffic.shape.users.iter().zip(traffic.shape.mesh.users());
    for (index, (shape, spec)) in groups.enumerate() {
        let measured = traffic.state.user(index);
        // Who sends nothing any more still waits for what was sent.
        let weight = num::max(
            measured.sent_rps,
            measured.succeeded_rps + measured.failed_rps,
        );
        sent += weight;
        missed += weight * shape.objective.miss(&measured, spec.patience_s);
        failed += weight * failed_share(&measured);
    }
    if sent > 0.0 {
        [missed / sent, failed / sent]
    } else {
        [0.0; 2]
    }
}
