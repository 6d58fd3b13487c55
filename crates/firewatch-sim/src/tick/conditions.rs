//! Conditions of single services: crash-loop back-off, certificate expiry, CPU throttling, image pull.

use bevy_ecs::prelude::*;

use crate::tick::ticking::Ticking;
use crate::world::environment::{Clock, Engine, Environment, SECONDS_PER_TICK};
use crate::world::fault::Fault;
use crate::world::num;
use crate::world::ownership::{Faults, ServiceOf};
use crate::world::service::{Certificate, CrashLoop, ImagePull, Runtime, Traffic, Vitals};

/// Counts the crash-loop back-off down, once for each halted fault of the service; when it ends, the
/// service starts cleanly. Only the multi-fault engine has such a countdown.
pub(crate) fn crash_loop_backoff(
    mut services: Query<(
        Entity,
        &ServiceOf,
        &mut CrashLoop,
        &mut Vitals,
        &mut Runtime,
    )>,
    environments: Query<(&Environment, &Faults)>,
    faults: Query<&Fault>,
    ticking: Ticking,
) {
    ticking.for_each_service(&mut services, |row| {
        let (entity, owner, mut crash_loop, mut vitals, mut runtime) = row;
        let Ok((environment, of_environment)) = environments.get(owner.environment()) else {
            return;
        };
        if environment.engine != Engine::MultiFault {
            return;
        }
        let of_service = faults
            .iter_many(of_environment.iter())
            .flatten()
            .filter(|fault| fault.halted && fault.service == Some(entity));
        for _ in of_service {
            let Some(backoff) = crash_loop
                .runtime_crashloop_backoff_seconds
                .filter(|&b| b > 0)
            else {
                break;
            };
            let left = (backoff - SECONDS_PER_TICK).max(0);
            crash_loop.runtime_crashloop_backoff_seconds = Some(left);
            if left == 0 {
                runtime.restart_count = 0;
                vitals.http_server_error_rate = 0.01;
            }
        }
    });
}

/// Lets certificates expire, throttles services, and holds back those whose image can't be pulled.
pub(crate) fn conditions(
    mut certificates: Query<(&Certificate, &ServiceOf, &mut Vitals)>,
    mut traffic: Query<&mut Traffic>,
    mut image_pulls: Query<(&ImagePull, &mut Runtime)>,
    clocks: Query<&Clock>,
    ticking: Ticking,
) {
    expire_certificates(&mut certificates, &clocks, &ticking);
    throttle(&mut traffic, &ticking);
    pin_restarts(&mut image_pulls, &ticking);
}

/// Fails every request of a service whose certificate expires in this tick.
fn expire_certificates(
    services: &mut Query<(&Certificate, &ServiceOf, &mut Vitals)>,
    clocks: &Query<&Clock>,
    ticking: &Ticking,
) {
    ticking.for_each_service(services, |(certificate, owner, mut vitals)| {
        let expires = certificate
            .cert_expiry_bomb_tick
            .and_then(|tick| u64::try_from(tick).ok());
        let now = clocks.get(owner.environment()).ok().map(|clock| clock.tick);
        if expires.is_some() && expires == now {
            vitals.http_server_error_rate = 1.0;
            vitals.http_server_request_duration_p99 = 5.0;
        }
    });
}

/// Lowers what a throttled service can take.
fn throttle(services: &mut Query<&mut Traffic>, ticking: &Ticking) {
    ticking.for_each_service(services, |mut traffic| {
        if let Some(rate) = traffic.process_cpu_throttle_rate.filter(|&rate| rate > 0.0) {
            traffic.effective_rps_multiplier = Some(num::max(0.1, 1.0 - rate));
        }
    });
}

/// Pins the restart count of a container whose image can't be pulled: it never gets to start.
fn pin_restarts(services: &mut Query<(&ImagePull, &mut Runtime)>, ticking: &Ticking) {
    ticking.for_each_service(services, |(image_pull, mut runtime)| {
        if image_pull.image_pull_error.as_deref() == Some("ImagePullBackOff") {
            runtime.restart_count = 0;
        }
    });
}
