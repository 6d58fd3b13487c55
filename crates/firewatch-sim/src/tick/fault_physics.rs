//! Fault physics: each active fault acts on its service, as its kind says.

use bevy_ecs::prelude::*;

use crate::tick::mesh::Meshes;
use crate::world::environment::{Engine, Environment};
use crate::world::fault::{Fault, FaultContext, FaultKindRegistry};
use crate::world::service::{RequestQueue, Traffic};

/// Lets every fault that is not halted act on its service, in list order.
pub(crate) fn fault_physics(
    mut meshes: Meshes<()>,
    mut queues: Query<&'static mut RequestQueue>,
    traffic: Query<&'static Traffic>,
    kinds: Option<Res<FaultKindRegistry>>,
) {
    // The first environment of a world brings them.
    let Some(kinds) = kinds else { return };
    let has_queues = !queues.is_empty();
    meshes.for_each(has_active_fault, |environment, (), faults, services| {
        let entities = services.entities();
        for fault in faults {
            if fault.halted {
                continue;
            }
            fault.progression_tick = fault.progression_tick.saturating_add(1);
            let Some((index, service)) = fault.service_index().zip(fault.service) else {
                continue;
            };
            let (vitals, runtime, uptime) = services.parts(index);
            kinds.rules(fault.kind).act(&mut FaultContext {
                speed: fault.speed,
                progression_tick: fault.progression_tick,
                vitals,
                runtime,
                uptime,
                environment,
                services: entities,
                service,
                queues: has_queues.then(|| queues.reborrow()),
                traffic: &traffic,
            });
        }
    });
}

/// Whether an environment has anything for the classic fault physics and cascade to do: an active fault, or
/// the single-fault engine, whose recovery and cascade never rest.
pub(crate) fn has_active_fault(environment: &Environment, faults: &[Fault]) -> bool {
    match environment.engine {
        Engine::MultiFault => faults.iter().any(|fault| !fault.halted),
        Engine::SingleFault => true,
        Engine::Traffic => false,
    }
}
