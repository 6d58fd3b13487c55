//! Recovery where there is traffic: faults whose time is over end, and instances come and go.

use crate::tick::mesh::Meshes;
use crate::world::environment::Clock;
use crate::world::num;
use crate::world::traffic::{Autoscaling, MeshTraffic};

/// Deviation from the target utilization that changes no number of instances: the default of a Kubernetes
/// HorizontalPodAutoscaler.
const TOLERANCE: f64 = 0.1;
/// Ticks for which fewer instances must do before there are fewer: its default of 300 s.
const CALM_TICKS: u64 = 10;

/// Ends faults whose time is over, brings instances back and scales services.
pub(crate) fn recover(mut meshes: Meshes<(&Clock, &mut MeshTraffic)>) {
    meshes.for_each(
        |_, _| true,
        |_, (clock, mut traffic), faults, _| {
            let traffic = &mut *traffic;
            for (fault, course) in faults.iter_mut().zip(&traffic.courses) {
                if !fault.halted && course.course.is_over(fault.progression_tick) {
                    fault.halted = true;
                    fault.halted_at_tick = Some(clock.tick.saturating_add(1));
                }
            }
            for service in 0..traffic.instances.len() {
                let measured = traffic.available(service);
                bring_back(traffic, service);
                if let Some(scaling) = traffic.shape.services[service].autoscaling {
                    scale(traffic, service, scaling, measured);
                }
            }
        },
    );
}

/// Counts down what is away and what starts.
fn bring_back(traffic: &mut MeshTraffic, service: usize) {
    let instances = &mut traffic.instances[service];
    if instances.away > 0 {
        instances.back_in_ticks = instances.back_in_ticks.saturating_sub(1);
        if instances.back_in_ticks == 0 {
            instances.away = 0;
        }
    }
    if instances.starting > 0 {
        instances.started_in_ticks = instances.started_in_ticks.saturating_sub(1);
        if instances.started_in_ticks == 0 {
            instances.scaled += i64::from(instances.starting);
            instances.starting = 0;
        }
    }
}

/// Orders instances where too many workers are busy, and takes some away where for some time too few were. `measured` are
/// the instances that the tick went by with: those that have just come had no part in its utilization.
fn scale(traffic: &mut MeshTraffic, service: usize, scaling: Autoscaling, measured: f64) {
    let current = traffic.desired(service);
    let instances = &mut traffic.instances[service];
    // Without any instance nothing can be measured; while some start, what they will do is unknown.
    if measured == 0.0 || instances.starting > 0 {
        return;
    }
    let ratio = traffic.state.service(service).utilization / scaling.target_utilization;
    let wanted = if (ratio - 1.0).abs() <= TOLERANCE {
        current
    } else {
        // A fault that took a share of them, such as a zone, takes it of new ones too.
        (measured * ratio).ceil()
    };
    let wanted = num::min(
        f64::from(scaling.max),
        num::max(f64::from(scaling.min), wanted),
    );
    let change = num::trunc(wanted - current);
    instances.calm_ticks = if change < 0 {
        instances.calm_ticks.saturating_add(1)
    } else {
        0
    };
    if change > 0 {
        // There are at most a million.
        instances.starting = u32::try_from(change).unwrap_or(0);
        instances.started_in_ticks = traffic.shape.services[service].start_up_ticks;
    } else if instances.calm_ticks >= CALM_TICKS {
        instances.scaled += change;
        instances.calm_ticks = 0;
    }
}
