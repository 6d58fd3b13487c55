//! Fault physics where there is traffic: each fault turns the knobs of its kind, or those that it states.

use firewatch_traffic::{CallKnobs, ServiceKnobs, either};

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
            traffic.lose_caches();
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
                let left = ended_for(fault, tick).map_or(1.0, |ticks| course.course.left(ticks));
                course.course.strength(usual, ticks, fault.speed) * left
            }
        };
    }
}

/// The ticks since the end of a fault; `None` while it has not ended.
fn ended_for(fault: &Fault, tick: u64) -> Option<u64> {
    fault.halted.then(|| {
        let end = fault.halted_at_tick;
        end.map_or(u64::MAX, |end| tick.saturating_sub(end))
    })
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
                (Turns::Service { zone }, Some(knobs)) => {
                    traffic.shape.services[service].share_of(zone) * knobs.memory_growth
                }
                _ => 0.0,
            };
            let most = traffic.set_services[service].memory_factor;
            course.course.leaked = num::min(most, course.course.leaked + grown * course.strength);
        }
        let left = { ended_for(fault, tick) }.map_or(1.0, |ticks| course.course.memory_left(ticks));
        if left <= 0.0 {
            course.course.leaked = 0.0;
        }
        traffic.leaked[service] += course.course.leaked * left;
    }
}

/// Kills instances whose memory is full: as large a share of them as the faults that fill it are severe, or all where
/// requests fill it.
fn kill(traffic: &mut MeshTraffic, faults: &[Fault], services: &mut Services) {
    for service in 0..traffic.instances.len() {
        if traffic.memory_utilization(service) < KILL_UTILIZATION {
            let instances = &mut traffic.instances[service];
            let ago = instances.killed_ticks_ago.filter(|_| instances.away > 0);
            instances.killed_ticks_ago = ago.map(|ticks| ticks.saturating_add(1));
            continue;
        }
        let leaking = share_leaking(traffic, faults, service);
        for (fault, course) in faults.iter().zip(&mut traffic.courses) {
            if fault.service_index() == Some(service) && course.course.leaked > 0.0 {
                course.course.leaked = 0.0;
                course.course.is_cleared |= fault.halted;
            }
        }
        let share = if leaking > 0.0 { leaking } else { 1.0 };
        // What shares add up to wrongly in the last digits is no instance.
        let killed = (traffic.desired(service) * share - 1e-6).ceil();
        traffic.leaked[service] = 0.0;
        let start_up_ticks = traffic.shape.services[service].start_up_ticks;
        let instances = &mut traffic.instances[service];
        // There are at most a million.
        let killed = u32::try_from(num::trunc(killed)).unwrap_or(u32::MAX);
        instances.away = instances.away.max(killed);
        instances.back_in_ticks = instances.back_in_ticks.max(start_up_ticks);
        instances.killed_ticks_ago = Some(0);
        let (_, runtime, uptime) = services.parts(service);
        runtime.restart_count = runtime.restart_count.saturating_add(killed.into());
        uptime.runtime_uptime_seconds = 0;
    }
}

/// Returns the share of a service's instances whose memory faults have filled: in each zone as much as the most severe of
/// them says.
fn share_leaking(traffic: &MeshTraffic, faults: &[Fault], service: usize) -> f64 {
    let zones = traffic.shape.services[service].zone_count();
    let in_zone = |zone: usize| {
        let leaking = faults
            .iter()
            .zip(&traffic.courses)
            .filter(|(fault, course)| {
                let is_here = course.turns.zone().is_none_or(|of| of == zone);
                fault.service_index() == Some(service) && course.course.leaked > 0.0 && is_here
            });
        leaking.fold(0.0, |most, (_, course)| num::max(most, course.course.level))
    };
    (0..zones).map(in_zone).sum::<f64>() / zones as f64
}

/// Slows the work of services whose memory has leaked away: their collectors have ever less room.
fn slow_down_collection(traffic: &mut MeshTraffic) {
    let over_free = |utilization: f64| utilization / (1.0 - utilization);
    for service in 0..traffic.leaked.len() {
        if traffic.leaked[service] > 0.0 {
            let idle = traffic.shape.services[service].idle.memory_utilization
                / traffic.set_services[service].memory_factor;
            let used = num::min(KILL_UTILIZATION, traffic.memory_utilization(service));
            let slower = COLLECTION_WEIGHT * num::max(0.0, over_free(used) - over_free(idle));
            traffic.knobs.services[service].slow_factor *= 1.0 + slower;
        }
    }
}

/// Lets each fault turn what it turns: calls in list order, and services with all their faults together.
fn turn_by_faults(traffic: &mut MeshTraffic, faults: &[Fault]) {
    let mut acting = std::mem::take(&mut traffic.acting);
    acting.clear();
    for (index, fault) in faults.iter().enumerate() {
        let course = traffic.courses.get(index).filter(|course| course.acts());
        let Some((course, service)) = course.zip(fault.service_index()) else {
            continue;
        };
        match (course.turns, &course.course.knobs) {
            (Turns::Calls { to }, Some(turned)) => {
                let mesh = &traffic.shape.mesh;
                for &call in mesh.calls_of(service) {
                    if mesh.calls()[call].to == to {
                        turn_call(&mut traffic.knobs.calls[call], turned, course.strength);
                    }
                }
            }
            (Turns::Calls { .. }, None) => {}
            _ => acting.push((service, index)),
        }
    }
    // No two are equal, and it needs no memory.
    acting.sort_unstable();
    for of_service in acting.chunk_by(|(one, _), (other, _)| one == other) {
        let Some(&(service, _)) = of_service.first() else {
            continue;
        };
        let courses = of_service.iter().map(|&(_, index)| &traffic.courses[index]);
        let turned = turned_of_service(traffic, service, courses.clone());
        let taken = taken(traffic, service, courses);
        traffic.knobs.services[service].add(&turned);
        traffic.instances[service].taken = taken;
    }
    traffic.acting = acting;
}

/// Returns the knobs that all faults of a service turn of it: first in each of its zones, then over all of them.
fn turned_of_service<'a>(
    traffic: &MeshTraffic,
    service: usize,
    acting: impl Iterator<Item = &'a Course> + Clone,
) -> ServiceKnobs {
    let zones = traffic.shape.services[service].zone_count();
    let concurrency = traffic.shape.mesh.services()[service].concurrency;
    let of_all = Part {
        instances: traffic.available(service),
        worker: 1.0 / f64::from(concurrency),
        share: 1.0,
    };
    if acting.clone().all(|course| course.turns.zone().is_none()) {
        return of_all.turned_by(acting);
    }
    let share = 1.0 / zones as f64;
    let of_zone = Part {
        instances: of_all.instances * share,
        worker: of_all.worker * share,
        share,
    };
    let turned = (0..zones).map(|zone| {
        let is_here = move |course: &&Course| course.turns.zone().is_none_or(|of| of == zone);
        of_zone.turned_by(acting.clone().filter(is_here))
    });
    ServiceKnobs::over_zones(turned, of_zone.instances)
}

/// Returns how many instances of a service faults take away. A pool that is too small leaves them there.
fn taken<'a>(
    traffic: &MeshTraffic,
    service: usize,
    acting: impl Iterator<Item = &'a Course> + Clone,
) -> f64 {
    let taking = acting.filter(|course| course.turns != Turns::ConfigDrift);
    let turned = turned_of_service(traffic, service, taking);
    let available = traffic.available(service);
    match turned.instances {
        _ if turned.down => available,
        Some(left) => num::max(0.0, available - left),
        None => 0.0,
    }
}

/// The instances of a service, or of one of its zones.
#[derive(Clone, Copy)]
struct Part {
    instances: f64,
    /// The least that a pool can be made, in instances: one worker of the service.
    worker: f64,
    /// Share of the service's instances.
    share: f64,
}

impl Part {
    /// Returns the knobs of these instances that faults turn which act on all of them.
    fn turned_by<'a>(self, courses: impl Iterator<Item = &'a Course>) -> ServiceKnobs {
        courses.fold(ServiceKnobs::default(), |mut knobs, course| {
            knobs.add(&self.turned_by_one(course));
            knobs
        })
    }

    fn turned_by_one(self, course: &Course) -> ServiceKnobs {
        let strength = course.strength;
        let neutral = ServiceKnobs::default();
        match (course.turns, &course.course.knobs) {
            (Turns::Service { zone }, Some(knobs)) => {
                // What a whole service loses is spread over its zones.
                let share = if zone.is_some() { 1.0 } else { self.share };
                self.turned_by_knobs(knobs, strength, knobs.lost_instances * share)
            }
            (Turns::BadDeploy, _) => ServiceKnobs {
                error_ratio: strength,
                ..neutral
            },
            (Turns::ConfigDrift, _) => ServiceKnobs {
                // A pool of no worker at all would be a service that is down.
                instances: Some(num::min(
                    self.instances,
                    num::max(self.worker, self.instances * (1.0 - strength)),
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

    fn turned_by_knobs(
        self,
        knobs: &FaultKnobs,
        strength: f64,
        lost_instances: f64,
    ) -> ServiceKnobs {
        let taken = if knobs.down {
            self.instances
        } else {
            lost_instances
        };
        let lost = num::min(self.instances, taken * strength);
        ServiceKnobs {
            error_ratio: knobs.error_ratio * strength,
            added_latency_s: knobs.added_latency_s * strength,
            slow_factor: 1.0 + (knobs.slow_factor.unwrap_or(1.0) - 1.0) * strength,
            instances: (lost > 0.0).then_some(self.instances - lost),
            down: knobs.down && strength >= 1.0,
            unreachable_ratio: knobs.unreachable_ratio * strength,
            queue_limit: knobs.queue_limit,
        }
    }
}

fn turn_call(call: &mut CallKnobs, turned: &FaultKnobs, strength: f64) {
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
