//! Recovery: once a fault is halted, its service and the cascade's victims heal step by step.

use crate::tick::mesh::Meshes;
use crate::world::environment::{Engine, Environment};
use crate::world::fault::Fault;
use crate::world::num;
use crate::world::service::{Runtime, Vitals};

const ERROR_FLOOR: f64 = 0.01;
const LATENCY_FLOOR_SECONDS: f64 = 0.1;
/// Error rates up to here are noise and left alone.
const ERROR_NOISE: f64 = 0.02;

/// The afflicted service heals by these per tick and unit of speed ...
const SERVICE_ERRORS: f64 = 0.15;
const SERVICE_LATENCY_SECONDS: f64 = 1.5;
const SERVICE_MEMORY: f64 = 0.10;
const MEMORY_NOISE: f64 = 0.40;
const MEMORY_FLOOR: f64 = 0.25;

/// ... and the others by these.
const VICTIM_ERRORS: f64 = 0.10;
const VICTIM_LATENCY_SECONDS: f64 = 1.0;
const VICTIM_LATENCY_NOISE_SECONDS: f64 = 0.15;

/// Heals services for each halted fault whose kind recovers, in list order: its own service, then every other
/// one that is not a red herring.
pub(crate) fn recovery(meshes: Meshes<()>) {
    recover(meshes, Engine::MultiFault, |errors| errors > ERROR_NOISE);
}

/// The same in the single-fault engine, before the cascade: the error rate of the root cause goes toward its
/// floor even from below.
pub(crate) fn single_fault_recovery(meshes: Meshes<()>) {
    recover(meshes, Engine::SingleFault, |_| true);
}

/// Recovery in the environments of one engine, which says from which error rate on a fault's service heals.
#[inline]
fn recover(mut meshes: Meshes<()>, engine: Engine, has_errors: impl Fn(f64) -> bool) {
    let concerned = |environment: &Environment| environment.engine == engine;
    if !meshes.any(concerned) {
        return;
    }
    let heals = |_: &Environment, faults: &[Fault]| faults.iter().any(|fault| fault.halted);
    meshes.for_each_of(concerned, heals, |_, (), faults, services| {
        for fault in faults.iter().filter(|fault| fault.halted) {
            if !fault.kind.recovers {
                continue;
            }
            if let Some(source) = fault.service_index() {
                let (vitals, runtime) = services.service(source);
                if has_errors(vitals.http_server_error_rate) {
                    heal_errors(vitals, fault.speed);
                }
                heal_latency(vitals, fault.speed);
                if fault.kind.fills_memory {
                    free_memory(vitals, runtime, fault.speed);
                }
            }
            heal_others(fault, services.vitals);
        }
    });
}

fn heal_errors(vitals: &mut Vitals, speed: f64) {
    vitals.http_server_error_rate = num::max(
        ERROR_FLOOR,
        vitals.http_server_error_rate - speed * SERVICE_ERRORS,
    );
}

fn heal_latency(vitals: &mut Vitals, speed: f64) {
    if vitals.http_server_request_duration_p99 > LATENCY_FLOOR_SECONDS {
        vitals.http_server_request_duration_p99 = num::max(
            LATENCY_FLOOR_SECONDS,
            vitals.http_server_request_duration_p99 - speed * SERVICE_LATENCY_SECONDS,
        );
    }
}

fn free_memory(vitals: &mut Vitals, runtime: &mut Runtime, speed: f64) {
    if vitals.process_memory_utilization > MEMORY_NOISE {
        vitals.process_memory_utilization = num::max(
            MEMORY_FLOOR,
            vitals.process_memory_utilization - speed * SERVICE_MEMORY,
        );
        runtime.set_memory_usage(vitals.process_memory_utilization);
    }
}

fn heal_others(fault: &Fault, services: &mut [Vitals]) {
    let source = fault.service_index();
    let errors = fault.speed * VICTIM_ERRORS;
    let latency = fault.speed * VICTIM_LATENCY_SECONDS;
    for (index, vitals) in services.iter_mut().enumerate() {
        // Selected rather than branched on: who heals, and whether there is anything to heal, changes
        // from service to service.
        let heals = !vitals.red_herring & (Some(index) != source);
        let healed = num::max(ERROR_FLOOR, vitals.http_server_error_rate - errors);
        if heals & (vitals.http_server_error_rate > ERROR_NOISE) {
            vitals.http_server_error_rate = healed;
        }
        let healed = num::max(
            LATENCY_FLOOR_SECONDS,
            vitals.http_server_request_duration_p99 - latency,
        );
        if heals & (vitals.http_server_request_duration_p99 > VICTIM_LATENCY_NOISE_SECONDS) {
            vitals.http_server_request_duration_p99 = healed;
        }
    }
}
