//! Cascade: errors of a failing service spread to its callers, weaker at each hop.

use crate::tick::fault_physics::has_active_fault;
use crate::tick::mesh::Meshes;
use crate::world::environment::{Engine, Environment};
use crate::world::num;
use crate::world::service::Vitals;
use crate::world::topology::{CASCADE_MAX_DEPTH, CascadeVictims};

/// A source below this error rate affects no caller.
const ERROR_THRESHOLD: f64 = 0.30;
/// Share of the source's error rate that reaches the first hop.
const FIRST_HOP_SHARE: f64 = 0.25;
/// Share of a hop's contribution that the next hop gets.
const NEXT_HOP_SHARE: f64 = 0.40;
/// A contribution below this is lost.
const MIN_CONTRIBUTION: f64 = 0.01;
/// Latency in seconds per unit of error contribution.
const LATENCY_SECONDS_PER_ERROR: f64 = 0.5;

/// Spreads each active fault's errors from its service to the callers, if its kind cascades; contributions
/// add up.
pub(crate) fn cascade(mut meshes: Meshes<()>) {
    meshes.for_each(has_active_fault, |environment, (), faults, services| {
        let vitals = &mut *services.vitals;
        match environment.engine {
            Engine::MultiFault => {
                for fault in faults.iter().filter(|fault| !fault.halted) {
                    if !fault.kind.cascades {
                        continue;
                    }
                    if let Some(source) = fault.service_index() {
                        spread(environment, source, Some(fault.victims), vitals);
                    }
                }
            }
            Engine::SingleFault => {
                let cascades = faults.iter().all(|fault| fault.kind.cascades);
                if let Some(source) = environment.root_cause_service().filter(|_| cascades) {
                    spread(environment, source, None, vitals);
                }
            }
            Engine::Traffic => {}
        }
    });
}

/// Spreads the source's errors over its victims; the topology knows them if `carried` is `None` or too small.
#[inline]
fn spread(
    environment: &Environment,
    source: usize,
    carried: Option<CascadeVictims>,
    services: &mut [Vitals],
) {
    let error_rate = services[source].http_server_error_rate;
    if error_rate < ERROR_THRESHOLD {
        return;
    }
    let contributions = contributions(error_rate);
    if let Some(carried) = carried.filter(|_| services.len() <= CascadeVictims::MAX_SERVICES) {
        for (victim, hop) in carried.iter() {
            add_contribution(&mut services[victim], contributions[hop]);
        }
        return;
    }
    let hops = environment.topology().victims(source);
    for (victims, contribution) in hops.into_iter().zip(contributions) {
        for &victim in victims {
            add_contribution(&mut services[usize::from(victim)], contribution);
        }
    }
}

/// What each hop gets from a source with that error rate.
#[inline]
fn contributions(error_rate: f64) -> [f64; CASCADE_MAX_DEPTH] {
    let first = error_rate * FIRST_HOP_SHARE;
    let second = first * NEXT_HOP_SHARE;
    [first, second, second * NEXT_HOP_SHARE]
}

#[inline]
fn add_contribution(vitals: &mut Vitals, contribution: f64) {
    if contribution < MIN_CONTRIBUTION {
        return;
    }
    vitals.http_server_error_rate = num::min(1.0, vitals.http_server_error_rate + contribution);
    vitals.http_server_request_duration_p99 += contribution * LATENCY_SECONDS_PER_ERROR;
}
