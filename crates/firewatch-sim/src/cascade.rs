//! Cascade: a failing service makes those that call it fail too, hop by hop, ever more weakly.

use crate::environment::Engine;
use crate::fault::is_going_on;
use crate::mesh::Meshes;
use crate::num;
use crate::service::Vitals;
use crate::topology::CASCADE_MAX_DEPTH;

/// A source below this error rate harms nobody.
const ERROR_THRESHOLD: f64 = 0.30;
/// Share of the source's error rate that reaches the first hop.
const FIRST_HOP_SHARE: f64 = 0.25;
/// Share of a hop's contribution that the next hop gets.
const NEXT_HOP_SHARE: f64 = 0.40;
/// A contribution below this is lost.
const MIN_CONTRIBUTION: f64 = 0.01;
/// Latency in seconds per unit of error contribution.
const LATENCY_SECONDS_PER_ERROR: f64 = 0.5;

/// Spreads each active fault's errors from its service to the callers; contributions add up.
pub(crate) fn cascade(mut meshes: Meshes<()>) {
    meshes.for_each(is_going_on, |environment, (), faults, services| {
        let topology = environment.topology();
        match environment.engine {
            Engine::MultiFault => {
                for fault in faults.iter().filter(|fault| !fault.halted) {
                    if let Some(source) = fault.service_index() {
                        spread(
                            source,
                            || fault.reach.hops(topology, source),
                            services.vitals,
                        );
                    }
                }
            }
            Engine::SingleFault => {
                if let Some(source) = environment.root_cause_service() {
                    spread(source, || topology.victims(source), services.vitals);
                }
            }
        }
    });
}

/// Spreads the source's errors over its victims; `hops` gives them, once it is known that it does.
#[inline]
fn spread<'a>(
    source: usize,
    hops: impl FnOnce() -> [&'a [u16]; CASCADE_MAX_DEPTH],
    services: &mut [Vitals],
) {
    let error_rate = services[source].http_server_error_rate;
    if error_rate < ERROR_THRESHOLD {
        return;
    }
    let mut contribution = error_rate * FIRST_HOP_SHARE;
    for hop in hops() {
        if contribution < MIN_CONTRIBUTION {
            return;
        }
        for &victim in hop {
            let vitals = &mut services[usize::from(victim)];
            vitals.http_server_error_rate =
                num::min(1.0, vitals.http_server_error_rate + contribution);
            vitals.http_server_request_duration_p99 += contribution * LATENCY_SECONDS_PER_ERROR;
        }
        contribution *= NEXT_HOP_SHARE;
    }
}
