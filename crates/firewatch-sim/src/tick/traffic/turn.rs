//! Fault physics where there is traffic: each fault turns the knobs of its kind, or those that it states.

use firewatch_traffic::{CallKnobs, ServiceKnobs};

use crate::tick::mesh::{Meshes, Services};
use crate::world::environment::Clock;
use crate::world::fault::{Fault, MAX_CONFIG_AGE_SECONDS, MAX_DEPLOYMENT_AGE_SECONDS};
use crate::world::num;
use crate::world::traffic::{Course, FaultKnobs, MeshTraffic, Turns};

/// Memory that fills in a tick at speed 1 while half of the workers are busy, as a share of the limit: as fast as in
/// the classic physics.
const OOM_PER_TICK: f64 = 0.15;
const LEAK_PER_TICK: f64 = 0.05;
/// Load at which memory fills as fast as that.
const USUAL_LOAD: f64 = 0.5;
/// An instance that uses so much of its memory is killed.
const KILL_UTILIZATION: f64 = 0.98;
/// Collecting garbage takes time in proportion to what is in use over what is free. A collector that takes 5 % of the
/// time while a third of the memory is in use takes this much of it times that ratio.
const COLLECTION_WEIGHT: f64 = 0.1;

/// Turns the knobs of this tick: by hand, by the number of instances, by faults in list order.
pub(crate) fn turn_knobs(mut meshes: Meshes<(&Clock, &mut MeshTraffic)>) {
    meshes.for_each(
        |_, _| true,
        |_, (clock, mut traffic), faults, services| {
            let traffic = &mut *traffic;
            advance(traffic, clock.tick, faults, services);
            fill_memory(traffic, clock.tick, faults);
            kill(traffic, faults, services);
            traffic.turn_by_hand(clock.tick);
            slow_down_collection(traffic);
            turn_by_faults(traffic, faults);
            traffic.limit_knobs();
        },
    );
}

/// Moves the faults on by a tick, and finds how severe each is in it.
fn advance(traffic: &mut MeshTraffic, tick: u64, faults: &mut [Fault], services: &mut Services) {
    for (fault, course) in faults.iter_mut().zip(&mut traffic.courses) {
        if !fault.halted {
            fault.progression_tick = fault.progression_tick.saturating_add(1);
            if let Some(service) = fault
                .service_index()
                .filter(|_| fault.progression_tick == 1)
            {
                note_change(course.turns, service, services);
            }
        }
        course.strength = match fault.progression_tick {
            0 => 0.0,
            ticks => {
                let usual = course.turns.usual_shape();
                course.course.strength(usual, ticks, fault.speed) * left(fault, course, tick)
            }
        };
    }
}

/// The share of what a fault has turned that is there in this tick: all while it is active.
fn left(fault: &Fault, course: &Course, tick: u64) -> f64 {
    match fault.halted_at_tick {
        _ if !fault.halted => 1.0,
        Some(end) => course.course.left(tick.saturating_sub(end)),
        None => course.course.left(u64::MAX),
    }
}

/// Lets the deployment or the change of the configuration from which a fault comes look recent.
fn note_change(turns: Turns, service: usize, services: &mut Services) {
    let (_, runtime) = services.service(service);
    match turns {
        Turns::BadDeploy => {
            let age = &mut runtime.last_deployment_age_seconds;
            *age = (*age).min(MAX_DEPLOYMENT_AGE_SECONDS);
        }
        Turns::ConfigDrift => {
            let age = &mut runtime.last_config_age_seconds;
            *age = (*age).min(MAX_CONFIG_AGE_SECONDS);
            runtime.last_config_revision = runtime.last_config_revision.saturating_add(1);
        }
        _ => {}
    }
}

/// Lets memory fill, and adds up what has leaked by service.
fn fill_memory(traffic: &mut MeshTraffic, tick: u64, faults: &[Fault]) {
    traffic.leaked.fill(0.0);
    for (fault, course) in faults.iter().zip(&mut traffic.courses) {
        let Some(service) = fault.service_index() else {
            continue;
        };
        if !fault.halted {
            let measured = traffic.state.service(service);
            let waits = if measured.workers > 0.0 {
                measured.queued / measured.workers
            } else {
                0.0
            };
            let by_load = |per_tick: f64, load: f64| {
                per_tick * fault.speed * num::min(1.0, load) / USUAL_LOAD
            };
            let grown = match (course.turns, &course.course.knobs) {
                (Turns::Oom, _) => by_load(OOM_PER_TICK, measured.utilization + waits),
                (Turns::MemoryLeak, _) => by_load(LEAK_PER_TICK, measured.utilization),
                (Turns::Service { share }, Some(knobs)) => share * knobs.memory_growth,
                _ => 0.0,
            };
            course.course.leaked = num::min(1.0, course.course.leaked + grown * course.strength);
        }
        traffic.leaked[service] += course.course.leaked * left(fault, course, tick);
    }
}

/// Kills instances whose memory is full: as large a share of them as the faults that fill it are severe, or all where
/// requests fill it.
fn kill(traffic: &mut MeshTraffic, faults: &[Fault], services: &mut Services) {
    for service in 0..traffic.instances.len() {
        if traffic.memory_utilization(service) < KILL_UTILIZATION {
            continue;
        }
        let mut afflicted = 0.0;
        for (fault, course) in faults.iter().zip(&mut traffic.courses) {
            if fault.service_index() == Some(service) && course.course.leaked > 0.0 {
                let share = match course.turns {
                    Turns::Service { share } => share,
                    _ => 1.0,
                };
                afflicted = num::max(afflicted, course.course.level * share);
                course.course.leaked = 0.0;
                course.course.is_cleared |= fault.halted;
            }
        }
        let share = if afflicted > 0.0 { afflicted } else { 1.0 };
        let killed = (traffic.desired(service) * share).ceil();
        traffic.leaked[service] = 0.0;
        traffic
            .state
            .lose_caches(&traffic.shape.mesh, service, share);
        let start_up_ticks = traffic.shape.services[service].start_up_ticks;
        let instances = &mut traffic.instances[service];
        // There are at most a million.
        let killed = u32::try_from(num::trunc(killed)).unwrap_or(u32::MAX);
        instances.away = instances.away.max(killed);
        instances.back_in_ticks = instances.back_in_ticks.max(start_up_ticks);
        let (_, runtime, uptime) = services.parts(service);
        runtime.restart_count = runtime.restart_count.saturating_add(killed.into());
        uptime.runtime_uptime_seconds = 0;
    }
}

/// Slows the work of services whose memory has leaked away: their collectors have ever less room.
fn slow_down_collection(traffic: &mut MeshTraffic) {
    let over_free = |utilization: f64| utilization / (1.0 - utilization);
    for service in 0..traffic.leaked.len() {
        if traffic.leaked[service] > 0.0 {
            let idle = traffic.shape.services[service].idle.memory_utilization;
            let used = num::min(KILL_UTILIZATION, traffic.memory_utilization(service));
            let slower = COLLECTION_WEIGHT * num::max(0.0, over_free(used) - over_free(idle));
            traffic.knobs.services[service].slow_factor *= 1.0 + slower;
        }
    }
}

/// Lets each fault turn what it turns, in list order.
fn turn_by_faults(traffic: &mut MeshTraffic, faults: &[Fault]) {
    for (index, fault) in faults.iter().enumerate() {
        let course = traffic
            .courses
            .get(index)
            .filter(|course| course.strength > 0.0);
        let Some((course, service)) = course.zip(fault.service_index()) else {
            continue;
        };
        let mesh = &traffic.shape.mesh;
        if let (Turns::Calls { to }, Some(turned)) = (course.turns, &course.course.knobs) {
            for &call in mesh.calls_of(service) {
                if mesh.calls()[call].to == to {
                    turn_call(&mut traffic.knobs.calls[call], turned, course.strength);
                }
            }
        } else {
            let worker = 1.0 / f64::from(mesh.services()[service].concurrency);
            let turned = turned_by(course, traffic.available(service), worker);
            traffic.knobs.services[service].add(&turned);
        }
    }
}

/// Returns the knobs that a fault turns of its service. `worker` is one worker as a share of an instance.
fn turned_by(course: &Course, instances: f64, worker: f64) -> ServiceKnobs {
    let strength = course.strength;
    let neutral = ServiceKnobs::default();
    match (course.turns, &course.course.knobs) {
        (Turns::Service { share }, Some(knobs)) => {
            turned_by_knobs(knobs, share, strength, instances)
        }
        (Turns::BadDeploy, _) => ServiceKnobs {
            error_ratio: strength,
            ..neutral
        },
        (Turns::ConfigDrift, _) => ServiceKnobs {
            // A pool of no worker at all would be a service that is down.
            instances: Some(num::min(
                instances,
                num::max(worker, instances * (1.0 - strength)),
            )),
            ..neutral
        },
        (Turns::NetworkPartition, _) => ServiceKnobs {
            unreachable_ratio: strength,
            ..neutral
        },
        _ => neutral,
    }
}

/// What knobs turn on that share of the instances.
fn turned_by_knobs(knobs: &FaultKnobs, share: f64, strength: f64, instances: f64) -> ServiceKnobs {
    let turned = share * strength;
    let of_zone = share * instances;
    let lost = if knobs.down {
        of_zone * strength
    } else {
        knobs.lost_instances * strength
    };
    let lost = num::min(of_zone, lost);
    ServiceKnobs {
        error_ratio: knobs.error_ratio * turned,
        added_latency_s: knobs.added_latency_s * turned,
        slow_factor: 1.0 + (knobs.slow_factor.unwrap_or(1.0) - 1.0) * turned,
        instances: (lost > 0.0).then_some(instances - lost),
        down: knobs.down && turned >= 1.0,
        unreachable_ratio: knobs.unreachable_ratio * turned,
        queue_limit: knobs.queue_limit,
    }
}

fn turn_call(call: &mut CallKnobs, turned: &FaultKnobs, strength: f64) {
    let either = |a: f64, b: f64| 1.0 - (1.0 - a) * (1.0 - b);
    call.error_ratio = either(call.error_ratio, turned.error_ratio * strength);
    call.added_latency_s += turned.added_latency_s * strength;
    call.unreachable_ratio = either(call.unreachable_ratio, turned.unreachable_ratio * strength);
    call.cache_flushed |= turned.cache_flushed;
    call.timeout_s = turned.timeout_s.or(call.timeout_s);
    call.retries = turned.retries.or(call.retries);
    call.backoff_s = turned.backoff_s.or(call.backoff_s);
    call.share = turned.share.or(call.share);
    call.cut |= turned.cut;
}
